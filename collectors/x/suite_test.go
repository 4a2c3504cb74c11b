package x_test

import (
	"context"
	"log/slog"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/collectors/collectortest"
	"github.com/vigie-hq/vigie/collectors/x"
	"github.com/vigie-hq/vigie/collectors/x/xtest"
	"github.com/vigie-hq/vigie/community"
)

// vault keeps secrets in memory.
type vault struct {
	mu     sync.Mutex
	held   map[string]map[string]string
	refuse error
	puts   int
}

func (v *vault) Secret(_ context.Context, owner, name string) ([]byte, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	value, ok := v.held[owner][name]
	if !ok {
		return nil, community.Faultf(community.NotFound, "secret.unknown")
	}
	return []byte(value), nil
}

func (v *vault) PutSecrets(_ context.Context, owner string, secrets map[string][]byte) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.puts++
	if v.refuse != nil {
		return v.refuse
	}
	for name, value := range secrets {
		if v.held[owner] == nil {
			v.held[owner] = map[string]string{}
		}
		v.held[owner][name] = string(value)
		if value == nil {
			delete(v.held[owner], name)
		}
	}
	return nil
}

func (v *vault) set(owner, name, value string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.held[owner][name] = value
}

// quick is the network with waits for tests: the same code, impatient.
func quick(v collectors.Vault, more func(*x.Options)) *x.Network {
	o := x.Options{
		Vault: v, Logger: slog.New(slog.DiscardHandler),
		Poll: 60 * time.Millisecond, PollStreaming: 150 * time.Millisecond, PollDirect: 80 * time.Millisecond,
		Settle: 100 * time.Millisecond, Silence: 2 * time.Second,
		Looks: looks(0, .2, .5, 1, 1.5, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 60),
		Retry: x.RetryWaits{Network: 10 * time.Millisecond, NetworkMost: 50 * time.Millisecond, Status: 20 * time.Millisecond, StatusMost: 100 * time.Millisecond, Limited: 50 * time.Millisecond},
	}
	if more != nil {
		more(&o)
	}
	return x.New(o)
}

// looks are ages in seconds.
func looks(seconds ...float64) (ages []time.Duration) {
	for _, s := range seconds {
		ages = append(ages, time.Duration(s*float64(time.Second)))
	}
	return ages
}

// stage is a fake X with the account @brand, and somebody called alice.
type stage struct {
	*xtest.Server
	vault   *vault
	account community.Account
}

func newStage(t testing.TB, o xtest.Options, api string) *stage {
	t.Helper()
	if o.KeepAlive == 0 {
		o.KeepAlive = 100 * time.Millisecond
	}
	server, err := xtest.New(o, "brand", "alice", "bob")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		server.Close()
		for _, c := range server.Complaints() {
			t.Errorf("the server complains: %s", c)
		}
	})
	account := community.Account{
		Brand: "shop", Network: x.Name, Name: "brand", Role: community.RoleSupport, NativeID: server.UserID("brand"),
		Handle: "brand", Title: "Brand", Server: server.URL, API: api, Collects: true, Sends: true, State: community.AccountActive,
	}
	return &stage{server, &vault{held: map[string]map[string]string{
		account.Key():               server.Secrets("brand", api == x.Version11),
		collectors.AppOwner(x.Name): maps.Clone(xtest.AppSecrets()),
	}}, account}
}

// bench is the suite's bench over our own fake server.
func bench(t testing.TB, o xtest.Options, api string) collectortest.Bench {
	return newStage(t, o, api).bench()
}

func (s *stage) bench() collectortest.Bench {
	pushes := []collectortest.Push{collectortest.PushMost}
	if s.account.API == x.Version11 {
		pushes = append(pushes, collectortest.PushDeleted) // version 2's stream tells no deletion
	}
	return collectortest.Bench{
		Network: quick(s.vault, nil), Account: s.account,
		Server: collectortest.Server{
			Post: func(_ testing.TB, p collectortest.Post) string {
				if p.Private {
					return s.Direct("alice", "brand", p.Text)
				}
				return s.PostAt("alice", "@brand "+p.Text, p.InReplyTo, p.At)
			},
			Edit:   func(_ testing.TB, id, text string) { s.Edit(id, "@brand "+text) },
			Delete: func(_ testing.TB, id string) { s.Delete(id) },
			Own: func(_ testing.TB, text, inReplyTo string) string {
				return s.Post("brand", text, inReplyTo)
			},
			Posted: func(_ testing.TB, text string) int {
				n := 0
				for _, words := range s.By("brand") {
					if strings.Contains(words, text) {
						n++
					}
				}
				return n
			},
			Cut: func(testing.TB) { s.Cut() },
			Push: func(_ testing.TB, p collectortest.Push) {
				s.SetPushing(map[collectortest.Push]xtest.Pushing{
					collectortest.PushAll: xtest.PushAll, collectortest.PushNothing: xtest.PushNothing,
					collectortest.PushSome: xtest.PushSome, collectortest.PushTwice: xtest.PushTwice,
					collectortest.PushRefused: xtest.PushRefused, collectortest.PushMost: xtest.PushMost,
					collectortest.PushDeleted: xtest.PushDeleted,
				}[p])
			},
			Fail: func(_ testing.TB, f collectortest.Failure, calls int) {
				s.Fail(map[collectortest.Failure]xtest.Failure{
					collectortest.Limited: xtest.TooMany, collectortest.Broken: xtest.HTML503,
					collectortest.BusyReply: xtest.PostBusy, collectortest.LimitReply: xtest.PostTooMany,
					collectortest.LostAnswer: xtest.LostAnswer, collectortest.LateAnswer: xtest.LateAnswer,
				}[f], calls)
			},
			Token:  func(_ testing.TB, alive bool) { s.SetToken("brand", alive) },
			Dates:  true,
			Skew:   func(_ testing.TB, ahead time.Duration) { s.Skew(ahead) },
			Pushes: pushes, Fails: []collectortest.Failure{collectortest.LateAnswer},
		},
	}
}

func TestSuiteOnVersion2(t *testing.T) {
	t.Parallel()
	collectortest.Run(t, func(t testing.TB) collectortest.Bench { return bench(t, xtest.Options{}, x.Version2) })
}

func TestSuiteOnVersion11(t *testing.T) {
	t.Parallel()
	collectortest.Run(t, func(t testing.TB) collectortest.Bench {
		b := bench(t, xtest.Options{}, x.Version11)
		b.Server.Skew = nil // the same code as above, and it waits for whole seconds
		return b
	})
}

// TestSuiteOnWebhooks: no stream, deliveries instead, and the fields named as X's
// description of August 2026 has them.
func TestSuiteOnWebhooks(t *testing.T) {
	t.Parallel()
	collectortest.Run(t, func(t testing.TB) collectortest.Bench {
		s := newStage(t, xtest.Options{NewNames: true, HookGap: 20 * time.Millisecond}, x.Version2)
		b := s.bench()
		delete(s.vault.held[collectors.AppOwner(x.Name)], "bearer")
		b.Server.Skew = nil
		b.Server.Subscribe = func(_ testing.TB, url string) {
			s.vault.set(collectors.AppOwner(x.Name), "webhook_id", s.AddWebhook(url))
		}
		return b
	})
}
