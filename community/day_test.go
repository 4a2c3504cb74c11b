package community

import (
	"cmp"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var days = rapid.Custom(func(t *rapid.T) Day {
	return DayOf(time.Unix(rapid.Int64Range(-62135596800, 253402300799).Draw(t, "second"), 0).UTC())
})

// TestDayEqualsTime holds the day arithmetic to the time package's.
func TestDayEqualsTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, n := days.Draw(t, "day"), rapid.IntRange(-200000, 200000).Draw(t, "n")
		noon := time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, time.UTC)
		if got, want := d.Plus(n), DayOf(noon.AddDate(0, 0, n)); got != want {
			t.Fatalf("%v plus %d is %v, want %v", d, n, got, want)
		}
		if d.Weekday() != noon.Weekday() {
			t.Fatalf("%v is a %v, want %v", d, d.Weekday(), noon.Weekday())
		}
		if !d.Valid() || dayNumbered(d.number()) != d {
			t.Fatalf("%v does not come back", d)
		}
		if got, want := d.Compare(d.Plus(n)), cmp.Compare(0, n); got != want {
			t.Fatalf("%v compares to %v as %d", d, d.Plus(n), got)
		}
	})
}

func TestDayText(t *testing.T) {
	for text, ok := range map[string]bool{
		"2026-11-17": true, "2024-02-29": true, "2026-02-29": false, "2026-13-01": false, "17/11/2026": false, "": false, "2026-11-17T10:00:00Z": false,
	} {
		var d Day
		err := d.UnmarshalText([]byte(text))
		if (err == nil) != ok || (ok && d.String() != text) || (!ok && KindOf(err) != Invalid) {
			t.Errorf("%q: %v %v", text, d, err)
		}
	}
	for _, d := range []Day{{}, {2026, 2, 30}, {2026, 0, 1}, {10000, 1, 1}} {
		if d.Valid() {
			t.Errorf("%v is no day", d)
		}
	}
}
