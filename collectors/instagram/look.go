package instagram

import (
	"context"
	"encoding/json"
	"strings"
	"time"
	"unicode"

	"github.com/vigie-hq/vigie/collectors/graph"
	"github.com/vigie-hq/vigie/community"
)

// How far Look reads, and the difference between Graph's clock and ours that it
// forgives.
const (
	lookPages = 5
	clockSkew = 10 * time.Minute
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
	next, earliest := "", s.earliest(reply)
	words := essence(addressed(target, reply.Text))
	for range lookPages {
		page, err := s.client.List(ctx, graph.Path(answered(target), "replies"), graph.Params{"fields": commentFields, "limit": pageSize}, next)
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
			if s.ours(&who) && !one.At.Before(earliest) && essence(one.Text) == words {
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
	thread, ok, err := s.client.Thread(ctx, "me", graph.Instagram, graph.InstagramFields, person)
	if err != nil || !ok {
		return community.Receipt{}, false, err
	}
	next, words := "", essence(reply.Text)
	for range lookPages {
		page, err := s.client.List(ctx, graph.Path(thread.ID, "messages"), graph.Params{"fields": graph.InstagramFields, "limit": pageSize}, next)
		if err != nil {
			return community.Receipt{}, false, err
		}
		for _, raw := range page.Items {
			var one graph.DirectMessage
			switch {
			case json.Unmarshal(raw, &one) != nil:
			case one.Created.Before(s.earliest(reply)):
				return community.Receipt{}, false, nil
			case one.From.ID == s.account.NativeID && essence(one.Text) == words:
				return community.Receipt{ID: one.ID, At: one.Created.Time}, true, nil
			}
		}
		if next = page.Next; next == "" {
			return community.Receipt{}, false, nil
		}
	}
	return community.Receipt{}, false, community.Faultf(community.Unavailable, "reply.look_unfinished")
}

// earliest is before when, by Graph's clock, the reply cannot have been sent.
func (s *session) earliest(reply community.Reply) time.Time {
	return reply.CreatedAt.Add(s.client.Skew() - clockSkew)
}

// essence is what is left of a text when white space and signs that do not show
// are taken away: Instagram trims and folds them.
func essence(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r) {
			return -1
		}
		return r
	}, text)
	return strings.Join(strings.Fields(text), " ")
}
