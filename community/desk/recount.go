package desk

import (
	"context"
	"slices"

	"github.com/vigie-hq/vigie/community"
)

// recount brings a conversation in line with its facts and writes it: counts,
// urgency, channel, deadlines. before is what was read in this transaction, nil
// for a new conversation.
func (d *Desk) recount(ctx context.Context, tx Tx, settings *Settings, before, after *community.Conversation, facts []community.Fact) error {
	after.Recount(facts)
	channel := after.Route(settings.Channels)
	if channel == nil {
		return community.Faultf(community.Unavailable, "brand.channels", after.Brand)
	}
	after.Channel = channel.ID
	derived := after.Deadlines(facts, channel.Policy, settings.Hours[channel.ID])
	var record []community.Deadline
	if before != nil {
		var err error
		if record, err = tx.Deadlines(ctx, after.ID); err != nil {
			return err
		}
	}
	deadlines := community.Settled(record, derived, d.now())
	after.Watched(deadlines)
	after.Version = 1
	if before != nil {
		after.Version = before.Version + 1
	}
	if err := tx.PutConversation(ctx, before, after); err != nil {
		return err
	}
	if len(record) == 0 && len(deadlines) == 0 || slices.Equal(record, deadlines) {
		return nil
	}
	return tx.PutDeadlines(ctx, after.ID, deadlines)
}

// readFacts reads what the rules need to know of a conversation: its messages, and
// the replies a network took, which count from their receipt, before they come
// back as messages.
func readFacts(ctx context.Context, tx Tx, conversation string) ([]community.Fact, error) {
	list, err := tx.Facts(ctx, conversation)
	if err != nil {
		return nil, err
	}
	replies, err := tx.Replies(ctx, conversation)
	if err != nil {
		return nil, err
	}
	for i := range replies {
		if r := &replies[i]; r.State == community.ReplySent {
			list = append(list, r.Fact())
		}
	}
	return list, nil
}

// change is how every verb of a person works: read the conversation he may act
// on, let f change it, bring it in line, tell. version 0 means "as it is now".
func (d *Desk) change(ctx context.Context, v community.Viewer, action community.Action, id string, version int64, f func(Tx, *Settings, *community.Conversation) error) (community.Conversation, error) {
	var out community.Conversation
	err := d.store.Write(ctx, func(tx Tx) error {
		before, settings, err := d.open(ctx, tx, v, action, id)
		if err != nil {
			return err
		}
		if version != 0 && version != before.Version {
			return community.Faultf(community.Conflict, "conversation.version", before.Version)
		}
		after := *before
		if err := f(tx, settings, &after); err != nil {
			return err
		}
		out = after
		return d.put(ctx, tx, settings, before, &out)
	})
	return out, err
}

// put writes a conversation after a verb and tells that it changed.
func (d *Desk) put(ctx context.Context, tx Tx, settings *Settings, before, after *community.Conversation) error {
	facts, err := readFacts(ctx, tx, after.ID)
	if err != nil {
		return err
	}
	if err := d.recount(ctx, tx, settings, before, after, facts); err != nil {
		return err
	}
	return tx.PutEvent(ctx, community.Event{
		Type: community.EventConversationChanged, Brand: after.Brand, Conversation: after.ID,
		Version: after.Version, At: d.now(), Origin: community.Live,
	})
}

// open reads a conversation for an action. What the viewer may not read does
// not exist for him; what he may read and not do is Forbidden.
func (d *Desk) open(ctx context.Context, tx Tx, v community.Viewer, action community.Action, id string) (*community.Conversation, *Settings, error) {
	c, err := tx.Conversation(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	if c == nil || !v.Sees(c.Brand, c.Channel, c.Private) {
		return nil, nil, community.Faultf(community.NotFound, "conversation.unknown", id)
	}
	if !v.May(action, c.Brand, c.Channel) {
		return nil, nil, community.Faultf(community.Forbidden, "viewer."+string(action))
	}
	settings, err := tx.Settings(ctx, c.Brand)
	if err != nil {
		return nil, nil, err
	}
	if settings == nil {
		return nil, nil, community.Faultf(community.NotFound, "brand.unknown", c.Brand)
	}
	return c, settings, nil
}
