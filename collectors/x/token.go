package x

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// An access token of OAuth 2.0 lives two hours. It is renewed renewBefore its
// end; a token X refuses earlier is renewed once in renewAgain.
const (
	renewBefore = 10 * time.Minute
	renewAgain  = time.Minute
)

// The permissions Vigie asks for (docs.x.com, "OAuth 2.0 scopes").
// offline.access brings the refresh token.
func scopes() []string {
	return []string{
		"tweet.read", "tweet.write", "tweet.moderate.write", "users.read", "dm.read", "dm.write",
		"like.write", "offline.access",
	}
}

// tokens is an answer of the token endpoint.
type tokens struct {
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
	Expires int64  `json:"expires_in"` // seconds
	Scope   string `json:"scope"`
}

// grant asks the token endpoint. Every refusal is a Fault Unauthorised: only a
// human can sign in again.
func (s *session) grant(ctx context.Context, app application, form url.Values) (tokens, error) {
	form.Set("client_id", app.clientID)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.server.JoinPath("/2/oauth2/token").String(), strings.NewReader(form.Encode()))
	if err != nil {
		return tokens{}, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("User-Agent", userAgent)
	if app.clientSecret != "" {
		request.SetBasicAuth(url.QueryEscape(app.clientID), url.QueryEscape(app.clientSecret))
	}
	response, err := (&http.Client{Transport: s.budget, CheckRedirect: noRedirect}).Do(request)
	if err != nil {
		switch community.KindOf(err) {
		case community.Refused, community.Unauthorised:
			return tokens{}, community.Faultf(community.Unauthorised, "x.renewal_refused").Because(err)
		case community.Limited:
			return tokens{}, classify(err, false, s.o.Now())
		}
		return tokens{}, community.Faultf(community.Unavailable, "network.unavailable").Because(err)
	}
	defer response.Body.Close()
	var got tokens
	if err := json.NewDecoder(response.Body).Decode(&got); err != nil || got.Access == "" {
		return tokens{}, community.Faultf(community.Unavailable, "network.unreadable")
	}
	return got, nil
}

// ends is when the token ends; zero where X does not tell.
func (t *tokens) ends(now time.Time) time.Time {
	if t.Expires <= 0 {
		return time.Time{}
	}
	return now.Add(time.Duration(t.Expires) * time.Second).UTC()
}

// secrets are what the vault keeps of an answer.
func (t *tokens) secrets(now time.Time) map[string]string {
	kept := map[string]string{secretToken: t.Access, secretRefresh: t.Refresh}
	if end := t.ends(now); !end.IsZero() {
		kept[secretExpires] = end.Format(time.RFC3339)
	}
	return kept
}

// current renews the token if its end is near. It is called before each call.
func (s *session) current(ctx context.Context) error {
	c := s.credentials()
	if c.token == "" {
		return unsigned()
	}
	if c.oauth1() || c.refresh == "" || c.expires.IsZero() || c.expires.Sub(s.o.Now()) > renewBefore {
		return nil
	}
	err := s.renew(ctx, c.refresh)
	if err != nil && community.KindOf(err) != community.Unauthorised && s.o.Now().Before(c.expires) {
		return nil // it still lives; the next call tries again
	}
	return err
}

// revive is told of a token X refused. It renews it, once in a while, and then
// says that the call may be made again.
func (s *session) revive(ctx context.Context, refused error) error {
	c := s.credentials()
	s.keys.mu.Lock()
	again := s.o.Now().Sub(s.keys.renewed) < renewAgain
	s.keys.mu.Unlock()
	if c.oauth1() || c.refresh == "" || again {
		return refused
	}
	if err := s.renew(ctx, c.refresh); err != nil {
		return err
	}
	return community.Faultf(community.Unavailable, "x.token_renewed").Because(refused)
}

// renew spends the refresh token and keeps what came for it, all at once. Callers
// that come meanwhile wait and find it done. If the vault does not take it the
// session goes on with it and offers it again: it is the only copy.
func (s *session) renew(ctx context.Context, refresh string) error {
	s.keys.renewal.Lock()
	defer s.keys.renewal.Unlock()
	c := s.credentials()
	if c.refresh != refresh {
		return nil
	}
	// Whoever gives up meanwhile must not cost the only copy of what comes back.
	ctx = context.WithoutCancel(ctx)
	got, err := s.grant(ctx, c.app, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}})
	if err != nil {
		return err
	}
	if got.Refresh == "" {
		got.Refresh = refresh
	}
	now := s.o.Now()
	k := s.keys
	k.mu.Lock()
	k.creds.token, k.creds.refresh, k.creds.expires = got.Access, got.Refresh, got.ends(now)
	k.renewed = now
	k.unsaved = map[string][]byte{secretExpires: nil}
	for name, value := range got.secrets(now) {
		k.unsaved[name] = []byte(value)
	}
	k.mu.Unlock()
	return s.save(ctx)
}

// save gives renewed secrets to the vault.
func (s *session) save(ctx context.Context) error {
	s.keys.mu.Lock()
	unsaved := s.keys.unsaved
	s.keys.mu.Unlock()
	if unsaved == nil {
		return nil
	}
	if err := s.o.Vault.PutSecrets(ctx, s.account.Key(), unsaved); err != nil {
		s.o.Logger.Error("renewed token not kept", "account", s.account.Key(), "error", err)
		return community.Faultf(community.Unavailable, "x.token_unsaved").Because(err)
	}
	s.keys.mu.Lock()
	s.keys.unsaved = nil
	s.keys.mu.Unlock()
	return nil
}
