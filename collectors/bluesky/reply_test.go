package bluesky_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors/bluesky/blueskytest"
	"github.com/vigie-hq/vigie/community"
)

// The same reply sent again is the same post; other words are another.
func TestIdempotencyKey(t *testing.T) {
	server, n, a, _ := fake(t, blueskytest.Options{})
	target := community.Message{ID: server.Post("alice", blueskytest.Said{Text: "@brand hello"})}
	at := time.Now()
	var ids []string
	for _, text := range []string{"Bonjour", "Bonjour", "Bonsoir"} {
		receipt, err := n.Reply(t.Context(), a, target, community.Reply{ID: "r", Text: text, CreatedAt: at})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, receipt.ID)
	}
	if ids[0] != ids[1] || ids[1] == ids[2] || len(server.By("brand")) != 2 {
		t.Errorf("posted %v", ids)
	}
}

// A direct message has no key: one of unknown fate is never sent again.
func TestDirectOfUnknownFateIsNotSentAgain(t *testing.T) {
	server, n, a, _ := fake(t, blueskytest.Options{})
	id := server.Direct("alice", "brand", "my order")
	target := community.Message{ID: id, Private: true, Thread: strings.Split(id, "/")[0]}
	r := reply("r", "We look into it.", community.Private)
	server.Fail(blueskytest.LostAnswer, 1)
	if _, err := n.Reply(t.Context(), a, target, r); community.KindOf(err) != community.Uncertain {
		t.Fatalf("lost: %v", err)
	}
	r.State = community.ReplyUnknown
	if _, err := n.Reply(t.Context(), a, target, r); community.KindOf(err) != community.Uncertain {
		t.Errorf("again: %v", err)
	}
	if receipt, found, err := n.Look(t.Context(), a, target, r); err != nil || !found || receipt.ID == "" {
		t.Errorf("not found again: %v %v", found, err)
	}
	if sent := server.Directs("brand"); len(sent) != 1 {
		t.Errorf("sent %v", sent)
	}
}

// A post is answered in private in the conversation with its author, unless he
// takes no messages.
func TestPrivateAnswerToAPost(t *testing.T) {
	server, n, a, _ := fake(t, blueskytest.Options{})
	post := server.Post("alice", blueskytest.Said{Text: "@brand my order"})
	var b basket
	collect(t, n, a, &b)
	b.wait(t, "the post", func() bool { return b.messages[post].ID != "" })
	target := b.messages[post]
	if err := target.Able(community.DeedPrivate, time.Now()); err != nil {
		t.Error(err)
	}
	r := reply("r", "Your number, please?", community.Private)
	receipt, err := n.Reply(t.Context(), a, target, r)
	if err != nil {
		t.Fatal(err)
	}
	b.wait(t, "our own words", func() bool { return b.messages[receipt.ID].Private })
	if sent := server.By("brand"); len(sent) != 0 {
		t.Errorf("said in public: %v", sent)
	}
	server.CloseDirects("alice")
	if _, err := n.Reply(t.Context(), a, target, reply("r2", "Hello?", community.Private)); keyOf(err) != "bluesky.dm_closed" && community.KindOf(err) != community.Refused {
		t.Errorf("a closed door: %v", err)
	}
}

func TestReplyRefusals(t *testing.T) {
	server, n, a, _ := fake(t, blueskytest.Options{})
	id := server.Post("alice", blueskytest.Said{Text: "@brand hello"})
	for name, c := range map[string]struct {
		target community.Message
		text   string
		key    string
	}{
		"too many graphemes": {community.Message{ID: id}, strings.Repeat("é", 301), "reply.too_long"},
		"too many bytes":     {community.Message{ID: id}, strings.Repeat("👨‍👩‍👧‍👦", 121), "reply.too_long"},
		"not an address":     {community.Message{ID: "1/../../accounts"}, "x", "reply.target"},
		"gone":               {community.Message{ID: "at://" + server.DID("alice") + "/app.bsky.feed.post/3kaaaaaaaaa2a"}, "x", "reply.target_gone"},
		"a direct of nobody": {community.Message{ID: "x", Private: true}, "x", "reply.target"},
		"a direct gone":      {community.Message{ID: "x/y", Private: true}, "x", "reply.target_gone"},
		"too long a direct":  {community.Message{ID: "x/y", Private: true}, strings.Repeat("a", 1001), "reply.too_long"},
	} {
		_, err := n.Reply(t.Context(), a, c.target, community.Reply{ID: name, Text: c.text, CreatedAt: time.Now()})
		if community.KindOf(err) != community.Refused || keyOf(err) != c.key {
			t.Errorf("%s: %v", name, err)
		}
	}
	for i, longest := range []string{strings.Repeat("é", 300), strings.Repeat("👨‍👩‍👧‍👦", 120)} {
		if _, err := n.Reply(t.Context(), a, community.Message{ID: id}, reply(fmt.Sprint(i), longest, community.Public)); err != nil {
			t.Errorf("exactly as long as allowed: %v", err)
		}
	}
}

// Links, mentions and tags become facets; the strict server checks their bytes.
func TestFacetsOfAReply(t *testing.T) {
	server, n, a, _ := fake(t, blueskytest.Options{})
	id := server.Post("alice", blueskytest.Said{Text: "@brand hello"})
	text := "🔥 Café @alice.test, @nobody.test: https://example.com/é?n=1. #colis"
	receipt, err := n.Reply(t.Context(), a, community.Message{ID: id}, reply("r", text, community.Public))
	if err != nil {
		t.Fatal(err)
	}
	var value struct {
		Facets []struct {
			Index struct {
				Start int `json:"byteStart"`
				End   int `json:"byteEnd"`
			} `json:"index"`
		} `json:"facets"`
	}
	if err := json.Unmarshal(server.Value(receipt.ID), &value); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range value.Facets {
		got = append(got, text[f.Index.Start:f.Index.End])
	}
	if want := "@alice.test https://example.com/é?n=1 #colis"; strings.Join(got, " ") != want {
		t.Errorf("facets %q, want %q", got, want)
	}
}

// Deeds are done and undone, doing them twice is no error, and what stands in the
// thread's gate beside is kept.
func TestModerate(t *testing.T) {
	server, n, a, _ := fake(t, blueskytest.Options{})
	root := server.Post("brand", blueskytest.Said{Text: "our new shop"})
	answer := community.Message{ID: server.Post("alice", blueskytest.Said{Text: "rubbish", InReplyTo: root})}
	other := community.Message{ID: server.Post("bob", blueskytest.Said{Text: "rubbish too", InReplyTo: root})}
	elsewhere := community.Message{ID: server.Post("alice", blueskytest.Said{Text: "@brand hello"})}
	gate := strings.Replace(root, "app.bsky.feed.post", "app.bsky.feed.threadgate", 1)
	for _, c := range []struct {
		target community.Message
		deed   community.Deed
		likes  int
		hidden int
		kind   community.FaultKind
	}{
		{answer, community.DeedUnhide, 0, 0, ""},
		{answer, community.DeedHide, 0, 1, ""},
		{answer, community.DeedHide, 0, 1, ""},
		{other, community.DeedHide, 0, 2, ""},
		{answer, community.DeedUnhide, 0, 1, ""},
		{other, community.DeedUnhide, 0, 0, ""},
		{elsewhere, community.DeedHide, 0, 0, community.Refused},
		{elsewhere, community.DeedLike, 1, 0, ""},
		{elsewhere, community.DeedLike, 1, 0, ""},
		{elsewhere, community.DeedUnlike, 0, 0, ""},
		{elsewhere, community.DeedUnlike, 0, 0, ""},
		{elsewhere, community.DeedDelete, 0, 0, community.Refused},
		{community.Message{ID: root + "x"}, community.DeedLike, 0, 0, community.NotFound},
	} {
		err := n.Moderate(t.Context(), a, c.target, c.deed)
		if got := community.KindOf(err); err != nil && got != c.kind || err == nil && c.kind != "" {
			t.Errorf("%s: %v", c.deed, err)
		}
		var value struct {
			Hidden []string `json:"hiddenReplies"`
			Post   string   `json:"post"`
		}
		if raw := server.Value(gate); raw != nil {
			if err := json.Unmarshal(raw, &value); err != nil || value.Post != root {
				t.Errorf("gate %s: %v", raw, err)
			}
		}
		if likes := len(server.Records("brand", "app.bsky.feed.like")); likes != c.likes || len(value.Hidden) != c.hidden {
			t.Errorf("after %s: %d likes, hidden %v", c.deed, likes, value.Hidden)
		}
	}
}
