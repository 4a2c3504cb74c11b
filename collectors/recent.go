package collectors

import (
	"time"

	"github.com/vigie-hq/vigie/community"
)

// How many messages of an account are remembered to recognise the same one
// when the other way brings it. Beyond that a second sighting is published
// again and the store finds the duplicate: nothing depends on this number but
// the log's size.
const recentSize = 4096

// sighting is the content a message was last published with, and from when it
// is (see community.Revision).
type sighting struct {
	hash    string
	at      time.Time
	deleted bool
}

func sightingOf(m *community.Message) sighting {
	r := m.Revision()
	return sighting{r.Hash, r.At.UTC(), r.Deleted}
}

// same tells whether publishing s after before would tell nothing new.
func (s sighting) same(before sighting) bool {
	if s.deleted || before.deleted {
		return s.deleted == before.deleted
	}
	return s.hash == before.hash && s.at.Equal(before.at)
}

// late tells whether s is an older state than before, overtaken on its way.
func (s sighting) late(before sighting) bool {
	return !s.deleted && (before.deleted || s.at.Before(before.at))
}

// recent is a bounded memory of what was published: the oldest identity makes
// room for the newest.
type recent struct {
	seen  map[community.Identity]sighting
	order []community.Identity // a ring once it is full
	next  int
}

func (r *recent) get(id community.Identity) (sighting, bool) {
	s, ok := r.seen[id]
	return s, ok
}

func (r *recent) put(id community.Identity, s sighting) {
	if r.seen == nil {
		r.seen = map[community.Identity]sighting{}
	}
	if _, known := r.seen[id]; !known {
		if len(r.order) < recentSize {
			r.order = append(r.order, id)
		} else {
			delete(r.seen, r.order[r.next])
			r.order[r.next] = id
			r.next = (r.next + 1) % recentSize
		}
	}
	r.seen[id] = s
}
