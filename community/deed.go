package community

import (
	"cmp"
	"slices"
	"time"
)

// Deed is something that can be done to a message on its network, beside
// answering it the way it was written.
type Deed string

// The deeds.
const (
	DeedPrivate Deed = "private" // answer in private what was said in public
	DeedHide    Deed = "hide"    // from everybody but its author and his friends
	DeedUnhide  Deed = "unhide"
	DeedDelete  Deed = "delete" // somebody else's words, on our page
	DeedLike    Deed = "like"
	DeedUnlike  Deed = "unlike"
)

// Deeds lists the deeds.
func Deeds() []Deed {
	return []Deed{DeedPrivate, DeedHide, DeedUnhide, DeedDelete, DeedLike, DeedUnlike}
}

// Ability says whether a deed can be done to a message, and until when.
type Ability struct {
	Deed  Deed      `json:"deed"`
	Until time.Time `json:"until,omitzero"` // the last moment; zero: no end is known
	Why   string    `json:"why,omitempty"`  // fault key of why it cannot be done; empty: it can
}

// Able tells whether a deed can be done to the message at now: nil when it can,
// else a Fault Forbidden with the reason's key ("deed.unknown" where the network
// said nothing of it, "deed.late" when its time is over).
func (m *Message) Able(deed Deed, now time.Time) error {
	a := m.Ability(deed)
	switch {
	case a == nil:
		return Faultf(Forbidden, "deed.unknown", string(deed))
	case a.Why != "":
		return Faultf(Forbidden, a.Why)
	case !a.Until.IsZero() && !now.Before(a.Until):
		return Faultf(Forbidden, "deed.late")
	}
	return nil
}

// Ability is what the network said of a deed; nil: nothing.
func (m *Message) Ability(deed Deed) *Ability {
	for i := range m.Can {
		if m.Can[i].Deed == deed {
			return &m.Can[i]
		}
	}
	return nil
}

// JoinAbilities is what two sightings of a message say together, in the order of
// Deeds: what one of them allows is allowed, to the later end. Push often tells
// less than a poll; in whatever order they come, the result is the same.
func JoinAbilities(a, b []Ability) []Ability {
	var out []Ability
	for _, one := range slices.Concat(a, b) {
		i := slices.IndexFunc(out, func(held Ability) bool { return held.Deed == one.Deed })
		switch {
		case i < 0:
			out = append(out, one)
		case one.compare(out[i]) > 0:
			out[i] = one
		}
	}
	order := Deeds()
	slices.SortFunc(out, func(a, b Ability) int {
		return cmp.Or(slices.Index(order, a.Deed)-slices.Index(order, b.Deed), cmp.Compare(a.Deed, b.Deed))
	})
	return out
}

// compare orders what is said of one deed by how much it allows.
func (a Ability) compare(b Ability) int {
	switch {
	case a.Why != b.Why: // no reason against it is the shortest; of two, always the same one
		return cmp.Compare(b.Why, a.Why)
	case a.Until.IsZero() || b.Until.IsZero(): // no end is the latest one
		return b.Until.Compare(a.Until)
	}
	return a.Until.Compare(b.Until)
}

// Answerable tells whether the message can be answered in this visibility at
// now: nil when it can, else a Fault Forbidden with the network's own reason,
// "reply.not_answerable" where it gave none, or "reply.window" or "deed.late"
// when the time is over. A private answer to what was said in public is a deed
// of its own where the network speaks of it, else an answer like any other.
func (m *Message) Answerable(v Visibility, now time.Time) error {
	switch {
	case m.aside(v) != nil:
		return m.Able(DeedPrivate, now)
	case !m.CanReply && m.ReplyWhy != "":
		return Faultf(Forbidden, m.ReplyWhy)
	case !m.CanReply:
		return Faultf(Forbidden, "reply.not_answerable")
	case !m.ReplyUntil.IsZero() && !now.Before(m.ReplyUntil):
		return Faultf(Forbidden, "reply.window")
	}
	return nil
}

// AnswerUntil is the end of the time in which it can be answered in this
// visibility; zero: none is known.
func (m *Message) AnswerUntil(v Visibility) time.Time {
	if a := m.aside(v); a != nil {
		return a.Until
	}
	return m.ReplyUntil
}

// Once tells whether the network takes one answer of this visibility to the
// message and no second: a private one to what was said in public, where its
// time has an end (Meta takes one private reply to a comment, within seven days).
func (m *Message) Once(v Visibility) bool {
	a := m.aside(v)
	return a != nil && !a.Until.IsZero()
}

// aside is what the network said of answering in private what was said in public.
func (m *Message) aside(v Visibility) *Ability {
	if v != Private || m.Private {
		return nil
	}
	return m.Ability(DeedPrivate)
}

// undone is the deed that each of these takes back.
func undone(deed Deed) (Deed, bool) {
	switch deed {
	case DeedUnhide:
		return DeedHide, true
	case DeedUnlike:
		return DeedLike, true
	}
	return "", false
}

// Able tells whether a deed can be done to the message at now, as Message.Able
// does. What we did ourselves can be taken back wherever it could be done: the
// network spoke of the message as it was before.
func (e *Entry) Able(deed Deed, now time.Time) error {
	err := e.Message.Able(deed, now)
	if first, ok := undone(deed); err != nil && ok && ((first == DeedHide && e.Hidden) || (first == DeedLike && e.Liked)) {
		return e.Message.Able(first, now)
	}
	return err
}

// After is the entry once a deed was done. Doing again what is done leaves it,
// its Version included, as it is.
func (e *Entry) After(deed Deed) Entry {
	after := *e
	switch deed {
	case DeedHide, DeedUnhide:
		after.Hidden = deed == DeedHide
	case DeedLike, DeedUnlike:
		after.Liked = deed == DeedLike
	case DeedDelete:
		after.Gone, after.Message.Deleted, after.Revision.Deleted = true, true, true
	}
	if after.Hidden != e.Hidden || after.Liked != e.Liked || after.Gone != e.Gone {
		after.Version++
	}
	return after
}
