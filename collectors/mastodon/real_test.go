package mastodon_test

import (
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	client "github.com/mattn/go-mastodon"

	"github.com/vigie-hq/vigie/collectors/collectortest"
	"github.com/vigie-hq/vigie/collectors/mastodon"
	"github.com/vigie-hq/vigie/community"
)

// TestSuiteOnRealServer runs the suite against a server that is not ours:
// VIGIE_TEST_MASTODON_URL is its address, VIGIE_TEST_MASTODON_TOKEN the token of
// the brand's account, VIGIE_TEST_MASTODON_TOKEN2 that of another user. It posts
// some 400 statuses and wants a server without rate limits.
func TestSuiteOnRealServer(t *testing.T) {
	address, ours, theirs := os.Getenv("VIGIE_TEST_MASTODON_URL"), os.Getenv("VIGIE_TEST_MASTODON_TOKEN"), os.Getenv("VIGIE_TEST_MASTODON_TOKEN2")
	if address == "" || ours == "" || theirs == "" {
		t.Skip("no real server: set VIGIE_TEST_MASTODON_URL, VIGIE_TEST_MASTODON_TOKEN and VIGIE_TEST_MASTODON_TOKEN2")
	}
	collectortest.Run(t, func(t testing.TB) collectortest.Bench { return realBench(t, address, ours, theirs) })
}

func realBench(t testing.TB, address, ours, theirs string) collectortest.Bench {
	account, err := verify(t.Context(), address, ours)
	if err != nil {
		t.Fatal(err)
	}
	account.Brand, account.Role = "shop", community.RoleSupport
	brand := client.NewClient(&client.Config{Server: account.Server, AccessToken: ours})
	other := client.NewClient(&client.Config{Server: account.Server, AccessToken: theirs})
	post := func(t testing.TB, c *client.Client, text, visibility, inReplyTo string) string {
		t.Helper()
		status, err := c.PostStatus(t.Context(), &client.Toot{Status: text, Visibility: visibility, InReplyToID: client.ID(inReplyTo)})
		if err != nil {
			t.Fatal(err)
		}
		return string(status.ID)
	}
	at := "@" + account.Handle + " "
	return collectortest.Bench{
		Account: account, Shared: true, Patience: 30 * time.Second, Backlog: 90,
		Network: mastodon.New(mastodon.Options{
			Vault:  holding(ours),
			Logger: slog.New(slog.DiscardHandler),
			Poll:   500 * time.Millisecond, PollStreaming: time.Second, Settle: time.Second,
			Looks: looks(0, 1, 3, 5, 8, 12, 16, 20, 25, 30, 60),
		}),
		Server: collectortest.Server{
			Post: func(t testing.TB, p collectortest.Post) string {
				visibility := "public"
				if p.Private {
					visibility = "direct"
				}
				return post(t, other, at+p.Text, visibility, p.InReplyTo)
			},
			Edit: func(t testing.TB, id, text string) {
				if _, err := other.UpdateStatus(t.Context(), &client.Toot{Status: at + text}, client.ID(id)); err != nil {
					t.Fatal(err)
				}
			},
			Delete: func(t testing.TB, id string) {
				if err := other.DeleteStatus(t.Context(), client.ID(id)); err != nil {
					t.Fatal(err)
				}
			},
			Own: func(t testing.TB, text, inReplyTo string) string { return post(t, brand, text, "public", inReplyTo) },
			Posted: func(t testing.TB, text string) int {
				posts, err := brand.GetAccountStatuses(t.Context(), client.ID(account.NativeID), nil)
				if err != nil {
					t.Fatal(err)
				}
				n := 0
				for _, p := range posts {
					if strings.Contains(p.Content, text) {
						n++
					}
				}
				return n
			},
		},
	}
}

// TestTagsAndLikesOnRealServer listens to a hashtag, by stream and by poll, and
// likes what it hears.
func TestTagsAndLikesOnRealServer(t *testing.T) {
	address, ours, theirs := os.Getenv("VIGIE_TEST_MASTODON_URL"), os.Getenv("VIGIE_TEST_MASTODON_TOKEN"), os.Getenv("VIGIE_TEST_MASTODON_TOKEN2")
	if address == "" || ours == "" || theirs == "" {
		t.Skip("no real server: set VIGIE_TEST_MASTODON_URL, VIGIE_TEST_MASTODON_TOKEN and VIGIE_TEST_MASTODON_TOKEN2")
	}
	bench := realBench(t, address, ours, theirs)
	n, a := bench.Network.(*mastodon.Network), bench.Account
	tag := fmt.Sprintf("vigie%d", time.Now().UnixNano())
	a.Queries = "#" + tag
	other := client.NewClient(&client.Config{Server: a.Server, AccessToken: theirs})
	say := func(text string) string {
		status, err := other.PostStatus(t.Context(), &client.Toot{Status: text, Visibility: "public"})
		if err != nil {
			t.Fatal(err)
		}
		return string(status.ID)
	}
	first := say("before #" + tag)
	var b basket
	collect(t, n, a, &b)
	b.wait(t, "history", func() bool { return b.messages[first].ID != "" && !b.cursor.Complete.IsZero() })
	second := say("after #" + tag)
	b.wait(t, "news", func() bool { return b.messages[second].ID != "" })
	if m := b.messages[second]; m.Via != "#"+tag || m.Author.URL == "" {
		t.Errorf("%+v", m)
	}
	for _, deed := range []community.Deed{community.DeedLike, community.DeedLike, community.DeedUnlike} {
		if err := n.Moderate(t.Context(), a, b.messages[second], deed); err != nil {
			t.Errorf("%s: %v", deed, err)
		}
	}
	if h, err := n.Check(t.Context(), a); err != nil || h.Push != community.PushOn {
		t.Errorf("%+v %v", h, err)
	}
}
