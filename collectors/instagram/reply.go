package instagram

import (
	"context"
	"strings"
	"time"

	"github.com/vigie-hq/vigie/collectors/graph"
	"github.com/vigie-hq/vigie/community"
)

// Reply answers target from the account: below a comment; below the media, or the
// comment, that mentions it; in the private conversation; or, once and for seven
// days, in private to who commented. Instagram takes no key for a reply, so what
// may have been sent is Uncertain, and Look reads it back.
func (n *Network) Reply(ctx context.Context, account community.Account, target community.Message, reply community.Reply) (community.Receipt, error) {
	s, err := n.session(ctx, account)
	if err != nil {
		return community.Receipt{}, err
	}
	private := target.Private || reply.Visibility == community.Private
	v, limit := community.Public, longestComment
	if private {
		v, limit = community.Private, longestDirect
	}
	text := reply.Text
	if !private {
		text = addressed(target, text)
	}
	length := n.Count(v, text)
	switch {
	case !graph.ValidID(target.ID), target.Scope != "" && target.Scope != account.NativeID:
		return community.Receipt{}, community.Faultf(community.Refused, "reply.elsewhere", target.Scope)
	case length > limit:
		return community.Receipt{}, community.Faultf(community.Refused, "reply.too_long", length, limit)
	case target.Private:
		return s.answerDirect(ctx, target, reply)
	case private:
		return s.answerPrivately(ctx, target, reply)
	case target.Kind == community.KindMention:
		params := graph.Params{"media_id": target.Thread, "message": text}
		if target.ID != target.Thread {
			params["comment_id"] = target.ID
		}
		return s.answerBelow(ctx, graph.Path(account.NativeID, "mentions"), params)
	}
	return s.answerBelow(ctx, graph.Path(graph.Answered(&target), "replies"), graph.Params{"message": text})
}

// addressed names whom an answer to an answer is for, as people do there: below
// the first level nothing else says so.
func addressed(target community.Message, text string) string {
	handle := "@" + target.Author.Handle
	if graph.Answered(&target) == target.ID || target.Author.Handle == "" || strings.Contains(text, handle) {
		return text
	}
	return handle + " " + text
}

func (s *session) answerBelow(ctx context.Context, path string, params graph.Params) (community.Receipt, error) {
	var got graph.Person
	err := s.client.Post(ctx, path, params, &got)
	switch {
	case err != nil:
		return community.Receipt{}, graph.NotSent(err)
	case !graph.ValidID(got.ID):
		return community.Receipt{}, community.Faultf(community.Uncertain, "network.unreadable")
	}
	return community.Receipt{ID: got.ID, At: s.now()}, nil
}

// answerPrivately writes to who commented. Instagram allows it once.
func (s *session) answerPrivately(ctx context.Context, target community.Message, reply community.Reply) (community.Receipt, error) {
	switch {
	case target.Kind == community.KindMention:
		return community.Receipt{}, community.Faultf(community.Refused, "instagram.elsewhere")
	case !target.CreatedAt.IsZero() && s.client.Clock().Sub(target.CreatedAt) >= graph.PrivateReplyWindow:
		return community.Receipt{}, community.Faultf(community.Refused, "graph.window")
	}
	return s.send(ctx, graph.Letter{Comment: target.ID, Text: reply.Text})
}

// answerDirect writes into a conversation. Meta's window is counted from what
// the person last wrote, which may be later than what is answered: it is read
// when the message alone would not do.
func (s *session) answerDirect(ctx context.Context, target community.Message, reply community.Reply) (community.Receipt, error) {
	heard := target.CreatedAt
	if target.Author.ID == s.account.NativeID || s.client.Clock().Sub(heard) >= graph.Window {
		var err error
		if heard, err = s.client.Heard(ctx, "me", graph.Instagram, graph.InstagramFields, target.Thread); err != nil {
			return community.Receipt{}, graph.NotSent(err)
		}
	}
	return s.send(ctx, graph.Letter{To: target.Thread, Text: reply.Text, Heard: heard, Human: graph.ByHuman(reply)})
}

func (s *session) send(ctx context.Context, l graph.Letter) (community.Receipt, error) {
	id, _, err := s.client.Send(ctx, "me", l)
	if err != nil {
		return community.Receipt{}, graph.NotSent(err)
	}
	return community.Receipt{ID: id, At: s.now()}, nil
}

// now is when Graph took what it just answered for, to the second.
func (s *session) now() time.Time { return s.client.Clock().UTC().Truncate(time.Second) }
