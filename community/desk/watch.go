package desk

import (
	"context"

	"github.com/vigie-hq/vigie/community"
)

// watchBatch bounds how long the watch holds the writer.
const watchBatch = 50

// Watch tells of deadlines whose warning or due moment has come, found by index,
// never by a scan. Call it each second at least. What it told once it does not
// tell again.
func (d *Desk) Watch(ctx context.Context) error {
	for {
		var n int
		err := d.store.Write(ctx, func(tx Tx) error {
			due, err := tx.DueDeadlines(ctx, d.now(), watchBatch)
			if err != nil {
				return err
			}
			n = len(due)
			for _, one := range due {
				if err := d.strike(ctx, tx, one); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || n < watchBatch {
			return err
		}
	}
}

// strike marks one deadline as warned or breached and tells it.
func (d *Desk) strike(ctx context.Context, tx Tx, one DueDeadline) error {
	c, err := tx.Conversation(ctx, one.Conversation)
	if err != nil {
		return err
	}
	if c == nil {
		return community.Faultf(community.NotFound, "conversation.unknown", one.Conversation)
	}
	event := community.Event{
		Type: community.EventDeadlineWarning, Brand: c.Brand, Conversation: c.ID,
		Version: c.Version, At: d.now(), Origin: community.Live,
	}
	if !one.Breach {
		if err := tx.Warned(ctx, c.ID, one.Deadline); err != nil {
			return err
		}
		return tx.PutEvent(ctx, event)
	}
	deadlines, err := tx.Deadlines(ctx, c.ID)
	if err != nil {
		return err
	}
	for i := range deadlines {
		if deadlines[i].Target == one.Deadline.Target && deadlines[i].Start.Equal(one.Deadline.Start) {
			deadlines[i] = deadlines[i].BreachAt(d.now())
		}
	}
	if err := tx.PutDeadlines(ctx, c.ID, deadlines); err != nil {
		return err
	}
	event.Type = community.EventDeadlineBreached
	return tx.PutEvent(ctx, event)
}
