package bluesky

import (
	"context"
	"log/slog"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"
)

// TestRealJetstream listens to a Jetstream that is not ours, before a simulated
// network that posts some 50 times a second (.ci/jetstream starts both): two
// streams hear the same, though one of them is broken off and goes on later.
func TestRealJetstream(t *testing.T) {
	address := os.Getenv("VIGIE_TEST_JETSTREAM_URL")
	if address == "" {
		t.Skip("no real Jetstream: set VIGIE_TEST_JETSTREAM_URL (.ci/jetstream start DIR)")
	}
	o := Options{Jetstream: address, HTTP: &http.Client{}, Now: time.Now, Logger: slog.New(slog.DiscardHandler)}
	// The simulator's words are letters at random: one of these begins one of them.
	queries, bad := readQueries("a*\ne*\ni*\no*\nu*\ns*")
	if len(bad) > 0 {
		t.Fatal(bad)
	}
	listen := func(ctx context.Context, at *int64) map[string]int64 {
		h := hub{o: &o, ears: map[*ear]struct{}{}}
		e := &ear{queries: queries, knows: func(string) bool { return true }, state: func(bool) {}, heard: make(chan heard, 10_000)}
		h.ears[e] = struct{}{}
		_ = h.once(ctx, at) // ends with ctx
		close(e.heard)
		found := map[string]int64{}
		for got := range e.heard {
			found[got.uri+" "+got.op+got.cid] = got.micros
			if got.op == opCreate && (got.via == "" || got.seen.IsZero() || got.record.Text == "") {
				t.Errorf("heard %+v", got)
			}
		}
		return found
	}
	whole, wholeAt := map[string]int64{}, int64(0)
	var listening sync.WaitGroup
	listening.Go(func() {
		ctx, cancel := context.WithTimeout(t.Context(), 9*time.Second)
		defer cancel()
		whole = listen(ctx, &wholeAt)
	})
	broken, at, resumed := map[string]int64{}, int64(0), int64(0)
	for turn := range 2 {
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		for uri, micros := range listen(ctx, &at) {
			broken[uri] = micros
		}
		cancel()
		if turn == 0 {
			resumed = at
			time.Sleep(1500 * time.Millisecond)
		}
	}
	listening.Wait()
	first, during := int64(1)<<62, 0
	for _, micros := range broken {
		first = min(first, micros)
	}
	// What shares its microsecond with an end may stand on either side of it.
	for uri, micros := range whole {
		if micros <= first || micros >= at {
			continue
		}
		if micros > resumed {
			during++
		}
		if _, heard := broken[uri]; !heard {
			t.Errorf("%s at %d was lost between %d and %d", uri, micros, first, at)
		}
	}
	t.Logf("%d events heard, %d of them after the break", len(whole), during)
	if len(whole) < 50 || during == 0 {
		t.Errorf("only %d events heard, %d after the break", len(whole), during)
	}
}
