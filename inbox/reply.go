package inbox

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
)

// replyBody is an answer, or a handoff, as a program sends it. From and To are
// accounts, by key or by name; ID is made by the client, so that sending twice
// is one reply.
type replyBody struct {
	ID         string               `json:"id"`
	Text       string               `json:"text"`
	From       string               `json:"from"`
	To         string               `json:"to"`
	Visibility community.Visibility `json:"visibility"`
	InReplyTo  string               `json:"in_reply_to"`
	Basis      string               `json:"basis"`
	Anyway     bool                 `json:"anyway"`
	Draft      bool                 `json:"draft"`
}

func (p *replyBody) answer(conversation string) desk.Answer {
	return desk.Answer{
		ID: p.ID, Conversation: conversation, InReplyTo: p.InReplyTo, Account: p.From,
		Visibility: p.Visibility, Text: p.Text, Basis: p.Basis, Anyway: p.Anyway,
	}
}

// replyOf reads the body of an answer and resolves its accounts.
func (a api) replyOf(c *fiber.Ctx) (p replyBody, err error) {
	if err := body(c, &p); err != nil {
		return p, err
	}
	switch p.Visibility {
	case "", community.Public, community.Private:
	default:
		return p, community.Faultf(community.Invalid, "body.field", "visibility")
	}
	if p.From == "" && p.To == "" {
		return p, nil
	}
	senders, err := a.s.Desk.Senders(c.UserContext(), viewerOf(c), c.Params("id"))
	if err != nil {
		return p, err
	}
	p.From, p.To = accountKey(senders, p.From), accountKey(senders, p.To)
	return p, nil
}

// accountKey is the key of the account that is called so; a key, or a name
// nobody has, is left for the desk to judge.
func accountKey(senders []desk.SendingAccount, name string) string {
	for i := range senders {
		if senders[i].Account.Name == name {
			return senders[i].Account.Key()
		}
	}
	return name
}

// reply holds an answer for sending, or with "draft" keeps it as a draft.
func (a api) reply(c *fiber.Ctx) error {
	p, err := a.replyOf(c)
	if err != nil {
		return err
	}
	verb := a.s.Desk.Answer
	if p.Draft {
		verb = a.s.Desk.Draft
	}
	r, err := verb(c.UserContext(), viewerOf(c), p.answer(c.Params("id")))
	return created(c, r, err)
}

func (a api) handoff(c *fiber.Ctx) error {
	p, err := a.replyOf(c)
	if err != nil {
		return err
	}
	r, err := a.s.Desk.Handoff(c.UserContext(), viewerOf(c), p.answer(c.Params("id")), p.To)
	return created(c, r, err)
}

func created[T any](c *fiber.Ctx, v T, err error) error {
	if err != nil {
		return err
	}
	return answer(c, fiber.StatusCreated, v)
}

func changed[T any](c *fiber.Ctx, v T, err error) error {
	if err != nil {
		return err
	}
	return answer(c, fiber.StatusOK, v)
}

// sender is one account a conversation may be answered from, or why not.
type sender struct {
	account
	Capability community.Capability `json:"capability"`
	Preferred  bool                 `json:"preferred"`
	Fault      string               `json:"fault,omitempty"`
	Handoff    bool                 `json:"handoff"`
}

func (a api) senders(c *fiber.Ctx) error {
	found, err := a.s.Desk.Senders(c.UserContext(), viewerOf(c), c.Params("id"))
	items := make([]sender, len(found))
	for i := range found {
		f := &found[i]
		items[i] = sender{
			account: account{Key: f.Account.Key(), Account: f.Account}, Capability: f.Capability,
			Preferred: f.Preferred, Fault: f.Fault, Handoff: f.Handoff,
		}
	}
	return whole(c, items, err)
}

// turn runs a verb that needs nothing but the reply.
func (a api) turn(c *fiber.Ctx, verb func(context.Context, community.Viewer, string) (community.Reply, error)) error {
	r, err := verb(c.UserContext(), viewerOf(c), c.Params("id"))
	return changed(c, r, err)
}

func (a api) takeBack(c *fiber.Ctx) error { return a.turn(c, a.s.Desk.TakeBack) }

func (a api) sendNow(c *fiber.Ctx) error { return a.turn(c, a.s.Desk.SendNow) }

func (a api) retry(c *fiber.Ctx) error { return a.turn(c, a.s.Desk.Retry) }

// settle is a human's word on a reply of unknown fate: {"sent": true|false}.
func (a api) settle(c *fiber.Ctx) error {
	var p struct {
		Sent *bool `json:"sent"`
	}
	if err := body(c, &p); err != nil {
		return err
	}
	if p.Sent == nil {
		return community.Faultf(community.Invalid, "body.field", "sent")
	}
	r, err := a.s.Desk.Settle(c.UserContext(), viewerOf(c), c.Params("id"), *p.Sent)
	return changed(c, r, err)
}

func (a api) discard(c *fiber.Ctx) error {
	if err := a.s.Desk.Discard(c.UserContext(), viewerOf(c), c.Params("id")); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}
