package community

import "time"

// Revision is one state of a message's content. Revisions of one message are
// ordered by At (the network's edit time, or the time of writing where it gives
// none), then by Seen (when we first saw that content), then by Hash: a total
// order that does not depend on the order of arrival.
type Revision struct {
	Hash    string
	At      time.Time
	Seen    time.Time
	Deleted bool
}

// Revision returns the content state this sighting carries.
func (m *Message) Revision() Revision {
	at := m.EditedAt
	if at.IsZero() {
		at = m.CreatedAt
	}
	return Revision{Hash: m.Hash(), At: at, Seen: m.ReceivedAt, Deleted: m.Deleted}
}

// Newer tells whether r stands after o in the order of revisions.
func (r Revision) Newer(o Revision) bool {
	if !r.At.Equal(o.At) {
		return r.At.After(o.At)
	}
	if !r.Seen.Equal(o.Seen) {
		return r.Seen.After(o.Seen)
	}
	return r.Hash > o.Hash
}

// Change is what a sighting does to what is known of its message.
type Change string

// The changes a sighting can make.
const (
	Created   Change = "created"   // never seen before
	Edited    Change = "edited"    // other words, newer: they are shown from now on
	Older     Change = "older"     // other words, older: kept in the history only
	Deleted   Change = "deleted"   // gone on the network; final
	Filled    Change = "filled"    // a deletion came first, the words come now: kept, still deleted
	Duplicate Change = "duplicate" // nothing new
	Aside     Change = "set_aside" // the record is itself invalid: kept for a human, not filed
)

// History is what is held of one message: every content seen, and whether the
// network deleted it. Applying the same sightings in any order gives the same
// history; the property test holds it to that.
type History struct {
	Contents []Revision // one for each hash, in no particular order
	Gone     bool       // deleted on the network
}

// Current is the newest content, or nil while only a deletion is known.
func (h *History) Current() *Revision {
	var newest *Revision
	for i := range h.Contents {
		if newest == nil || h.Contents[i].Newer(*newest) {
			newest = &h.Contents[i]
		}
	}
	return newest
}

// Apply takes one sighting in and says what it changed. bare is true for a
// deletion that carries no content of its own (most networks name only the id).
// The same content seen again keeps its latest edit time and, at that time, its
// earliest sighting: an old dump read again brings no old words back.
func (h *History) Apply(r Revision, bare bool) Change {
	first := len(h.Contents) == 0 && !h.Gone
	wasGone := h.Gone
	h.Gone = h.Gone || r.Deleted
	if bare {
		if wasGone {
			return Duplicate
		}
		return Deleted
	}
	change := h.add(r)
	switch {
	case h.Gone && !wasGone:
		return Deleted
	case h.Gone && change != Duplicate:
		return Filled
	case first:
		return Created
	}
	return change
}

func (h *History) add(r Revision) Change {
	current := h.Current()
	var before Revision
	if current != nil {
		before = *current
	}
	known := false
	for i := range h.Contents {
		c := &h.Contents[i]
		if c.Hash != r.Hash {
			continue
		}
		known = true
		if r.At.After(c.At) || r.At.Equal(c.At) && r.Seen.Before(c.Seen) {
			c.At, c.Seen = r.At, r.Seen
		}
	}
	if !known {
		h.Contents = append(h.Contents, Revision{Hash: r.Hash, At: r.At, Seen: r.Seen})
	}
	switch now := h.Current(); {
	case current == nil:
		return Edited
	case now.Hash != before.Hash:
		return Edited
	case known:
		return Duplicate
	}
	return Older
}

// Wording is one content a message had, with its words.
type Wording struct {
	Revision Revision `json:"revision"`
	Text     string   `json:"text"`
}
