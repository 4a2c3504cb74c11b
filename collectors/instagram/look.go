package instagram

import (
	"context"
	"encoding/json"

	"github.com/vigie-hq/vigie/collectors/graph"
	"github.com/vigie-hq/vigie/community"
)

// Look reads back a reply that may have been sent: below the comment, or in the
// conversation. An answer to a mention stands under somebody else's media, which
// cannot be read: a person must look.
func (n *Network) Look(ctx context.Context, account community.Account, target community.Message, reply community.Reply) (community.Receipt, bool, error) {
	s, err := n.session(ctx, account)
	if err != nil {
		return community.Receipt{}, false, err
	}
	switch {
	case !graph.ValidID(target.ID):
		return community.Receipt{}, false, nil // Reply refused it before sending
	case target.Private:
		return s.lookInThread(ctx, target.Thread, reply)
	case reply.Visibility == community.Private && target.Author.ID != "":
		return s.lookInThread(ctx, target.Author.ID, reply)
	case reply.Visibility == community.Private, target.Kind == community.KindMention:
		return community.Receipt{}, false, community.Faultf(community.Unavailable, "network.no_look", Name)
	}
	return s.lookBelow(ctx, target, reply)
}

// lookBelow reads the answers below the comment that was answered.
func (s *session) lookBelow(ctx context.Context, target community.Message, reply community.Reply) (community.Receipt, bool, error) {
	next, earliest := "", s.client.Earliest(&reply)
	words := graph.Essence(addressed(target, reply.Text))
	for range graph.LookPages {
		page, err := s.client.List(ctx, graph.Path(graph.Answered(&target), "replies"), graph.Params{"fields": commentFields, "limit": pageSize}, next)
		switch {
		case err != nil && community.KindOf(err) == community.NotFound:
			return community.Receipt{}, false, nil // the comment is gone, and our answer with it
		case err != nil:
			return community.Receipt{}, false, err
		}
		for _, raw := range page.Items {
			var one comment
			if json.Unmarshal(raw, &one) != nil {
				continue
			}
			who := author(one.From, one.Username)
			if s.ours(&who) && !one.At.Older(earliest) && graph.Essence(one.Text) == words {
				return community.Receipt{ID: one.ID, URL: s.address(target.Thread, one.ID), At: one.At.Time}, true, nil
			}
		}
		if next = page.Next; next == "" {
			return community.Receipt{}, false, nil
		}
	}
	return community.Receipt{}, false, community.Faultf(community.Unavailable, "reply.look_unfinished")
}

// lookInThread reads the newest messages of the conversation with a person.
func (s *session) lookInThread(ctx context.Context, person string, reply community.Reply) (community.Receipt, bool, error) {
	var found graph.Finder
	err := s.client.Letters(ctx, "me", graph.Instagram, graph.InstagramFields, person, found.Among(s.client, s.account.NativeID, &reply))
	return found.Receipt, found.Found, err
}
