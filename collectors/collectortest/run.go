package collectortest

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// Run runs every case, each on a bench of its own. short is the form for CI.
func Run(t *testing.T, build func(testing.TB) Bench) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, *stage)
		need func(*Server) bool
		of   Trait
	}{
		{"backlog becomes history, what follows is live", backlog, nil, ""},
		{"live, with edits and deletions", live, nil, ""},
		{"private stays private", privately, nil, Privacy},
		{"threads name their root", threads, nil, Threads},
		{"own posts come back as ours", own, func(s *Server) bool { return s.Own != nil }, Threads},
		{"stopped and started at any point", restarts, nil, ""},
		{"edits and deletions while stopped", away, nil, ""},
		{"push silent, then one push arrives", silence, func(s *Server) bool { return s.Push != nil }, ""},
		{"push loses half", losses, func(s *Server) bool { return s.Push != nil }, ""},
		{"push twice and disordered", twice, func(s *Server) bool { return s.Push != nil }, ""},
		{"no push at all", refused, func(s *Server) bool { return s.Push != nil }, ""},
		{"push drops one in twenty, and the next arrives", drops, func(s *Server) bool { return slices.Contains(s.Pushes, PushMost) }, ""},
		{"deleted before it was written", deletedFirst, func(s *Server) bool { return slices.Contains(s.Pushes, PushDeleted) && s.Delete != nil }, ""},
		{"streams cut", cuts, func(s *Server) bool { return s.Cut != nil }, ""},
		{"limited and broken calls", broken, func(s *Server) bool { return s.Fail != nil }, ""},
		{"the log is behind", pressure, nil, ""},
		{"a first sweep is interrupted", interrupted, nil, Paging},
		{"first connection to an old account", old, func(s *Server) bool { return s.Dates }, ""},
		{"the server's clock is ahead", ahead, func(s *Server) bool { return s.Skew != nil }, ""},
		{"the server's clock is behind", behind, func(s *Server) bool { return s.Skew != nil }, ""},
		{"token dies and lives again", token, func(s *Server) bool { return s.Token != nil }, ""},
		{"replies", replies, nil, Replies},
		{"replies that certainly fail", failing, func(s *Server) bool { return s.Fail != nil && s.Posted != nil }, Replies},
		{"own echo before the answer", echo, func(s *Server) bool { return slices.Contains(s.Fails, LateAnswer) && s.Posted != nil }, Replies},
		{"a reply whose answer is lost", lost, func(s *Server) bool { return s.Fail != nil && s.Posted != nil }, Replies},
		{"everything at once", storm, func(s *Server) bool { return s.Push != nil && s.Cut != nil && s.Fail != nil }, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			bench := build(t)
			bench.defaults()
			switch {
			case c.need != nil && !c.need(&bench.Server):
				t.Skip("this server cannot be made to do that")
			case c.of != "" && slices.Contains(bench.Lacks, c.of):
				t.Skipf("this network has no %s", c.of)
			}
			s := &stage{Bench: bench, house: NewHouse(bench.Account), said: map[string]*fact{}}
			if s.Server.Subscribe != nil {
				s.subscribe(t)
			}
			c.run(t, s)
		})
	}
}

// fact is what was said, as the server has it now.
type fact struct {
	text    string
	private bool
	deleted bool
}

// stage is one case: a bench, the house that receives, and what was said.
type stage struct {
	Bench
	house *House
	said  map[string]*fact
	fleet *collectors.Fleet
	hooks atomic.Pointer[http.Handler] // of the fleet that runs
	stop  func()
}

// subscribe opens the address that a network calls, for the whole of a case.
func (s *stage) subscribe(t *testing.T) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if hooks := s.hooks.Load(); hooks != nil {
			(*hooks).ServeHTTP(w, r)
			return
		}
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	t.Cleanup(server.Close)
	s.Server.Subscribe(t, server.URL+"/hooks/"+s.Account.Network)
}

// start runs a fleet; stop or the test's end stops it.
func (s *stage) start(t *testing.T) {
	t.Helper()
	s.fleet = collectors.NewFleet(collectors.FleetOptions{
		Networks: map[string]collectors.Network{s.Account.Network: s.Network},
		Log:      s.house, Memory: s.house,
		Random: func() float64 { return 0 }, // the shortest waits
		Logger: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
	hooks := s.fleet.Hooks()
	s.hooks.Store(&hooks)
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() {
		if err := s.fleet.Run(ctx); err != nil {
			t.Errorf("the fleet ended: %v", err)
		}
	})
	s.stop = sync.OnceFunc(func() {
		s.hooks.Store(nil)
		cancel()
		running.Wait()
	})
	t.Cleanup(s.stop)
}

// say posts to the account and notes it.
func (s *stage) say(t *testing.T, p Post) string {
	t.Helper()
	id := s.Server.Post(t, p)
	s.said[id] = &fact{text: p.Text, private: p.Private}
	return id
}

// edit and remove do nothing on a network that has no such thing.
func (s *stage) edit(t *testing.T, id, text string) {
	t.Helper()
	if s.Server.Edit == nil {
		return
	}
	s.Server.Edit(t, id, text)
	s.said[id].text = text
}

func (s *stage) remove(t *testing.T, id string) {
	t.Helper()
	if s.Server.Delete == nil {
		return
	}
	s.Server.Delete(t, id)
	s.said[id].deleted = true
}

// eventually waits until ok returns "", else fails with what it last said.
func (s *stage) eventually(t *testing.T, ok func() string) {
	t.Helper()
	end := time.Now().Add(s.Patience)
	for {
		missing := ok()
		if missing == "" {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("after %v: %s", s.Patience, missing)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// settled waits until the house holds exactly what was said. Patience is counted
// from when the house last took something in: on a crowded machine much may take
// long, and only standing still is wrong.
func (s *stage) settled(t *testing.T) {
	t.Helper()
	held, end := 0, time.Now().Add(s.Patience)
	for {
		missing := s.compare()
		if missing == "" {
			return
		}
		if n := s.house.Len(); n > held {
			held, end = n, time.Now().Add(s.Patience)
		}
		if time.Now().After(end) {
			t.Fatalf("%v after the last of %d messages: %s", s.Patience, held, missing)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// message waits for one message.
func (s *stage) message(t *testing.T, id string) community.Message {
	t.Helper()
	var m community.Message
	s.eventually(t, func() string {
		held, ok := s.house.Get(id)
		m = held.Message
		if !ok {
			return "message " + id + " has not come"
		}
		return ""
	})
	return m
}
