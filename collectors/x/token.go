package x

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/vigie-hq/vigie/collectors"
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

// grant asks the token endpoint. What X itself refuses is a Fault Unauthorised:
// only a human can sign in again.
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
		return tokens{}, notGranted(err, s.o.Now())
	}
	defer response.Body.Close()
	var got tokens
	if err := json.NewDecoder(response.Body).Decode(&got); err != nil || got.Access == "" {
		return tokens{}, community.Faultf(community.Unavailable, "network.unreadable")
	}
	return got, nil
}

// notGranted is the fault of a call of the token endpoint. Only X's own word, an
// error of RFC 6749 (5.2) or a problem document about the token, ends an account:
// a proxy or a gate before X answers 403 or 404 as well. What the server wrote is
// not kept, because it was sent a secret in the body.
func notGranted(err error, now time.Time) error {
	if community.KindOf(err) == community.Limited {
		return classify(err, false, now)
	}
	var status *collectors.StatusError
	if !errors.As(err, &status) {
		return community.Faultf(community.Unavailable, "network.unavailable").Because(err)
	}
	said := fmt.Errorf("HTTP %d", status.Status)
	p, told := problemOf(err)
	switch p.Error {
	case "invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type", "invalid_scope", "access_denied":
		return community.Faultf(community.Unauthorised, "x.renewal_refused").Because(fmt.Errorf("%w: %s", said, p.Error))
	}
	if told && community.KindOf(classify(err, false, now)) == community.Unauthorised {
		return community.Faultf(community.Unauthorised, "x.renewal_refused").Because(said)
	}
	return community.Faultf(community.Unavailable, "network.unavailable").Because(said)
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
	_ = s.save(ctx) // what the vault did not take once; it says so itself
	now := s.o.Now()
	if c.oauth1() || c.refresh == "" || c.expires.IsZero() || c.expires.Sub(now) > renewBefore {
		return nil
	}
	s.keys.mu.Lock()
	lately := now.Sub(s.keys.tried) < renewAgain
	s.keys.mu.Unlock()
	if lately && now.Before(c.expires) {
		return nil
	}
	err := s.renew(ctx, c.refresh)
	if err != nil && community.KindOf(err) != community.Unauthorised && now.Before(c.expires) {
		return nil // it still lives; a later call tries again
	}
	return err
}

// revive is told of a token X refused. It renews it, once in a while, and then
// says that the call may be made again.
func (s *session) revive(ctx context.Context, refused error) error {
	c := s.credentials()
	if used, told := ctx.Value(signedWith{}).(string); told && used != c.token {
		// It was renewed while the call was under way.
		return community.Faultf(community.Unavailable, "x.token_renewed").Because(refused)
	}
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
	if adopted, err := s.adopt(ctx, refresh); adopted || err != nil {
		return err
	}
	s.keys.mu.Lock()
	s.keys.tried = s.o.Now()
	s.keys.mu.Unlock()
	got, err := s.grant(ctx, c.app, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}})
	if community.KindOf(err) == community.Unauthorised {
		if adopted, _ := s.adopt(ctx, refresh); adopted { // somebody was faster
			return nil
		}
	}
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

// adopt takes what the vault holds if that is no longer what we have: another
// process renewed it (a command of an administrator, the holder of the lease
// before us), or somebody signed in again. A vault that cannot be read is an
// error, because it would not keep what a renewal brings either.
func (s *session) adopt(ctx context.Context, refresh string) (bool, error) {
	held, err := readCredentials(ctx, s.o.Vault, s.account.Key())
	if err != nil {
		return false, err
	}
	s.keys.mu.Lock()
	defer s.keys.mu.Unlock()
	if held.refresh == refresh || s.keys.unsaved != nil {
		return false, nil
	}
	s.keys.creds = held
	return true, nil
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
