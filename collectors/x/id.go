package x

import (
	"strconv"
	"time"
)

// X's ids are 64-bit numbers that hold the time they were made at, in
// milliseconds since epoch, above 22 other bits (github.com/twitter-archive/snowflake).
const (
	epoch    = 1288834974657
	timeBits = 22
	maxID    = 20 // digits
)

// validID tells whether s can be an id: ids stand in paths, so nothing but
// digits may pass.
func validID(s string) bool {
	if s == "" || len(s) > maxID {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// later tells whether id a was made after id b: both are decimal numbers without
// leading zeros, too large for what JavaScript calls one.
func later(a, b string) bool {
	if len(a) != len(b) {
		return len(a) > len(b)
	}
	return a > b
}

func latest(a, b string) string {
	if later(a, b) {
		return a
	}
	return b
}

// madeAt is when an id was made; false for one that holds no time (those of
// before November 2010, and of some test servers).
func madeAt(id string) (time.Time, bool) {
	n, err := strconv.ParseUint(id, 10, 64)
	if err != nil || n < 1<<40 {
		return time.Time{}, false
	}
	return time.UnixMilli(int64(n>>timeBits) + epoch).UTC(), true
}

// idAt is the lowest id that can be made at that moment: since_id takes it like
// any other.
func idAt(at time.Time) string {
	ms := at.UnixMilli() - epoch
	if ms <= 0 {
		return "1"
	}
	return strconv.FormatUint(uint64(ms)<<timeBits, 10)
}

// exactly is the moment something with that id was made, to the millisecond
// where the id agrees with the second X tells, else what X tells.
func exactly(id string, told time.Time) time.Time {
	at, ok := madeAt(id)
	if !ok || !told.IsZero() && at.Sub(told).Abs() > 2*time.Second {
		return told
	}
	return at
}

// before is the id below id: where X's version 1.1 wants the highest id of the
// next page.
func before(id string) string {
	n, err := strconv.ParseUint(id, 10, 64)
	if err != nil || n == 0 {
		return id
	}
	return strconv.FormatUint(n-1, 10)
}
