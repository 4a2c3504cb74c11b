package mastodon_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/collectors/mastodon/mastodontest"
	"github.com/vigie-hq/vigie/community"
)

const back = "https://vigie.example/settings/accounts/return"

// browse goes where the browser is sent, as a user, and returns what it brings
// back.
func browse(t *testing.T, address, user string) url.Values {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	if user != "" {
		r.AddCookie(&http.Cookie{Name: "user", Value: user})
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	to, err := response.Location()
	if err != nil || !strings.HasPrefix(to.String(), back+"?") {
		t.Fatalf("sent back to %v (%d)", to, response.StatusCode)
	}
	return to.Query()
}

func complains(t *testing.T, server *mastodontest.Server) {
	t.Helper()
	for _, c := range server.Complaints() {
		t.Errorf("the server complains: %s", c)
	}
}

func TestSignIn(t *testing.T) {
	for _, o := range []mastodontest.Options{{}, {GoToSocial: true}} {
		server := mastodontest.New(o, "brand", "alice")
		t.Cleanup(server.Close)
		v := &vault{}
		n := quick(v)
		in := collectors.Filled{
			Values: map[string]string{"server": strings.TrimPrefix(server.URL, "x"), "queries": "#sale\nmaisonlune"},
			Return: back, State: "a-state",
		}
		for range 2 { // the second finds the app registered
			c, err := n.Connect(t.Context(), in)
			if err != nil || !strings.HasPrefix(c.Go, server.URL+"/oauth/authorize?") || len(c.Accounts) != 0 {
				t.Fatalf("%+v %v", c, err)
			}
			done, err := n.Complete(t.Context(), c.Keep, browse(t, c.Go, "brand"))
			if err != nil || len(done.Accounts) != 1 {
				t.Fatalf("%+v %v", done, err)
			}
			a := done.Accounts[0]
			if a.Account.Handle != "brand" || a.Account.NativeID != server.UserID("brand") || a.Account.Queries != "#sale\nmaisonlune" ||
				a.Secrets["token"] != "token-brand" || a.Secrets["scopes"] != "read write:statuses write:favourites" {
				t.Errorf("%+v", a)
			}
			// The same code a second time, another browser, a person who says no.
			if _, err := n.Complete(t.Context(), c.Keep, url.Values{"state": {"a-state"}, "code": {"code-1"}}); community.KindOf(err) != community.Unauthorised {
				t.Errorf("a code that is none: %v", err)
			}
			for _, q := range []url.Values{{}, {"state": {"another"}, "code": {"x"}}, {"state": {""}, "code": {"x"}}, browse(t, c.Go, "")} {
				var f *community.Fault
				if _, err := n.Complete(t.Context(), c.Keep, q); !errors.As(err, &f) || f.Kind != community.Unauthorised {
					t.Errorf("%v: %v", q, err)
				}
			}
		}
		if server.Apps() != 1 {
			t.Errorf("%d apps", server.Apps())
		}
		server.ForgetApps()
		if c, err := n.Connect(t.Context(), in); err != nil || server.Apps() != 1 || browse(t, c.Go, "brand").Get("code") == "" {
			t.Errorf("the server forgot the app: %v, %d apps", err, server.Apps())
		}
		in.Return = back + "/elsewhere"
		if _, err := n.Connect(t.Context(), in); err != nil || server.Apps() != 2 {
			t.Errorf("another address to come back to: %v, %d apps", err, server.Apps())
		}
		if _, err := n.Complete(t.Context(), map[string]string{"server": server.URL, "return": back}, url.Values{"code": {"x"}}); community.KindOf(err) != community.Unauthorised {
			t.Errorf("without a state: %v", err)
		}
		complains(t, server)
	}
}

func TestConnectRefuses(t *testing.T) {
	server := mastodontest.New(mastodontest.Options{}, "brand")
	t.Cleanup(server.Close)
	n := quick(&vault{})
	for _, c := range []struct{ server, token, queries, back, key string }{
		{server.URL, "", "", "", "connect.browser"},
		{"", "", "", back, "account.server"},
		{"https://me:secret@x.example", "t", "", back, "account.server"},
		{server.URL, "token-brand", "colis perdu", "", "mastodon.query"},
		{server.URL, "token-brand", "#" + strings.Repeat("a\n#b", 1) + "\n#2026", "", "mastodon.query"},
		{server.URL, "wrong", "", "", "network.unauthorised"},
	} {
		_, err := n.Connect(t.Context(), collectors.Filled{Values: map[string]string{"server": c.server, "token": c.token, "queries": c.queries}, Return: c.back})
		var f *community.Fault
		if !errors.As(err, &f) || f.Key != c.key {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// A server cannot send the token, or a call of ours, elsewhere.
func TestRedirectsAreNotFollowed(t *testing.T) {
	inside := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("reached by redirect: %s, token %q", r.URL, r.Header.Get("Authorization"))
	}))
	defer inside.Close()
	outside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, inside.URL+r.URL.Path, http.StatusFound)
	}))
	defer outside.Close()
	if _, err := verify(t.Context(), outside.URL, "token-brand"); community.KindOf(err) != community.Unavailable || err == nil {
		t.Error(err)
	}
	if _, err := quick(holding("token-brand")).Describe(t.Context(), community.Account{Network: "mastodon", Server: outside.URL}); err == nil {
		t.Error("limits from elsewhere")
	}
}

// A server that repeats what it was sent, as some pages of errors do, puts no secret
// into our log.
func TestSignInTellsNoSecret(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/v1/apps" {
			_, _ = io.WriteString(w, `{"client_id":"app","client_secret":"s3cr3t"}`)
			return
		}
		body, _ := io.ReadAll(r.Body)
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write(body)
	}))
	defer server.Close()
	n := quick(&vault{})
	c, err := n.Connect(t.Context(), collectors.Filled{Values: map[string]string{"server": server.URL}, Return: back, State: "a-state"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = n.Complete(t.Context(), c.Keep, url.Values{"state": {"a-state"}, "code": {"c0d3"}})
	if err == nil || !strings.Contains(err.Error(), "client_id=app") || strings.Contains(err.Error(), "s3cr3t") || strings.Contains(err.Error(), "c0d3") {
		t.Error(err)
	}
}

// One server has one name, however somebody wrote it.
func TestServersName(t *testing.T) {
	server := mastodontest.New(mastodontest.Options{}, "brand")
	t.Cleanup(server.Close)
	c, err := quick(&vault{}).Connect(t.Context(), collectors.Filled{
		Values: map[string]string{"server": " " + strings.ToUpper(server.URL) + "/ ", "token": "token-brand"},
	})
	if err != nil || c.Accounts[0].Account.Scope != server.Host() || c.Accounts[0].Account.Server != server.URL {
		t.Errorf("%+v %v", c, err)
	}
}

func TestCheck(t *testing.T) {
	server, _, a := fake(t, mastodontest.Options{})
	v := holding("token-brand")
	n := quick(v)
	if err := v.PutSecrets(t.Context(), a.Key(), map[string][]byte{"scopes": []byte("read write:favourites")}); err != nil {
		t.Fatal(err)
	}
	var b basket
	collect(t, n, a, &b)
	b.wait(t, "a stream", func() bool { return server.Streams() == 1 })
	b.wait(t, "a poll", func() bool { return !b.cursor.Complete.IsZero() })
	h, err := n.Check(t.Context(), a)
	if err != nil || h.Fault != "" || h.Push != community.PushOn || len(h.Missing) != 1 || h.Missing[0] != "write:statuses" || len(h.Windows) == 0 {
		t.Errorf("%+v %v", h, err)
	}
	other := a
	other.NativeID = "42"
	if h, err := n.Check(t.Context(), other); h.Fault != "mastodon.other_account" || community.KindOf(err) != community.Unauthorised {
		t.Errorf("another's token: %+v %v", h, err)
	}
	server, n, a = fake(t, mastodontest.Options{}) // nobody collects there
	server.SetToken("brand", false)
	if h, err := n.Check(t.Context(), a); h.Fault != "network.unauthorised" || community.KindOf(err) != community.Unauthorised {
		t.Errorf("a dead token: %+v %v", h, err)
	}
	if h, err := quick(&vault{}).Check(t.Context(), a); h.Fault != "network.no_token" || err == nil {
		t.Errorf("no token: %+v %v", h, err)
	}
}

func TestModerate(t *testing.T) {
	server, n, a := fake(t, mastodontest.Options{})
	var b basket
	id := server.Post("alice", "@brand thank you", "", "", b.cursor.Connected)
	collect(t, n, a, &b)
	b.wait(t, "the message", func() bool { return b.messages[id].ID != "" })
	m := b.messages[id]
	if m.Author.URL != server.URL+"/@alice" || m.Able(community.DeedLike, m.CreatedAt) != nil || m.Able(community.DeedPrivate, m.CreatedAt) != nil ||
		m.Able(community.DeedHide, m.CreatedAt) == nil || m.Able(community.DeedDelete, m.CreatedAt) == nil {
		t.Errorf("%+v", m)
	}
	for _, deed := range []community.Deed{community.DeedLike, community.DeedLike, community.DeedUnlike, community.DeedUnlike} {
		if err := n.Moderate(t.Context(), a, m, deed); err != nil || server.Liked("brand", id) != (deed == community.DeedLike) {
			t.Errorf("%s: %v, liked %v", deed, err, server.Liked("brand", id))
		}
	}
	if err := n.Moderate(t.Context(), a, m, community.DeedHide); community.KindOf(err) != community.Refused {
		t.Errorf("hide: %v", err)
	}
	server.Delete(id)
	if err := n.Moderate(t.Context(), a, m, community.DeedLike); community.KindOf(err) != community.NotFound {
		t.Errorf("gone: %v", err)
	}
	complains(t, server)
}
