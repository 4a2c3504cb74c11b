package instagram_test

import (
	"context"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/collectors/collectortest"
	"github.com/vigie-hq/vigie/collectors/graph"
	"github.com/vigie-hq/vigie/collectors/graph/graphtest"
	"github.com/vigie-hq/vigie/collectors/instagram"
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

// stand is an account on a fake server, and the network over it.
type stand struct {
	*graphtest.Server
	at      graphtest.Instagram
	account community.Account
	network *instagram.Network
	options instagram.Options
}

// as is the stand's network with other options.
func (s *stand) as(change func(*instagram.Options)) {
	change(&s.options)
	s.network = instagram.New(s.options)
}

// looks are ages in seconds.
func looks(seconds ...float64) (ages []time.Duration) {
	for _, s := range seconds {
		ages = append(ages, time.Duration(s*float64(time.Second)))
	}
	return ages
}

// newStand starts a server whose complaints fail the test; the network is
// impatient.
func newStand(t testing.TB, o graphtest.Options) *stand {
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
	at := server.AddInstagram(server.AddPages("La Boutique")[0], "laboutique")
	account := community.Account{
		Brand: "shop", Network: instagram.Name, Name: at.Username, NativeID: at.ID, Scope: at.ID, Handle: at.Username, Role: community.RoleSupport,
		Collects: true, Sends: true, State: community.AccountActive,
	}
	// The app is Facebook's: one app serves both.
	v := vault{
		{collectors.AppOwner("facebook"), graph.FieldAppID}:       graphtest.AppID,
		{collectors.AppOwner("facebook"), graph.FieldAppSecret}:   graphtest.AppSecret,
		{collectors.AppOwner("facebook"), graph.FieldVerifyToken}: graphtest.VerifyToken,
		{account.Key(), graph.SecretToken}:                        at.Page.Token,
	}
	if o.HumanAgent {
		v[[2]string{collectors.AppOwner("facebook"), graph.FieldHumanAgent}] = "yes"
	}
	options := instagram.Options{
		Graph: graph.New(graph.Options{Vault: v, Base: server.URL, Dialog: server.URL, Now: o.Now, Logger: slog.New(slog.DiscardHandler)}),
		Poll:  60 * time.Millisecond, Settle: time.Millisecond, Deep: 2 * time.Second,
		Looks: looks(0, .2, .5, 1, 1.5, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 60),
	}
	return &stand{server, at, account, instagram.New(options), options}
}

// noticed is the network, and whether it was started.
type noticed struct {
	*instagram.Network
	started atomic.Bool
}

func (n *noticed) Collect(ctx context.Context, account community.Account, cursor community.Cursor, emit collectors.Emit) error {
	n.started.Store(true)
	return n.Network.Collect(ctx, account, cursor, emit)
}

// bench is the suite's bench over our own fake.
func bench(t testing.TB, o graphtest.Options) collectortest.Bench {
	s := newStand(t, o)
	var media []string
	for range 7 {
		media = append(media, s.Media(s.at.ID, "new in", time.Now().Add(-time.Hour)))
	}
	// Graph dates to the second. So that history is certainly older than the
	// connection, and news certainly not, what is said before a fleet first
	// starts is dated a second back, and what is said after it a second ahead.
	network := &noticed{Network: s.network}
	var skew, said atomic.Int64
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
		collectortest.PushTwice: graphtest.PushTwice, collectortest.PushRefused: graphtest.PushRefused,
	}
	return collectortest.Bench{
		Network: network,
		Account: s.account,
		Lacks:   []collectortest.Trait{collectortest.Depth}, // an answer to an answer stands below the first
		Server: collectortest.Server{
			Post: func(_ testing.TB, p collectortest.Post) string {
				switch {
				case p.Private:
					return s.IGDirect(s.at.ID, "alice", p.Text, when(p))
				case p.InReplyTo != "":
					return s.IGComment(p.InReplyTo, "alice", p.Text, when(p))
				}
				return s.IGComment(media[said.Add(1)%7], "alice", p.Text, when(p))
			},
			Delete: func(_ testing.TB, id string) { s.Delete(id) },
			Own: func(_ testing.TB, text, inReplyTo string) string {
				return s.IGComment(inReplyTo, "", text, when(collectortest.Post{}))
			},
			Posted:    func(_ testing.TB, text string) int { return s.Said(s.at.Page.ID, text) },
			Push:      func(_ testing.TB, p collectortest.Push) { s.SetPushing(pushes[p]) },
			Pushes:    []collectortest.Push{collectortest.PushMost},
			Fail:      func(_ testing.TB, f collectortest.Failure, calls int) { s.Fail(failures[f], calls) },
			Fails:     []collectortest.Failure{collectortest.LateAnswer},
			Token:     func(_ testing.TB, alive bool) { s.SetToken(s.at.Page.Token, map[bool]int{true: 0, false: 463}[alive]) },
			Dates:     true,
			Subscribe: func(_ testing.TB, url string) { s.Expect(url) },
			Cut:       func(testing.TB) { s.Cut() },
			Skew:      func(_ testing.TB, ahead time.Duration) { s.Server.Skew(ahead); skew.Store(int64(ahead)) },
		},
	}
}

func TestSuite(t *testing.T) {
	collectortest.Run(t, func(t testing.TB) collectortest.Bench { return bench(t, graphtest.Options{}) })
}

func TestSuiteWithShortPages(t *testing.T) {
	collectortest.Run(t, func(t testing.TB) collectortest.Bench {
		b := bench(t, graphtest.Options{Gaps: true})
		b.Backlog = 500
		return b
	})
}
