package facebook_test

import (
	"context"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/collectors/collectortest"
	"github.com/vigie-hq/vigie/collectors/facebook"
	"github.com/vigie-hq/vigie/collectors/graph"
	"github.com/vigie-hq/vigie/collectors/graph/graphtest"
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

// appVault is a vault with the fake's app, and a token for each account.
func appVault(accounts ...community.Account) vault {
	v := vault{
		{collectors.AppOwner(facebook.Name), graph.FieldAppID}:       graphtest.AppID,
		{collectors.AppOwner(facebook.Name), graph.FieldAppSecret}:   graphtest.AppSecret,
		{collectors.AppOwner(facebook.Name), graph.FieldVerifyToken}: graphtest.VerifyToken,
	}
	for _, a := range accounts {
		v[[2]string{a.Key(), graph.SecretToken}] = "EAApage" + a.NativeID
	}
	return v
}

// fake starts a server whose complaints fail the test.
func fake(t testing.TB, o graphtest.Options) *graphtest.Server {
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
	return server
}

// accountOf is a page as an account.
func accountOf(p graphtest.Page) community.Account {
	return community.Account{
		Brand: "shop", Network: facebook.Name, Name: p.ID, NativeID: p.ID, Scope: p.ID, Title: p.Name, Role: community.RoleSupport,
		Collects: true, Sends: true, State: community.AccountActive,
	}
}

// quick is the network with waits for tests: the same code, impatient.
func quick(server *graphtest.Server, v collectors.Vault) *facebook.Network {
	return facebook.New(facebook.Options{
		Graph: graph.New(graph.Options{Vault: v, Base: server.URL, Dialog: server.URL, Logger: slog.New(slog.DiscardHandler)}),
		Poll:  60 * time.Millisecond, PollPushed: 100 * time.Millisecond, Settle: time.Millisecond,
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

// noticed is the network, and whether it was started.
type noticed struct {
	*facebook.Network
	started atomic.Bool
}

func (n *noticed) Collect(ctx context.Context, account community.Account, cursor community.Cursor, emit collectors.Emit) error {
	n.started.Store(true)
	return n.Network.Collect(ctx, account, cursor, emit)
}

// bench is the suite's bench over our own fake.
func bench(t testing.TB, o graphtest.Options) collectortest.Bench {
	server := fake(t, o)
	page := server.AddPages("La Boutique")[0]
	account := accountOf(page)
	// Graph dates to the second. So that history is certainly older than the
	// connection, and news certainly not, what is said before a fleet first
	// starts is dated a second back, and what is said after it a second ahead.
	network := &noticed{Network: quick(server, appVault(account))}
	var skew atomic.Int64
	when := func(p collectortest.Post) time.Time {
		switch {
		case !p.At.IsZero():
			return p.At
		case network.started.Load():
			return time.Now().Add(time.Second + time.Duration(skew.Load()))
		}
		return time.Now().Add(-time.Second + time.Duration(skew.Load()))
	}
	failures := map[collectortest.Failure]graphtest.Failure{
		collectortest.Limited: graphtest.Limited, collectortest.Broken: graphtest.HTML502,
		collectortest.BusyReply: graphtest.BusyReply, collectortest.LimitReply: graphtest.LimitReply,
		collectortest.LostAnswer: graphtest.LostAnswer, collectortest.LateAnswer: graphtest.LateAnswer,
	}
	pushes := map[collectortest.Push]graphtest.Pushing{
		collectortest.PushAll: graphtest.PushAll, collectortest.PushNothing: graphtest.PushNothing,
		collectortest.PushSome: graphtest.PushSome, collectortest.PushMost: graphtest.PushMost,
		collectortest.PushTwice: graphtest.PushTwice, collectortest.PushDeleted: graphtest.PushDeleted,
		collectortest.PushRefused: graphtest.PushRefused,
	}
	return collectortest.Bench{
		Network: network,
		Account: account,
		Server: collectortest.Server{
			Post: func(_ testing.TB, p collectortest.Post) string {
				switch {
				case p.Private:
					return server.Direct(page.ID, "Alice", p.Text, when(p))
				case p.InReplyTo != "":
					return server.Comment(p.InReplyTo, "Alice", p.Text, when(p))
				}
				return server.VisitorPost(page.ID, "Alice", p.Text, when(p))
			},
			Edit:   func(_ testing.TB, id, text string) { server.Edit(id, text) },
			Delete: func(_ testing.TB, id string) { server.Delete(id) },
			Own: func(_ testing.TB, text, inReplyTo string) string {
				return server.Comment(inReplyTo, "", text, when(collectortest.Post{}))
			},
			Posted: func(_ testing.TB, text string) int { return server.Said(page.ID, text) },
			Push:   func(_ testing.TB, p collectortest.Push) { server.SetPushing(pushes[p]) },
			Pushes: []collectortest.Push{collectortest.PushMost, collectortest.PushDeleted},
			Fails:  []collectortest.Failure{collectortest.LateAnswer},
			Cut:    func(testing.TB) { server.Cut() },
			Fail:   func(_ testing.TB, f collectortest.Failure, calls int) { server.Fail(failures[f], calls) },
			Token: func(_ testing.TB, alive bool) {
				server.SetToken(page.Token, map[bool]int{true: 0, false: 460}[alive])
			},
			Subscribe: func(_ testing.TB, url string) { server.Expect(url) },
			Dates:     true,
			Skew:      func(_ testing.TB, ahead time.Duration) { server.Skew(ahead); skew.Store(int64(ahead)) },
		},
	}
}

func TestSuiteOnFakeFacebook(t *testing.T) {
	collectortest.Run(t, func(t testing.TB) collectortest.Bench { return bench(t, graphtest.Options{}) })
}

func TestSuiteWithGapsInPages(t *testing.T) {
	collectortest.Run(t, func(t testing.TB) collectortest.Bench {
		b := bench(t, graphtest.Options{Gaps: true})
		b.Backlog = 700
		b.Server.Skew = nil // tried above, and it takes its time
		return b
	})
}
