package facebook_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/collectors/facebook"
	"github.com/vigie-hq/vigie/collectors/graph"
	"github.com/vigie-hq/vigie/collectors/graph/graphtest"
	"github.com/vigie-hq/vigie/community"
)

func appForm() map[string]string {
	return map[string]string{graph.FieldAppID: graphtest.AppID, graph.FieldAppSecret: graphtest.AppSecret}
}

// follow opens an address and gives what it brings back.
func follow(t *testing.T, address string) url.Values {
	t.Helper()
	c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	r, err := c.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	back, err := r.Location()
	if err != nil {
		t.Fatal(err)
	}
	return back.Query()
}

// One sign-in in the browser connects 800 shops, each able to speak for itself
// and for no other.
func TestConnectingEightHundredShops(t *testing.T) {
	server := fake(t, graphtest.Options{})
	var names []string
	for range 800 {
		names = append(names, "La Boutique") // they are all called the same
	}
	pages := server.AddPages(names...)
	n := quick(server, appVault())
	step, err := n.Connect(t.Context(), collectors.Filled{Values: appForm(), Return: "https://vigie.example/back", State: "mine"})
	if err != nil || step.Go == "" || len(step.Accounts) != 0 {
		t.Fatalf("%+v %v", step, err)
	}
	done, err := n.Complete(t.Context(), step.Keep, follow(t, step.Go))
	if err != nil || len(done.Accounts) != 800 || done.Go != "" {
		t.Fatalf("%d accounts, %v", len(done.Accounts), err)
	}
	seen := map[string]bool{}
	for _, c := range done.Accounts {
		a := c.Account
		if seen[a.Name] || a.NativeID == "" || a.Scope != a.NativeID || a.Network != facebook.Name || a.State != community.AccountActive || !a.Collects || !a.Sends {
			t.Fatalf("account %+v", a)
		}
		seen[a.Name] = true
		if !slices.ContainsFunc(pages, func(p graphtest.Page) bool { return p.ID == a.NativeID && p.Token == c.Secrets[graph.SecretToken] }) {
			t.Fatalf("the token of %s is not its own", a.Name)
		}
	}
	v := appVault()
	shop := done.Accounts[423]
	v[[2]string{shop.Account.Key(), graph.SecretToken}] = shop.Secrets[graph.SecretToken]
	health, err := quick(server, v).Check(t.Context(), shop.Account)
	if err != nil || health.Fault != "" || health.Push != community.PushOn || health.ExpiresAt.IsZero() || len(health.Windows) == 0 {
		t.Errorf("a shop's health: %+v %v", health, err)
	}
}

func TestConnectingWithAToken(t *testing.T) {
	server := fake(t, graphtest.Options{})
	pages := server.AddPages("Paris", "Lyon")
	n := quick(server, appVault())
	for token, want := range map[string]int{pages[1].Token: 1, server.UserToken(): 2} {
		in := maps.Clone(appForm())
		in[graph.FieldToken] = " " + token + "\n"
		got, err := n.Connect(t.Context(), collectors.Filled{Values: in})
		if err != nil || len(got.Accounts) != want || got.Go != "" {
			t.Errorf("%d accounts, %v", len(got.Accounts), err)
		}
	}
	in := maps.Clone(appForm())
	if _, err := n.Connect(t.Context(), collectors.Filled{Values: in}); graph.FaultKey(err) != "connect.browser" {
		t.Errorf("without a browser: %v", err)
	}
	in[graph.FieldToken] = "EAAnothing"
	if _, err := n.Connect(t.Context(), collectors.Filled{Values: in}); community.KindOf(err) != community.Unauthorised {
		t.Errorf("with a token that is none: %v", err)
	}
}

func TestHealth(t *testing.T) {
	server := fake(t, graphtest.Options{})
	page := server.AddPages("Paris")[0]
	account := accountOf(page)
	n := quick(server, appVault(account))
	server.SetPushing(graphtest.PushRefused)
	if h, err := n.Check(t.Context(), account); err != nil || h.Push != community.PushDown || h.PushWhy != "graph.permission" {
		t.Errorf("push refused: %+v %v", h, err)
	}
	server.SetPushing(graphtest.PushAll)
	soon := time.Now().Add(3 * 24 * time.Hour).Truncate(time.Second)
	server.SetExpiry(page.Token, soon)
	if h, err := n.Check(t.Context(), account); err != nil || h.Push != community.PushOn || !h.ExpiresAt.Equal(soon) || !h.Ending(time.Now()) {
		t.Errorf("a token that ends soon: %+v %v", h, err)
	}
	old := account
	old.API = "v20.0" // expired in September 2026
	if h, err := n.Check(t.Context(), old); err != nil || h.Fault != "graph.version" {
		t.Errorf("an expired version: %+v %v", h, err)
	}
	for subcode, key := range map[int]string{458: "graph.app_removed", 459: "graph.checkpoint", 460: "graph.password_changed", 463: "graph.token_expired", 467: "graph.token_invalid"} {
		server.SetToken(page.Token, subcode)
		if h, err := n.Check(t.Context(), account); community.KindOf(err) != community.Unauthorised || h.Fault != key {
			t.Errorf("%d: %+v %v", subcode, h, err)
		}
	}
	if h, err := n.Check(t.Context(), community.Account{Brand: "shop", Network: facebook.Name, Name: "none", NativeID: "1"}); community.KindOf(err) != community.Unauthorised || h.Fault != "network.no_token" {
		t.Errorf("no token: %+v %v", h, err)
	}
}

// Two networks share a page's subscription: neither takes the other's away.
func TestASubscriptionIsShared(t *testing.T) {
	server := fake(t, graphtest.Options{})
	page := server.AddPages("Paris")[0]
	g := graph.New(graph.Options{Vault: appVault(accountOf(page)), Base: server.URL})
	c, err := g.Client(t.Context(), accountOf(page))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		for _, fields := range [][]string{{"feed", "messages"}, {"messages", "message_reactions"}} {
			if on, err := c.Subscribe(t.Context(), page.ID, fields); err != nil || !on {
				t.Fatal(on, err)
			}
		}
	}
	if got := fmt.Sprint(server.Field(page.ID, "subscribed")); got != "[feed messages message_reactions]" {
		t.Errorf("subscribed to %s", got)
	}
}
