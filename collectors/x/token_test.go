package x

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/collectors/x/xtest"
	"github.com/vigie-hq/vigie/community"
)

// safe is a vault in memory; refuse is what it answers to what is brought.
type safe struct {
	mu     sync.Mutex
	held   map[string]string // by owner and name
	refuse error
}

func (v *safe) Secret(_ context.Context, owner, name string) ([]byte, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	value, ok := v.held[owner+" "+name]
	if !ok {
		return nil, community.Faultf(community.NotFound, "secret.unknown")
	}
	return []byte(value), nil
}

func (v *safe) PutSecrets(_ context.Context, owner string, secrets map[string][]byte) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.refuse != nil {
		return v.refuse
	}
	for name, value := range secrets {
		v.held[owner+" "+name] = string(value)
	}
	return nil
}

func (v *safe) get(owner, name string) string {
	b, _ := v.Secret(context.Background(), owner, name) // it asks nobody
	return string(b)
}

// renewing is a fake X, and sessions of one account over one vault, as several
// processes have them.
func renewing(t *testing.T, sessions int) (*xtest.Server, *safe, []*session) {
	t.Helper()
	server, err := xtest.New(xtest.Options{}, "brand")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		server.Close()
		for _, c := range server.Complaints() {
			t.Errorf("the server complains: %s", c)
		}
	})
	account := community.Account{Brand: "shop", Network: Name, Name: "brand", NativeID: server.UserID("brand"), Handle: "brand", Server: server.URL}
	v := &safe{held: map[string]string{}}
	for name, value := range server.Secrets("brand", false) {
		v.held[account.Key()+" "+name] = value
	}
	for name, value := range xtest.AppSecrets() {
		v.held[collectors.AppOwner(Name)+" "+name] = value
	}
	var all []*session
	for range sessions {
		o := New(Options{Vault: v, Logger: slog.New(slog.DiscardHandler)}).o
		s, err := newSession(&o, account, nil)
		if err == nil {
			err = s.reload(t.Context())
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	return server, v, all
}

// TestRenewedElsewhere: a refresh token is good for one use, and another process
// had it: what it left in the vault is taken over, and X is never asked.
func TestRenewedElsewhere(t *testing.T) {
	_, v, s := renewing(t, 2)
	first := s[0].credentials().refresh
	for _, s := range s {
		if err := s.renew(t.Context(), first); err != nil {
			t.Fatal(err)
		}
	}
	a, b := s[0].credentials(), s[1].credentials()
	if a.refresh == first || a.token != b.token || a.refresh != b.refresh || v.get(s[0].account.Key(), secretRefresh) != a.refresh {
		t.Errorf("%+v %+v", a, b)
	}
}

// TestUnsavedIsOfferedAgain: the only copy of a renewed token is in memory no
// longer than the vault takes nothing.
func TestUnsavedIsOfferedAgain(t *testing.T) {
	_, v, all := renewing(t, 1)
	s := all[0]
	v.refuse = errors.New("disk full")
	if err := s.renew(t.Context(), s.credentials().refresh); keyOf(err) != "x.token_unsaved" {
		t.Fatal(err)
	}
	v.refuse = nil
	if _, err := s.api().me(t.Context()); err != nil {
		t.Fatal(err)
	}
	if c := s.credentials(); v.get(s.account.Key(), secretRefresh) != c.refresh || v.get(s.account.Key(), secretToken) != c.token {
		t.Errorf("the vault holds another token than %+v", c)
	}
}

// TestRefusedMeanwhile: X refuses the token of a call that was under way while
// another one renewed it. The account lives.
func TestRefusedMeanwhile(t *testing.T) {
	_, _, all := renewing(t, 1)
	s := all[0]
	before := s.credentials()
	if err := s.renew(t.Context(), before.refresh); err != nil {
		t.Fatal(err)
	}
	refused := community.Faultf(community.Unauthorised, "network.unauthorised")
	ctx := context.WithValue(t.Context(), signedWith{}, before.token)
	if err := s.fault(ctx, refused, false); community.KindOf(err) != community.Unavailable || keyOf(err) != "x.token_renewed" {
		t.Errorf("%v", err)
	}
	ctx = context.WithValue(t.Context(), signedWith{}, s.credentials().token)
	if err := s.fault(ctx, refused, false); community.KindOf(err) != community.Unauthorised {
		t.Errorf("the new one is refused too: %v", err)
	}
}

// TestOnlyXEndsAnAccount: what stands between us and X may answer for it; only
// X's own word about the token has a human sign in again.
func TestOnlyXEndsAnAccount(t *testing.T) {
	now := time.Now()
	for _, c := range []struct {
		status int
		body   string
		want   community.FaultKind
	}{
		{400, `{"error":"invalid_request","error_description":"Value passed for the token was invalid."}`, community.Unauthorised},
		{400, `{"error":"invalid_grant"}`, community.Unauthorised},
		{401, `{"error":"unauthorized_client"}`, community.Unauthorised},
		{401, `{"title":"Unauthorized","type":"about:blank","status":401}`, community.Unauthorised},
		{403, `{"errors":[{"code":326,"message":"locked"}]}`, community.Unauthorised},
		{400, `{"error":"temporarily_unavailable"}`, community.Unavailable},
		{403, "<html>Just a moment...</html>", community.Unavailable},
		{404, "<html>hotel wifi</html>", community.Unavailable},
		{302, "", community.Unavailable},
		{407, "", community.Unavailable},
		{401, "<html>proxy</html>", community.Unavailable},
		{500, `{"error":"server_error"}`, community.Unavailable},
		{503, "", community.Unavailable},
		{429, "", community.Limited},
	} {
		transport := collectors.NewTransport(collectors.TransportOptions{Base: answers(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: c.status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(c.body)), Request: r}, nil
		})})
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://api.x.com/2/oauth2/token", nil)
		if err != nil {
			t.Fatal(err)
		}
		_, err = transport.RoundTrip(request) //nolint:bodyclose // an error has no body
		if got := notGranted(err, now); community.KindOf(got) != c.want {
			t.Errorf("%d %s: %v", c.status, c.body, got)
		}
	}
	lost := community.Faultf(community.Uncertain, "network.answer_lost").Because(io.ErrUnexpectedEOF)
	if got := notGranted(lost, now); community.KindOf(got) != community.Unavailable {
		t.Errorf("%v", got)
	}
}
