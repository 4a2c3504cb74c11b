package graph_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/collectors/graph"
	"github.com/vigie-hq/vigie/community"
)

// vault is a vault in memory: by owner and name.
type vault map[[2]string]string

func (v vault) Secret(_ context.Context, owner, name string) ([]byte, error) {
	if s, ok := v[[2]string{owner, name}]; ok {
		return []byte(s), nil
	}
	return nil, community.Faultf(community.NotFound, "secret.unknown")
}

func (v vault) PutSecrets(context.Context, string, map[string][]byte) error { return nil }

const secretToken = "EAAsecretsecretsecret"

func account() community.Account {
	return community.Account{Brand: "shop", Network: "facebook", Name: "paris", NativeID: "10"}
}

func shopVault() vault {
	a := account()
	return vault{
		{collectors.AppOwner("facebook"), graph.FieldAppID}:       "190000000000001",
		{collectors.AppOwner("facebook"), graph.FieldAppSecret}:   "hush",
		{collectors.AppOwner("facebook"), graph.FieldVerifyToken}: "word",
		{a.Key(), graph.SecretToken}:                              secretToken,
	}
}

// script is a server that answers what the test says, and keeps what was asked.
type script struct {
	*httptest.Server
	mu     sync.Mutex
	answer http.HandlerFunc
	asked  []*http.Request
}

func newScript(t *testing.T, answer http.HandlerFunc) *script {
	t.Helper()
	s := &script{answer: answer}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		s.mu.Lock()
		s.asked = append(s.asked, r)
		s.mu.Unlock()
		s.answer(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *script) calls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.asked)
}

// client is a client of the script's, whose time is now().
func (s *script) client(t *testing.T, now func() time.Time) *graph.Client {
	t.Helper()
	g := graph.New(graph.Options{Vault: shopVault(), Base: s.URL, Now: now, Logger: slog.New(slog.DiscardHandler)})
	c, err := g.Client(t.Context(), account())
	if err != nil {
		t.Fatal(err)
	}
	return c
}
