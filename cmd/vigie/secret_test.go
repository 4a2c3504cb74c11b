package main

import (
	"context"
	"encoding/json"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/collectors/mastodon"
	"github.com/vigie-hq/vigie/collectors/mastodon/mastodontest"
	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
)

// listener stands before a server and notes the addresses that are asked for.
type listener struct {
	mu    sync.Mutex
	asked []string
	cut   bool // answer nothing but an error page
}

func (l *listener) before(t *testing.T, server string) string {
	t.Helper()
	target, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l.mu.Lock()
		l.asked = append(l.asked, r.URL.String())
		cut := l.cut
		l.mu.Unlock()
		if cut {
			http.Error(w, "<html>"+r.Header.Get("Authorization"), http.StatusBadGateway) // a page that tells
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func (l *listener) all() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.asked)
}

// TestNoSecretIsTold signs in at a server as a browser does, hears a mention,
// answers it, meets faults and a dead token, and then looks for the token and
// the app's secret in everything that was logged, returned or asked for.
func TestNoSecretIsTold(t *testing.T) {
	server := mastodontest.New(mastodontest.Options{}, "care", "alice")
	t.Cleanup(func() {
		server.Close()
		for _, c := range server.Complaints() {
			t.Errorf("the server complains: %s", c)
		}
	})
	line, logged := &listener{}, &lockedBuffer{}
	address := line.before(t, server.URL)
	ctx, stop := context.WithCancel(t.Context())
	dir := t.TempDir()
	h, err := openHouse(ctx, &place{dir: dir}, slog.New(slog.NewTextHandler(logged, &slog.HandlerOptions{Level: slog.LevelDebug})), nil)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- h.serve(ctx, serving{listen: "127.0.0.1:0"}) }()
	var told []string // errors
	ended := false
	end := func() {
		if ended {
			return
		}
		ended = true
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := h.close(); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(end)
	if err := h.ensureBrand(ctx, community.DefaultBrand); err != nil {
		t.Fatal(err)
	}
	con, admin := connector{h, "https://vigie.example"}, community.Viewer{Agent: "ada", Grants: []community.Grant{{Brand: community.DefaultBrand, Role: community.RoleAdmin}}}
	in := community.Connecting{Brand: community.DefaultBrand, Network: mastodon.Name, Role: community.RoleSupport, Session: "s1", Values: map[string]string{"server": address}}
	step, err := con.Connect(ctx, admin, in)
	if err != nil {
		t.Fatal(err)
	}
	back := agree(t, step.Go, "care")
	if !strings.HasPrefix(back.String(), "https://vigie.example/settings/accounts/connected?") {
		t.Fatalf("the browser is sent to %s", back)
	}
	if step, err = con.Back(ctx, admin, "s1", back.Query()); err != nil || len(step.Connected) != 1 || step.Connected[0].Handle != "care" || step.Connected[0].Role != community.RoleSupport {
		t.Fatalf("signed in: %+v, %v", step, err)
	}
	care := step.Connected[0]
	time.Sleep(time.Second) // let the account connect: what is older is history
	server.Post("alice", "@care ma commande n'est jamais arrivée, que faire ?", "direct", "", time.Now())
	system := community.Viewer{System: true, Agent: "lea"}
	var c community.Conversation
	eventually(t, 20*time.Second, "the mention in the inbox", func() bool {
		page, err := h.reader.Conversations(ctx, system, community.Query{Network: []string{mastodon.Name}, Status: []community.Status{community.Open}})
		if err == nil && len(page.Items) == 1 {
			c = page.Items[0]
		}
		return c.ID != ""
	})
	answer := func(id string) {
		if _, err := h.desk.Answer(ctx, system, desk.Answer{ID: id, Conversation: c.ID, Text: "Je regarde. " + id, Anyway: true}); err != nil {
			t.Fatal(err)
		}
		if _, err := h.desk.SendNow(ctx, system, id); err != nil {
			t.Fatal(err)
		}
	}
	answer("r1")
	eventually(t, 20*time.Second, "the answer on the network", func() bool { return len(server.By("care")) == 1 })

	// Faults: a server that repeats what it was sent, then a dead token.
	line.mu.Lock()
	line.cut = true
	line.mu.Unlock()
	_, err = con.Check(ctx, admin, care.Key())
	told = append(told, textOf(err))
	answer("r2")
	_, err = h.networks[mastodon.Name].Reply(ctx, care, community.Message{ID: "1", Network: mastodon.Name}, community.Reply{ID: "x", Text: "x"})
	told = append(told, textOf(err))
	in.Values["token"] = "token-care"
	_, err = con.Connect(ctx, admin, in)
	told = append(told, textOf(err))
	line.mu.Lock()
	line.cut = false
	line.mu.Unlock()
	in.Values["token"] = "token-care-wrong"
	_, err = con.Connect(ctx, admin, in)
	told = append(told, textOf(err))
	if strings.Join(told, "") == "" {
		t.Error("nothing went wrong")
	}
	time.Sleep(time.Second)
	matter, err := h.reader.Matter(ctx, system, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	sheet, err := h.reader.Standing(ctx, admin, care.Key())
	if err != nil {
		t.Fatal(err)
	}
	secrets := []string{"token-care"}
	app, err := h.vault.Secret(ctx, collectors.AppOwner(mastodon.Name+"/"+strings.TrimPrefix(address, "http://")), "client_secret")
	if err != nil {
		t.Fatalf("no app was registered: %v", err)
	}
	secrets = append(secrets, string(app))
	end()
	var asked []string
	for _, a := range line.all() {
		if !strings.HasPrefix(a, "/oauth/authorize") { // the browser's own
			asked = append(asked, a)
		}
	}
	for _, secret := range secrets {
		for what, text := range map[string]string{
			"the log": logged.String(), "an error": strings.Join(told, "\n"), "an address": strings.Join(asked, "\n"),
			"the account": inJSON(t, sheet), "the conversation": inJSON(t, matter), "the store": filesOf(t, dir),
		} {
			if i := strings.Index(text, secret); i >= 0 {
				t.Errorf("%s holds a secret: …%s…", what, text[max(0, i-60):i])
			}
		}
	}
}

// agree lets a person sign in at the network, and returns where the browser is
// sent then.
func agree(t *testing.T, address, user string) *url.URL {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.AddCookie(&http.Cookie{Name: "user", Value: user})
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := browser.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	back, err := res.Location()
	if err != nil {
		t.Fatalf("%s: %v", res.Status, err)
	}
	return back
}

func textOf(err error) string {
	if err == nil {
		return ""
	}
	return err.Error() + " " + sentence(err)
}

func inJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// filesOf is everything a folder holds.
func filesOf(t *testing.T, dir string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := os.ReadFile(path)
		all.Write(body)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}
