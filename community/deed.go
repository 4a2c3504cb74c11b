package community

import "time"

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
	for _, a := range m.Can {
		switch {
		case a.Deed != deed:
			continue
		case a.Why != "":
			return Faultf(Forbidden, a.Why)
		case !a.Until.IsZero() && !now.Before(a.Until):
			return Faultf(Forbidden, "deed.late")
		}
		return nil
	}
	return Faultf(Forbidden, "deed.unknown", string(deed))
}
