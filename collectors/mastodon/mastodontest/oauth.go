package mastodontest

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// app is a client that registered.
type app struct {
	id, secret, redirect string
	scopes               []string
}

// code is a consent on its way to a token; it is good once.
type code struct {
	app                       *app
	user, challenge, redirect string
	scope                     string
}

// The scopes that are known here.
var knownScopes = []string{"read", "write", "write:statuses", "write:favourites", "follow", "push"}

// ForgetApps forgets every app, as Mastodon does with those that have had no token
// for a day.
func (s *Server) ForgetApps() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.apps)
}

// Apps is how many apps registered.
func (s *Server) Apps() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.apps)
}

func (s *Server) newApp(_ http.ResponseWriter, r *http.Request, _ *user) (int, any) {
	redirect, err := url.Parse(r.PostForm.Get("redirect_uris"))
	scopes := strings.Fields(r.PostForm.Get("scopes"))
	if err != nil || redirect.Host == "" || r.PostForm.Get("client_name") == "" || !known(scopes) {
		return http.StatusUnprocessableEntity, failure{"Validation failed: Redirect URI must be an absolute URI."}
	}
	a := &app{"client-" + s.id(), "secret-" + s.id(), redirect.String(), scopes}
	s.apps[a.id] = a
	return http.StatusOK, map[string]any{
		"id": strconv.Itoa(len(s.apps)), "name": r.PostForm.Get("client_name"), "client_id": a.id, "client_secret": a.secret,
		"redirect_uri": a.redirect, "scopes": a.scopes,
	}
}

func known(scopes []string) bool {
	for _, scope := range scopes {
		if !slices.Contains(knownScopes, scope) {
			return false
		}
	}
	return len(scopes) > 0
}

func (s *Server) metadata(http.ResponseWriter, *http.Request, *user) (int, any) {
	return http.StatusOK, map[string]any{
		"issuer": s.URL + "/", "authorization_endpoint": s.URL + "/oauth/authorize", "token_endpoint": s.URL + "/oauth/token",
		"scopes_supported": knownScopes, "code_challenge_methods_supported": []string{"S256"},
	}
}

// authorize is where the browser is sent: the user named in the cookie "user"
// agrees, nobody without it.
func (s *Server) authorize(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := r.URL.Query()
	a := s.apps[q.Get("client_id")]
	scopes := strings.Fields(q.Get("scope"))
	switch {
	case a == nil, q.Get("redirect_uri") != a.redirect, q.Get("response_type") != "code", q.Get("state") == "":
		s.blame("a sign-in as it should not be: " + r.URL.RawQuery)
		http.Error(w, "The redirect uri included is not valid.", http.StatusBadRequest)
		return
	case s.o.GoToSocial && q.Has("code_challenge"):
		s.blame("a key for a server that knows none")
	case !s.o.GoToSocial && (q.Get("code_challenge_method") != "S256" || q.Get("code_challenge") == ""):
		s.blame("a sign-in without its key")
	}
	back := url.Values{"state": {q.Get("state")}}
	cookie, err := r.Cookie("user")
	if err != nil || s.user(cookie.Value) == nil || slices.ContainsFunc(scopes, func(v string) bool { return !slices.Contains(a.scopes, v) }) {
		back.Set("error", "access_denied")
	} else {
		name := "code-" + s.id()
		s.codes[name] = &code{a, cookie.Value, q.Get("code_challenge"), a.redirect, q.Get("scope")}
		back.Set("code", name)
	}
	http.Redirect(w, r, a.redirect+"?"+back.Encode(), http.StatusFound)
}

func (s *Server) token(_ http.ResponseWriter, r *http.Request, _ *user) (int, any) {
	f := r.PostForm
	if f.Get("grant_type") == "client_credentials" {
		a := s.apps[f.Get("client_id")]
		if a == nil || f.Get("client_secret") != a.secret {
			return http.StatusUnauthorized, map[string]string{"error": "invalid_client"}
		}
		return http.StatusOK, map[string]any{"access_token": "app-" + s.id(), "token_type": "Bearer", "scope": f.Get("scope"), "created_at": 1_700_000_000}
	}
	c := s.codes[f.Get("code")]
	delete(s.codes, f.Get("code"))
	sum := sha256.Sum256([]byte(f.Get("code_verifier")))
	switch {
	case c == nil || f.Get("grant_type") != "authorization_code" || f.Get("redirect_uri") != c.redirect,
		c.challenge != "" && c.challenge != base64.RawURLEncoding.EncodeToString(sum[:]):
		return http.StatusBadRequest, map[string]string{"error": "invalid_grant", "error_description": "The provided authorization grant is invalid"}
	case f.Get("client_id") != c.app.id || f.Get("client_secret") != c.app.secret:
		return http.StatusUnauthorized, map[string]string{"error": "invalid_client"}
	}
	return http.StatusOK, map[string]any{"access_token": s.user(c.user).token, "token_type": "Bearer", "scope": c.scope, "created_at": 1_700_000_000}
}
