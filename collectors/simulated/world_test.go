package simulated

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/collectors/collectortest"
	"github.com/vigie-hq/vigie/community"
	"pgregory.net/rapid"
)

var noon = time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)

// clock is a clock that tests move by hand.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// open starts a server at noon on a clock of its own.
func open(t testing.TB, o Options) (*Server, *clock) {
	t.Helper()
	c := &clock{now: noon}
	o.Now = c.Now
	s, err := NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	return s, c
}

// glance is a look by somebody who does nothing.
func (s *Server) glance(t testing.TB) {
	t.Helper()
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	if _, err := s.world.look(); err != nil {
		t.Fatal(err)
	}
}

// everything is all posts, in order, as text.
func (s *Server) everything() string {
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	var b strings.Builder
	for _, id := range s.world.oldest {
		p := s.world.posts[id]
		fmt.Fprintf(&b, "%s %s %s @%s %s %s %v %q\n", p.ID, p.Thread, p.Kind, p.Author.Handle, p.CreatedAt, p.EditedAt, p.Deleted, p.Text)
	}
	return b.String()
}

// TestDeterminism: the same seed and start give the same talk, however often
// anybody looks meanwhile.
func TestDeterminism(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		o := Demo()
		o.Seed = rapid.Uint64().Draw(r, "seed")
		one, clockOne := open(t, o)
		two, clockTwo := open(t, o)
		const span = 30 * time.Minute
		for gone := time.Duration(0); gone < span; {
			d := min(time.Duration(rapid.Int64Range(1, int64(9*time.Minute)).Draw(r, "step")), span-gone)
			gone += d
			clockOne.add(d)
			one.glance(t)
		}
		for range 6 {
			clockTwo.add(span / 6)
			two.glance(t)
		}
		if a, b := one.everything(), two.everything(); a != b {
			r.Fatalf("the two worlds differ: %d and %d bytes", len(a), len(b))
		}
	})
	a, _ := open(t, Options{Seed: 1, Backlog: 50})
	b, _ := open(t, Options{Seed: 2, Backlog: 50})
	if a.everything() == b.everything() {
		t.Error("the seed changes nothing")
	}
}

func TestBacklog(t *testing.T) {
	s, _ := open(t, Demo())
	var ours, theirs, recent, deleted, edited int
	for _, p := range s.world.posts {
		if p.CreatedAt.After(noon) || p.CreatedAt.Before(noon.Add(-backlogSpan-time.Hour)) {
			t.Errorf("%s was written at %s", p.ID, p.CreatedAt)
		}
		if _, own := pageByID(p.Author.ID); own {
			ours++
			continue
		}
		theirs++
		if noon.Sub(p.CreatedAt) < 6*time.Hour {
			recent++
		}
		if p.Deleted {
			deleted++
		}
		if !p.EditedAt.IsZero() && !p.Deleted {
			edited++
		}
	}
	t.Logf("%d of theirs (%d in the last 6 h, %d edited, %d deleted), %d of ours", theirs, recent, edited, deleted, ours)
	if theirs < 120 || recent < 45 || recent > 100 || ours < 25 {
		t.Error("no plausible inbox")
	}
}

// TestGoesOn: after the last written text people go on, and nobody says what
// was said before.
func TestGoesOn(t *testing.T) {
	s, c := open(t, Options{Seed: 5, Rate: 60})
	for range 60 {
		c.add(time.Minute)
		s.glance(t)
	}
	texts, authors := map[string]int{}, map[string]bool{}
	for _, p := range s.world.posts {
		if _, own := pageByID(p.Author.ID); !own && !p.Deleted {
			if p.InReplyTo == "" { // whoever waits may say so in the same words
				texts[p.Text]++
			}
			authors[p.Author.ID] = true
		}
	}
	t.Logf("%d texts by %d people in an hour at 60 a minute", len(texts), len(authors))
	if len(texts) < 2000 || len(authors) < 1000 {
		t.Error("the crowd falls silent")
	}
	for text, n := range texts {
		if n > 1 {
			t.Errorf("said %d times: %q", n, text)
		}
	}
}

func TestPace(t *testing.T) {
	s, c := open(t, Options{Seed: 3, Rate: 20})
	var counts []int
	before := 0
	for range 20 * 60 {
		c.add(time.Minute)
		s.glance(t)
		counts = append(counts, int(s.world.planned)-before)
		before = int(s.world.planned)
	}
	mean := float64(before) / float64(len(counts))
	slices.Sort(counts)
	t.Logf("mean %.1f a minute, a tenth of the minutes under %d, a tenth over %d", mean, counts[len(counts)/10], counts[len(counts)*9/10])
	if math.Abs(mean-20) > 3 || counts[len(counts)/10] > 10 || counts[len(counts)*9/10] < 35 {
		t.Error("no bursts and lulls around the rate")
	}
}

// TestNap: nobody speaks while nobody looks, and the memory stays bounded.
func TestNap(t *testing.T) {
	s, c := open(t, Options{Seed: 3, Rate: 20})
	c.add(72 * time.Hour)
	s.glance(t)
	if n := len(s.world.posts); n > 200 {
		t.Errorf("%d posts after three days alone", n)
	}
	for range 20 {
		c.add(100 * time.Minute / 10)
		s.glance(t)
	}
	if n := len(s.world.posts); n < 2000 {
		t.Errorf("%d posts after 200 minutes in company", n)
	}
}

func TestForget(t *testing.T) {
	s, _ := open(t, Options{})
	for i := range 2*keep + 100 {
		if _, err := s.Say(Post{Text: fmt.Sprint("n ", i)}); err != nil {
			t.Fatal(err)
		}
	}
	w := s.world
	if len(w.posts) != keep || len(w.threads) != keep || len(w.oldest) != keep || len(w.feeds["900001"]) > 2*keep {
		t.Errorf("%d posts, %d threads, %d notices", len(w.posts), len(w.threads), len(w.feeds["900001"]))
	}
}

// TestDemoIsCollectedWhole runs a fleet on the demo's network for a quarter of
// an hour: with all its troubles, what was collected is what is there.
func TestDemoIsCollectedWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := Demo()
		o.Answers = 0
		o.Trouble.Fail = 0.05
		network, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		accounts := Accounts("lune")
		house := collectortest.NewHouse(accounts...)
		fleet := collectors.NewFleet(collectors.FleetOptions{
			Networks: map[string]collectors.Network{Name: network}, Log: house, Memory: house,
			Logger: slog.New(slog.DiscardHandler),
		})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- fleet.Run(ctx) }()
		time.Sleep(15 * time.Minute)
		network.server.world.mu.Lock()
		network.server.world.epoch++ // nobody says anything new
		network.server.world.mu.Unlock()
		time.Sleep(45 * time.Minute) // edits, deletions and second thoughts are still to come
		cancel()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		seen := 0
		for id, p := range network.server.world.posts {
			held, ok := house.Get(id)
			switch {
			case !ok && !p.Deleted:
				t.Errorf("%s is missing: %q", id, p.Text)
			case ok && held.History.Gone != p.Deleted:
				t.Errorf("%s: deleted %v, held as %v", id, p.Deleted, held.History.Gone)
			case ok && !p.Deleted && held.History.Current().Hash != (&community.Message{Text: p.Text}).Hash():
				t.Errorf("%s: %q is not what is held", id, p.Text)
			case ok:
				seen++
			}
		}
		l := house.Ledger()
		t.Logf("%d messages; ledger %+v", seen, l)
		if house.Len() != seen || seen < 350 || l.Recovered == 0 || l.Duplicates == 0 || l.Disordered == 0 {
			t.Errorf("%d held, %d seen, ledger %+v", house.Len(), seen, l)
		}
	})
}
