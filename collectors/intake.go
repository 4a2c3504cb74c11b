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

// Waits while the log is behind, when it does not say for how long.
const (
	pressureFirst = 200 * time.Millisecond
	pressureMost  = 5 * time.Second
)

// cursorFor is how long a cursor that another process moves is believed.
const cursorFor = 30 * time.Second

// intake is what Emit and Push do for one account: they date and mark messages,
// drop what was published a moment ago, publish the rest durably, then move the
// cursor and count. An account that collects has one as long as the fleet runs,
// whether its loop does or not.
type intake struct {
	fleet    *Fleet
	account  community.Account
	key      string
	gate     chan struct{} // one batch at a time; a channel so that waiting ends with ctx
	cursor   community.Cursor
	read     time.Time // when the cursor was read or written last
	recent   recent
	skew     time.Duration // of the network's clock, as the last poll told it
	newest   time.Time     // the latest CreatedAt published as live
	progress atomic.Bool   // something was kept since the loop last looked
	complete atomic.Int64  // the cursor's Complete, in milliseconds since 1970
	book     book
	pushes   pushes
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

// open reads the cursor for a loop that begins. A first connection is written
// down before anything is collected, so that a crash in between does not turn
// history into news.
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
	in.stands(cursor)
	return cursor, nil
}

// stands notes where the cursor is.
func (in *intake) stands(c community.Cursor) {
	in.cursor, in.read = c, in.fleet.now()
	in.complete.Store(c.Complete.UnixMilli())
}

// peek reads the cursor where no loop did lately: this account's token died, or
// another process collects. Of an account that was never collected nobody can say
// yet what is history: the loop is about to.
func (in *intake) peek(ctx context.Context) error {
	now := in.fleet.now()
	if now.Sub(in.read) < cursorFor {
		return nil
	}
	cursor, err := in.fleet.memory.Cursor(ctx, in.key)
	if err != nil {
		return fmt.Errorf("reading the cursor: %w", err)
	}
	if cursor.Connected.IsZero() {
		return errStarting()
	}
	in.stands(cursor)
	return nil
}

// emit is the Emit of this account. It is safe for concurrent use: a network
// may push and poll at the same time.
func (in *intake) emit(ctx context.Context, batch Batch) error {
	if err := in.hold(ctx); err != nil {
		return err
	}
	defer in.release()
	return in.take(ctx, batch, in.fleet.log, true)
}

// take does it. patient waits while the log is behind; who is not is told so.
func (in *intake) take(ctx context.Context, batch Batch, log Log, patient bool) error {
	now := in.fleet.now().UTC()
	if !batch.Push || batch.Skew != 0 {
		in.skew = batch.Skew
	}
	fresh, seen, delta := in.sift(batch, now)
	if len(fresh) > 0 {
		lost, err := in.publish(ctx, log, fresh, patient)
		if err != nil {
			return err
		}
		delta.Unreadable += lost
		in.progress.Store(true)
	}
	most := int(in.fleet.share.Load())
	for id, s := range seen {
		in.recent.put(id, s, most)
	}
	in.book.add(in.key, now, &delta)
	if batch.Cursor != nil && !batch.Push {
		next := *batch.Cursor
		next.Connected = in.cursor.Connected
		if next != in.cursor {
			if err := in.fleet.memory.SaveCursor(ctx, in.key, next); err != nil {
				return fmt.Errorf("saving the cursor: %w", err)
			}
		}
		in.stands(next)
		in.progress.Store(true)
	}
	return nil
}

// sift marks the batch's messages as ours to publish and counts them. Its copy
// leaves out what was published with the same content before. seen is what to
// remember once the rest is published.
func (in *intake) sift(batch Batch, now time.Time) (fresh []community.Message, seen map[digest]sighting, delta Ledger) {
	delta.Unreadable, delta.Duplicates = int64(batch.Unreadable), int64(batch.Duplicates)
	fresh = make([]community.Message, 0, len(batch.Messages))
	seen = make(map[digest]sighting, len(batch.Messages))
	complete := in.cursor.Complete
	if complete.Before(in.cursor.Connected) {
		complete = in.cursor.Connected
	}
	lag := max(0, now.Sub(complete))
	for _, m := range batch.Messages {
		m.V, m.Brand, m.Network, m.Account = messageVersion, in.account.Brand, in.account.Network, in.account.Name
		m.ReceivedAt, m.Lag, m.Origin = now, lag, community.Live
		if !m.CreatedAt.IsZero() && m.CreatedAt.Add(-in.skew).Before(in.cursor.Connected) {
			m.Origin = community.Backfill
		}
		id, s := identify(&m), sightingOf(&m)
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
		delta.Gap, delta.GapAt = lag, m.ReceivedAt
	}
	if m.CreatedAt.IsZero() {
		return
	}
	delta.Late(max(0, m.ReceivedAt.Sub(m.CreatedAt.Add(-in.skew))))
	if m.CreatedAt.Before(in.newest) {
		delta.Disordered++
	} else {
		in.newest = m.CreatedAt
	}
}

// publish gives messages to the log, waiting while it is behind if patient. A
// message the log refuses as invalid is left out alone, logged, and counted as
// lost: it would be refused for ever, and everything behind it with it.
func (in *intake) publish(ctx context.Context, log Log, messages []community.Message, patient bool) (lost int64, err error) {
	retry := NewBackoff(pressureFirst, pressureMost, in.fleet.random)
	for {
		err := log.Publish(ctx, messages)
		switch {
		case err == nil:
			return lost, nil
		case community.KindOf(err) == community.Limited && patient:
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
				n, err := in.publish(ctx, log, messages[i:i+1], patient)
				lost += n
				if err != nil {
					return lost, err
				}
			}
			return lost, nil
		}
	}
}
