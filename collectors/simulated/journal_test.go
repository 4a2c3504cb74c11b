package simulated

import (
	"context"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// TestOutlives: a world killed at any moment is the same when it is taken up
// again, and goes on as if nothing had happened.
func TestOutlives(t *testing.T) {
	o := Demo()
	o.Trouble.Lost, o.Trouble.Ghost, o.Trouble.Limit, o.Trouble.Refuse, o.Trouble.EchoFirst = 0, 0, 0, 0, 0
	o.Dir = t.TempDir()
	s, c := open(t, o)
	n := s.Network(Options{Now: c.Now})
	account := Accounts("lune")[0]
	for i := range 12 {
		c.add(37 * time.Second)
		said, err := s.Say(Post{Text: "question", Lang: "fr"})
		if err != nil {
			t.Fatal(err)
		}
		r := community.Reply{ID: string(rune('a' + i)), Text: "réponse"}
		if _, err := n.Reply(t.Context(), account, said.message(account), r); err != nil {
			t.Fatal(err)
		}
		if i%3 == 0 {
			if err := s.Edit(said.ID, "autre question"); err != nil {
				t.Fatal(err)
			}
		}
		if i%4 == 0 {
			if err := s.Delete(said.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	path := filepath.Join(o.Dir, "simulated.jsonl")
	torn, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := torn.WriteString(`{"at":"2026-11-02T12:`); err != nil {
		t.Fatal(err)
	}
	// Never closed: killed.
	o.Now, o.Seed = c.Now, 99 // the folder's settings count
	again, err := NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		if a, b := s.everything(), again.everything(); a != b {
			t.Fatalf("the world taken up differs:\n%s\n%s", a, b)
		}
		c.add(20 * time.Second) // under a heartbeat in all: the first journal is not to grow
		again.glance(t)
		s.world.journal = nil
		s.glance(t)
	}
	for i, tally := range again.Tallies() {
		if want := s.Tallies()[i]; tally.Reply != want.Reply || len(tally.Posts) != 1 || tally.Posts[0] != want.Posts[0] {
			t.Errorf("%+v, was %+v", tally, want)
		}
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestOtherTexts: a world whose texts are not ours any more is put aside.
func TestOtherTexts(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "simulated.jsonl")
	if err := os.WriteFile(path, []byte(`{"at":"2026-11-01T00:00:00Z","act":"begin","settings":{"talk":"old"}}`+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, _ := open(t, Options{Dir: dir, Backlog: 5})
	if len(s.world.posts) == 0 {
		t.Error("the new world is empty")
	}
	if files, _ := filepath.Glob(path + ".*"); len(files) != 1 {
		t.Errorf("put aside: %v", files)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestServe: a network in another process is reached by its address, and is
// Unavailable once it is gone.
func TestServe(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server, err := NewServer(Options{Backlog: 3})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- Serve(ctx, listener, server) }()
	n, err := New(Options{URL: "http://" + listener.Addr().String()})
	if err != nil {
		t.Fatal(err)
	}
	account := Accounts("lune")[1]
	told, err := n.Describe(t.Context(), account)
	if err != nil || told.Limit != Limit || told.Unit != community.Graphemes || told.IdempotencyKey || !told.ReadBack {
		t.Errorf("%+v %v", told, err)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	kind := func() community.FaultKind {
		_, err := n.Reply(t.Context(), account, community.Message{ID: "1"}, community.Reply{Text: "?"})
		return community.KindOf(err)
	}
	// An old connection may break under the first; after that there is none.
	if first, second := kind(), kind(); first == community.Refused || second != community.Unavailable {
		t.Errorf("nobody took it: %s, then %s", first, second)
	}
}

// FuzzJournal: whatever stands in the file, a world comes up, and the file ends
// on a whole line.
func FuzzJournal(f *testing.F) {
	talk, err := readTalk()
	if err != nil {
		f.Fatal(err)
	}
	begin := `{"at":"2026-11-02T12:00:00Z","act":"begin","settings":{"start":"2026-11-02T12:00:00Z","talk":"` + talk.sum + `"}}` + "\n"
	f.Add([]byte(begin + `{"at":"2026-11-02T12:00:01Z","act":"say","post":{"id":"5","text":"a","to":["900001"]}}` + "\n" + `{"at":"2026`))
	f.Add([]byte(begin + `{"at":"2026-11-02T12:00:01Z","act":"reply","page":"900001"}` + "\n"))
	f.Add([]byte(`{"act":"begin"}` + "\n\x00\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		path := filepath.Join(dir, "simulated.jsonl")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		w, err := openWorld(Options{Dir: dir, Now: func() time.Time { return noon }}, talk)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.journal.close(); err != nil {
			t.Fatal(err)
		}
		after, err := os.ReadFile(path)
		if err != nil || len(after) == 0 || after[len(after)-1] != '\n' {
			t.Fatalf("the journal ends on %q (%v)", after, err)
		}
	})
}

// FuzzRequests: no request makes the server fail.
func FuzzRequests(f *testing.F) {
	f.Add("POST", "/pages/900001/replies", `{"target":"1","text":"bonjour"}`)
	f.Add("GET", "/pages/900001/feed?before=x", "")
	f.Add("GET", "/pages/900001/threads/1", "")
	s, _ := open(f, Options{})
	f.Fuzz(func(t *testing.T, method, target, body string) {
		if strings.Contains(target, "stream") {
			t.Skip("waits for news")
		}
		r, err := http.NewRequest(method, "http://simulated.invalid"+target, strings.NewReader(body))
		if err != nil {
			t.Skip(err)
		}
		out := &recorder{header: http.Header{}, status: http.StatusOK}
		s.ServeHTTP(out, r)
		if out.status >= 500 {
			t.Errorf("%d: %s", out.status, &out.body)
		}
	})
}
