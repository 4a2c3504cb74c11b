package kafka

import (
	"testing"

	"pgregory.net/rapid"
)

// Whatever the sizes: nothing unapplied is cut, a partition's last record stays,
// a cut lies within what is held, and no more is given up than is too much.
func TestPlan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sizes := make(map[TopicPartition]int64)
		held := make(map[TopicPartition]Range)
		applied := make(map[TopicPartition]int64)
		for p := range rapid.IntRange(0, 6).Draw(t, "partitions") {
			at := TopicPartition{"t", p}
			first := rapid.Int64Range(0, 1<<40).Draw(t, "first")
			held[at] = Range{first, first + rapid.Int64Range(0, 100_000).Draw(t, "records")}
			sizes[at] = rapid.Int64Range(0, 1<<30).Draw(t, "size")
			if rapid.Bool().Draw(t, "known") {
				applied[at] = rapid.Int64Range(0, 1<<41).Draw(t, "applied")
			}
		}
		excess := rapid.Int64Range(1, 1<<31).Draw(t, "excess")
		cuts, freed := plan(sizes, held, applied, excess)
		if freed > excess {
			t.Fatalf("gives up %d for an excess of %d", freed, excess)
		}
		for at, cut := range cuts {
			next, known := applied[at]
			h := held[at]
			if !known || cut > next || cut >= h.Last || cut <= h.First {
				t.Fatalf("cut %v at %d: applied %d (%v), held %v", at, cut, next, known, h)
			}
		}
	})
}

func TestGapAt(t *testing.T) {
	tests := []struct {
		name  string
		next  int64
		held  Range
		found bool
		to    int64
		back  bool
	}{
		{"at the end", 10, Range{0, 10}, false, 0, false},
		{"inside", 5, Range{0, 10}, false, 0, false},
		{"at the first", 3, Range{3, 10}, false, 0, false},
		{"empty and new", 0, Range{0, 0}, false, 0, false},
		{"eaten", 2, Range{3, 10}, true, 3, false},
		{"all eaten", 2, Range{10, 10}, true, 10, false},
		{"ends before", 11, Range{3, 10}, true, 3, true},
		{"new log", 500, Range{0, 0}, true, 0, true},
	}
	for _, test := range tests {
		g, found := gapAt("t", 0, test.next, test.held)
		if found != test.found || g.To != test.to || g.Rewound != test.back {
			t.Errorf("%s: %+v %v", test.name, g, found)
		}
	}
}
