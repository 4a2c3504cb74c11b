package sql

import (
	"encoding/base64"
	"encoding/binary"

	"github.com/vigie-hq/vigie/community"
)

// place is where a page ends: the phase of the list, the sort key and the
// number of its last row. The next page begins after it, whatever was inserted
// meanwhile.
type place struct{ phase, key, num int64 }

// cursor writes a place for an address.
func (p place) cursor() string {
	b := binary.AppendVarint(nil, p.phase)
	b = binary.AppendVarint(b, p.key)
	b = binary.AppendVarint(b, p.num)
	return base64.RawURLEncoding.EncodeToString(b)
}

// readCursor reads it back; nil for the beginning. What cannot be read is a
// Fault Invalid "query.cursor".
func readCursor(s string) (*place, error) {
	if s == "" {
		return nil, nil
	}
	fault := community.Faultf(community.Invalid, "query.cursor", s)
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return nil, fault
	}
	var p place
	for _, to := range []*int64{&p.phase, &p.key, &p.num} {
		n, size := binary.Varint(b)
		if size <= 0 {
			return nil, fault
		}
		*to, b = n, b[size:]
	}
	if len(b) > 0 {
		return nil, fault
	}
	return &p, nil
}

// limitOf bounds how much a page holds.
func limitOf(n int) int {
	if n <= 0 {
		return community.DefaultLimit
	}
	return min(n, community.MaxLimit)
}
