package community

import "time"

// Cursor is where collecting from an account stands. Its inside belongs to the
// network. Only a poll moves it, and only when its sweep has reached back to the
// previous cursor; push never does.
type Cursor struct {
	// Since is the newest native position that is wholly collected.
	Since string `json:"since,omitempty"`
	// Until is the upper end of a newest-first sweep that was interrupted;
	// From is where it must go on (the network's page position). Empty: no
	// sweep is under way.
	Until string `json:"until,omitempty"`
	From  string `json:"from,omitempty"`
	// Connected is when the account was first connected: what is older is
	// history (origin backfill) and starts no clock.
	Connected time.Time `json:"connected,omitzero"`
	// Complete is the moment up to which nothing is missing.
	Complete time.Time `json:"complete,omitzero"`
}
