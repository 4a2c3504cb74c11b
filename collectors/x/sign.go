package x

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/dghubble/oauth1"

	"github.com/vigie-hq/vigie/community"
)

// asApp marks a call that the app makes for itself: searching and streaming, for
// which X wants the app's own token.
type asApp struct{}

// appSigned tells whether a call is signed with the app's token; without one the
// account signs what it may do itself.
func (s *session) appSigned(ctx context.Context) bool {
	return ctx.Value(asApp{}) != nil && s.credentials().app.bearer != ""
}

// signed signs every call, as the account or as the app, above the transport
// that knows the windows. OAuth 1.0a signs the address the library calls, so
// whatever changes it stands below.
type signed struct {
	s    *session
	base http.RoundTripper
}

func (t signed) RoundTrip(r *http.Request) (*http.Response, error) {
	creds := t.s.credentials()
	r = r.Clone(r.Context())
	r.Header.Set("User-Agent", userAgent)
	if t.s.appSigned(r.Context()) {
		r.Header.Set("Authorization", "Bearer "+creds.app.bearer)
		return t.base.RoundTrip(r)
	}
	if !creds.oauth1() {
		r.Header.Set("Authorization", "Bearer "+creds.token)
		return t.base.RoundTrip(r)
	}
	return oauth1Transport(r.Context(), creds, t.base).RoundTrip(r)
}

func oauth1Transport(ctx context.Context, c credentials, base http.RoundTripper) http.RoundTripper {
	ctx = context.WithValue(ctx, oauth1.HTTPClient, &http.Client{Transport: base})
	config := oauth1.NewConfig(c.app.consumerKey, c.app.consumerSecret)
	return oauth1.NewClient(ctx, config, oauth1.NewToken(c.token, c.tokenSecret)).Transport
}

// rehost sends calls to another server than the one they name. go-twitter's
// addresses are constants.
type rehost struct {
	base   http.RoundTripper
	server *url.URL
}

func (t rehost) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	prefix := t.server.Path
	if r.URL.Host != t.server.Host {
		r.URL.Path = prefix + r.URL.Path
	}
	r.URL.Scheme, r.URL.Host, r.Host = t.server.Scheme, t.server.Host, t.server.Host
	return t.base.RoundTrip(r)
}

// bucketOf names the rate window a call draws on: X has one for each endpoint,
// method and kind of token.
func bucketOf(r *http.Request) string {
	parts := strings.Split(r.URL.Path, "/")
	for i, p := range parts {
		if p != "2" && p != "1.1" && strings.Trim(p, "0123456789-") == "" && p != "" {
			parts[i] = ":id"
		}
	}
	name := r.Method + " " + strings.Join(parts, "/")
	if r.Context().Value(asApp{}) != nil {
		return name + " (app)"
	}
	return name
}

// unsigned is the fault of a call without anything to sign it with.
func unsigned() error { return community.Faultf(community.Unauthorised, "network.no_token") }
