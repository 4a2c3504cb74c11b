package sql

import (
	"fmt"
	"time"
)

// ms is a time as it is kept: milliseconds since 1970, 0 for none. The first
// moment of 1970 is kept as the millisecond after it.
func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	if n := t.UnixMilli(); n != 0 {
		return n
	}
	return 1
}

// at is ms read back.
func at(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMilli(n).UTC()
}

// moment scans a time.
type moment struct{ *time.Time }

// Scan implements sql.Scanner.
func (m moment) Scan(src any) error {
	n, ok := src.(int64)
	if !ok && src != nil {
		return fmt.Errorf("%T is no time", src)
	}
	*m.Time = at(n)
	return nil
}
