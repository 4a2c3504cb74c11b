package mastodon

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"

	client "github.com/mattn/go-mastodon"

	"github.com/vigie-hq/vigie/community"
)

// Reply answers target from the account. The status that is answered is read
// first: its visibility decides ours, which is never wider, and its author is
// mentioned (without a mention nobody is notified, and nobody may read a direct
// reply). Where the server honours idempotency keys one is sent, so that the same
// reply sent again posts once.
func (n *Network) Reply(ctx context.Context, account community.Account, target community.Message, reply community.Reply) (community.Receipt, error) {
	s, err := n.session(ctx, account)
	if err != nil {
		return community.Receipt{}, err
	}
	if !validID(target.ID) || target.Scope != "" && target.Scope != s.scope {
		return community.Receipt{}, community.Faultf(community.Refused, "reply.elsewhere", target.Scope)
	}
	i, err := n.limits(ctx, s)
	if err != nil {
		return community.Receipt{}, notSent(err)
	}
	parent, err := s.rest.GetStatus(ctx, client.ID(target.ID))
	if err != nil {
		return community.Receipt{}, notSent(err)
	}
	toot := s.toot(parent, reply)
	if length := count(toot.Status, i.urlLength); length > i.limit {
		return community.Receipt{}, community.Faultf(community.Refused, "reply.too_long", length, i.limit)
	}
	if i.keys {
		ctx = withKey(ctx, idempotencyKey(reply, target))
	}
	status, err := s.rest.PostStatus(ctx, toot)
	if err != nil {
		return community.Receipt{}, perhapsSent(err)
	}
	if !validID(string(status.ID)) {
		return community.Receipt{}, community.Faultf(community.Uncertain, "network.unreadable")
	}
	if root := s.threads.get(target.ID); root != "" {
		s.threads.put(string(status.ID), root)
	}
	return receiptOf(status), nil
}

func receiptOf(status *client.Status) community.Receipt {
	return community.Receipt{ID: string(status.ID), URL: webAddress(status.URL), At: status.CreatedAt.UTC()}
}

// toot is what will be posted.
func (s *session) toot(parent *client.Status, reply community.Reply) *client.Toot {
	visibility := narrowest(parent.Visibility, reply.Visibility)
	text := reply.Text
	author := parent.Account.Acct
	if visibility == client.VisibilityDirectMessage {
		text = defuse(text, author)
	}
	if string(parent.Account.ID) != s.account.NativeID && !mentions(text, author) {
		text = "@" + author + " " + text
	}
	return &client.Toot{Status: text, InReplyToID: parent.ID, Visibility: visibility}
}

// narrowest is the visibility of a reply: the parent's, or direct if the agent
// answers in private. A visibility we do not know is treated as direct.
func narrowest(parent string, asked community.Visibility) string {
	if asked == community.Private {
		return client.VisibilityDirectMessage
	}
	switch parent {
	case client.VisibilityPublic, client.VisibilityUnlisted, client.VisibilityFollowersOnly:
		return parent
	}
	return client.VisibilityDirectMessage
}

// mentions tells whether text mentions acct, alone or with its host.
func mentions(text, acct string) bool {
	found := false
	eachMention(text, func(_ int, name string) {
		found = found || strings.EqualFold(name, acct)
	})
	return found
}

// defuse keeps a direct message between two: everybody mentioned in one can read
// it, so a zero-width space stands after the @ of anyone but its addressee.
func defuse(text, addressee string) string {
	var b strings.Builder
	last := 0
	eachMention(text, func(at int, name string) {
		if !strings.EqualFold(name, addressee) {
			b.WriteString(text[last:at+1] + "\u200b")
			last = at + 1
		}
	})
	return b.String() + text[last:]
}

// eachMention calls with the byte offset and the name (user or user@host) of
// every mention in text.
func eachMention(text string, with func(at int, name string)) {
	for i := 0; i < len(text); i++ {
		if text[i] != '@' || i > 0 && isWordByte(text[i-1]) {
			continue
		}
		if _, whole := mention(text[i:]); whole > 1 {
			with(i, text[i+1:i+whole])
			i += whole - 1
		}
	}
}

// notSent is the fault of a reply that stopped before it was posted.
func notSent(err error) error {
	switch community.KindOf(err) {
	case community.NotFound:
		return community.Faultf(community.Refused, "reply.target_gone").Because(err)
	case community.Forbidden, community.Invalid:
		return community.Faultf(community.Refused, "reply.target").Because(err)
	}
	return asFault(err)
}

// perhapsSent is the fault of a reply whose post went wrong. The transport has
// named what it knows; a cancellation it passed through was not sent, and an
// answer that cannot be read is one nobody can know.
func perhapsSent(err error) error {
	switch {
	case isFault(err):
		return err
	case errors.Is(err, context.Canceled):
		return community.Faultf(community.Unavailable, "network.cancelled").Because(err)
	}
	return community.Faultf(community.Uncertain, "network.unreadable").Because(err)
}

// idempotencyKey names one reply with one text to one message. The text is part
// of it: a server answers a known key with what it posted before, and an agent
// may have changed the words in between.
func idempotencyKey(reply community.Reply, target community.Message) string {
	sum := sha256.Sum256([]byte(reply.ID + "\x00" + target.ID + "\x00" + string(reply.Visibility) + "\x00" + reply.Text))
	return hex.EncodeToString(sum[:16])
}

type keyName struct{}

func withKey(ctx context.Context, key string) context.Context {
	return context.WithValue(ctx, keyName{}, key)
}

// keyed puts the context's idempotency key on a request. net/http takes that
// header as leave to repeat a request whose connection broke, hence it is sent
// only to servers that honour it.
type keyed struct{ base http.RoundTripper }

func (k keyed) RoundTrip(r *http.Request) (*http.Response, error) {
	base := k.base
	if base == nil {
		base = http.DefaultTransport
	}
	if key, ok := r.Context().Value(keyName{}).(string); ok {
		r = r.Clone(r.Context())
		r.Header.Set("Idempotency-Key", key)
	}
	return base.RoundTrip(r)
}
