package main

import (
	"bytes"
	"context"
	"log/slog"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// arcade is a network of shops for tests of connecting: a sign-in in the browser
// opens as many shops as its code says.
type arcade struct {
	mu     sync.Mutex
	health community.Health
	fault  error
	said   []string // what Complete was given back
	// meanwhile is what happens while it is asked how an account stands.
	meanwhile func()
}

const shopSecret = "a-shop's-token-nobody-may-read"

func (m *arcade) Form() []collectors.Field {
	return []collectors.Field{
		{Name: "client", Kind: collectors.FieldText, App: true},
		{Name: "client_secret", Kind: collectors.FieldSecret, App: true},
		{Name: "kind", Kind: collectors.FieldChoice, Choices: []string{"shops", "one"}, Default: "shops"},
		{Name: "token", Kind: collectors.FieldSecret, Optional: true},
	}
}

func (m *arcade) Connect(_ context.Context, in collectors.Filled) (collectors.Connection, error) {
	switch in.Values["token"] {
	case "":
	case "wrong":
		return collectors.Connection{}, community.Faultf(community.Unauthorised, "network.unauthorised")
	default:
		return collectors.Connection{Accounts: []collectors.Connected{shop(1, in.Values["token"])}}, nil
	}
	if in.Return == "" {
		return collectors.Connection{}, community.Faultf(community.Invalid, "connect.browser", "arcade")
	}
	q := url.Values{"client": {in.Values["client"]}, "state": {in.State}, "back": {in.Return}}
	return collectors.Connection{Go: "https://arcade.example/authorise?" + q.Encode(), Keep: map[string]string{"verifier": "v1"}}, nil
}

func (m *arcade) Complete(_ context.Context, kept map[string]string, query url.Values) (collectors.Connection, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.said = append(m.said, kept["verifier"]+" "+query.Get("code"))
	if query.Get("error") != "" {
		return collectors.Connection{}, community.Faultf(community.Unauthorised, "network.unauthorised")
	}
	var out collectors.Connection
	n, err := strconv.Atoi(query.Get("code"))
	for i := range n {
		out.Accounts = append(out.Accounts, shop(i+1, shopSecret))
	}
	return out, err
}

func shop(n int, token string) collectors.Connected {
	id := strconv.Itoa(n)
	return collectors.Connected{
		Account: community.Account{Network: "other", Name: "shop", NativeID: id, Handle: "shop" + id, Title: "Maison " + id, Scope: "arcade", Collects: true, Sends: true},
		Secrets: map[string]string{"token": token},
	}
}

func (m *arcade) Check(context.Context, community.Account) (community.Health, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.meanwhile != nil {
		m.meanwhile()
	}
	return m.health, m.fault
}

func (m *arcade) Collect(ctx context.Context, _ community.Account, _ community.Cursor, _ collectors.Emit) error {
	<-ctx.Done()
	return ctx.Err()
}

func (m *arcade) Reply(context.Context, community.Account, community.Message, community.Reply) (community.Receipt, error) {
	return community.Receipt{ID: "sent"}, nil
}

func (m *arcade) Describe(context.Context, community.Account) (community.Capability, error) {
	return community.Capability{Network: "arcade", ReplyPublic: true}, nil
}

func (m *arcade) Count(_ community.Visibility, text string) int { return len(text) }

// arcadeHouse is an installation with an arcade, two brands, and an administrator of
// each.
type arcadeHouse struct {
	*house
	connector
	arcade     *arcade
	ada, bob   community.Viewer
	logged     *lockedBuffer
	acme, bolt string
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func newArcadeHouse(t *testing.T) *arcadeHouse {
	t.Helper()
	m := &arcadeHouse{arcade: &arcade{}, logged: &lockedBuffer{}, acme: "acme", bolt: "bolt"}
	logger := slog.New(slog.NewTextHandler(m.logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	var err error
	m.house, err = openHouse(t.Context(), &place{dir: t.TempDir()}, logger, map[string]collectors.Network{"arcade": m.arcade})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.close(); err != nil {
			t.Error(err)
		}
		if strings.Contains(m.logged.String(), shopSecret) {
			t.Error("the log holds a secret")
		}
	})
	m.connector = connector{m.house, "https://vigie.example"}
	for _, b := range []string{m.acme, m.bolt} {
		if err := m.ensureBrand(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	m.ada = community.Viewer{Agent: "ada", Grants: []community.Grant{{Brand: m.acme, Role: community.RoleAdmin}}}
	m.bob = community.Viewer{Agent: "bob", Grants: []community.Grant{{Brand: m.bolt, Role: community.RoleAdmin}}}
	return m
}

func (m *arcadeHouse) form(extra ...string) community.Connecting {
	in := community.Connecting{
		Brand: m.acme, Network: "arcade", Session: "s1",
		Values: map[string]string{"client": "c1", "client_secret": "app-secret"},
	}
	for i := 0; i < len(extra); i += 2 {
		in.Values[extra[i]] = extra[i+1]
	}
	return in
}

// state is what the network must bring back.
func stateOf(t *testing.T, step community.ConnectStep) string {
	t.Helper()
	u, err := url.Parse(step.Go)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query().Get("state")
}

func fault(t *testing.T, what string, err error, kind community.FaultKind, key string) {
	t.Helper()
	if err == nil || community.KindOf(err) != kind || !strings.HasPrefix(err.Error(), key) {
		t.Errorf("%s: %v, want %s %s", what, err, kind, key)
	}
}
