package sql

import (
	"context"
	"strconv"

	"github.com/vigie-hq/vigie/community"
)

// Outbox is what the relay takes events from.
type Outbox struct{ db *DB }

// NewOutbox returns the outbox.
func NewOutbox(db *DB) *Outbox { return &Outbox{db} }

// relayMark names how far events were published. One writer numbers them in the
// order of the commits, so that one number says it all.
const relayMark = "relay"

// Unpublished returns the next events that were not published yet, oldest first.
func (o *Outbox) Unpublished(ctx context.Context, limit int) (out []community.Event, err error) {
	err = o.db.read(ctx, func(s *snapshot) error {
		after, err := mark(ctx, s, relayMark)
		if err != nil {
			return err
		}
		out, err = eventsAfter(ctx, s, s.db.labels, after, limit, "")
		return err
	})
	return out, err
}

// MarkPublished says that these events were published. They must be the next
// ones, in the order Unpublished gave them, else it is a Fault Conflict
// "events.order": an event that was passed over would never be published.
func (o *Outbox) MarkPublished(ctx context.Context, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	return o.db.write(ctx, false, func(t *Tx) error {
		after, err := mark(ctx, t, relayMark)
		if err != nil {
			return err
		}
		last := ids[len(ids)-1]
		if last <= after {
			return nil // told twice
		}
		var due int
		if _, err := t.one(`SELECT count(*) FROM event WHERE num > $1 AND num <= $2`, []any{after, last}, &due); err != nil {
			return err
		}
		unmarked := 0
		for i, id := range ids {
			if i > 0 && id <= ids[i-1] {
				return community.Faultf(community.Conflict, "events.order", id)
			}
			if id > after {
				unmarked++
			}
		}
		if unmarked != due {
			return community.Faultf(community.Conflict, "events.order", last)
		}
		return t.setMark(relayMark, last)
	})
}

// Wait returns when a commit wrote events since the last Wait, or with ctx's
// error when that ends first. Take what is unpublished after each return.
func (o *Outbox) Wait(ctx context.Context) error {
	select {
	case <-o.db.wake:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func mark(ctx context.Context, q querier, name string) (int64, error) {
	var value string
	ok, err := one(ctx, q, `SELECT value FROM mark WHERE name = $1`, []any{name}, &value)
	if err != nil || !ok {
		return 0, err
	}
	return strconv.ParseInt(value, 10, 64)
}

func (t *Tx) setMark(name string, value int64) error {
	return t.exec(`INSERT INTO mark (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
		name, strconv.FormatInt(value, 10))
}
