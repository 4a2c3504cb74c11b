package desk

import (
	"context"
	"slices"

	"github.com/vigie-hq/vigie/community"
)

// filing is one message on its way into its conversation.
type filing struct {
	desk     *Desk
	tx       Tx
	settings *Settings
	account  string // key of the account the message reached

	before *community.Conversation // as read; nil when the message opens a new one
	after  community.Conversation
	alone  bool // the message is the only one of its conversation
}

// join finds the customer's message its conversation: the one or several that
// hold a message it belongs with (several become one), else a new one.
func (f *filing) join(ctx context.Context, e *community.Entry) error {
	m := &e.Message
	found, err := f.tx.Joinable(ctx, m)
	if err != nil {
		return err
	}
	handed, err := f.tx.HandedOver(ctx, m)
	if err != nil {
		return err
	}
	for i := range handed {
		if !slices.ContainsFunc(found, func(c community.Conversation) bool { return c.ID == handed[i].ID }) {
			found = append(found, handed[i])
		}
	}
	var open []community.Conversation
	for _, c := range found {
		if c.Status != community.Closed || community.Reopens(c.ClosedAt, m.ReceivedAt) {
			open = append(open, c)
		}
	}
	if len(open) == 0 {
		f.after = community.Conversation{
			ID: community.ConversationOf(e.Key), Brand: m.Brand, Person: m.AuthorKey(), Author: m.Author,
		}
		f.alone = true
	} else {
		f.before, f.after = &open[0], open[0]
		for i := range open[1:] {
			if err := f.merge(ctx, &open[i+1], m); err != nil {
				return err
			}
		}
	}
	if !m.At().Before(f.after.LastAt) {
		f.after.Author = m.Author
	}
	e.Conversation = f.after.ID
	return f.adopt(ctx, m)
}

// merge takes another conversation of the same author in: the message shows
// that they were one matter.
func (f *filing) merge(ctx context.Context, other *community.Conversation, m *community.Message) error {
	if err := f.tx.Merge(ctx, other, &f.after); err != nil {
		return err
	}
	f.after.Absorb(other)
	return f.tx.PutEvent(ctx, community.Event{
		Type: community.EventConversationMerged, Brand: other.Brand, Conversation: other.ID,
		Version: other.Version + 1, At: f.desk.now(), Origin: m.Origin,
	})
}

// adopt brings in our own messages that were waiting for m, and those that were
// waiting for them.
func (f *filing) adopt(ctx context.Context, m *community.Message) error {
	orphans, err := f.tx.Orphans(ctx, m)
	if err != nil {
		return err
	}
	for i := range orphans {
		before, after := &orphans[i], orphans[i]
		after.Conversation = f.after.ID
		after.Version++
		own, _ := f.settings.Accounts.Ours(&after.Message)
		if err := f.match(ctx, own, &after); err != nil {
			return err
		}
		if err := f.tx.PutEntry(ctx, before, &after); err != nil {
			return err
		}
		f.alone = false
		if err := f.adopt(ctx, &after.Message); err != nil {
			return err
		}
	}
	return nil
}

// settle brings the message's conversation in line, once the message is
// written, and tells what happened.
func (f *filing) settle(ctx context.Context, e *community.Entry, what community.EventType) error {
	event := community.Event{
		Type: what, Brand: e.Message.Brand, Message: e.Key, At: f.desk.now(), Origin: e.Message.Origin,
	}
	if e.Conversation == "" {
		return f.tx.PutEvent(ctx, event)
	}
	if f.after.ID == "" {
		if err := f.load(ctx, e.Conversation); err != nil {
			return err
		}
	}
	var facts []community.Fact
	if f.alone {
		facts = []community.Fact{e.Fact(f.account)}
	} else {
		var err error
		if facts, err = readFacts(ctx, f.tx, f.after.ID); err != nil {
			return err
		}
	}
	if err := f.desk.recount(ctx, f.tx, f.settings, f.before, &f.after, facts); err != nil {
		return err
	}
	event.Conversation, event.Version = f.after.ID, f.after.Version
	return f.tx.PutEvent(ctx, event)
}

// refresh is settle for a change nobody has to be told of.
func (f *filing) refresh(ctx context.Context, e *community.Entry) error {
	if e.Conversation == "" {
		return nil
	}
	if err := f.load(ctx, e.Conversation); err != nil {
		return err
	}
	facts, err := readFacts(ctx, f.tx, f.after.ID)
	if err != nil {
		return err
	}
	return f.desk.recount(ctx, f.tx, f.settings, f.before, &f.after, facts)
}

func (f *filing) load(ctx context.Context, id string) error {
	c, err := f.tx.Conversation(ctx, id)
	if err != nil {
		return err
	}
	if c == nil {
		return community.Faultf(community.NotFound, "conversation.unknown", id)
	}
	f.before, f.after = c, *c
	return nil
}
