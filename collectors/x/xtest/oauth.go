package xtest

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// authorize stands for the page on which somebody allows the app: it sends the
// browser straight back, as the first user.
func (s *Server) authorize(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := r.URL.Query()
	if q.Get("response_type") != "code" || q.Get("client_id") != ClientID || q.Get("code_challenge_method") != "S256" ||
		len(q.Get("code_challenge")) != 43 || !slices.Contains(strings.Fields(q.Get("scope")), "offline.access") {
		s.blame("a request to sign in that X would refuse: " + r.URL.RawQuery)
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	code := fmt.Sprintf("code-%d", len(s.grants))
	s.grants[code] = q.Get("code_challenge") + " " + q.Get("redirect_uri")
	back := url.Values{"code": {code}, "state": {q.Get("state")}}
	http.Redirect(w, r, q.Get("redirect_uri")+"?"+back.Encode(), http.StatusFound)
}

// tokenEndpoint gives tokens for a code, and new ones for a refresh token, which
// is good for one use.
func (s *Server) tokenEndpoint(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm() // what cannot be read is missing below
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.answerFailure(w, s.nextFailure(r), false) {
		return
	}
	id, secret, _ := r.BasicAuth()
	if id != ClientID || secret != ClientSecret {
		reply(w, http.StatusUnauthorized, map[string]string{"error": "unauthorized_client"})
		return
	}
	refuse := func() { reply(w, http.StatusBadRequest, map[string]string{"error": "invalid_request"}) }
	var u *user
	switch r.PostForm.Get("grant_type") {
	case "authorization_code":
		code := r.PostForm.Get("code")
		challenge, back, _ := strings.Cut(s.grants[code], " ")
		delete(s.grants, code)
		sum := sha256.Sum256([]byte(r.PostForm.Get("code_verifier")))
		if challenge == "" || back != r.PostForm.Get("redirect_uri") || base64.RawURLEncoding.EncodeToString(sum[:]) != challenge {
			refuse()
			return
		}
		u = s.users[0]
	case "refresh_token":
		given := r.PostForm.Get("refresh_token")
		u = s.find(func(u *user) bool { return u.refresh == given })
		if u == nil {
			s.blame("a refresh token that was used before")
		}
	}
	if u == nil || u.dead {
		refuse()
		return
	}
	stamp := s.id(time.Now())
	u.token, u.refresh, u.expires = "token-"+u.name+stamp, "refresh-"+u.name+stamp, time.Now().Add(s.o.TokenLife)
	reply(w, http.StatusOK, map[string]any{
		"token_type": "bearer", "access_token": u.token, "refresh_token": u.refresh,
		"expires_in": int(s.o.TokenLife.Seconds()), "scope": "tweet.read users.read dm.read offline.access",
	})
}

// Expire ends a user's access token now; its refresh token lives.
func (s *Server) Expire(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.user(name).expires = time.Now()
}
