package desk

import (
	"context"
	"errors"
	"slices"

	"github.com/vigie-hq/vigie/community"
)

// Moderate does a deed to a customer's message on its network: hides it, shows
// it again, deletes it, likes it or takes that back. The network is asked from
// the account the message reached, outside of any transaction; what it took is
// then kept, with who did it. Doing again what is done changes nothing, so a
// deed whose fate nobody knows (Uncertain) is simply done again. Faults:
// Forbidden with the reason why it cannot be done (community.Entry.Able), and
// those of the network.
func (d *Desk) Moderate(ctx context.Context, v community.Viewer, message string, deed community.Deed) (community.Entry, error) {
	e, account, err := d.deedOf(ctx, v, message, deed)
	if err != nil {
		return community.Entry{}, err
	}
	call, cancel := context.WithTimeout(ctx, CallTimeout)
	err = d.sender.Moderate(call, account, e.Message, deed)
	cancel()
	ctx = context.WithoutCancel(ctx)
	switch kind := community.KindOf(err); {
	case err == nil:
	case kind == community.NotFound && deed == community.DeedDelete: // what is gone needs no deleting
	case kind == community.Unauthorised:
		return community.Entry{}, errors.Join(err, d.store.Write(ctx, func(tx Tx) error {
			settings, failed := tx.Settings(ctx, account.Brand)
			if failed != nil {
				return failed
			}
			return d.disconnect(ctx, tx, settings, &account, err)
		}))
	default:
		return community.Entry{}, err
	}
	return d.done(ctx, v, message, account.Key(), deed)
}

// deedOf reads what a deed is about, and refuses what cannot be done.
func (d *Desk) deedOf(ctx context.Context, v community.Viewer, message string, deed community.Deed) (e community.Entry, account community.Account, err error) {
	if deed == community.DeedPrivate || !slices.Contains(community.Deeds(), deed) {
		return e, account, community.Faultf(community.Invalid, "deed.form", string(deed))
	}
	err = d.store.Write(ctx, func(tx Tx) error {
		held, err := tx.Entry(ctx, message)
		if err != nil {
			return err
		}
		settings, err := d.mayModerate(ctx, tx, v, held, message)
		if err != nil {
			return err
		}
		reached := accountOf(settings, community.AccountKey(held.Message.Brand, held.Message.Network, held.Message.Account))
		switch {
		case held.Gone:
			return community.Faultf(community.Invalid, "reply.target_deleted")
		case held.Out:
			return community.Faultf(community.Forbidden, "deed.ours")
		case reached == nil || reached.NativeID == "" || reached.State == community.AccountDeactivated:
			return community.Faultf(community.Forbidden, "reply.collect_only")
		}
		e, account = *held, *reached
		return held.Able(deed, d.now())
	})
	return e, account, err
}

// mayModerate refuses whoever may not moderate where the message stands; to who
// may not even read it there is no such message.
func (d *Desk) mayModerate(ctx context.Context, tx Tx, v community.Viewer, e *community.Entry, key string) (*Settings, error) {
	if e == nil {
		return nil, community.Faultf(community.NotFound, "message.unknown", key)
	}
	channel, private := "", e.Message.Private
	if e.Conversation != "" {
		c, err := tx.Conversation(ctx, e.Conversation)
		if err != nil {
			return nil, err
		}
		if c != nil {
			channel, private = c.Channel, private || c.Private
		}
	}
	switch {
	case !v.Sees(e.Message.Brand, channel, private):
		return nil, community.Faultf(community.NotFound, "message.unknown", key)
	case !v.May(community.ActionModerate, e.Message.Brand, channel):
		return nil, community.Faultf(community.Forbidden, "viewer.moderate")
	}
	return tx.Settings(ctx, e.Message.Brand)
}

// done keeps what the network took.
func (d *Desk) done(ctx context.Context, v community.Viewer, message, account string, deed community.Deed) (out community.Entry, err error) {
	err = d.store.Write(ctx, func(tx Tx) error {
		held, err := tx.Entry(ctx, message)
		if err != nil {
			return err
		}
		if held == nil { // it was erased meanwhile
			return community.Faultf(community.NotFound, "message.unknown", message)
		}
		after := held.After(deed)
		if out = after; after.Version == held.Version {
			return nil
		}
		if err := tx.PutEntry(ctx, held, &after); err != nil {
			return err
		}
		if held.Conversation == "" {
			return nil
		}
		if err := d.act(ctx, tx, v, held.Conversation, "deed", string(deed), message); err != nil {
			return err
		}
		settings, err := tx.Settings(ctx, held.Message.Brand)
		if err != nil {
			return err
		}
		f := filing{desk: d, tx: tx, settings: settings, account: account}
		if after.Gone != held.Gone {
			return f.settle(ctx, &after, community.EventMessageDeleted)
		}
		return f.settle(ctx, &after, community.EventConversationChanged)
	})
	return out, err
}
