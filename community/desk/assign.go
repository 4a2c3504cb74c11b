package desk

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/vigie-hq/vigie/community"
)

// MaxNote is the longest team note, in code points.
const MaxNote = 10_000

// Assign gives the conversation to an agent; empty takes it from whoever has it.
// Who does not reply in the brand, and a token, cannot have it: a Fault Invalid
// "assign.agent".
func (d *Desk) Assign(ctx context.Context, v community.Viewer, conversation string, version int64, agent string) (community.Conversation, error) {
	return d.change(ctx, v, community.ActionAssign, conversation, version, func(tx Tx, _ *Settings, c *community.Conversation) error {
		if agent != "" {
			if able, err := tx.Assignable(ctx, c.Brand, agent); err != nil {
				return err
			} else if !able {
				return community.Faultf(community.Invalid, "assign.agent", agent)
			}
		}
		from := c.Assignee
		c.Assignee = agent
		return d.act(ctx, tx, v, c.ID, "assigned", from, agent)
	})
}

// Write keeps a team note. The same id with the same text is the same note; with
// another text, or elsewhere, it is a Fault Conflict "note.id".
func (d *Desk) Write(ctx context.Context, v community.Viewer, n community.Note) error {
	n.Text = strings.TrimSpace(n.Text)
	switch {
	case !validID(n.ID):
		return community.Faultf(community.Invalid, "note.client_id")
	case n.Text == "":
		return community.Faultf(community.Invalid, "note.empty")
	case utf8.RuneCountInString(n.Text) > MaxNote:
		return community.Faultf(community.Invalid, "note.length", MaxNote)
	}
	_, err := d.change(ctx, v, community.ActionNote, n.Conversation, 0, func(tx Tx, _ *Settings, c *community.Conversation) error {
		n.Conversation, n.Agent, n.At = c.ID, v.Agent, d.now()
		return tx.PutNote(ctx, n)
	})
	return err
}

// Close ends a conversation. What still ran is cancelled: nobody owes an answer
// any more. The customer's next message within ReopenWithin opens it again.
func (d *Desk) Close(ctx context.Context, v community.Viewer, conversation string, version int64) (community.Conversation, error) {
	return d.change(ctx, v, community.ActionClose, conversation, version, func(tx Tx, _ *Settings, c *community.Conversation) error {
		from := c.Status
		c.ClosedBy, c.ClosedAt = v.Agent, d.now()
		return d.act(ctx, tx, v, c.ID, "closed", string(from), string(community.Closed))
	})
}

// Open takes up a conversation that nobody had to answer (filed, waiting), or
// that was closed. Its clock starts now.
func (d *Desk) Open(ctx context.Context, v community.Viewer, conversation string, version int64) (community.Conversation, error) {
	return d.change(ctx, v, community.ActionClose, conversation, version, func(tx Tx, _ *Settings, c *community.Conversation) error {
		if c.Status == community.Open {
			return nil
		}
		from := c.Status
		c.OpenedBy, c.OpenedAt = v.Agent, d.now()
		return d.act(ctx, tx, v, c.ID, "opened", string(from), string(community.Open))
	})
}

func (d *Desk) act(ctx context.Context, tx Tx, v community.Viewer, conversation, verb, from, to string) error {
	return tx.PutAct(ctx, community.Act{
		Conversation: conversation, Agent: v.Agent, Verb: verb, From: from, To: to, At: d.now(),
	})
}
