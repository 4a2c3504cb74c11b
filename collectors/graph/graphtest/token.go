package graphtest

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// token is an access token: of the app, of a user, or of a page.
type token struct {
	value, kind string
	page        string // with PAGE
	user        string // with USER
	pages       []string
	scopes      []string
	expires     time.Time
	dead        int // subcode of why; 0: alive
}

func (t *token) id() string { return cmp.Or(t.page, t.user) }

// login is a code the dialog gave, good once.
type login struct {
	redirect string
	scopes   []string
}

// SetToken makes a token die with the subcode, or live again with 0.
func (s *Server) SetToken(value string, subcode int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens[value].dead = subcode
}

// SetScopes changes what a token may do; every permission is given at first.
func (s *Server) SetScopes(value string, scopes ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens[value].scopes = scopes
}

// SetExpiry sets when a token ends.
func (s *Server) SetExpiry(value string, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens[value].expires = at
}

// Permissions are those a page's token has at first.
func Permissions() []string {
	return []string{
		"pages_show_list", "pages_read_engagement", "pages_read_user_content", "pages_manage_engagement",
		"pages_manage_metadata", "pages_messaging", "business_management",
		"instagram_basic", "instagram_manage_comments", "instagram_manage_messages",
	}
}

// dialog is the page where a person signs in: here they always say yes, unless
// the scope is empty.
func (s *Server) dialog(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	back, err := url.Parse(q.Get("redirect_uri"))
	if err != nil || !back.IsAbs() || q.Get("client_id") != AppID || q.Get("response_type") != "code" {
		http.Error(w, "Invalid request", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	code := "code-" + s.number()
	s.codes[code] = login{redirect: q.Get("redirect_uri"), scopes: strings.Split(q.Get("scope"), ",")}
	s.mu.Unlock()
	answer := url.Values{"state": {q.Get("state")}}
	if q.Get("scope") == "" {
		answer.Set("error", "access_denied")
	} else {
		answer.Set("code", code)
	}
	back.RawQuery = answer.Encode()
	http.Redirect(w, r, back.String(), http.StatusFound)
}

// exchange gives a short-lived token for a code, a long-lived one for that.
func (s *Server) exchange(c *call) (any, *failure) {
	f := c.form
	if f.Get("client_id") != AppID || f.Get("client_secret") != AppSecret {
		return nil, fault(1, 0, "Error validating client secret.")
	}
	if f.Get("grant_type") == "fb_exchange_token" {
		t := s.tokens[f.Get("fb_exchange_token")]
		if t == nil || t.kind != "USER" {
			return nil, fault(190, 0, "Malformed access token")
		}
		long := s.grant(t.scopes, s.now().Add(60*24*time.Hour))
		return map[string]any{"access_token": long.value, "token_type": "bearer", "expires_in": int(60 * 24 * time.Hour / time.Second)}, nil
	}
	login, ok := s.codes[f.Get("code")]
	delete(s.codes, f.Get("code"))
	if !ok || login.redirect != f.Get("redirect_uri") {
		return nil, fault(100, 36009, "This authorization code has been used.")
	}
	short := s.grant(login.scopes, s.now().Add(time.Hour))
	return map[string]any{"access_token": short.value, "token_type": "bearer", "expires_in": 3600}, nil
}

func (s *Server) grant(scopes []string, until time.Time) *token {
	t := &token{value: "EAAuser" + s.number(), kind: "USER", user: s.user, scopes: scopes, expires: until}
	for id, o := range s.objects {
		if o.kind == "page" {
			t.pages = append(t.pages, id)
		}
	}
	slices.Sort(t.pages)
	s.tokens[t.value] = t
	return t
}

// inspect is debug_token: for the app's own token only.
func (s *Server) inspect(c *call) (any, *failure) {
	if c.token.kind != "APP" {
		return nil, fault(100, 0, "You must provide an app access token")
	}
	t := s.tokens[c.form.Get("input_token")]
	if t == nil {
		return map[string]any{"data": map[string]any{
			"is_valid": false, "scopes": []string{}, "error": map[string]any{"code": 190, "message": "Malformed access token"},
		}}, nil
	}
	data := map[string]any{
		"app_id": AppID, "type": t.kind, "is_valid": t.dead == 0, "scopes": t.scopes, "expires_at": 0,
		"data_access_expires_at": s.now().Add(90 * 24 * time.Hour).Unix(), "profile_id": t.page, "user_id": t.user,
	}
	if !t.expires.IsZero() {
		data["expires_at"] = t.expires.Unix()
	}
	if t.dead != 0 {
		data["error"] = map[string]any{"code": 190, "subcode": t.dead, "message": fmt.Sprintf("Error validating access token %s", t.value)}
	}
	return map[string]any{"data": data}, nil
}
