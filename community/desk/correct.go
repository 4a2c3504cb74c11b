package desk

import (
	"context"

	"github.com/vigie-hq/vigie/community"
)

// Correct puts a human's word before the model's: head is one of
// community.HumanHeads. What the model had said is kept beside it.
//
// Category and urgency belong to the conversation; sentiment, reason and
// complaint to its opening message, whose verdict they change for good. From
// now on the word also decides for near-identical texts of the brand that are
// yet to come (community.Taught), unless it is vague: a category or urgency of a
// conversation in which the customer wrote several messages may be about any of
// them. Conversations that are already open are not rewritten behind the backs
// of those who read them: what they say of the model stays true of the model.
func (d *Desk) Correct(ctx context.Context, v community.Viewer, conversation string, version int64, head, label string) (community.Conversation, error) {
	return d.change(ctx, v, community.ActionCorrect, conversation, version, func(tx Tx, _ *Settings, c *community.Conversation) error {
		if err := community.CheckLabel(head, label); err != nil {
			return err
		}
		e, err := tx.Opening(ctx, c.ID)
		if err != nil {
			return err
		}
		var from string
		switch head {
		case community.HeadCategory:
			from = string(c.Category)
			c.Category, c.CategoryBy = community.Category(label), v.Agent
		case community.HeadUrgency:
			from = string(c.Urgency)
			c.HumanUrgent, c.UrgencyBy, c.UrgencyAt = community.Urgency(label), v.Agent, d.now()
		default:
			if e == nil || e.Bare {
				return community.Faultf(community.Invalid, "correct.opening")
			}
			from = e.Verdict.Head(head).Label
		}
		if err := d.learn(ctx, tx, v, c, e, head, label); err != nil {
			return err
		}
		return d.act(ctx, tx, v, c.ID, head, from, label)
	})
}

// learn keeps a correction of a conversation's opening message, e, and what it
// changes of it.
func (d *Desk) learn(ctx context.Context, tx Tx, v community.Viewer, c *community.Conversation, e *community.Entry, head, label string) error {
	if e == nil {
		return nil
	}
	alone := e.Verdict.Alone() // the model's word, not that of a rule or of the agent before
	was := alone.Head(head)
	vague := false
	if !ofMessage(head) {
		facts, err := tx.Facts(ctx, c.ID)
		if err != nil {
			return err
		}
		vague = said(facts) > 1
	}
	err := tx.PutCorrection(ctx, community.Correction{
		Brand: c.Brand, Message: e.Key, Conversation: c.ID, Agent: v.Agent, Head: head, From: was.Label, P: was.P, To: label,
		Model: e.Verdict.Model, Content: e.Revision.Hash, Vague: vague, At: d.now(),
	})
	if err != nil || !ofMessage(head) {
		return err
	}
	after := *e
	after.Version++
	after.Verdict.Decide(head, label)
	if err := tx.PutEntry(ctx, e, &after); err != nil {
		return err
	}
	// Whoever counts messages by what they say reads this one again.
	return tx.PutEvent(ctx, community.Event{
		Type: community.EventConversationChanged, Brand: c.Brand, Conversation: c.ID, Version: c.Version + 1,
		Message: e.Key, At: d.now(), Origin: community.Live,
	})
}

// said counts what the customer wrote and did not take back.
func said(facts []community.Fact) int {
	n := 0
	for i := range facts {
		if !facts[i].Out && !facts[i].Gone {
			n++
		}
	}
	return n
}

// ofMessage tells whether a correction of the head belongs to the message
// itself, not to its conversation.
func ofMessage(head string) bool {
	switch head {
	case community.HeadSentiment, community.HeadReason, community.HeadComplaint:
		return true
	}
	return false
}

// keepWord puts what agents said of a message before a later verdict on it: an
// edit is classified again, and the humans' word stands.
func keepWord(ctx context.Context, tx Tx, held, after *community.Entry) error {
	if held == nil || held.Revision.Hash == after.Revision.Hash {
		return nil
	}
	words, err := tx.Corrections(ctx, after.Key)
	if err != nil {
		return err
	}
	for _, c := range words {
		if ofMessage(c.Head) {
			after.Verdict.Decide(c.Head, c.To)
		}
	}
	return nil
}
