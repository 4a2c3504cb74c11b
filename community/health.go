package community

import "time"

// Health is how an account stands with its network, as the last look found it.
// Settings show it, and warn before something ends.
type Health struct {
	CheckedAt time.Time `json:"checked_at,omitzero"`
	// Fault is the key of what the look met; empty: all is well.
	Fault string `json:"fault,omitempty"`
	// ExpiresAt is when the account's right to speak ends unless a human signs
	// in again; zero: it does not, or the network does not tell. RenewsAt is when
	// the token is next renewed without anybody's help.
	ExpiresAt time.Time `json:"expires_at,omitzero"`
	RenewsAt  time.Time `json:"renews_at,omitzero"`
	// Missing are the permissions that were not given, by the network's names.
	Missing []string `json:"missing,omitempty"`
	// Push says whether what happens is pushed to us now, or only polled; Since
	// when, and the fault key of why not. PushOff is for networks without push.
	Push    PushState `json:"push,omitempty"`
	PushWhy string    `json:"push_why,omitempty"`
	// Windows are the network's limits, as its own headers last told them.
	Windows []Window `json:"windows,omitempty"`
}

// PushState says how an account is told what happens.
type PushState string

// The states of push.
const (
	PushOff  PushState = ""     // the network has none, or none was set up
	PushOn   PushState = "on"   // connected, or subscribed
	PushDown PushState = "down" // set up and not working
)

// Window is one of a network's limits: so many calls until a moment.
type Window struct {
	Name  string    `json:"name"` // what draws on it, e.g. "read", "POST /2/tweets"
	Left  int       `json:"left"`
	Limit int       `json:"limit,omitempty"` // 0: not told
	Reset time.Time `json:"reset,omitzero"`
}

// ExpiryWarning is how long before its end an account's right to speak is shown
// as ending.
const ExpiryWarning = 7 * 24 * time.Hour

// Ending tells whether the account must be connected again soon.
func (h *Health) Ending(now time.Time) bool {
	return !h.ExpiresAt.IsZero() && h.ExpiresAt.Sub(now) <= ExpiryWarning
}
