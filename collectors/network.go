package collectors

import (
	"context"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// Network is what every social network looks like from here: one folder, one
// line in cmd/vigie/networks.go. Implementations are safe for concurrent use by
// several accounts; one account is collected by one caller at a time.
type Network interface {
	// Collect brings the account's messages until ctx ends or a fault stops it.
	// It starts from cursor, gives every message to emit and moves the cursor
	// only through emit (see Batch). What emit refuses was not kept: Collect
	// returns that error and the same messages come again next time.
	// Returned faults say what to do: Unauthorised asks a human to reconnect,
	// Limited and Unavailable are waited out by the fleet, with back-off.
	Collect(ctx context.Context, account community.Account, cursor community.Cursor, emit Emit) error

	// Reply sends one reply from the account. target is the message that is
	// answered. The receipt is the network's. Faults: Refused (it said no, for
	// good), Limited and Unavailable (certainly not sent, may be tried again),
	// Unauthorised (certainly not sent, token dead), Uncertain (nobody can know).
	Reply(ctx context.Context, account community.Account, target community.Message, reply community.Reply) (community.Receipt, error)

	// Describe says what this account may do there, its limits read from the
	// network where it tells them.
	Describe(ctx context.Context, account community.Account) (community.Capability, error)

	// Count is the length of text as this network counts it, in Describe's unit
	// for a reply of this visibility: what the composer shows and Reply obeys.
	Count(v community.Visibility, text string) int
}

// Batch is what a network hands over at once: messages to publish, and where
// the cursor stands once they are durable. Cursor nil (always so for what push
// brought) leaves it where it is.
type Batch struct {
	Messages []community.Message
	Cursor   *community.Cursor
	// Push is true for what a stream or webhook brought, false for what a poll
	// found: the ledger counts them apart.
	Push bool
	// Unreadable counts items the network sent that could not be decoded and
	// were left out, so that the ledger shows them.
	Unreadable int
	// Duplicates counts sightings of what was given before in that very state,
	// which the network left out by itself because it knew them again.
	Duplicates int
	// Skew is how far the network's clock, which dates the messages, is ahead of
	// ours (see Transport.Skew); negative: behind. It decides what is history and
	// how late something came. What push brings is dated by the last poll's.
	Skew time.Duration
}

// Emit publishes a batch durably, then moves the cursor. It returns an error
// when that failed: nothing of the batch may then be thought of as kept. It is
// safe for concurrent use, so a network may push and poll at the same time.
type Emit func(context.Context, Batch) error

// Looker is a network that can read a thread back: after a reply whose fate is
// unknown, it looks for our own post. found is false when it is certainly not
// there.
type Looker interface {
	Look(ctx context.Context, account community.Account, target community.Message, reply community.Reply) (receipt community.Receipt, found bool, err error)
}
