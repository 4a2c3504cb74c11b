package desk

import (
	"context"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// LookBack deals with replies of unknown fate. Those whose lease has ended become
// unknown, never held: nothing is sent twice on a guess. The thread is read back
// as soon as the network may show a post: found, it was sent. Not found, once it
// must be there if it was taken (lease, call deadline and the network's own
// indexing delay have passed), a human decides; unless the network honours
// idempotency keys and still remembers ours: then the same reply is safely sent
// again.
func (d *Desk) LookBack(ctx context.Context) error {
	var unknown []outgoing
	err := d.store.Write(ctx, func(tx Tx) error {
		if err := d.expire(ctx, tx, d.now()); err != nil {
			return err
		}
		replies, err := tx.UnknownReplies(ctx)
		if err != nil {
			return err
		}
		for i := range replies {
			job, err := d.lookable(ctx, tx, replies[i])
			if err != nil {
				return err
			}
			if job.claimed {
				unknown = append(unknown, job)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, job := range unknown {
		if err := d.readBack(ctx, job); err != nil {
			return err
		}
	}
	return nil
}

// Restart is for the only process of an installation, before it sends anything:
// whatever was being sent when its predecessor ended has lost its sender, however
// long its lease still runs. Its fate is unknown.
func (d *Desk) Restart(ctx context.Context) error {
	return d.store.Write(ctx, func(tx Tx) error { return d.expire(ctx, tx, d.now().Add(Lease)) })
}

// expire turns sending into unknown where the lease has ended by then: its
// sender died.
func (d *Desk) expire(ctx context.Context, tx Tx, by time.Time) error {
	lost, err := tx.LostReplies(ctx, by)
	if err != nil {
		return err
	}
	for i := range lost {
		next, err := lost[i].Next(community.ReplyLose, d.now())
		if err != nil {
			return err
		}
		next.Fault = "reply.uncertain"
		c, settings, err := d.open(ctx, tx, community.Viewer{System: true}, community.ActionReply, lost[i].Conversation)
		if err != nil {
			return err
		}
		if err := d.putReply(ctx, tx, settings, c, &lost[i], &next); err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) lookable(ctx context.Context, tx Tx, r community.Reply) (outgoing, error) {
	settings, err := tx.Settings(ctx, r.Brand)
	if err != nil || settings == nil {
		return outgoing{}, err
	}
	target, err := tx.Entry(ctx, r.InReplyTo)
	if err != nil || target == nil {
		return outgoing{}, err
	}
	account := accountOf(settings, r.Account)
	if account == nil || account.State != community.AccountActive || r.Note == notFound || d.now().Before(r.LeaseUntil) {
		return outgoing{}, nil
	}
	return outgoing{claimed: true, reply: r, account: *account, target: target.Message}, nil
}

// notFound is the note of an unknown reply that was looked for, in vain, after
// the network must have shown it: from then on a human decides.
const notFound = "reply.not_found"

func (d *Desk) readBack(ctx context.Context, job outgoing) error {
	capability, err := d.sender.Describe(ctx, job.account)
	if err != nil || !capability.ReadBack {
		return nil
	}
	age := d.now().Sub(job.reply.UpdatedAt)
	if age < capability.IndexDelay {
		return nil
	}
	call, cancel := context.WithTimeout(ctx, CallTimeout)
	defer cancel()
	receipt, found, err := d.sender.Look(call, job.account, job.target, job.reply)
	if err == nil && found {
		// The same words may have been said before, by a reply that has its receipt.
		taken, err := d.taken(ctx, job.reply, receipt)
		if err != nil {
			return err
		}
		found = !taken
	}
	switch {
	case err != nil:
		return nil // the network does not answer now: it is asked again next time
	case found:
		return d.found(ctx, job.reply, receipt)
	case capability.IdempotencyKey && age > CallTimeout && d.now().Sub(job.reply.CreatedAt) < KeyMemory:
		return d.again(ctx, job)
	case age < Lease+CallTimeout+capability.IndexDelay:
		return nil // the call may have been slow: too early to say
	}
	return d.note(ctx, job.reply, notFound)
}

// taken tells whether a receipt is another reply's.
func (d *Desk) taken(ctx context.Context, r community.Reply, receipt community.Receipt) (taken bool, err error) {
	err = d.store.Write(ctx, func(tx Tx) error {
		other, err := tx.ReplyByReceipt(ctx, r.Account, receipt.ID)
		taken = other != nil && other.ID != r.ID
		return err
	})
	return taken, err
}

// again sends a reply of unknown fate once more under its key: a network that
// honours it posts once. Until then nobody can settle it by hand, and it is not
// sent when the customer has written since: then a human decides.
func (d *Desk) again(ctx context.Context, job outgoing) error {
	claimed := false
	err := d.store.Write(ctx, func(tx Tx) error {
		before, err := tx.Reply(ctx, job.reply.ID)
		if err != nil || before == nil || before.State != community.ReplyUnknown || before.Attempt != job.reply.Attempt {
			return err
		}
		latest, err := tx.Latest(ctx, before.Conversation)
		if err != nil || latest == nil || latest.Key != before.Basis {
			return err
		}
		next := *before
		next.LeaseUntil = d.now().Add(Lease)
		next.Version++
		job.reply, claimed = next, true
		return tx.PutReply(ctx, before, &next)
	})
	if err != nil || !claimed {
		return err
	}
	call, cancel := context.WithTimeout(ctx, CallTimeout)
	receipt, err := d.sender.Reply(call, job.account, job.target, job.reply)
	cancel()
	if err != nil && community.KindOf(err) != community.Refused {
		return nil // still unknown: it is tried again when the lease is over
	}
	return d.settled(context.WithoutCancel(ctx), job, receipt, err)
}

func (d *Desk) found(ctx context.Context, r community.Reply, receipt community.Receipt) error {
	return d.amend(ctx, r, func(before community.Reply) (community.Reply, error) {
		next, err := before.Next(community.ReplyFound, d.now())
		if err == nil && before.Receipt.ID == "" {
			next.Receipt = receipt
		}
		return next, err
	})
}

func (d *Desk) note(ctx context.Context, r community.Reply, note string) error {
	return d.amend(ctx, r, func(before community.Reply) (community.Reply, error) {
		before.Note = note
		before.Version++
		return before, nil
	})
}

// amend changes a reply of unknown fate, if it still is.
func (d *Desk) amend(ctx context.Context, r community.Reply, f func(community.Reply) (community.Reply, error)) error {
	return d.store.Write(ctx, func(tx Tx) error {
		before, err := tx.Reply(ctx, r.ID)
		if err != nil || before == nil || before.State != community.ReplyUnknown {
			return err
		}
		next, err := f(*before)
		if err != nil {
			return err
		}
		c, settings, err := d.open(ctx, tx, community.Viewer{System: true}, community.ActionReply, before.Conversation)
		if err != nil {
			return err
		}
		return d.putReply(ctx, tx, settings, c, before, &next)
	})
}

// LookEvery is how often LookBack is worth calling.
const LookEvery = 2 * time.Second
