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
	return s.answerBelow(ctx, graph.Path(answered(target), "replies"), graph.Params{"message": text})
}

// answered is the comment an answer stands below: an answer takes none of its
// own, so the comment above it does.
func answered(target community.Message) string {
	if target.InReplyTo != "" && target.InReplyTo != target.Thread && graph.ValidID(target.InReplyTo) {
		return target.InReplyTo
	}
	return target.ID
}

// addressed names whom an answer to an answer is for, as people do there: below
// the first level nothing else says so.
func addressed(target community.Message, text string) string {
	handle := "@" + target.Author.Handle
	if answered(target) == target.ID || target.Author.Handle == "" || strings.Contains(text, handle) {
		return text
	}
	return handle + " " + text
}

func (s *session) answerBelow(ctx context.Context, path string, params graph.Params) (community.Receipt, error) {
	var got graph.Person
	err := s.client.Post(ctx, path, params, &got)
	switch {
	case err != nil:
		return community.Receipt{}, notSent(err)
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
		thread, ok, err := s.client.Thread(ctx, "me", graph.Instagram, graph.InstagramFields, target.Thread)
		if err != nil {
			return community.Receipt{}, notSent(err)
		}
		if last := thread.LastHeard(s.account.NativeID); ok && (last.After(heard) || target.Author.ID == s.account.NativeID) {
			heard = last
		}
	}
	return s.send(ctx, graph.Letter{To: target.Thread, Text: reply.Text, Heard: heard, Human: graph.ByHuman(reply)})
}

func (s *session) send(ctx context.Context, l graph.Letter) (community.Receipt, error) {
	id, _, err := s.client.Send(ctx, "me", l)
	if err != nil {
		return community.Receipt{}, notSent(err)
	}
	return community.Receipt{ID: id, At: s.now()}, nil
}

// now is when Graph took what it just answered for, to the second.
func (s *session) now() time.Time { return s.client.Clock().UTC().Truncate(time.Second) }

// notSent gives the faults of reading, before anything was sent, the kinds that
// a reply's fault may have.
func notSent(err error) error {
	switch community.KindOf(err) {
	case community.NotFound:
		return community.Faultf(community.Refused, "reply.target_gone").Because(err)
	case community.Forbidden, community.Invalid:
		return community.Faultf(community.Refused, graph.FaultKey(err)).Because(err)
	}
	if graph.FaultKey(err) == "" { // the caller gave up before anything was sent
		return community.Faultf(community.Unavailable, "network.cancelled").Because(err)
	}
	return err
}
