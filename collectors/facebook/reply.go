package facebook

import (
	"context"
	"time"

	"github.com/vigie-hq/vigie/collectors/graph"
	"github.com/vigie-hq/vigie/community"
)

// Reply answers target from the page: in public below a post, comment or review;
// in private within the person's conversation, or, once and for seven days, to
// who commented. Facebook takes no key for a reply, so what may have been sent is
// Uncertain, and Look reads it back.
func (n *Network) Reply(ctx context.Context, account community.Account, target community.Message, reply community.Reply) (community.Receipt, error) {
	p, err := n.page(ctx, account)
	if err != nil {
		return community.Receipt{}, err
	}
	private := target.Private || target.Kind == community.KindDirect
	limit := commentLimit
	if private || reply.Visibility == community.Private {
		limit = letterLimit
	}
	length := n.Count(reply.Visibility, reply.Text)
	switch {
	case !graph.ValidID(target.ID), private && target.Scope != account.NativeID:
		return community.Receipt{}, community.Faultf(community.Refused, "reply.elsewhere", target.Scope)
	case length > limit:
		return community.Receipt{}, community.Faultf(community.Refused, "reply.too_long", length, limit)
	case private:
		return p.answerLetter(ctx, target, reply)
	case reply.Visibility == community.Private:
		return p.answerPrivately(ctx, target, reply)
	}
	return p.answerBelow(ctx, target, reply)
}

func (p *page) answerBelow(ctx context.Context, target community.Message, reply community.Reply) (community.Receipt, error) {
	var got graph.Person
	err := p.client.Post(ctx, graph.Path(graph.Answered(&target), "comments"), graph.Params{"message": reply.Text}, &got)
	switch {
	case err != nil:
		return community.Receipt{}, graph.NotSent(err)
	case !graph.ValidID(got.ID):
		return community.Receipt{}, community.Faultf(community.Uncertain, "network.unreadable")
	}
	return community.Receipt{ID: got.ID, URL: "https://www.facebook.com/" + got.ID, At: p.sentAt()}, nil
}

// answerPrivately writes to who commented or posted. Graph allows it once.
func (p *page) answerPrivately(ctx context.Context, target community.Message, reply community.Reply) (community.Receipt, error) {
	letter := graph.Letter{Comment: target.ID, Text: reply.Text}
	switch {
	case target.Kind == community.KindPost:
		letter = graph.Letter{Post: target.ID, Text: reply.Text}
	case target.Kind == community.KindReview, target.Kind == community.KindMention:
		return community.Receipt{}, community.Faultf(community.Refused, "facebook.no_private")
	}
	if !target.CreatedAt.IsZero() && p.client.Clock().Sub(target.CreatedAt) >= graph.PrivateReplyWindow {
		return community.Receipt{}, community.Faultf(community.Refused, "graph.window")
	}
	return p.send(ctx, letter)
}

// answerLetter writes into a conversation. Meta's window is counted from what
// the person last wrote, which may be later than what is answered: it is read
// when the message alone would not do.
func (p *page) answerLetter(ctx context.Context, target community.Message, reply community.Reply) (community.Receipt, error) {
	heard := target.CreatedAt
	if target.Author.ID == p.account.NativeID || p.client.Clock().Sub(heard) >= graph.Window {
		var err error
		if heard, err = p.client.Heard(ctx, p.account.NativeID, graph.Messenger, graph.MessengerFields, target.Thread); err != nil {
			return community.Receipt{}, graph.NotSent(err)
		}
	}
	return p.send(ctx, graph.Letter{To: target.Thread, Text: reply.Text, Heard: heard, Human: graph.ByHuman(reply)})
}

func (p *page) send(ctx context.Context, l graph.Letter) (community.Receipt, error) {
	id, _, err := p.client.Send(ctx, p.account.NativeID, l)
	if err != nil {
		return community.Receipt{}, graph.NotSent(err)
	}
	return community.Receipt{ID: id, At: p.sentAt()}, nil
}

// sentAt is when Graph took what it just answered for.
func (p *page) sentAt() time.Time { return seconds(p.client.Clock()) }
