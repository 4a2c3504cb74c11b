package bluesky_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/collectors/bluesky"
	"github.com/vigie-hq/vigie/collectors/bluesky/blueskytest"
	"github.com/vigie-hq/vigie/community"
)

// basket collects what is emitted.
type basket struct {
	mu       sync.Mutex
	messages map[string]community.Message
	cursor   community.Cursor
	unread   int
	pushed   int
	emits    map[string]int
}

func (b *basket) emit(ctx context.Context, batch collectors.Batch) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.messages == nil {
		b.messages, b.emits = map[string]community.Message{}, map[string]int{}
	}
	for _, m := range batch.Messages {
		b.messages[m.ID] = m
		b.emits[m.ID]++
		if batch.Push {
			b.pushed++
		}
	}
	if batch.Cursor != nil {
		b.cursor = *batch.Cursor
	}
	b.unread += batch.Unreadable
	return ctx.Err()
}

func (b *basket) wait(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		b.mu.Lock()
		done := ok()
		b.mu.Unlock()
		if done {
			return
		}
	}
	t.Fatalf("still not: %s", what)
}

// collect runs Collect until the test ends.
func collect(t *testing.T, n *bluesky.Network, a community.Account, b *basket) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() {
		if err := n.Collect(ctx, a, community.Cursor{}, b.emit); ctx.Err() == nil {
			t.Errorf("collecting ended: %v", err)
		}
	})
	t.Cleanup(func() { cancel(); running.Wait() })
}

func reply(id, text string, v community.Visibility) community.Reply {
	return community.Reply{ID: id, Text: text, Visibility: v, CreatedAt: time.Now()}
}

func keyOf(err error) string {
	var f *community.Fault
	if errors.As(err, &f) {
		return f.Key
	}
	return ""
}

// An app password without access to direct messages reads none and offers none.
func TestAppPasswordWithoutDirects(t *testing.T) {
	server, n, _, v := fake(t, blueskytest.Options{})
	a := connect(t, n, v, server.URL, "brand.test", "plain-brand")
	server.Direct("alice", "brand", "psst")
	id := server.Post("alice", blueskytest.Said{Text: "@brand hello"})
	var b basket
	collect(t, n, a, &b)
	b.wait(t, "the post", func() bool { return b.messages[id].ID != "" })
	b.wait(t, "a poll", func() bool { return !b.cursor.Complete.IsZero() })
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.messages) != 1 {
		t.Errorf("collected %+v", b.messages)
	}
	c, err := n.Describe(t.Context(), a)
	if err != nil || c.ReplyPrivate {
		t.Errorf("%+v %v", c, err)
	}
	m := b.messages[id]
	if err := m.Able(community.DeedPrivate, time.Now()); keyOf(err) != "bluesky.dm_password" {
		t.Errorf("a private answer: %v", err)
	}
	if _, err := n.Reply(t.Context(), a, m, reply("r", "x", community.Private)); keyOf(err) != "bluesky.dm_password" {
		t.Errorf("a private answer: %v", err)
	}
	waitFor(t, "health says that we are pushed to, and what is missing", func() bool {
		health, err := n.Check(t.Context(), a)
		return err == nil && len(health.Missing) == 1 && health.Push == community.PushOn
	})
}

// A chat server that is down holds up neither posts nor answers; only "nothing is
// missing" is not said, until it is back.
func TestChatDown(t *testing.T) {
	server, n, a, _ := fake(t, blueskytest.Options{ChatDown: true})
	secret := server.Direct("alice", "brand", "my order")
	id := server.Post("alice", blueskytest.Said{Text: "@brand hello"})
	var b basket
	collect(t, n, a, &b)
	b.wait(t, "the post", func() bool { return b.messages[id].ID != "" })
	time.Sleep(300 * time.Millisecond)
	b.wait(t, "nothing complete", func() bool { return b.cursor.Complete.IsZero() && b.messages[secret].ID == "" })
}

// A post is what it is to the account: mention, answer, quote, own, or found by a
// query; and what it can be done to.
func TestKinds(t *testing.T) {
	server, n, a, _ := fake(t, blueskytest.Options{})
	a.Queries = "colis AND (perdu OR \"jamais reçu\") NOT concours\n\n*bad("
	own := server.Post("brand", blueskytest.Said{Text: "our new shop"})
	for _, c := range []struct {
		said blueskytest.Said
		kind community.Kind
		via  bool
	}{
		{blueskytest.Said{Text: "@brand hello"}, community.KindMention, false},
		{blueskytest.Said{Text: "nice", InReplyTo: own}, community.KindReply, false},
		{blueskytest.Said{Text: "look at this", Quotes: own}, community.KindMention, false},
		{blueskytest.Said{Text: "mon colis est PERDU"}, community.KindPost, true},
		{blueskytest.Said{Text: "colis jamais reçu !"}, community.KindPost, true},
		{blueskytest.Said{Text: "colis perdu : notre concours"}, "", false},
		{blueskytest.Said{Text: "rien à voir"}, "", false},
	} {
		for _, pushing := range []blueskytest.Pushing{blueskytest.PushAll, blueskytest.PushRefused} {
			server.SetPushing(pushing)
			id := server.Post("alice", c.said)
			var b basket
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error)
			go func() { done <- n.Collect(ctx, a, community.Cursor{}, b.emit) }()
			b.wait(t, "a poll", func() bool { return !b.cursor.Complete.IsZero() })
			if pushing == blueskytest.PushAll {
				server.Delete(id)
				for end := time.Now().Add(5 * time.Second); server.Streams() == 0 && time.Now().Before(end); {
					time.Sleep(5 * time.Millisecond)
				}
				id = server.Post("alice", c.said)
				if c.kind != "" {
					b.wait(t, "the push", func() bool { return b.messages[id].ID != "" })
				}
			}
			b.mu.Lock()
			m := b.messages[id]
			b.mu.Unlock()
			if m.Kind != c.kind || (m.Via != "") != c.via {
				t.Errorf("%q pushed %v: kind %q, via %q", c.said.Text, pushing, m.Kind, m.Via)
			}
			if c.kind != "" && (m.Author.Followers != 42 || m.Author.Handle != "alice.test" || m.URL == "" || m.Lang != "fr" || !m.CanReply) {
				t.Errorf("%q: %+v", c.said.Text, m)
			}
			hide := m.Able(community.DeedHide, time.Now())
			if c.kind != "" && (hide == nil) != (c.kind == community.KindReply) {
				t.Errorf("%q: hide %v", c.said.Text, hide)
			}
			cancel()
			<-done
			server.Delete(id)
		}
	}
}

// A post that is dated back is no history, and not lost: the stream brings it at
// once, and a sweep that goes beyond the last one's end finds it without.
func TestDatedBack(t *testing.T) {
	server, n, a, _ := fake(t, blueskytest.Options{})
	var b basket
	server.Post("alice", blueskytest.Said{Text: "@brand first"})
	collect(t, n, a, &b)
	b.wait(t, "a stream and a poll", func() bool { return server.Streams() == 1 && len(b.messages) == 1 })
	old := server.Post("alice", blueskytest.Said{Text: "@brand 1986", CreatedAt: time.Date(1986, 4, 26, 0, 0, 0, 0, time.UTC)})
	b.wait(t, "the one from 1986", func() bool { return b.messages[old].ID != "" })
	server.SetPushing(blueskytest.PushNothing)
	slow := server.Post("alice", blueskytest.Said{Text: "@brand my clock is slow", CreatedAt: time.Now().Add(-8 * time.Minute)})
	b.wait(t, "the one with a slow clock", func() bool { return b.messages[slow].ID != "" })
	future := server.Post("alice", blueskytest.Said{Text: "@brand tomorrow", CreatedAt: time.Now().Add(24 * time.Hour)})
	b.wait(t, "the one from tomorrow", func() bool { return b.messages[future].ID != "" })
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, id := range []string{old, slow, future} {
		if m := b.messages[id]; time.Since(m.CreatedAt) > 6*time.Minute || time.Until(m.CreatedAt) > time.Second {
			t.Errorf("%s is believed to be of %v", m.Text, m.CreatedAt)
		}
	}
}

// What a stream may send does not end the stream, nor the process.
func TestHostileFrames(t *testing.T) {
	server, n, a, _ := fake(t, blueskytest.Options{})
	var b basket
	collect(t, n, a, &b)
	b.wait(t, "a stream", func() bool { return server.Streams() == 1 })
	for _, f := range []string{
		`not json`, `[]`, `null`, `{"kind":"commit"}`, strings.Repeat("[", 100_000),
		`{"did":"x","kind":"commit","commit":{"operation":"create","collection":"app.bsky.feed.post","rkey":"../..","cid":"c","record":{}}}`,
		`{"did":"` + server.DID("alice") + `","kind":"commit","commit":{"operation":"create","collection":"app.bsky.feed.post","rkey":"a","cid":"c","record":7}}`,
		`{"did":"` + server.DID("alice") + `","kind":"commit","commit":{"operation":"delete","collection":"app.bsky.feed.post","rkey":"unknown"}}`,
		`{"did":"` + server.DID("alice") + `","kind":"commit","commit":{"operation":"create","collection":"app.bsky.feed.post","rkey":"3kaaaaaaaaa2a","cid":"c","record":{"text":"nobody shows me","reply":{"parent":{"uri":"at://` + server.DID("brand") + `/app.bsky.feed.post/x"}}}}}`,
	} {
		server.PushRaw(f)
	}
	id := server.Post("alice", blueskytest.Said{Text: "@brand still there?"})
	b.wait(t, "the message", func() bool { return b.messages[id].ID != "" })
	if server.Streams() != 1 {
		t.Error("the stream was given up")
	}
}

// One stream serves every account, for as long as one of them listens.
func TestOneStreamForAll(t *testing.T) {
	server, n, a, v := fake(t, blueskytest.Options{})
	other := connect(t, n, v, server.URL, "bob.test", "app-bob")
	var first, second basket
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- n.Collect(ctx, a, community.Cursor{}, first.emit) }()
	first.wait(t, "a stream", func() bool { return server.Streams() == 1 })
	collect(t, n, other, &second)
	second.wait(t, "a poll", func() bool { return !second.cursor.Complete.IsZero() })
	both := server.Post("alice", blueskytest.Said{Text: "@brand and @bob"})
	first.wait(t, "the first to hear", func() bool { return first.messages[both].ID != "" && first.pushed == 1 })
	second.wait(t, "the second to hear", func() bool { return second.messages[both].ID != "" && second.pushed == 1 })
	cancel()
	<-done
	one := server.Post("alice", blueskytest.Said{Text: "@bob alone"})
	second.wait(t, "the second to hear on", func() bool { return second.messages[one].ID != "" && second.pushed == 2 })
	if server.Streams() != 1 {
		t.Errorf("%d streams", server.Streams())
	}
}

// A long absence leaves nothing out, and what was collected before it is not
// collected again; what was dated back far into it is found by a deep sweep.
func TestLongAbsence(t *testing.T) {
	server, n, a, _ := fake(t, blueskytest.Options{})
	server.SetPushing(blueskytest.PushRefused)
	now := time.Now()
	run := func(cursor community.Cursor, done func(*basket) bool) *basket {
		var b basket
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- n.Collect(ctx, a, cursor, b.emit) }()
		b.wait(t, "everything", func() bool { return done(&b) && !b.cursor.Complete.IsZero() })
		cancel()
		<-ended
		return &b
	}
	for i := range 500 { // the watchlist holds 200
		at := now.Add(-26*time.Hour - time.Duration(i)*20*time.Second)
		server.Post("alice", blueskytest.Said{Text: "@brand before", CreatedAt: at, SeenAt: at})
	}
	first := run(community.Cursor{}, func(b *basket) bool { return len(b.messages) == 500 })
	for i := range 6000 {
		at := now.Add(-time.Duration(i) * 15 * time.Second)
		server.Post("alice", blueskytest.Said{Text: "@brand meanwhile", CreatedAt: at, SeenAt: at})
	}
	late := server.Post("alice", blueskytest.Said{Text: "@brand dated back", CreatedAt: now.Add(-40 * time.Hour)})
	cursor := first.cursor
	deep := fmt.Sprintf(`"d":%d`, now.Add(-25*time.Hour).Unix())
	cursor.Since = regexp.MustCompile(`"d":\d+`).ReplaceAllString(cursor.Since, deep)
	second := run(cursor, func(b *basket) bool { return len(b.messages) >= 6001 && b.messages[late].ID != "" })
	again := 0
	for id := range first.messages {
		if second.messages[id].ID != "" {
			again++
		}
	}
	if again > 0 || len(second.messages) != 6001 {
		t.Errorf("%d collected, %d of them again", len(second.messages), again)
	}
}
