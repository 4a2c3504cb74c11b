package desk

import (
	"context"
	"errors"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// How long things may take on the way out. The call's deadline is shorter than
// the lease, so that whoever finds an expired lease knows that no call is under
// way any more.
const (
	CallTimeout = 30 * time.Second
	Lease       = 60 * time.Second
	// KeyMemory is how long a network that honours idempotency keys can be
	// trusted to remember one (Mastodon keeps them an hour).
	KeyMemory = 50 * time.Minute
)

// Deliver sends the next held reply whose time has come, and tells whether there
// was one. The claim is committed before the network is asked; what the network
// says, or that nobody can know, is committed after. It may be called from
// several goroutines; replies of one account leave one by one.
func (d *Desk) Deliver(ctx context.Context) (bool, error) {
	var job outgoing
	err := d.store.Write(ctx, func(tx Tx) (err error) {
		job, err = d.claim(ctx, tx)
		return err
	})
	if err != nil || !job.claimed {
		return job.looked, err
	}
	call, cancel := context.WithTimeout(ctx, CallTimeout)
	receipt, err := d.sender.Reply(call, job.account, job.target, job.reply)
	cancel()
	return true, d.settled(context.WithoutCancel(ctx), job, receipt, err)
}

// outgoing is one reply about to leave.
type outgoing struct {
	looked  bool // there was a reply whose time had come
	claimed bool // and it may leave
	reply   community.Reply
	account community.Account
	target  community.Message
}

// claim takes the next reply, checks once more that it may leave, and commits
// that it is being sent. What changed since it was written makes it a draft
// again, with a note.
func (d *Desk) claim(ctx context.Context, tx Tx) (outgoing, error) {
	now := d.now()
	r, err := tx.ClaimReply(ctx, now)
	if err != nil || r == nil {
		return outgoing{}, err
	}
	c, settings, err := d.open(ctx, tx, community.Viewer{System: true}, community.ActionReply, r.Conversation)
	if err != nil {
		return outgoing{looked: true}, err
	}
	target, err := tx.Entry(ctx, r.InReplyTo)
	if err != nil {
		return outgoing{looked: true}, err
	}
	latest, err := tx.Latest(ctx, c.ID)
	if err != nil {
		return outgoing{looked: true}, err
	}
	account := accountOf(settings, r.Account)
	event, why := community.MayLeave(*r, situation(c, account, target, latest, r.Visibility, now), now)
	if event == community.ReplyClaim {
		replies, err := tx.Replies(ctx, c.ID)
		if err != nil {
			return outgoing{looked: true}, err
		}
		if taken(target, replies, r) { // another one left since this one was refused, and this one was tried again
			event, why = community.ReplyGiveBack, "reply.private_once"
		}
	}
	switch event {
	case community.ReplyGiveBack:
		next, err := r.Next(event, now)
		if err != nil {
			return outgoing{looked: true}, err
		}
		next.Note = why
		return outgoing{looked: true}, d.putReply(ctx, tx, settings, c, r, &next)
	case "":
		next := *r
		next.SendAfter, next.Fault = now.Add(recheck), why
		next.Version++
		return outgoing{looked: true}, d.putReply(ctx, tx, settings, c, r, &next)
	}
	next, err := r.Next(community.ReplyClaim, now)
	if err != nil {
		return outgoing{looked: true}, err
	}
	next.LeaseUntil = now.Add(Lease)
	if err := d.putReply(ctx, tx, settings, c, r, &next); err != nil {
		return outgoing{looked: true}, err
	}
	return outgoing{looked: true, claimed: true, reply: next, account: *account, target: target.Message}, nil
}

// recheck is how long a reply that must wait for its account is left alone.
const recheck = 15 * time.Second

// situation is what the rules need to know of a reply's place, now.
func situation(c *community.Conversation, account *community.Account, target, latest *community.Entry, v community.Visibility, now time.Time) community.Situation {
	s := community.Situation{Category: c.Category, Account: community.AccountDeactivated}
	if account != nil {
		s.Role, s.Account = account.Role, account.State
		if account.State == community.AccountActive {
			s.Back = account.Since
		}
	}
	if latest != nil {
		s.Newest = latest.Key
	}
	if target != nil {
		s.CanReply, s.ReplyUntil = !target.Gone && target.Message.Answerable(v, now) == nil, target.Message.AnswerUntil(v)
	}
	return s
}

// settled records what the network said. A word that comes after the reply's
// fate is known from elsewhere (its echo) changes nothing.
func (d *Desk) settled(ctx context.Context, job outgoing, receipt community.Receipt, said error) error {
	sent := job.reply
	return d.store.Write(ctx, func(tx Tx) error {
		before, err := tx.Reply(ctx, sent.ID)
		if err != nil || before == nil || before.Attempt != sent.Attempt {
			return err
		}
		next, err := outcome(*before, receipt, said, d.now())
		if err != nil {
			return err
		}
		if next.Version == before.Version && next.Receipt == before.Receipt {
			return nil
		}
		c, settings, err := d.open(ctx, tx, community.Viewer{System: true}, community.ActionReply, before.Conversation)
		if err != nil {
			return err
		}
		if community.KindOf(said) == community.Unauthorised && said != nil {
			if err := d.disconnect(ctx, tx, settings, &job.account, said); err != nil {
				return err
			}
		}
		return d.putReply(ctx, tx, settings, c, before, &next)
	})
}

// outcome is the reply after what the network said. Only a fault that says so
// means "certainly not sent"; any other error leaves it unknown.
func outcome(r community.Reply, receipt community.Receipt, said error, now time.Time) (community.Reply, error) {
	var fault *community.Fault
	event := community.ReplyLose
	switch {
	case said == nil:
		event = community.ReplyAccept
	case !errors.As(said, &fault):
	case fault.Kind == community.Refused || fault.Kind == community.Invalid || fault.Kind == community.Forbidden || fault.Kind == community.NotFound:
		event = community.ReplyRefuse
	case fault.Kind == community.Limited || fault.Kind == community.Unavailable || fault.Kind == community.Unauthorised:
		event = community.ReplyDefer
	}
	if r.State == community.ReplySent && event != community.ReplyAccept {
		return r, nil
	}
	next, err := r.Next(event, now)
	if err != nil {
		return r, err
	}
	switch event {
	case community.ReplyAccept:
		if r.Receipt.ID == "" {
			next.Receipt = receipt
			if next.Receipt.At.IsZero() {
				next.Receipt.At = r.UpdatedAt // the claim
			}
		}
	case community.ReplyDefer:
		next.SendAfter, next.Fault = now.Add(patience(r.Attempt)), fault.Key
	case community.ReplyRefuse:
		next.Fault = fault.Key
	case community.ReplyLose:
		next.Fault = "reply.uncertain"
	}
	return next, nil
}

// patience is how long a reply waits after a network asked for it: 5 s, doubled
// with each attempt, at most 4 minutes. It is tried until the network takes or
// refuses it, the customer writes, or somebody takes it back.
func patience(attempt int) time.Duration {
	return min(5*time.Second<<min(attempt, 10), 4*time.Minute)
}

// disconnect parks an account whose token the network refused. One that was
// connected again since it was asked has another token now, and stays.
func (d *Desk) disconnect(ctx context.Context, tx Tx, settings *Settings, asked *community.Account, why error) error {
	a := accountOf(settings, asked.Key())
	if a == nil || a.State != community.AccountActive || !a.Since.Equal(asked.Since) {
		return nil
	}
	if err := tx.PutAccount(ctx, a.In(community.AccountReconnect, keyOf(why), d.now())); err != nil {
		return err
	}
	return tx.PutEvent(ctx, community.Event{Type: community.EventAccountChanged, Brand: a.Brand, At: d.now()})
}
