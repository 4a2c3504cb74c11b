package blueskytest

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// token is a session's access or refresh token.
type token struct {
	of      *user
	refresh bool
	spent   bool
	expires time.Time
	scope   string
}

// Session makes a session and returns its access and refresh token.
func (s *Server) Session(name string) (access, refresh string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.session(s.named(name), "com.atproto.appPassPrivileged")
}

// Expire ends every access token of a user; refresh tokens live on.
func (s *Server) Expire(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.tokens {
		if t.of == s.named(name) && !t.refresh {
			t.expires = time.Now().Add(-time.Second)
		}
	}
}

// Sessions is how many sessions were made or renewed.
func (s *Server) Sessions() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.tokens) / 2
}

func (s *Server) session(u *user, scope string) (access, refresh string) {
	access = s.token(&token{of: u, expires: time.Now().Add(s.o.Access), scope: scope})
	refresh = s.token(&token{of: u, refresh: true, expires: time.Now().Add(90 * 24 * time.Hour), scope: scope})
	return access, refresh
}

// token writes a JWT in form: its signature is none.
func (s *Server) token(t *token) string {
	scope := t.scope
	if t.refresh {
		scope = "com.atproto.refresh"
	}
	raw, err := json.Marshal(map[string]any{"scope": scope, "sub": t.of.did, "exp": t.expires.Unix(), "jti": strconv.Itoa(len(s.tokens))})
	if err != nil {
		panic(err) // our own map
	}
	part := base64.RawURLEncoding.EncodeToString
	jwt := part([]byte(`{"typ":"at+jwt","alg":"none"}`)) + "." + part(raw) + "." + part([]byte("fake"))
	s.tokens[jwt] = t
	return jwt
}

func bearer(r *http.Request) string {
	return strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
}

// authorise finds who calls. A bad token is 400 here, as it is on a real PDS.
func (s *Server) authorise(r *request, name string) (int, any) {
	given := bearer(r.Request)
	t := s.tokens[given]
	switch {
	case given == "":
		return http.StatusUnauthorized, failure{"AuthMissing", "Authentication Required"}
	case t == nil || t.refresh || t.of.dead:
		return refused("InvalidToken", "Token could not be verified")
	case time.Now().After(t.expires):
		return refused("ExpiredToken", "Token has expired")
	case strings.HasPrefix(name, "chat.") && t.scope == "com.atproto.appPass":
		s.blame("%s with an app password that is not for it", name)
		return refused("InvalidToken", "Bad token method")
	}
	r.me = t.of
	return 0, nil
}

func (s *Server) createSession(r *request) (int, any) {
	for _, u := range s.users {
		if id := r.text("identifier"); id != u.handle && id != u.did {
			continue
		}
		kind, name, _ := strings.Cut(r.text("password"), "-")
		scope, known := map[string]string{
			"app": "com.atproto.appPassPrivileged", "plain": "com.atproto.appPass", "full": "com.atproto.access",
		}[kind]
		if known && name == u.name {
			return http.StatusOK, s.sessionJSON(u, scope)
		}
	}
	return http.StatusUnauthorized, failure{"AuthenticationRequired", "Invalid identifier or password"}
}

func (s *Server) refreshSession(r *request) (int, any) {
	t := s.tokens[bearer(r.Request)]
	switch {
	case t == nil || !t.refresh || t.of.dead:
		return refused("InvalidToken", "Token could not be verified")
	case t.spent:
		s.blame("a refresh token was used twice")
		return refused("ExpiredToken", "Token has been revoked")
	}
	t.spent = true
	return http.StatusOK, s.sessionJSON(t.of, t.scope)
}

func (s *Server) sessionJSON(u *user, scope string) any {
	access, refresh := s.session(u, scope)
	return map[string]any{
		"did": u.did, "handle": u.handle, "accessJwt": access, "refreshJwt": refresh, "active": true,
		"didDoc": map[string]any{
			"id": u.did, "alsoKnownAs": []string{"at://" + u.handle},
			"service": []any{map[string]any{"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": s.URL}},
		},
	}
}

func (s *Server) getSession(r *request) (int, any) {
	return http.StatusOK, map[string]any{"did": r.me.did, "handle": r.me.handle, "active": true}
}

func (s *Server) resolveHandle(r *request) (int, any) {
	for _, u := range s.users {
		if u.handle == r.param("handle") {
			return http.StatusOK, map[string]any{"did": u.did}
		}
	}
	return refused("InvalidRequest", "Unable to resolve handle")
}
