package desk

import (
	"context"

	"github.com/vigie-hq/vigie/community"
)

// Handoff lets the brand's own account (a.Account) tell a person that the
// support account (to) takes over, inside the same conversation. Without text
// it uses the agreed sentence in the customer's language. It is the only thing
// a corporate account may say in a support conversation; it meets the
// acknowledgement, never the reply. The same id again is the same handoff.
func (d *Desk) Handoff(ctx context.Context, v community.Viewer, a Answer, to string) (community.Reply, error) {
	a.Kind = community.ReplyHandoff
	c, from, taker, err := d.between(ctx, v, a, to)
	if err != nil {
		return community.Reply{}, err
	}
	a.Account = from.Key()
	private := a.Visibility == community.Private
	if a.Text == "" {
		a.Text = community.HandoffText(c.Lang, taker.Handle, private)
	}
	if !c.Private {
		a.Visibility = community.Public // said where the customer wrote; what follows may be private
	}
	return d.compose(ctx, v, community.ActionHandoff, a, true, func(tx Tx, r *community.Reply) error {
		h := community.Handoff{
			ID: r.ID, Conversation: r.Conversation, Reply: r.ID,
			From: from.Key(), To: taker.Key(), Agent: v.Agent, Private: private, At: d.now(),
		}
		if err := tx.PutHandoff(ctx, h); err != nil {
			return err
		}
		return d.act(ctx, tx, v, r.Conversation, "handoff", from.Handle, taker.Handle)
	})
}

// between reads the two accounts of a handoff and checks that one may hand to
// the other. Without a.Account it is the account the customer wrote to; without
// to, the support account of that network.
func (d *Desk) between(ctx context.Context, v community.Viewer, a Answer, to string) (c *community.Conversation, from, taker *community.Account, err error) {
	err = d.store.Write(ctx, func(tx Tx) error {
		var settings *Settings
		c, settings, err = d.open(ctx, tx, v, community.ActionHandoff, a.Conversation)
		if err != nil {
			return err
		}
		if a.Account == "" {
			a.Account = c.Account
		}
		from = accountOf(settings, a.Account)
		for i := range settings.Accounts {
			s := &settings.Accounts[i]
			if to == "" && s.Network == c.Network && s.Role == community.RoleSupport && s.Sends && s.State != community.AccountDeactivated {
				to = s.Key()
			}
		}
		taker = accountOf(settings, to)
		if from == nil || taker == nil {
			return community.Faultf(community.Invalid, "handoff.account")
		}
		return community.MayHandOff(from, taker)
	})
	return c, from, taker, err
}
