package collectors

import "time"

// Ledger is one account's count of what came, by which way, in one hour. It is
// how an operator sees that push is silently broken (Recovered rises while
// Pushed falls) long before a customer complains.
type Ledger struct {
	Pushed     int64 `json:"pushed"`     // messages a stream or webhook brought first
	Recovered  int64 `json:"recovered"`  // messages a poll found that push had not brought
	Duplicates int64 `json:"duplicates"` // sightings of what was already published, by either way
	Disordered int64 `json:"disordered"` // messages, or states of one, older than one published before
	Edits      int64 `json:"edits"`      // other content of a message seen before
	Deletes    int64 `json:"deletes"`    // messages the network deleted
	Backfilled int64 `json:"backfilled"` // history from before the account was connected
	Unreadable int64 `json:"unreadable"` // items the network sent that could not be decoded
	// Gap is the last stretch of time that only a poll closed: from the moment
	// nothing was missing to the poll that brought what push had not.
	Gap time.Duration `json:"gap"`
	// Lag is the longest a live message took from being written to being published.
	Lag time.Duration `json:"lag"`
}

// Add merges a later delta into l: counts add up, the later gap replaces the
// earlier one, the longest lag stays.
func (l *Ledger) Add(delta Ledger) {
	l.Pushed += delta.Pushed
	l.Recovered += delta.Recovered
	l.Duplicates += delta.Duplicates
	l.Disordered += delta.Disordered
	l.Edits += delta.Edits
	l.Deletes += delta.Deletes
	l.Backfilled += delta.Backfilled
	l.Unreadable += delta.Unreadable
	if delta.Gap != 0 {
		l.Gap = delta.Gap
	}
	l.Lag = max(l.Lag, delta.Lag)
}

// Hour is the ledger row a moment belongs to: UTC, on the hour.
func Hour(at time.Time) time.Time { return at.UTC().Truncate(time.Hour) }
