package collectors

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// The version of the message format that collectors write.
const messageVersion = 1

// How often an account's ledger is written down.
const ledgerEvery = time.Minute

// Waits while the log is behind, when it does not say for how long.
const (
	pressureFirst = 200 * time.Millisecond
	pressureMost  = 5 * time.Second
)

// intake is what Emit does for one account: it dates and marks messages, drops
// what it published a moment ago, publishes the rest durably, then moves the
// cursor and counts.
type intake struct {
	fleet    *Fleet
	account  community.Account
	key      string
	gate     chan struct{} // one batch at a time; a channel so that waiting ends with ctx
	cursor   community.Cursor
	recent   recent
	newest   time.Time // the latest CreatedAt published as live
	ledger   Ledger
	hour     time.Time
	written  time.Time
	progress atomic.Bool // something was kept since the loop last looked
}

func newIntake(f *Fleet, account community.Account) *intake {
	return &intake{fleet: f, account: account, key: account.Key(), gate: make(chan struct{}, 1)}
}

// hold takes the gate; release gives it back. Code between them has the intake
// to itself.
func (in *intake) hold(ctx context.Context) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	select {
	case in.gate <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (in *intake) release() { <-in.gate }

// open reads the cursor. A first connection is written down before anything is
// collected, so that a crash in between does not turn history into news.
func (in *intake) open(ctx context.Context) (community.Cursor, error) {
	if err := in.hold(ctx); err != nil {
		return community.Cursor{}, err
	}
	defer in.release()
	cursor, err := in.fleet.memory.Cursor(ctx, in.key)
	if err != nil {
		return cursor, fmt.Errorf("reading the cursor: %w", err)
	}
	if cursor.Connected.IsZero() {
		cursor.Connected = in.fleet.now().UTC()
		if err := in.fleet.memory.SaveCursor(ctx, in.key, cursor); err != nil {
			return cursor, fmt.Errorf("saving the first cursor: %w", err)
		}
	}
	in.cursor = cursor
	return cursor, nil
}

// emit is the Emit of this account. It is safe for concurrent use: a network
// may push and poll at the same time.
func (in *intake) emit(ctx context.Context, batch Batch) error {
	if err := in.hold(ctx); err != nil {
		return err
	}
	defer in.release()
	now := in.fleet.now().UTC()
	fresh, seen, delta := in.sift(batch, now)
	if len(fresh) > 0 {
		lost, err := in.publish(ctx, fresh)
		if err != nil {
			return err
		}
		delta.Unreadable += lost
		in.progress.Store(true)
	}
	for id, s := range seen {
		in.recent.put(id, s)
	}
	if batch.Cursor != nil && !batch.Push {
		next := *batch.Cursor
		next.Connected = in.cursor.Connected
		if next != in.cursor {
			if err := in.fleet.memory.SaveCursor(ctx, in.key, next); err != nil {
				return fmt.Errorf("saving the cursor: %w", err)
			}
		}
		in.cursor = next
		in.progress.Store(true)
	}
	in.count(ctx, delta, now)
	return nil
}

// sift marks the batch's messages as ours to publish and counts them. Its copy
// leaves out what was published with the same content before. seen is what to
// remember once the rest is published.
func (in *intake) sift(batch Batch, now time.Time) (fresh []community.Message, seen map[community.Identity]sighting, delta Ledger) {
	delta.Unreadable = int64(batch.Unreadable)
	fresh = make([]community.Message, 0, len(batch.Messages))
	seen = make(map[community.Identity]sighting, len(batch.Messages))
	complete := in.cursor.Complete
	if complete.Before(in.cursor.Connected) {
		complete = in.cursor.Connected
	}
	lag := max(0, now.Sub(complete))
	for _, m := range batch.Messages {
		m.V, m.Brand, m.Network, m.Account = messageVersion, in.account.Brand, in.account.Network, in.account.Name
		m.ReceivedAt, m.Lag, m.Origin = now, lag, community.Live
		if !m.CreatedAt.IsZero() && m.CreatedAt.Before(in.cursor.Connected) {
			m.Origin = community.Backfill
		}
		id, s := m.Identity(), sightingOf(&m)
		before, known := seen[id]
		if !known {
			before, known = in.recent.get(id)
		}
		if known && before.same(s) {
			delta.Duplicates++
			continue
		}
		fresh = append(fresh, m)
		if known && s.late(before) {
			delta.Disordered++
			continue // published for the history; what is newer stays remembered
		}
		seen[id] = s
		in.tally(&m, known, batch.Push, lag, &delta)
	}
	return fresh, seen, delta
}

// tally counts one message that will be published.
func (in *intake) tally(m *community.Message, known, push bool, lag time.Duration, delta *Ledger) {
	switch {
	case m.Deleted:
		delta.Deletes++
		return
	case known:
		delta.Edits++
		return
	case m.Origin == community.Backfill:
		delta.Backfilled++
		return
	case push:
		delta.Pushed++
	default:
		delta.Recovered++
		delta.Gap = lag
	}
	if m.CreatedAt.IsZero() {
		return
	}
	delta.Lag = max(delta.Lag, m.ReceivedAt.Sub(m.CreatedAt))
	if m.CreatedAt.Before(in.newest) {
		delta.Disordered++
	} else {
		in.newest = m.CreatedAt
	}
}

// publish gives messages to the log, waiting while it is behind. A message the
// log refuses as invalid is left out alone, logged, and counted as lost: it
// would be refused for ever, and everything behind it with it.
func (in *intake) publish(ctx context.Context, messages []community.Message) (lost int64, err error) {
	retry := NewBackoff(pressureFirst, pressureMost, in.fleet.random)
	for {
		err := in.fleet.log.Publish(ctx, messages)
		switch {
		case err == nil:
			return lost, nil
		case community.KindOf(err) == community.Limited:
			if err := Wait(ctx, in.fleet.delay(err, &retry)); err != nil {
				return lost, err
			}
		case community.KindOf(err) != community.Invalid:
			return lost, fmt.Errorf("publishing: %w", err)
		case len(messages) == 1:
			in.fleet.logger.Error("message refused by the log", "account", in.key, "message", messages[0].Identity().Key(), "error", err)
			return lost + 1, nil
		default:
			for i := range messages {
				n, err := in.publish(ctx, messages[i:i+1])
				lost += n
				if err != nil {
					return lost, err
				}
			}
			return lost, nil
		}
	}
}

// count adds to the hour's ledger and writes it down now and then.
func (in *intake) count(ctx context.Context, delta Ledger, now time.Time) {
	if hour := Hour(now); !hour.Equal(in.hour) {
		in.flush(ctx)
		in.hour, in.written = hour, now
	}
	in.ledger.Add(delta)
	if now.Sub(in.written) >= ledgerEvery {
		in.flush(ctx)
		in.written = now
	}
}

// close writes the last figures down.
func (in *intake) close(ctx context.Context) {
	if in.hold(ctx) == nil {
		defer in.release()
		in.flush(ctx)
	}
}

// flush writes the ledger down. What cannot be written is kept and added to
// the next hour: figures may come late, messages are not held up for them.
func (in *intake) flush(ctx context.Context) {
	if in.ledger == (Ledger{}) {
		return
	}
	if err := in.fleet.memory.SaveLedger(ctx, in.key, in.hour, in.ledger); err != nil {
		in.fleet.logger.Error("ledger not written", "account", in.key, "error", err)
		return
	}
	in.ledger = Ledger{}
}
