package graph_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/collectors/graph"
	"github.com/vigie-hq/vigie/collectors/graph/graphtest"
	"github.com/vigie-hq/vigie/community"
)

func fake(t *testing.T, o graphtest.Options) (*graphtest.Server, *graph.Graph) {
	t.Helper()
	server, err := graphtest.New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		server.Close()
		for _, c := range server.Complaints() {
			t.Errorf("the server complains: %s", c)
		}
	})
	v := vault{
		{collectors.AppOwner("facebook"), graph.FieldAppID}:     graphtest.AppID,
		{collectors.AppOwner("facebook"), graph.FieldAppSecret}: graphtest.AppSecret,
	}
	return server, graph.New(graph.Options{Vault: v, Base: server.URL, Dialog: server.URL})
}

func form() map[string]string {
	return map[string]string{graph.FieldAppID: graphtest.AppID, graph.FieldAppSecret: graphtest.AppSecret}
}

// browse follows the dialog to where it sends the browser back.
func browse(t *testing.T, address string) url.Values {
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

// A retailer signs in once and has 800 pages, each with a token of its own.
func TestOneSignInFindsEightHundredPages(t *testing.T) {
	server, g := fake(t, graphtest.Options{Gaps: true})
	var names []string
	for i := range 800 {
		names = append(names, fmt.Sprintf("Boutique %d", i+1))
	}
	pages := server.AddPages(names...)
	app, token, connection, err := g.Begin(t.Context(), collectors.Filled{
		Values: form(), Return: "https://vigie.example/settings/accounts/connected", State: "s3cret",
	}, []string{"pages_show_list", "pages_messaging"})
	if err != nil || token != "" || connection.Go == "" || app.ID != graphtest.AppID {
		t.Fatalf("%+v %v", connection, err)
	}
	query := browse(t, connection.Go)
	app, token, err = g.Finish(t.Context(), connection.Keep, query)
	if err != nil {
		t.Fatal(err)
	}
	places, err := g.Places(t.Context(), app, token, "")
	if err != nil || len(places) != 800 {
		t.Fatalf("%d pages, %v", len(places), err)
	}
	for i, p := range places {
		if !slices.ContainsFunc(pages, func(q graphtest.Page) bool { return q.ID == p.ID && q.Token == p.Token && q.Name == p.Name }) {
			t.Errorf("page %d is %+v", i, p)
		}
	}
	if _, _, err := g.Finish(t.Context(), connection.Keep, query); community.KindOf(err) != community.Unauthorised {
		t.Errorf("a code is good once: %v", err)
	}
}

func TestASignInThatIsNotOurs(t *testing.T) {
	_, g := fake(t, graphtest.Options{})
	_, _, connection, err := g.Begin(t.Context(), collectors.Filled{Values: form(), Return: "https://vigie.example/back", State: "mine"}, []string{"pages_show_list"})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		query url.Values
		key   string
	}{
		"another state": {url.Values{"state": {"theirs"}, "code": {"x"}}, "connect.state"},
		"no state":      {url.Values{"code": {"x"}}, "connect.state"},
		"declined":      {url.Values{"state": {"mine"}, "error": {"access_denied"}}, "connect.declined"},
		"a made-up code": {
			url.Values{"state": {"mine"}, "code": {"x"}}, "connect.code",
		},
	} {
		if _, _, err := g.Finish(t.Context(), connection.Keep, c.query); graph.FaultKey(err) != c.key {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, _, err := g.Begin(t.Context(), collectors.Filled{Values: form()}, nil); graph.FaultKey(err) != "connect.browser" {
		t.Errorf("no browser: %v", err)
	}
	if _, _, _, err := g.Begin(t.Context(), collectors.Filled{Values: map[string]string{}}, nil); graph.FaultKey(err) != "connect.field" {
		t.Errorf("no app: %v", err)
	}
}

func TestATokenOfAPageIsThatPage(t *testing.T) {
	server, g := fake(t, graphtest.Options{})
	page := server.AddPages("Paris", "Lyon")[1]
	app, err := graph.AppFrom(form())
	if err != nil {
		t.Fatal(err)
	}
	places, err := g.Places(t.Context(), app, page.Token, "")
	if err != nil || len(places) != 1 || places[0].ID != page.ID || places[0].Token != page.Token {
		t.Errorf("%+v %v", places, err)
	}
	if _, err := g.Places(t.Context(), app, "EAAnothing", ""); community.KindOf(err) != community.Unauthorised {
		t.Errorf("a token that is none: %v", err)
	}
	server.SetToken(page.Token, 463)
	if _, err := g.Places(t.Context(), app, page.Token, ""); graph.FaultKey(err) != "graph.token_expired" {
		t.Errorf("a token that expired: %v", err)
	}
	until := time.Now().Add(5 * 24 * time.Hour).Truncate(time.Second)
	server.SetToken(page.Token, 0)
	server.SetExpiry(page.Token, until)
	if token, err := g.Inspect(t.Context(), app, page.Token); err != nil || !token.Expires.Equal(until) || token.Type != "PAGE" {
		t.Errorf("%+v %v", token, err)
	}
}

// A person's own token, as Meta's tools make it, lives for an hour: it is made to
// last before the pages' tokens are taken from it. A page's token does already.
func TestATokenThatIsPastedIsMadeToLast(t *testing.T) {
	server, g := fake(t, graphtest.Options{})
	page := server.AddPages("La Boutique")[0]
	short := server.UserToken()
	server.SetExpiry(short, time.Now().Add(time.Hour))
	for pasted, lasts := range map[string]bool{short: false, page.Token: true} {
		values := form()
		values[graph.FieldToken] = " " + pasted + "\n"
		app, token, _, err := g.Begin(t.Context(), collectors.Filled{Values: values}, nil)
		if err != nil || (token == pasted) != lasts {
			t.Errorf("%s: %s %v", pasted, token, err)
		}
		got, err := g.Inspect(t.Context(), app, token)
		if err != nil || time.Until(got.Expires) < 30*24*time.Hour {
			t.Errorf("%s: ends %v, %v", token, got.Expires, err)
		}
	}
	values := form()
	values[graph.FieldToken] = "EAAnone"
	if _, _, _, err := g.Begin(t.Context(), collectors.Filled{Values: values}, nil); community.KindOf(err) != community.Unauthorised {
		t.Errorf("a token that is none: %v", err)
	}
}
