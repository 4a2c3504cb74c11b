package x

import (
	"context"
	"strings"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// How far Look reads back: pages of our own posts, and the difference between
// X's clock and ours that it forgives.
const (
	lookPages = 5
	clockSkew = 10 * time.Minute
)

// Look reads our own newest posts, or the conversation of a direct message, for
// a reply that may have been sent: by us, to target, with the same words, not
// before the reply was written.
func (n *Network) Look(ctx context.Context, account community.Account, target community.Message, reply community.Reply) (community.Receipt, bool, error) {
	s, err := n.session(ctx, account)
	if err != nil {
		return community.Receipt{}, false, err
	}
	earliest := reply.CreatedAt.Add(s.budget.Skew() - clockSkew)
	if reply.Visibility == community.Private || target.Private {
		to := s.counterpart(&target)
		if to == "" {
			return community.Receipt{}, false, nil // Reply refused it
		}
		return s.find("", &reply, earliest, func(token string) (page, error) { return s.api().talk(ctx, to, token) })
	}
	return s.find(target.ID, &reply, earliest, func(token string) (page, error) {
		return s.api().page(ctx, ask{list: listOwn, since: idAt(earliest), token: token})
	})
}

// find reads a list of ours down to earliest.
func (s *session) find(parent string, reply *community.Reply, earliest time.Time, read func(token string) (page, error)) (community.Receipt, bool, error) {
	token := ""
	for range lookPages {
		p, err := read(token)
		if err != nil {
			return community.Receipt{}, false, err
		}
		if receipt := s.among(p.posts, parent, reply, earliest); receipt.ID != "" {
			return receipt, true, nil
		}
		if p.next == "" || p.oldest != "" && !later(p.oldest, idAt(earliest)) {
			return community.Receipt{}, false, nil
		}
		token = p.next
	}
	return community.Receipt{}, false, community.Faultf(community.Unavailable, "reply.look_unfinished")
}

// among is the receipt of the newest post that is the reply; without id, none is.
func (s *session) among(posts []post, parent string, reply *community.Reply, earliest time.Time) community.Receipt {
	words := essence(reply.Text)
	for i := range posts {
		p := &posts[i]
		at := exactly(p.ID, p.Made)
		if p.Author.ID != s.account.NativeID || p.Parent != parent || at.Before(earliest) || essence(p.Text) != words {
			continue
		}
		return community.Receipt{ID: p.First, URL: postURL(p), At: at}
	}
	return community.Receipt{}
}

// splitConversation gives the people of a conversation of two.
func splitConversation(id string) []string { return strings.Split(id, "-") }
