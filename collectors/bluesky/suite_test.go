package bluesky_test

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/collectors/bluesky"
	"github.com/vigie-hq/vigie/collectors/bluesky/blueskytest"
	"github.com/vigie-hq/vigie/collectors/collectortest"
	"github.com/vigie-hq/vigie/community"
)

// vault is a collectors.Vault in memory.
type vault struct {
	mu      sync.Mutex
	secrets map[string][]byte
	puts    int
	broken  bool
}

func newVault() *vault { return &vault{secrets: map[string][]byte{}} }

func (v *vault) Secret(_ context.Context, owner, name string) ([]byte, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	secret, ok := v.secrets[owner+"/"+name]
	if !ok {
		return nil, community.Faultf(community.NotFound, "secret.none")
	}
	return secret, nil
}

func (v *vault) PutSecrets(_ context.Context, owner string, secrets map[string][]byte) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.broken {
		return community.Faultf(community.Unavailable, "store.down")
	}
	v.puts++
	for name, secret := range secrets {
		v.secrets[owner+"/"+name] = secret
	}
	return nil
}

func (v *vault) keep(t testing.TB, connected collectors.Connected) {
	t.Helper()
	secrets := map[string][]byte{}
	for name, secret := range connected.Secrets {
		secrets[name] = []byte(secret)
	}
	if err := v.PutSecrets(t.Context(), connected.Account.Key(), secrets); err != nil {
		t.Fatal(err)
	}
}

// quick is the network with waits for tests: the same code, impatient.
func quick(v *vault, jetstream string) *bluesky.Network {
	return bluesky.New(bluesky.Options{
		Vault: v, Logger: slog.New(slog.DiscardHandler), Jetstream: jetstream,
		Poll: 60 * time.Millisecond, PollStreaming: 150 * time.Millisecond,
		Looks: looks(0, .2, .5, 1, 1.5, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 60),
	})
}

// looks are ages in seconds.
func looks(seconds ...float64) (ages []time.Duration) {
	for _, s := range seconds {
		ages = append(ages, time.Duration(s*float64(time.Second)))
	}
	return ages
}

// fake starts a server and connects the brand's account to it.
func fake(t testing.TB, o blueskytest.Options) (*blueskytest.Server, *bluesky.Network, community.Account, *vault) {
	t.Helper()
	server, err := blueskytest.New(o, "brand", "alice", "bob")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		server.Close()
		for _, c := range server.Complaints() {
			t.Errorf("the server complains: %s", c)
		}
	})
	v := newVault()
	n := quick(v, server.URL)
	return server, n, connect(t, n, v, server.URL, "brand.test", "app-brand"), v
}

func connect(t testing.TB, n *bluesky.Network, v *vault, server, handle, password string) community.Account {
	t.Helper()
	c, err := n.Connect(t.Context(), collectors.Filled{Values: map[string]string{"server": server, "handle": handle, "password": password}})
	if err != nil {
		t.Fatal(err)
	}
	a := c.Accounts[0]
	a.Account.Brand, a.Account.Role = "shop", community.RoleSupport
	v.keep(t, a)
	return a.Account
}

// fakeBench is the suite's bench over our own fake server.
func fakeBench(t testing.TB) collectortest.Bench {
	server, n, account, _ := fake(t, blueskytest.Options{})
	return collectortest.Bench{
		Network: n,
		Account: account,
		Server: collectortest.Server{
			Post: func(_ testing.TB, p collectortest.Post) string {
				if p.Private {
					return server.Direct("alice", "brand", p.Text)
				}
				return server.Post("alice", blueskytest.Said{Text: "@brand " + p.Text, InReplyTo: p.InReplyTo, CreatedAt: p.At, SeenAt: p.At})
			},
			Edit:   func(_ testing.TB, id, text string) { server.Edit(id, "@brand "+text) },
			Delete: func(_ testing.TB, id string) { server.Delete(id) },
			Own: func(_ testing.TB, text, inReplyTo string) string {
				return server.Post("brand", blueskytest.Said{Text: text, InReplyTo: inReplyTo})
			},
			Posted: func(_ testing.TB, text string) int {
				n := 0
				for _, words := range append(server.By("brand"), server.Directs("brand")...) {
					if strings.Contains(words, text) {
						n++
					}
				}
				return n
			},
			Cut: func(testing.TB) { server.Cut() },
			Push: func(_ testing.TB, p collectortest.Push) {
				server.SetPushing(map[collectortest.Push]blueskytest.Pushing{
					collectortest.PushAll: blueskytest.PushAll, collectortest.PushNothing: blueskytest.PushNothing,
					collectortest.PushSome: blueskytest.PushSome, collectortest.PushTwice: blueskytest.PushTwice,
					collectortest.PushRefused: blueskytest.PushRefused, collectortest.PushMost: blueskytest.PushMost,
					collectortest.PushDeleted: blueskytest.PushDeleted,
				}[p])
			},
			Fail: func(_ testing.TB, f collectortest.Failure, calls int) {
				server.Fail(map[collectortest.Failure]blueskytest.Failure{
					collectortest.Limited: blueskytest.TooMany, collectortest.Broken: blueskytest.HTML502,
					collectortest.BusyReply: blueskytest.PostBusy, collectortest.LimitReply: blueskytest.PostTooMany,
					collectortest.LostAnswer: blueskytest.LostAnswer, collectortest.LateAnswer: blueskytest.LateAnswer,
				}[f], calls)
			},
			Token:  func(_ testing.TB, alive bool) { server.SetToken("brand", alive) },
			Pushes: []collectortest.Push{collectortest.PushMost, collectortest.PushDeleted},
			Fails:  []collectortest.Failure{collectortest.LateAnswer},
			Dates:  true,
			Skew:   func(_ testing.TB, ahead time.Duration) { server.Skew(ahead) },
		},
	}
}

func TestSuiteOnFake(t *testing.T) {
	collectortest.Run(t, fakeBench)
}
