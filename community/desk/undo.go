package desk

import (
	"context"
	"errors"

	"github.com/vigie-hq/vigie/community"
)

// TakeBack undoes a held reply: it is a draft again, its words kept.
func (d *Desk) TakeBack(ctx context.Context, v community.Viewer, reply string) (community.Reply, error) {
	return d.turn(ctx, v, reply, "taken_back", func(r community.Reply) (community.Reply, error) {
		return r.Next(community.ReplyUndo, d.now())
	})
}

// SendNow lets a held reply leave at once.
func (d *Desk) SendNow(ctx context.Context, v community.Viewer, reply string) (community.Reply, error) {
	return d.turn(ctx, v, reply, "sent_now", func(r community.Reply) (community.Reply, error) {
		if r.State != community.ReplyHeld {
			return r, community.Faultf(community.Conflict, "reply.state", string(r.State), "send")
		}
		r.SendAfter, r.UpdatedAt = d.now(), d.now()
		r.Version++
		return r, nil
	})
}

// Settle is a human's word on a reply of unknown fate, after looking at the
// network: it was sent, or it was not and is a draft again.
func (d *Desk) Settle(ctx context.Context, v community.Viewer, reply string, sent bool) (community.Reply, error) {
	event, verb := community.ReplySettleNot, "settled_not"
	if sent {
		event, verb = community.ReplySettleSent, "settled_sent"
	}
	return d.turn(ctx, v, reply, verb, func(r community.Reply) (community.Reply, error) {
		if d.now().Before(r.LeaseUntil) { // it is being sent again under its key
			return r, community.Faultf(community.Conflict, "reply.state", string(r.State), string(event))
		}
		next, err := r.Next(event, d.now())
		if err == nil && sent && next.Receipt.At.IsZero() {
			next.Receipt.At = r.UpdatedAt // when it was lost: what the customer wrote since still waits
		}
		return next, err
	})
}

// Retry sends a refused reply again, unchanged.
func (d *Desk) Retry(ctx context.Context, v community.Viewer, reply string) (community.Reply, error) {
	return d.turn(ctx, v, reply, "retried", func(r community.Reply) (community.Reply, error) {
		next, err := r.Next(community.ReplyRetry, d.now())
		next.SendAfter = d.now()
		return next, err
	})
}

// Discard drops a draft, or a refused reply that nobody wants to send any more.
func (d *Desk) Discard(ctx context.Context, v community.Viewer, reply string) error {
	_, err := d.turn(ctx, v, reply, "discarded", func(r community.Reply) (community.Reply, error) {
		if r.State == community.ReplyRefused {
			return r.Next(community.ReplyGiveBack, d.now())
		}
		if r.State != community.ReplyDraft {
			return r, community.Faultf(community.Conflict, "reply.state", string(r.State), "discard")
		}
		r.Text, r.Note, r.UpdatedAt = "", "", d.now()
		r.Version++
		return r, nil
	})
	return err
}

// turn changes one reply by a person's hand. Nothing is written when f left
// the reply as it was.
func (d *Desk) turn(ctx context.Context, v community.Viewer, id, verb string, f func(community.Reply) (community.Reply, error)) (community.Reply, error) {
	var out community.Reply
	err := d.store.Write(ctx, func(tx Tx) error {
		before, err := tx.Reply(ctx, id)
		if err != nil {
			return err
		}
		if before == nil {
			return community.Faultf(community.NotFound, "reply.unknown", id)
		}
		c, settings, err := d.open(ctx, tx, v, community.ActionReply, before.Conversation)
		if err != nil {
			return err
		}
		if out, err = f(*before); err != nil || out.Version == before.Version {
			return err
		}
		if err := d.act(ctx, tx, v, c.ID, verb, string(before.State), string(out.State)); err != nil {
			return err
		}
		return d.putReply(ctx, tx, settings, c, before, &out)
	})
	return out, err
}

// putReply writes a reply, and its conversation with what the row shows of it.
// An empty draft is gone.
func (d *Desk) putReply(ctx context.Context, tx Tx, settings *Settings, c *community.Conversation, before, after *community.Reply) error {
	if err := tx.PutReply(ctx, before, after); err != nil {
		return err
	}
	if err := d.echo(ctx, tx, after); err != nil {
		return err
	}
	replies, err := tx.Replies(ctx, c.ID)
	if err != nil {
		return err
	}
	next := *c
	next.ReplyState = troubleOf(replies)
	unmoved := before != nil && before.State == after.State && after.State != community.ReplySent
	if unmoved && next.ReplyState == c.ReplyState {
		return nil // a draft being written, a reply that waits: nothing to see from outside
	}
	return d.put(ctx, tx, settings, c, &next)
}

// keyOf is the key of a fault, for a row to show; any other error is a part
// that does not answer.
func keyOf(err error) string {
	var f *community.Fault
	if errors.As(err, &f) {
		return f.Key
	}
	return "unavailable"
}
