package mastodon_test

import (
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors/mastodon/mastodontest"
	"github.com/vigie-hq/vigie/community"
)

// A hashtag that nobody used when the account was connected, and many while Vigie
// was away: none is lost, and what is older than the connection is not dug up.
func TestHashtagThatBegins(t *testing.T) {
	server, n, a := fake(t, mastodontest.Options{})
	a.Queries = "#campaign"
	server.SetPushing(mastodontest.PushRefused)
	connected := time.Now().Add(-time.Hour)
	old := server.Post("alice", "#campaign long ago", "", "", connected.Add(-24*time.Hour))
	for range 60 {
		server.Post("alice", "#campaign before", "", "", connected.Add(-12*time.Hour))
	}
	var ids []string
	for range 130 {
		ids = append(ids, server.Post("alice", "#campaign now", "", "", time.Time{}))
	}
	b := basket{cursor: community.Cursor{Connected: connected, Since: `{"t":{"campaign":""}}`}}
	collect(t, n, a, &b)
	b.wait(t, "all", func() bool {
		for _, id := range ids {
			if b.messages[id].ID == "" {
				return false
			}
		}
		return !b.cursor.Complete.IsZero()
	})
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.messages[old].ID != "" {
		t.Error("what was said long before was collected")
	}
}

// Public posts with a tag come by stream and by poll, once, and say by which tag;
// what is ours or to us comes for its own sake.
func TestHashtags(t *testing.T) {
	for _, pushing := range []mastodontest.Pushing{mastodontest.PushAll, mastodontest.PushRefused} {
		server, n, a := fake(t, mastodontest.Options{})
		a.Queries = "#Sale\nmaisonlune"
		server.SetPushing(pushing)
		before := server.Post("alice", "the #sale was good", "", "", time.Time{})
		var b basket
		collect(t, n, a, &b)
		b.wait(t, "history", func() bool { return b.messages[before].ID != "" && !b.cursor.Complete.IsZero() })
		if pushing == mastodontest.PushAll {
			b.wait(t, "a stream", func() bool { return server.Streams() == 1 })
			time.Sleep(50 * time.Millisecond) // its subscriptions
		}
		tagged := server.Post("alice", "is the #SALE over?", "", "", time.Time{})
		both := server.Post("bob", "#maisonlune #sale", "", "", time.Time{})
		toUs := server.Post("alice", "@brand about the #sale", "", "", time.Time{})
		hidden := server.Post("alice", "among us: #sale", "private", "", time.Time{})
		other := server.Post("alice", "#sales are not #wholesale", "", "", time.Time{})
		ours := server.Post("brand", "our #sale begins", "", "", time.Time{})
		b.wait(t, "all", func() bool {
			return b.messages[tagged].ID != "" && b.messages[both].ID != "" && b.messages[toUs].ID != "" && b.messages[ours].ID != ""
		})
		server.Edit(tagged, "is the thing over?") // the tag is gone, the message is known
		b.wait(t, "the edit", func() bool { return b.messages[tagged].Text == "is the thing over?" })
		time.Sleep(300 * time.Millisecond)
		b.mu.Lock()
		for id, want := range map[string]string{before: "#Sale", both: "#Sale", toUs: "", ours: ""} {
			if got := b.messages[id].Via; got != want && !(id == both && got == "#maisonlune") {
				t.Errorf("push %v: %s came via %q, want %q", pushing, id, got, want)
			}
		}
		if m := b.messages[both]; m.Kind != community.KindPost || !m.CanReply {
			t.Errorf("%+v", m)
		}
		for _, id := range []string{hidden, other} {
			if b.messages[id].ID != "" {
				t.Errorf("push %v: %q was collected", pushing, b.messages[id].Text)
			}
		}
		b.mu.Unlock()
		complains(t, server)
	}
}
