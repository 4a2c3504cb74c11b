package graph

import (
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Person is somebody as Graph names them: in from, participants, sender.
// Without the right permission Graph leaves the id out: then nobody is known,
// whatever the name says.
type Person struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Username string `json:"username"` // Instagram
}

// Time reads a time in every way Graph writes it: 2026-11-02T09:15:00+0000,
// RFC 3339, or a number of seconds or milliseconds since 1970. What cannot be
// read is the zero time: a message is not lost for its date.
type Time struct{ time.Time }

// UnmarshalJSON reads the time; it never fails.
func (t *Time) UnmarshalJSON(b []byte) error {
	s := strings.Trim(string(b), `"`)
	for _, layout := range []string{"2006-01-02T15:04:05-0700", time.RFC3339Nano} {
		if at, err := time.Parse(layout, s); err == nil {
			t.Time = at.UTC()
			return nil
		}
	}
	n, err := strconv.ParseInt(s, 10, 64)
	switch {
	case err != nil || n <= 0:
		t.Time = time.Time{}
	case n < 1e11:
		t.Time = time.Unix(n, 0).UTC()
	default:
		t.Time = time.UnixMilli(n).UTC()
	}
	return nil
}

// ValidID tells whether s can be one of Graph's ids: numbers, two of them joined
// by _ (posts and comments), t_ and m_ with figures and letters (conversations
// and messages), base64 (Instagram). Ids stand in paths, so nothing else passes.
func ValidID(s string) bool {
	if s == "" || len(s) > 512 || s == "." || s == ".." {
		return false
	}
	for i := range len(s) {
		switch b := s[i]; {
		case '0' <= b && b <= '9', 'a' <= b && b <= 'z', 'A' <= b && b <= 'Z', strings.IndexByte("_-=.:$+", b) >= 0:
		default:
			return false
		}
	}
	return true
}

// Older tells whether it is before than. A time that could not be read is not:
// what has no date is collected rather than left out.
func (t Time) Older(than time.Time) bool { return !t.IsZero() && t.Before(than) }

func validVersion(v string) bool {
	rest, ok := strings.CutPrefix(v, "v")
	major, minor, dotted := strings.Cut(rest, ".")
	_, err := strconv.ParseUint(major, 10, 16)
	_, errMinor := strconv.ParseUint(minor, 10, 16)
	return ok && dotted && err == nil && errMinor == nil
}

// Path joins ids and edge names into a path.
func Path(parts ...string) string {
	escaped := make([]string, len(parts))
	for i, p := range parts {
		escaped[i] = url.PathEscape(p)
	}
	return strings.Join(escaped, "/")
}
