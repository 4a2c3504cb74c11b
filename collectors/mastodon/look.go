package mastodon

import (
	"context"
	"strings"
	"time"
	"unicode"

	client "github.com/mattn/go-mastodon"

	"github.com/vigie-hq/vigie/collectors/plain"
	"github.com/vigie-hq/vigie/community"
)

// How far Look reads back: pages of our own posts, and the difference between
// the server's clock and ours that it forgives.
const (
	lookPages = 5
	clockSkew = 10 * time.Minute
)

// Look reads the thread below target, and our own newest posts, for a reply
// that may have been sent: by us, to target, with the same words, not before the
// reply was written. Both are read before the answer is "not there": a deleted
// target hides its thread, and some servers list no direct posts.
func (n *Network) Look(ctx context.Context, account community.Account, target community.Message, reply community.Reply) (community.Receipt, bool, error) {
	s, err := n.session(ctx, account)
	if err != nil {
		return community.Receipt{}, false, err
	}
	if !validID(target.ID) || target.Scope != "" && target.Scope != s.scope {
		return community.Receipt{}, false, nil // Reply refused it before posting
	}
	below, err := s.rest.GetStatusContext(ctx, client.ID(target.ID))
	switch {
	case err == nil:
		if found := s.among(below.Descendants, target, reply); found != nil {
			return receiptOf(found), true, nil
		}
	case community.KindOf(err) != community.NotFound:
		return community.Receipt{}, false, asFault(err)
	}
	earliest := reply.CreatedAt.Add(-clockSkew)
	pg := client.Pagination{Limit: pageSize}
	for range lookPages {
		posts, err := s.rest.GetAccountStatuses(ctx, client.ID(account.NativeID), &pg)
		if err != nil {
			return community.Receipt{}, false, asFault(err)
		}
		if found := s.among(posts, target, reply); found != nil {
			return receiptOf(found), true, nil
		}
		if len(posts) == 0 || posts[len(posts)-1].CreatedAt.Before(earliest) {
			return community.Receipt{}, false, nil
		}
		pg = client.Pagination{MaxID: posts[len(posts)-1].ID, Limit: pageSize}
	}
	return community.Receipt{}, false, community.Faultf(community.Unavailable, "reply.look_unfinished")
}

// among finds the newest of the statuses that is the reply.
func (s *session) among(statuses []*client.Status, target community.Message, reply community.Reply) *client.Status {
	var found *client.Status
	words := essence(reply.Text)
	for _, st := range statuses {
		// A reply loses its parent when that is deleted.
		if st == nil || string(st.Account.ID) != s.account.NativeID || parentOf(st) != target.ID && parentOf(st) != "" ||
			st.CreatedAt.Before(reply.CreatedAt.Add(-clockSkew)) || essence(plain.Text(st.Content)) != words {
			continue
		}
		if found == nil || st.CreatedAt.After(found.CreatedAt) {
			found = st
		}
	}
	return found
}

// essence is what is left of a text when everything is taken away that a server
// may write in its own manner: mentions (shown without their host), white space,
// signs that do not show, the case of letters.
func essence(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, text)
	var b strings.Builder
	last := 0
	eachMention(text, func(at int, name string) {
		b.WriteString(text[last:at])
		last = at + len("@") + len(name)
	})
	b.WriteString(text[last:])
	return strings.Join(strings.Fields(b.String()), "")
}
