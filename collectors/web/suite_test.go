package web_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/collectors/collectortest"
	"github.com/vigie-hq/vigie/collectors/web"
	"github.com/vigie-hq/vigie/collectors/web/webtest"
	"github.com/vigie-hq/vigie/community"
)

const secret = "0123456789abcdef0123456789abcdef"

// vault keeps secrets in memory, in clear.
type vault struct {
	mu   sync.Mutex
	held map[string][]byte
}

func (v *vault) Secret(_ context.Context, owner, name string) ([]byte, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if s, ok := v.held[owner+"/"+name]; ok {
		return s, nil
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
		if s == nil {
			delete(v.held, owner+"/"+name)
		} else {
			v.held[owner+"/"+name] = s
		}
	}
	return nil
}

// connect connects an account as a person would.
func connect(t testing.TB, n *web.Network, v *vault, values map[string]string) community.Account {
	t.Helper()
	c, err := n.Connect(t.Context(), collectors.Filled{Values: values})
	if err != nil {
		t.Fatal(err)
	}
	account := c.Accounts[0].Account
	account.Brand, account.Role = "shop", community.RoleSupport
	secrets := map[string][]byte{}
	for name, s := range c.Accounts[0].Secrets {
		secrets[name] = []byte(s)
	}
	if err := v.PutSecrets(t.Context(), account.Key(), secrets); err != nil {
		t.Fatal(err)
	}
	return account
}

func otherSide(t testing.TB) *webtest.Server {
	t.Helper()
	server, err := webtest.New("crm", secret)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		for _, c := range server.Complaints() {
			t.Errorf("the other side complains: %s", c)
		}
	})
	return server
}

func bench(t testing.TB) collectortest.Bench {
	server := otherSide(t)
	v := &vault{}
	network := web.New(web.Options{Vault: v, Logger: slog.New(slog.DiscardHandler), Poll: 60 * time.Millisecond})
	account := connect(t, network, v, map[string]string{
		"name": "crm", "secret": secret, "poll": server.URL, "answers": server.URL, "promise": "keys+look",
	})
	return collectortest.Bench{
		Network: network, Account: account, Lacks: []collectortest.Trait{collectortest.Paging},
		Server: collectortest.Server{
			Post: func(_ testing.TB, p collectortest.Post) string {
				return server.Post(webtest.Message{
					InReplyTo: p.InReplyTo, Author: webtest.Author{ID: "lea", Name: "Léa"}, Text: p.Text, Private: p.Private, CreatedAt: p.At,
				})
			},
			Edit:   func(_ testing.TB, id, text string) { server.Edit(id, text) },
			Delete: func(_ testing.TB, id string) { server.Delete(id) },
			Own: func(_ testing.TB, text, inReplyTo string) string {
				return server.Post(webtest.Message{InReplyTo: inReplyTo, Author: webtest.Author{ID: "crm", Name: "Care"}, Text: text})
			},
			Posted: func(_ testing.TB, text string) int { return server.Said(text) },
			Push: func(_ testing.TB, p collectortest.Push) {
				if p == collectortest.PushRefused {
					p = collectortest.PushNothing
				}
				server.SetPushing(webtest.Pushing(p))
			},
			Cut: func(testing.TB) { server.SetPushing(webtest.PushAll) }, // there is no stream to cut
			Fail: func(_ testing.TB, f collectortest.Failure, calls int) {
				server.Fail(map[collectortest.Failure]webtest.Failure{
					collectortest.Limited: webtest.Busy, collectortest.Broken: webtest.Broken,
					collectortest.BusyReply: webtest.PostBroken, collectortest.LimitReply: webtest.PostBusy,
					collectortest.LostAnswer: webtest.LostAnswer, collectortest.LateAnswer: webtest.LateAnswer,
				}[f], calls)
			},
			Token:     func(_ testing.TB, alive bool) { server.SetTrust(alive) },
			Subscribe: func(_ testing.TB, url string) { server.SetHook(url + "/crm") },
			Pushes:    []collectortest.Push{collectortest.PushMost, collectortest.PushDeleted},
			Fails:     []collectortest.Failure{collectortest.LateAnswer},
			Dates:     true,
		},
	}
}

func TestSuiteOnFakeOtherSide(t *testing.T) {
	collectortest.Run(t, func(t testing.TB) collectortest.Bench { return bench(t) })
}
