package bluesky

import (
	"context"
	"net/url"
	"time"

	"github.com/bluesky-social/indigo/atproto/syntax"

	"github.com/vigie-hq/vigie/community"
)

// How far Look reads a conversation back, in pages, and the difference between
// the chat server's clock and ours that it forgives.
const (
	lookPages = 5
	clockSkew = 10 * time.Minute
)

// newMessage is chat.bsky.convo.defs#messageInput.
type newMessage struct {
	Text   string  `json:"text"`
	Facets []facet `json:"facets,omitempty"`
}

// direct sends a reply as a direct message: into target's conversation, or into
// the one with target's author when a post is answered in private.
func (s *session) direct(ctx context.Context, target community.Message, reply community.Reply) (community.Receipt, error) {
	if reply.State == community.ReplyUnknown {
		return community.Receipt{}, community.Faultf(community.Uncertain, "reply.uncertain")
	}
	if !s.directs() {
		return community.Receipt{}, community.Faultf(community.Refused, "bluesky.dm_password")
	}
	if length := count(reply.Text); length > directLimit {
		return community.Receipt{}, community.Faultf(community.Refused, "reply.too_long", length, directLimit)
	}
	convoID, err := s.convoWith(ctx, target)
	if err != nil {
		return community.Receipt{}, notSent(err)
	}
	facets, err := s.facets(ctx, reply.Text)
	if err != nil {
		return community.Receipt{}, notSent(err)
	}
	var out directMessage
	in := struct {
		ConvoID string     `json:"convoId"`
		Message newMessage `json:"message"`
	}{convoID, newMessage{reply.Text, facets}}
	if err := s.procedure(ctx, "chat.bsky.convo.sendMessage", in, &out); err != nil {
		return community.Receipt{}, perhapsSent(err)
	}
	if out.ID == "" {
		return community.Receipt{}, community.Faultf(community.Uncertain, "network.unreadable")
	}
	return community.Receipt{ID: directID(convoID, out.ID), At: parseTime(out.SentAt)}, nil
}

// convoWith is the conversation a private reply to target goes into.
func (s *session) convoWith(ctx context.Context, target community.Message) (string, error) {
	if target.Private {
		if id := convoOf(target.ID); id != "" {
			return id, nil
		}
		return "", community.Faultf(community.Refused, "reply.target")
	}
	if _, err := syntax.ParseDID(target.Author.ID); err != nil {
		return "", community.Faultf(community.Refused, "reply.target")
	}
	var out struct {
		Convo convo `json:"convo"`
	}
	if err := s.query(ctx, "chat.bsky.convo.getConvoForMembers", url.Values{"members": {target.Author.ID}}, &out); err != nil {
		return "", err
	}
	if out.Convo.ID == "" {
		return "", community.Faultf(community.Unavailable, "network.unreadable")
	}
	return out.Convo.ID, nil
}

// Look reads a reply back that may have been sent: a post under the key that only
// this reply has, a direct message by its words, not before it was written.
func (n *Network) Look(ctx context.Context, account community.Account, target community.Message, reply community.Reply) (community.Receipt, bool, error) {
	s, err := n.session(ctx, account)
	if err != nil {
		return community.Receipt{}, false, err
	}
	if !target.Private && reply.Visibility != community.Private {
		return s.written(ctx, keyFor(reply, target), reply, target)
	}
	if !s.directs() {
		return community.Receipt{}, false, nil // Reply refused it before sending
	}
	convoID, err := s.convoWith(ctx, target)
	if err != nil {
		if kind := community.KindOf(err); kind == community.Refused || kind == community.Forbidden || kind == community.NotFound || kind == community.Invalid {
			return community.Receipt{}, false, nil // Reply met the same
		}
		return community.Receipt{}, false, err
	}
	earliest := reply.CreatedAt.Add(-clockSkew)
	cursor := ""
	for range lookPages {
		found, next, err := s.messages(ctx, convoID, cursor)
		if err != nil {
			return community.Receipt{}, false, err
		}
		for _, d := range found {
			at := parseTime(d.SentAt)
			if at.Before(earliest) {
				return community.Receipt{}, false, nil
			}
			if d.Sender.DID == account.NativeID && d.Text == reply.Text {
				return community.Receipt{ID: directID(convoID, d.ID), At: at}, true, nil
			}
		}
		if next == "" || next == cursor {
			return community.Receipt{}, false, nil
		}
		cursor = next
	}
	return community.Receipt{}, false, community.Faultf(community.Unavailable, "reply.look_unfinished")
}
