package main

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors/mastodon"
	"github.com/vigie-hq/vigie/collectors/mastodon/mastodontest"
	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
)

// TestAMentionOnMastodonIsAnswered goes the whole way by the real commands, on
// our own fake of a Mastodon server: connect an account, run, hear a private
// mention, answer it, and see the answer there, private.
func TestAMentionOnMastodonIsAnswered(t *testing.T) {
	server := mastodontest.New(mastodontest.Options{}, "care", "alice")
	t.Cleanup(func() {
		server.Close()
		for _, c := range server.Complaints() {
			t.Errorf("the server complains: %s", c)
		}
	})
	dir := t.TempDir()
	command := func(want int, args ...string) string {
		t.Helper()
		var out, errOut bytes.Buffer
		c := &call{args: args, out: &out, errOut: &errOut, getenv: func(string) string { return "" }}
		if code := vigie(t.Context(), c); code != want {
			t.Fatalf("%v: exit %d: %s%s", args, code, out.String(), errOut.String())
		}
		return out.String() + errOut.String()
	}
	command(exitFailed, "account", "add", "mastodon", "--data", dir, "--server", server.URL, "--token", "token-nobody")
	said := command(exitOK, "account", "add", "mastodon", "--data", dir, "--server", server.URL, "--token", "token-care", "--role", "support")
	if !strings.Contains(said, "@care") || strings.Contains(said, "token-care") {
		t.Errorf("account add says %s", said)
	}

	ctx, stop := context.WithCancel(t.Context())
	h, err := openHouse(ctx, &place{dir: dir}, slog.New(slog.DiscardHandler), nil)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- h.serve(ctx, serving{listen: "127.0.0.1:0"}) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := h.close(); err != nil {
			t.Error(err)
		}
	})
	time.Sleep(time.Second) // let the account connect: what is older is history
	server.Post("alice", "@care ma commande ML-2041187 n'est jamais arrivée, que faire ?", "direct", "", time.Now())
	system := community.Viewer{System: true, Agent: "lea"}
	var c community.Conversation
	eventually(t, 20*time.Second, "the mention in the inbox", func() bool {
		page, err := h.reader.Conversations(ctx, system, community.Query{Network: []string{mastodon.Name}, Status: []community.Status{community.Open}})
		if err != nil {
			t.Fatal(err)
		}
		if len(page.Items) == 1 {
			c = page.Items[0]
		}
		return len(page.Items) == 1
	})
	if !c.Private || c.Due.IsZero() || c.Author.Handle == "" {
		t.Errorf("it is %+v", c)
	}
	r, err := h.desk.Answer(ctx, system, desk.Answer{ID: "r1", Conversation: c.ID, Text: "Bonjour, je regarde tout de suite."})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.desk.SendNow(ctx, system, r.ID); err != nil {
		t.Fatal(err)
	}
	eventually(t, 20*time.Second, "the answer on the network", func() bool { return len(server.By("care")) == 1 })
	post := server.By("care")[0]
	if post.Visibility != "direct" || !strings.Contains(post.Text, "je regarde") || !strings.Contains(post.Text, "@alice") {
		t.Errorf("posted %+v", post)
	}
	eventually(t, 20*time.Second, "the conversation waits for the customer", func() bool {
		got, err := h.reader.Matter(ctx, system, c.ID)
		if err != nil {
			t.Fatal(err)
		}
		return got.Conversation.Status == community.Waiting && len(got.Replies) == 1 && got.Replies[0].State == community.ReplySent
	})
}
