package xtest

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// readBody reads a request's body, which can then be read again.
func readBody(r *http.Request) []byte {
	body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20)) // a body cut short verifies nothing
	r.Body = io.NopCloser(bytes.NewReader(body))
	return body
}

// caller is who signed a call: a user, or the app.
func (s *Server) caller(r *http.Request, body []byte) (me *user, app bool) {
	auth := r.Header.Get("Authorization")
	if token, ok := strings.CutPrefix(auth, "Bearer "); ok {
		if token == Bearer {
			return nil, true
		}
		now := time.Now()
		return s.find(func(u *user) bool { return u.token == token && now.Before(u.expires) }), false
	}
	if fields, ok := strings.CutPrefix(auth, "OAuth "); ok {
		return s.verified(r, fields, body), false
	}
	return nil, false
}

// verified checks a signature of OAuth 1.0a (RFC 5849, 3.4).
func (s *Server) verified(r *http.Request, fields string, body []byte) *user {
	given := map[string]string{}
	for field := range strings.SplitSeq(fields, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(field), "=")
		value, err := url.PathUnescape(strings.Trim(value, `"`))
		if err != nil {
			return nil
		}
		given[name] = value
	}
	u := s.find(func(u *user) bool { return u.oauthToken() == given["oauth_token"] })
	if u == nil || given["oauth_consumer_key"] != ConsumerKey {
		return nil
	}
	var pairs []string
	add := func(name, value string) { pairs = append(pairs, percent(name)+"="+percent(value)) }
	for name, values := range r.URL.Query() {
		add(name, values[0])
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		form, _ := url.ParseQuery(string(body)) // what cannot be read does not verify
		for name, values := range form {
			add(name, values[0])
		}
	}
	for name, value := range given {
		if name != "oauth_signature" {
			add(name, value)
		}
	}
	slices.Sort(pairs)
	// Clients sign the address they call: that of X, which they were sent past.
	host := s.URL
	switch {
	case strings.HasPrefix(r.URL.Path, "/1.1/statuses/filter"):
		host = "https://stream.twitter.com"
	case strings.HasPrefix(r.URL.Path, "/1.1/"):
		host = "https://api.twitter.com"
	}
	base := r.Method + "&" + percent(host+r.URL.Path) + "&" + percent(strings.Join(pairs, "&"))
	mac := hmac.New(sha1.New, []byte(percent(ConsumerSecret)+"&"+percent(u.oauthSecret())))
	mac.Write([]byte(base))
	if base64.StdEncoding.EncodeToString(mac.Sum(nil)) != given["oauth_signature"] {
		s.blame("a signature that does not verify for " + r.URL.Path)
		return nil
	}
	return u
}

// percent encodes as RFC 5849, 3.6 wants it.
func percent(s string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		const digits = "0123456789ABCDEF"
		b.Write([]byte{'%', digits[c>>4], digits[c&15]})
	}
	return b.String()
}
