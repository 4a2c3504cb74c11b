package mastodon_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/collectors/mastodon"
	"github.com/vigie-hq/vigie/collectors/mastodon/mastodontest"
	"github.com/vigie-hq/vigie/community"
)

// basket collects what is emitted.
type basket struct {
	mu       sync.Mutex
	messages map[string]community.Message
	cursor   community.Cursor
	unread   int
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
	}
	if batch.Cursor != nil {
		b.cursor = *batch.Cursor
	}
	b.unread += batch.Unreadable
	return ctx.Err()
}

func (b *basket) wait(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
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
func collect(t *testing.T, n *mastodon.Network, a community.Account, b *basket) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	from := b.cursor
	running.Go(func() {
		if err := n.Collect(ctx, a, from, b.emit); ctx.Err() == nil {
			t.Errorf("collecting ended: %v", err)
		}
	})
	t.Cleanup(func() { cancel(); running.Wait() })
}

func fake(t *testing.T, o mastodontest.Options) (*mastodontest.Server, *mastodon.Network, community.Account) {
	t.Helper()
	server := mastodontest.New(o, "brand", "alice", "bob")
	t.Cleanup(server.Close)
	a, err := verify(t.Context(), server.URL, "token-brand")
	if err != nil {
		t.Fatal(err)
	}
	return server, quick(holding("token-brand")), a
}

func TestVerify(t *testing.T) {
	server, _, a := fake(t, mastodontest.Options{})
	want := community.Account{
		Network: "mastodon", Name: "brand", NativeID: server.UserID("brand"), Handle: "brand", Title: "The brand",
		Scope: server.Host(), Server: server.URL, Collects: true, Sends: true, State: community.AccountActive,
	}
	if a != want {
		t.Errorf("%+v\nwant %+v", a, want)
	}
	if _, err := verify(t.Context(), server.URL, "wrong"); community.KindOf(err) != community.Unauthorised {
		t.Errorf("a wrong token: %v", err)
	}
	if _, err := verify(t.Context(), server.URL, " "); community.KindOf(err) != community.Invalid {
		t.Errorf("no token: %v", err)
	}
	if _, err := verify(t.Context(), "gopher://x", "t"); community.KindOf(err) != community.Invalid {
		t.Errorf("a wrong address: %v", err)
	}
	if _, err := verify(t.Context(), "http://127.0.0.1:1", "t"); community.KindOf(err) != community.Unavailable {
		t.Errorf("nobody there: %v", err)
	}
}

func TestDescribeReadsTheServersLimits(t *testing.T) {
	for _, c := range []struct {
		o    mastodontest.Options
		keys bool
		url  int
	}{{mastodontest.Options{}, true, 23}, {mastodontest.Options{GoToSocial: true}, false, 25}} {
		_, n, a := fake(t, c.o)
		d, err := n.Describe(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		if d.IdempotencyKey != c.keys || d.Limit != 468 || d.Unit != community.Graphemes || !d.ReadBack {
			t.Errorf("%+v: %+v", c.o, d)
		}
		if got := n.Count(community.Public, "https://example.com"); got != c.url {
			t.Errorf("%+v: a link counts %d", c.o, got)
		}
	}
}

// A notification whose transaction commits late appears below one that was
// seen before it. It must not be skipped.
func TestLateNotificationIsNotSkipped(t *testing.T) {
	server, n, a := fake(t, mastodontest.Options{})
	server.SetPushing(mastodontest.PushNothing)
	var b basket
	server.Post("alice", "@brand before", "", "", time.Time{})
	collect(t, n, a, &b)
	late := server.Post("alice", "@brand late", "", "", time.Time{})
	server.HideNewest("brand")
	seen := server.Post("alice", "@brand seen first", "", "", time.Time{})
	b.wait(t, "the later one", func() bool { return b.messages[seen].ID != "" })
	server.Reveal()
	b.wait(t, "the late one", func() bool { return b.messages[late].ID != "" })
	time.Sleep(300 * time.Millisecond)
	b.wait(t, "each once", func() bool { return b.emits[late] == 1 && b.emits[seen] == 1 })
}

// What a stream may send does not end the stream, nor the process.
func TestHostileFrames(t *testing.T) {
	server, n, a := fake(t, mastodontest.Options{})
	var b basket
	collect(t, n, a, &b)
	b.wait(t, "a stream", func() bool { return server.Streams() == 1 })
	frames := []string{
		`{"event":"update","payload":42}`, `{"event":"update","payload":null}`, `{"event":"delete","payload":{}}`,
		`{"event":"notification","payload":"{\"type\":\"mention\"}"}`, `not json`, `[]`, strings.Repeat("[", 100_000),
	}
	for _, f := range frames {
		server.PushRaw(f)
	}
	id := server.Post("alice", "@brand still there?", "", "", time.Time{})
	b.wait(t, "the message", func() bool { return b.messages[id].ID != "" })
	b.wait(t, "all of them counted", func() bool { return b.unread == len(frames) })
	if server.Streams() != 1 {
		t.Error("the stream was given up")
	}
}

// Someone else's post on our home timeline is nobody's words to us; a deletion
// there is passed on, because it does not say whose it is.
func TestHomeTimelineIsNotCollected(t *testing.T) {
	server, n, a := fake(t, mastodontest.Options{})
	var b basket
	collect(t, n, a, &b)
	b.wait(t, "a stream", func() bool { return server.Streams() == 1 })
	server.PushRaw(`{"event":"update","payload":"{\"id\":\"77\",\"content\":\"lunch\",\"account\":{\"id\":\"9\"},\"mentions\":[]}"}`)
	server.PushRaw(`{"event":"status.update","payload":"{\"id\":\"78\",\"content\":\"dinner\",\"account\":{\"id\":\"9\"},\"mentions\":[]}"}`)
	server.PushRaw(`{"event":"delete","payload":"79"}`)
	b.wait(t, "the deletion", func() bool { return b.messages["79"].Deleted })
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.messages) != 1 {
		t.Errorf("collected %+v", b.messages)
	}
}

// One notification that is not as the API says hides none of the others.
func TestBrokenItemHidesNothing(t *testing.T) {
	server, _, a := fake(t, mastodontest.Options{})
	server.SetPushing(mastodontest.PushRefused)
	first := server.Post("alice", "@brand first", "", "", time.Time{})
	broken := server.Post("alice", "@brand broken", "", "", time.Time{})
	last := server.Post("alice", "@brand last", "", "", time.Time{})
	// A proxy that spoils one status.
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.RequestURI = ""
		r.URL.Scheme, r.URL.Host = "http", server.Host()
		response, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer response.Body.Close()
		var list []map[string]any
		if !strings.HasSuffix(r.URL.Path, "/notifications") || json.NewDecoder(response.Body).Decode(&list) != nil {
			w.WriteHeader(response.StatusCode)
			_, _ = io.Copy(w, response.Body)
			return
		}
		for _, n := range list {
			if st := n["status"].(map[string]any); st["id"] == broken {
				st["created_at"] = []int{2026}
			}
		}
		_ = json.NewEncoder(w).Encode(list)
	}))
	defer proxy.Close()
	a.Server = proxy.URL
	var b basket
	collect(t, quick(holding("token-brand")), a, &b)
	b.wait(t, "the other two", func() bool { return b.messages[first].ID != "" && b.messages[last].ID != "" })
	b.wait(t, "the broken one counted", func() bool { return b.unread > 0 && b.messages[broken].ID == "" })
	b.wait(t, "the cursor", func() bool { return !b.cursor.Complete.IsZero() })
}

// A private complaint stays between two, whatever the agent writes.
func TestDirectReplyHasOneReader(t *testing.T) {
	server, n, a := fake(t, mastodontest.Options{})
	id := server.Post("alice", "@brand my order", "direct", "", time.Time{})
	target := community.Message{ID: id, Scope: a.Scope}
	reply := community.Reply{ID: "r", Text: "We asked @bob about it.", Visibility: community.Public, CreatedAt: time.Now()}
	if _, err := n.Reply(t.Context(), a, target, reply); err != nil {
		t.Fatal(err)
	}
	sent := server.By("brand")[0]
	if sent.Visibility != "direct" || sent.Text != "@alice We asked @\u200bbob about it." || sent.InReplyTo != id {
		t.Errorf("sent %+v", sent)
	}
	if _, found, err := n.Look(t.Context(), a, target, reply); err != nil || !found {
		t.Errorf("not found again: %v %v", found, err)
	}
}

func TestReplyRefusals(t *testing.T) {
	server, n, a := fake(t, mastodontest.Options{})
	id := server.Post("alice", "@brand hello", "", "", time.Time{})
	here := community.Message{ID: id, Scope: a.Scope}
	for name, c := range map[string]struct {
		target community.Message
		text   string
		key    string
	}{
		"too long":         {here, strings.Repeat("a", 494), "reply.too_long"},
		"another instance": {community.Message{ID: id, Scope: "other.example"}, "x", "reply.elsewhere"},
		"not an id":        {community.Message{ID: "1/../../accounts", Scope: a.Scope}, "x", "reply.elsewhere"},
		"gone":             {community.Message{ID: "42", Scope: a.Scope}, "x", "reply.target_gone"},
	} {
		_, err := n.Reply(t.Context(), a, c.target, community.Reply{ID: name, Text: c.text})
		var f *community.Fault
		if community.KindOf(err) != community.Refused || !errors.As(err, &f) || f.Key != c.key {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := n.Reply(t.Context(), a, here, community.Reply{ID: "longest", Text: strings.Repeat("a", 493)}); err != nil {
		t.Errorf("exactly as long as allowed: %v", err)
	}
	if posts := server.By("brand"); len(posts) != 1 || len(posts[0].Text) != 500 {
		t.Errorf("posted %+v", posts)
	}
}

// The same reply again posts once where keys are honoured; other words under
// the same id are another post, not the old one.
func TestIdempotencyKey(t *testing.T) {
	server, n, a := fake(t, mastodontest.Options{})
	id := server.Post("alice", "@brand hello", "", "", time.Time{})
	target := community.Message{ID: id, Scope: a.Scope}
	var ids []string
	for _, text := range []string{"Bonjour", "Bonjour", "Bonsoir"} {
		receipt, err := n.Reply(t.Context(), a, target, community.Reply{ID: "r", Text: text})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, receipt.ID)
	}
	if ids[0] != ids[1] || ids[1] == ids[2] || len(server.By("brand")) != 2 {
		t.Errorf("posted %v", ids)
	}
}

// A post that quotes one of ours is said to us, by the stream and by the poll.
func TestQuotes(t *testing.T) {
	for _, pushing := range []mastodontest.Pushing{mastodontest.PushAll, mastodontest.PushRefused} {
		server, n, a := fake(t, mastodontest.Options{})
		server.SetPushing(pushing)
		if pushing == mastodontest.PushAll { // and the poll too late
			n = mastodon.New(mastodon.Options{Vault: holding("token-brand"), Logger: slog.New(slog.DiscardHandler), Poll: time.Hour, PollStreaming: time.Hour})
		}
		ours := server.Post("brand", "our new shop", "", "", time.Time{})
		var b basket
		collect(t, n, a, &b)
		b.wait(t, "a poll", func() bool { return !b.cursor.Complete.IsZero() })
		if pushing == mastodontest.PushAll {
			b.wait(t, "a stream", func() bool { return server.Streams() == 1 })
			time.Sleep(100 * time.Millisecond) // the poll that a stream begins with
		}
		quote := server.Quote("alice", "it is closed", ours)
		b.wait(t, "the quote", func() bool { return b.messages[quote].Text == "it is closed" })
		b.mu.Lock()
		if m := b.messages[quote]; m.Kind != community.KindPost || !m.CanReply {
			t.Errorf("%+v", m)
		}
		b.mu.Unlock()
		complains(t, server)
	}
}
