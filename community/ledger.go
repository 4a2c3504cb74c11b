package community

import (
	"math"
	"time"
)

// Ledger is a count of what came from an account, and by which way: the proof
// that nothing is missing. An operator sees in it that push is silently broken
// (Recovered rises while Pushed falls) long before a customer complains.
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
	// nothing was missing to the poll that brought what push had not. GapAt is
	// when it was closed.
	Gap   time.Duration `json:"gap"`
	GapAt time.Time     `json:"gap_at,omitzero"`
	// Lag is the longest a live message took from being written to being
	// published; Lags is how many took how long.
	Lag  time.Duration `json:"lag"`
	Lags Lags          `json:"lags"`
}

// Add merges a later delta into l: counts add up, the later gap replaces the
// earlier one, the longest lag stays.
func (l *Ledger) Add(delta *Ledger) {
	l.Pushed += delta.Pushed
	l.Recovered += delta.Recovered
	l.Duplicates += delta.Duplicates
	l.Disordered += delta.Disordered
	l.Edits += delta.Edits
	l.Deletes += delta.Deletes
	l.Backfilled += delta.Backfilled
	l.Unreadable += delta.Unreadable
	if delta.Gap != 0 && !delta.GapAt.Before(l.GapAt) {
		l.Gap, l.GapAt = delta.Gap, delta.GapAt
	}
	l.Lag = max(l.Lag, delta.Lag)
	for i, n := range delta.Lags {
		l.Lags[i] += n
	}
}

// Late counts that a live message took so long.
func (l *Ledger) Late(lag time.Duration) {
	l.Lag = max(l.Lag, lag)
	l.Lags[bucketOf(lag)]++
}

// Percentile is how long a live message took at most, for this share (0 to 1)
// of them: the upper bound of the step it falls in, or the longest lag where
// that is shorter. Zero when none came.
func (l *Ledger) Percentile(share float64) time.Duration {
	var all, sum int64
	for _, n := range l.Lags {
		all += n
	}
	rank := max(1, int64(math.Ceil(share*float64(all))))
	for i, n := range l.Lags {
		if sum += n; n > 0 && sum >= rank {
			if i == len(l.Lags)-1 {
				return l.Lag
			}
			return min(bound(i), l.Lag)
		}
	}
	return 0
}

// Lags counts messages by how long they took, in steps of a factor of √2: the
// first up to 10 ms, the last without an end (over nine hours).
type Lags [44]int64

const shortestLag = 10 * time.Millisecond

// bound is the longest lag that falls into a step.
func bound(step int) time.Duration {
	return time.Duration(float64(shortestLag) * math.Pow(math.Sqrt2, float64(step)))
}

func bucketOf(lag time.Duration) int {
	if lag <= shortestLag {
		return 0
	}
	steps := 2 * math.Log2(float64(lag)/float64(shortestLag))
	return min(int(math.Ceil(steps-1e-9)), len(Lags{})-1)
}

// LedgerRow is what came from one account in one hour, as pages show it. An
// account from which nothing came in all the asked time has one row without an
// hour.
type LedgerRow struct {
	Account string    `json:"account"` // key
	Network string    `json:"network"`
	Name    string    `json:"name"`
	Hour    time.Time `json:"hour,omitzero"` // UTC, on the hour
	// Complete is the moment up to which nothing of the account is missing, as
	// it is now: the same in all its rows.
	Complete time.Time `json:"complete,omitzero"`
	Ledger
}
