package community

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestHistoryIsTheSameInAnyOrder holds the law that lets the log redeliver and
// reorder as it likes.
func TestHistoryIsTheSameInAnyOrder(t *testing.T) {
	base := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		type sighting struct {
			r    Revision
			bare bool
		}
		sightings := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) sighting {
			s := sighting{r: Revision{
				Hash: rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "hash"),
				At:   base.Add(time.Duration(rapid.IntRange(0, 3).Draw(t, "at")) * time.Minute),
				Seen: base.Add(time.Duration(rapid.IntRange(0, 5).Draw(t, "seen")) * time.Hour),
			}}
			if rapid.IntRange(0, 5).Draw(t, "deleted") == 0 {
				s.r.Deleted, s.bare = true, rapid.Bool().Draw(t, "bare")
			}
			return s
		}), 1, 8).Draw(t, "sightings")

		state := func(order []sighting) (current Revision, gone bool, n int) {
			var h History
			for _, s := range order {
				h.Apply(s.r, s.bare)
			}
			if c := h.Current(); c != nil {
				current = *c
			}
			return current, h.Gone, len(h.Contents)
		}
		current, gone, n := state(sightings)
		twice := slices.Concat(sightings, sightings)
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		for range 20 {
			rng.Shuffle(len(twice), func(i, j int) { twice[i], twice[j] = twice[j], twice[i] })
			c, g, m := state(twice)
			if c != current || g != gone || m != n {
				t.Fatalf("order matters: %v %v %d, then %v %v %d", current, gone, n, c, g, m)
			}
		}
	})
}

func TestApply(t *testing.T) {
	base := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	at := func(hash string, minutes int) Revision {
		return Revision{Hash: hash, At: base.Add(time.Duration(minutes) * time.Minute), Seen: base}
	}
	gone := func(r Revision) Revision { r.Deleted = true; return r }
	for _, tt := range []struct {
		name  string
		given []Revision
		r     Revision
		bare  bool
		want  Change
	}{
		{"first sight", nil, at("a", 0), false, Created},
		{"the same again", []Revision{at("a", 0)}, at("a", 0), false, Duplicate},
		{"other words, later", []Revision{at("a", 0)}, at("b", 1), false, Edited},
		{"other words, earlier", []Revision{at("b", 1)}, at("a", 0), false, Older},
		{"deleted without words", []Revision{at("a", 0)}, gone(Revision{}), true, Deleted},
		{"deleted with words", []Revision{at("a", 0)}, gone(at("a", 0)), false, Deleted},
		{"deleted before it was seen", nil, gone(Revision{}), true, Deleted},
		{"deleted twice", []Revision{gone(Revision{})}, gone(Revision{}), true, Duplicate},
		{"words after the deletion", []Revision{gone(Revision{})}, at("a", 0), false, Filled},
		{"an edit after the deletion", []Revision{at("a", 0), gone(at("a", 0))}, at("b", 1), false, Filled},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var h History
			for _, r := range tt.given {
				h.Apply(r, r.Hash == "")
			}
			if got := h.Apply(tt.r, tt.bare); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}
