package desk

import (
	"context"
	"slices"
	"strings"

	"github.com/vigie-hq/vigie/community"
)

// Answer takes an agent's reply. It is held for the channel's undo time and
// then leaves by itself. The same id with the same text is the same reply,
// however often it is sent; with another text it is a Fault Conflict "reply.id".
// Conflict "reply.meanwhile" says that the customer, "reply.colleague" that a
// colleague wrote since Basis: send with Anyway to go on.
func (d *Desk) Answer(ctx context.Context, v community.Viewer, a Answer) (community.Reply, error) {
	if a.Kind == "" {
		a.Kind = community.ReplyAnswer
	}
	return d.compose(ctx, v, community.ActionReply, a, true, nil)
}

// Draft keeps what an agent is writing, whole and unchecked but for its place.
func (d *Desk) Draft(ctx context.Context, v community.Viewer, a Answer) (community.Reply, error) {
	if a.Kind == "" {
		a.Kind = community.ReplyAnswer
	}
	return d.compose(ctx, v, community.ActionReply, a, false, nil)
}

// validID tells whether a client made an id that can stand in an address:
// 1 to 64 letters, figures, dots, hyphens or underscores, not dots alone.
func validID(id string) bool {
	if len(id) > 64 || strings.Trim(id, ".") == "" {
		return false
	}
	return !strings.ContainsFunc(id, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && !strings.ContainsRune(".-_", r)
	})
}

// compose writes a reply as a draft, or holds it for sending. also, which may be
// nil, writes what belongs to it in the same transaction, once.
func (d *Desk) compose(ctx context.Context, v community.Viewer, action community.Action, a Answer, send bool, also func(Tx, *community.Reply) error) (community.Reply, error) {
	a.Text = strings.TrimSpace(a.Text)
	switch {
	case !validID(a.ID):
		return community.Reply{}, community.Faultf(community.Invalid, "reply.client_id")
	case a.Text == "" && send:
		return community.Reply{}, community.Faultf(community.Invalid, "reply.empty")
	}
	limits, err := d.limits(ctx, v, a.Conversation)
	if err != nil {
		return community.Reply{}, err
	}
	var out community.Reply
	err = d.store.Write(ctx, func(tx Tx) error {
		before, settings, err := d.open(ctx, tx, v, action, a.Conversation)
		if err != nil {
			return err
		}
		known, err := tx.Reply(ctx, a.ID)
		if err != nil {
			return err
		}
		if known != nil && (known.Conversation != before.ID || known.State != community.ReplyDraft) {
			out = *known
			if known.Conversation != before.ID || known.Text != a.Text {
				return community.Faultf(community.Conflict, "reply.id", a.ID)
			}
			return nil
		}
		reply, err := d.addressed(ctx, tx, settings, before, v, a)
		if err != nil {
			return err
		}
		if known != nil {
			reply.CreatedAt, reply.Version, reply.Attempt = known.CreatedAt, known.Version+1, known.Attempt
		}
		if send {
			if reply, err = d.hold(ctx, tx, settings, before, a, reply, limits); err != nil {
				return err
			}
		}
		out = reply
		if also != nil {
			if err := also(tx, &reply); err != nil {
				return err
			}
		}
		return d.putReply(ctx, tx, settings, before, known, &reply)
	})
	return out, err
}

// addressed is the reply with its place filled in: which message it answers,
// from which account, seen by whom.
func (d *Desk) addressed(ctx context.Context, tx Tx, settings *Settings, c *community.Conversation, v community.Viewer, a Answer) (community.Reply, error) {
	target, err := tx.Latest(ctx, c.ID)
	if a.InReplyTo != "" {
		target, err = tx.Entry(ctx, a.InReplyTo)
	}
	if err != nil {
		return community.Reply{}, err
	}
	if target == nil || target.Conversation != c.ID || target.Out {
		return community.Reply{}, community.Faultf(community.Invalid, "reply.target")
	}
	account := a.Account
	if account == "" {
		account = preferred(settings, c, target.Message.Network)
	}
	visibility := a.Visibility
	if visibility == "" {
		visibility = community.Public
		if target.Message.Private {
			visibility = community.Private
		}
	}
	now := d.now()
	return community.Reply{
		ID: a.ID, Brand: c.Brand, Conversation: c.ID, InReplyTo: target.Key, Account: account, Agent: v.Agent,
		Kind: a.Kind, Visibility: visibility, Text: a.Text, State: community.ReplyDraft, Basis: a.Basis,
		CreatedAt: now, UpdatedAt: now, Version: 1,
	}, nil
}

// hold checks a reply against everything that could make it wrong to send, and
// holds it for the undo time.
func (d *Desk) hold(ctx context.Context, tx Tx, settings *Settings, c *community.Conversation, a Answer, reply community.Reply, limits map[string]community.Capability) (community.Reply, error) {
	target, err := tx.Entry(ctx, reply.InReplyTo)
	if err != nil {
		return reply, err
	}
	if err := d.fits(settings, c, target, reply, limits); err != nil {
		return reply, err
	}
	latest, err := tx.Latest(ctx, c.ID)
	if err != nil {
		return reply, err
	}
	if reply.Basis == "" {
		reply.Basis = latest.Key
	}
	others, err := tx.Replies(ctx, c.ID)
	if err != nil {
		return reply, err
	}
	others = slices.DeleteFunc(others, func(r community.Reply) bool { return r.ID == reply.ID })
	if taken(target, others, &reply) {
		return reply, community.Faultf(community.Forbidden, "reply.private_once")
	}
	if !a.Anyway {
		if latest.Key != reply.Basis {
			return reply, community.Faultf(community.Conflict, "reply.meanwhile")
		}
		if i := slices.IndexFunc(others, func(r community.Reply) bool { return onItsWay(&r) }); i >= 0 {
			return reply, community.Faultf(community.Conflict, "reply.colleague", others[i].Agent)
		}
	}
	reply.Basis = latest.Key
	reply, err = reply.Next(community.ReplyHold, d.now())
	if err != nil {
		return reply, err
	}
	undo := community.DefaultUndo
	for i := range settings.Channels {
		if settings.Channels[i].ID == c.Channel {
			undo = settings.Channels[i].Undo
		}
	}
	reply.SendAfter = d.now().Add(undo)
	return reply, nil
}

// taken tells whether the network's one answer to the target in the reply's
// visibility is another reply: one that was sent, or may be.
func taken(target *community.Entry, replies []community.Reply, reply *community.Reply) bool {
	return target.Message.Once(reply.Visibility) && slices.ContainsFunc(replies, func(r community.Reply) bool {
		return r.ID != reply.ID && r.InReplyTo == reply.InReplyTo && r.Visibility == reply.Visibility && (r.State == community.ReplySent || onItsWay(&r))
	})
}

// onItsWay tells whether a reply may yet reach the customer.
func onItsWay(r *community.Reply) bool {
	return r.State == community.ReplyHeld || r.State == community.ReplySending || r.State == community.ReplyUnknown
}

// fits tells whether the reply may be sent from its account to its target.
func (d *Desk) fits(settings *Settings, c *community.Conversation, target *community.Entry, reply community.Reply, limits map[string]community.Capability) error {
	account := accountOf(settings, reply.Account)
	switch {
	case account == nil:
		return community.Faultf(community.Invalid, "reply.account")
	case account.Network != target.Message.Network:
		return community.Faultf(community.Invalid, "reply.network")
	case !account.Sends || account.State == community.AccountDeactivated:
		return community.Faultf(community.Forbidden, "reply.collect_only")
	case target.Gone:
		return community.Faultf(community.Invalid, "reply.target_deleted")
	case target.Message.Private && reply.Visibility != community.Private:
		return community.Faultf(community.Forbidden, "reply.visibility")
	}
	if err := target.Message.Answerable(reply.Visibility, d.now()); err != nil {
		return err
	}
	if err := community.MaySend(c.Category, account.Role, reply.Kind); err != nil {
		return err
	}
	capability, ok := limits[account.Key()]
	if !ok {
		return community.Faultf(community.Forbidden, "network.unknown", account.Network)
	}
	if (reply.Visibility == community.Public && !capability.ReplyPublic) || (reply.Visibility == community.Private && !capability.ReplyPrivate) {
		return community.Faultf(community.Forbidden, "reply.visibility_unknown")
	}
	limit, _ := capability.Longest(reply.Visibility)
	if n := d.sender.Count(account.Network, reply.Visibility, reply.Text); limit > 0 && n > limit {
		return community.Faultf(community.Invalid, "reply.length", n, limit)
	}
	return nil
}

// limits reads what the accounts a conversation may be answered from can do,
// before any transaction is open: a network may have to be asked.
func (d *Desk) limits(ctx context.Context, v community.Viewer, conversation string) (map[string]community.Capability, error) {
	senders, err := d.Senders(ctx, v, conversation)
	if err != nil {
		return nil, err
	}
	out := make(map[string]community.Capability, len(senders))
	for _, s := range senders {
		if s.Capability.Network != "" {
			out[s.Account.Key()] = s.Capability
		}
	}
	return out, nil
}

// Senders lists the accounts of the conversation's network, the one an answer
// should leave from first, with what each may do or why it may not.
func (d *Desk) Senders(ctx context.Context, v community.Viewer, conversation string) ([]SendingAccount, error) {
	var c *community.Conversation
	var settings *Settings
	err := d.store.Write(ctx, func(tx Tx) (err error) {
		c, settings, err = d.open(ctx, tx, v, community.ActionRead, conversation)
		return err
	})
	if err != nil {
		return nil, err
	}
	best := preferred(settings, c, c.Network)
	var out []SendingAccount
	for i := range settings.Accounts {
		a := settings.Accounts[i]
		if a.Network != c.Network || a.State == community.AccountDeactivated {
			continue
		}
		s := SendingAccount{Account: a, Preferred: a.Key() == best}
		capability, err := d.sender.Describe(ctx, a)
		switch {
		case !a.Sends:
			s.Fault = "reply.collect_only"
		case err != nil:
			s.Fault = keyOf(err)
		default:
			s.Capability = capability
			if err := community.MaySend(c.Category, a.Role, community.ReplyAnswer); err != nil {
				s.Fault = keyOf(err)
			}
			s.Handoff = a.Role != community.RoleSupport
		}
		out = append(out, s)
	}
	slices.SortStableFunc(out, func(a, b SendingAccount) int { return rank(a) - rank(b) })
	return out, nil
}

func rank(s SendingAccount) int {
	switch {
	case s.Preferred:
		return 0
	case s.Fault == "":
		return 1
	case s.Handoff:
		return 2
	}
	return 3
}

// preferred is the account answers should leave from: the channel's first
// sender on that network, else the account that was written to, else a support
// account; whichever may send at all.
func preferred(settings *Settings, c *community.Conversation, network string) string {
	var order []string
	for i := range settings.Channels {
		if settings.Channels[i].ID == c.Channel {
			order = append(order, settings.Channels[i].Senders...)
		}
	}
	order = append(order, c.Account)
	for i := range settings.Accounts {
		if settings.Accounts[i].Role == community.RoleSupport {
			order = append(order, settings.Accounts[i].Key())
		}
	}
	for _, key := range order {
		a := accountOf(settings, key)
		if a != nil && a.Network == network && a.Sends && a.State != community.AccountDeactivated && community.MaySend(c.Category, a.Role, community.ReplyAnswer) == nil {
			return key
		}
	}
	return ""
}

func accountOf(settings *Settings, key string) *community.Account {
	for i := range settings.Accounts {
		if settings.Accounts[i].Key() == key {
			return &settings.Accounts[i]
		}
	}
	return nil
}
