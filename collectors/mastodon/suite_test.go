package mastodon_test

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/collectors/collectortest"
	"github.com/vigie-hq/vigie/collectors/mastodon"
	"github.com/vigie-hq/vigie/collectors/mastodon/mastodontest"
	"github.com/vigie-hq/vigie/community"
)

// quick is the network with waits for tests: the same code, impatient.
func quick(v *vault) *mastodon.Network {
	return mastodon.New(mastodon.Options{
		Vault: v, Logger: slog.New(slog.DiscardHandler),
		Poll: 60 * time.Millisecond, PollStreaming: 150 * time.Millisecond, Settle: 100 * time.Millisecond,
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

// vault keeps secrets in memory, in clear. token is that of every account that has
// none of its own.
type vault struct {
	token string
	mu    sync.Mutex
	held  map[string][]byte
}

func holding(token string) *vault { return &vault{token: token} }

func (v *vault) Secret(_ context.Context, owner, name string) ([]byte, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if s, ok := v.held[owner+"/"+name]; ok {
		return s, nil
	}
	if name == "token" && v.token != "" {
		return []byte(v.token), nil
	}
	return nil, community.Faultf(community.NotFound, "secret.unknown", name)
}

func (v *vault) PutSecrets(_ context.Context, owner string, secrets map[string][]byte) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.held == nil {
		v.held = map[string][]byte{}
	}
	for name, s := range secrets {
		v.held[owner+"/"+name] = s
	}
	return nil
}

// verify connects by a token, as a person would.
func verify(ctx context.Context, server, token string) (community.Account, error) {
	c, err := quick(&vault{}).Connect(ctx, collectors.Filled{Values: map[string]string{"server": server, "token": token}})
	if err != nil {
		return community.Account{}, err
	}
	return c.Accounts[0].Account, nil
}

// fakeBench is the suite's bench over our own fake server.
func fakeBench(t testing.TB, o mastodontest.Options) collectortest.Bench {
	server := mastodontest.New(o, "brand", "alice")
	t.Cleanup(func() {
		server.Close()
		for _, c := range server.Complaints() {
			t.Errorf("the server complains: %s", c)
		}
	})
	account, err := verify(t.Context(), server.URL, "token-brand")
	if err != nil {
		t.Fatal(err)
	}
	account.Brand, account.Role = "shop", community.RoleSupport
	return collectortest.Bench{
		Network: quick(holding("token-brand")),
		Account: account,
		Server: collectortest.Server{
			Post: func(_ testing.TB, p collectortest.Post) string {
				visibility := "public"
				if p.Private {
					visibility = "direct"
				}
				return server.Post("alice", "@brand "+p.Text, visibility, p.InReplyTo, p.At)
			},
			Edit:   func(_ testing.TB, id, text string) { server.Edit(id, "@brand "+text) },
			Delete: func(_ testing.TB, id string) { server.Delete(id) },
			Own: func(_ testing.TB, text, inReplyTo string) string {
				return server.Post("brand", text, "public", inReplyTo, time.Time{})
			},
			Posted: func(_ testing.TB, text string) int {
				n := 0
				for _, st := range server.By("brand") {
					if strings.Contains(st.Text, text) {
						n++
					}
				}
				return n
			},
			Cut: func(testing.TB) { server.Cut() },
			Push: func(_ testing.TB, p collectortest.Push) {
				server.SetPushing(map[collectortest.Push]mastodontest.Pushing{
					collectortest.PushAll: mastodontest.PushAll, collectortest.PushNothing: mastodontest.PushNothing,
					collectortest.PushSome: mastodontest.PushSome, collectortest.PushTwice: mastodontest.PushTwice,
					collectortest.PushRefused: mastodontest.PushRefused, collectortest.PushMost: mastodontest.PushMost,
				}[p])
			},
			Fail: func(_ testing.TB, f collectortest.Failure, calls int) {
				server.Fail(map[collectortest.Failure]mastodontest.Failure{
					collectortest.Limited: mastodontest.TooMany, collectortest.Broken: mastodontest.HTML503,
					collectortest.BusyReply: mastodontest.PostHTML503, collectortest.LimitReply: mastodontest.PostTooMany,
					collectortest.LostAnswer: mastodontest.LostAnswer, collectortest.LateAnswer: mastodontest.LateAnswer,
				}[f], calls)
			},
			Pushes: []collectortest.Push{collectortest.PushMost},
			Fails:  []collectortest.Failure{collectortest.LateAnswer},
			Dates:  true,
			Token:  func(_ testing.TB, alive bool) { server.SetToken("brand", alive) },
		},
	}
}

func TestSuiteOnFakeMastodon(t *testing.T) {
	t.Parallel()
	collectortest.Run(t, func(t testing.TB) collectortest.Bench { return fakeBench(t, mastodontest.Options{}) })
}

func TestSuiteOnFakeGoToSocial(t *testing.T) {
	t.Parallel()
	collectortest.Run(t, func(t testing.TB) collectortest.Bench {
		return fakeBench(t, mastodontest.Options{GoToSocial: true})
	})
}
