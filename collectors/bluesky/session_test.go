package bluesky_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors/bluesky/blueskytest"
	"github.com/vigie-hq/vigie/community"
)

func TestConnect(t *testing.T) {
	server, n, a, _ := fake(t, blueskytest.Options{})
	want := community.Account{
		Brand: "shop", Role: community.RoleSupport, Network: "bluesky", Name: "brand.test", NativeID: server.DID("brand"),
		Handle: "brand.test", Title: "brand.test", Server: server.URL, Collects: true, Sends: true, State: community.AccountActive,
	}
	if a != want {
		t.Errorf("%+v\nwant %+v", a, want)
	}
	for _, c := range []struct {
		server, handle, password string
		kind                     community.FaultKind
	}{
		{server.URL, "@brand.test ", "app-brand", ""},
		{server.URL, "brand.test", "wrong", community.Unauthorised},
		{server.URL, "nobody.test", "app-brand", community.Unauthorised},
		{server.URL, "brand.test", "full-brand", community.Invalid},
		{server.URL, "", "app-brand", community.Invalid},
		{server.URL, "brand.test", " ", community.Invalid},
		{"gopher://x", "brand.test", "app-brand", community.Invalid},
		{"http://127.0.0.1:1", "brand.test", "app-brand", community.Unavailable},
	} {
		_, err := n.Connect(t.Context(), filled(c.server, c.handle, c.password))
		if got := community.KindOf(err); err != nil && got != c.kind || err == nil && c.kind != "" {
			t.Errorf("%q %q at %s: %v", c.handle, c.password, c.server, err)
		}
		if err != nil && c.password != "" && c.password != " " && strings.Contains(err.Error(), c.password) {
			t.Errorf("the password stands in %v", err)
		}
	}
}

// An access token that ended is renewed once, however many calls meet it, and both
// new tokens reach the vault together.
func TestSessionIsRenewedOnce(t *testing.T) {
	server, n, a, v := fake(t, blueskytest.Options{})
	before := server.Sessions()
	puts := v.puts
	server.Expire("brand")
	var calls sync.WaitGroup
	for range 20 {
		calls.Go(func() {
			if _, err := n.Check(t.Context(), a); err != nil {
				t.Error(err)
			}
		})
	}
	calls.Wait()
	if made, kept := server.Sessions()-before, v.puts-puts; made != 1 || kept != 1 {
		t.Errorf("%d sessions, kept %d times", made, kept)
	}
	health, err := n.Check(t.Context(), a)
	if err != nil || time.Until(health.RenewsAt) < time.Hour {
		t.Errorf("health: %+v %v", health, err)
	}
}

// A token is renewed before it ends; a vault that does not take the new ones does
// not lose them: they are offered again.
func TestRenewedTokensAreNotLost(t *testing.T) {
	server, n, a, v := fake(t, blueskytest.Options{Access: 30 * time.Second}) // less than the minute before which it is renewed
	v.broken = true
	if _, err := n.Check(t.Context(), a); community.KindOf(err) != community.Unavailable {
		t.Errorf("a vault that is down: %v", err)
	}
	v.broken = false
	server.Expire("brand")
	if _, err := n.Check(t.Context(), a); err != nil {
		t.Errorf("afterwards: %v", err)
	}
	if s, _ := v.Secret(t.Context(), a.Key(), "refresh"); len(s) == 0 {
		t.Error("nothing was kept")
	}
}
