package collectors

import (
	"crypto/sha256"
	"strings"

	"github.com/vigie-hq/vigie/community"
)

// How many messages are remembered to recognise the same one when the other way
// brings it: by one account, and by all accounts of a fleet together. Beyond that
// a second sighting is published again and the store finds the duplicate: nothing
// depends on these numbers but the log's size and ours (some 80 bytes each).
const (
	recentMost  = 4096
	recentLeast = 64
	recentAll   = 1 << 18
)

// digest stands for an identity or a content: the first bytes of its SHA-256.
// Two that differ and look the same would lose a message, so it is long enough
// that this does not happen, and chosen by nobody.
type digest [16]byte

func digestOf(parts ...string) digest {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return digest(sum[:16])
}

func identify(m *community.Message) digest {
	return digestOf(m.Brand, m.Network, m.Scope, m.ID)
}

// sighting is the content a message was last published with, and from when it
// is (see community.Revision), in nanoseconds since 1970; 0: not known.
type sighting struct {
	content digest
	at      int64
	deleted bool
}

func sightingOf(m *community.Message) sighting {
	r := m.Revision()
	s := sighting{content: digestOf(r.Hash), deleted: r.Deleted}
	if !r.At.IsZero() {
		s.at = r.At.UnixNano()
	}
	return s
}

// same tells whether publishing s after before would tell nothing new.
func (s sighting) same(before sighting) bool {
	if s.deleted || before.deleted {
		return s.deleted == before.deleted
	}
	return s.content == before.content && s.at == before.at
}

// late tells whether s is an older state than before, overtaken on its way.
func (s sighting) late(before sighting) bool {
	return !s.deleted && (before.deleted || s.at < before.at)
}

// recent is a bounded memory of what was published: the oldest identity makes
// room for the newest.
type recent struct {
	seen  map[digest]sighting
	order []digest // oldest first, from head on
	head  int
}

func (r *recent) get(id digest) (sighting, bool) {
	s, ok := r.seen[id]
	return s, ok
}

func (r *recent) put(id digest, s sighting, most int) {
	if r.seen == nil {
		r.seen = map[digest]sighting{}
	}
	if _, known := r.seen[id]; !known {
		r.order = append(r.order, id)
	}
	r.seen[id] = s
	for len(r.order)-r.head > most {
		delete(r.seen, r.order[r.head])
		r.head++
	}
	if r.head > len(r.order)/2 {
		r.order = append([]digest(nil), r.order[r.head:]...)
		r.head = 0
	}
}

// share is how many messages each of so many accounts may remember.
func share(accounts int) int {
	return min(recentMost, max(recentLeast, recentAll/max(1, accounts)))
}
