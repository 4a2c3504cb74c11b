package feed_test

import (
	"cmp"
	"fmt"
	"html"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/collectors/collectortest"
	"github.com/vigie-hq/vigie/collectors/feed"
	"github.com/vigie-hq/vigie/collectors/feed/feedtest"
	"github.com/vigie-hq/vigie/community"
)

// quick is the network with waits for tests, allowed on the loopback.
func quick() *feed.Network {
	return feed.New(feed.Options{
		HTTP: http.DefaultTransport, Logger: slog.New(slog.DiscardHandler),
		Poll: 40 * time.Millisecond, Floor: 20 * time.Millisecond, Most: time.Second,
	})
}

func serve(t testing.TB, o feedtest.Options) *feedtest.Server {
	t.Helper()
	server, err := feedtest.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		for _, c := range server.Complaints() {
			t.Errorf("the server complains: %s", c)
		}
	})
	return server
}

// connect connects a feed as a person would.
func connect(t testing.TB, n *feed.Network, address, lines string) community.Account {
	t.Helper()
	c, err := n.Connect(t.Context(), collectors.Filled{Values: map[string]string{"url": address, "queries": lines}})
	if err != nil {
		t.Fatal(err)
	}
	account := c.Accounts[0].Account
	account.Brand, account.Role = "shop", community.RoleCorporate
	return account
}

func bench(t testing.TB, format feedtest.Format) collectortest.Bench {
	server := serve(t, feedtest.Options{Format: format})
	network := quick()
	return collectortest.Bench{
		Network: network, Account: connect(t, network, server.URL, ""), Backlog: 450,
		Lacks: []collectortest.Trait{collectortest.Privacy, collectortest.Threads, collectortest.Replies, collectortest.Paging},
		Server: collectortest.Server{
			Post: func(_ testing.TB, p collectortest.Post) string {
				return server.Add(feedtest.Entry{
					Title: "Forum", HTML: "<p>" + html.EscapeString(p.Text) + "</p>", Author: "alice",
					Link: fmt.Sprintf("https://forum.example/%d", time.Now().UnixNano()), Created: cmp.Or(p.At, time.Now()),
				})
			},
			Edit:  func(_ testing.TB, id, text string) { server.Edit(id, html.EscapeString(text), len(text)%2 == 0) },
			Dates: true,
			Fail: func(_ testing.TB, f collectortest.Failure, calls int) {
				server.Fail(map[collectortest.Failure]feedtest.Failure{
					collectortest.Limited: feedtest.Busy, collectortest.Broken: feedtest.Broken,
				}[f], calls)
			},
		},
	}
}

func TestSuiteOnFakeFeeds(t *testing.T) {
	for _, format := range []feedtest.Format{feedtest.RSS, feedtest.Atom, feedtest.JSON} {
		t.Run(string(format), func(t *testing.T) {
			collectortest.Run(t, func(t testing.TB) collectortest.Bench { return bench(t, format) })
		})
	}
}
