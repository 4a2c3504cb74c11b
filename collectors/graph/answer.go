package graph

import (
	"strings"
	"time"
	"unicode"

	"github.com/vigie-hq/vigie/community"
)

// How many pages of a list are read while looking for an answer, and the
// difference between Graph's clock and ours that looking forgives.
const (
	LookPages = 5
	clockSkew = 10 * time.Minute
)

// Answered is the object an answer is written below: an answer to a comment
// takes none of its own, so the comment above it does.
func Answered(target *community.Message) string {
	if target.InReplyTo != "" && target.InReplyTo != target.Thread && ValidID(target.InReplyTo) {
		return target.InReplyTo
	}
	return target.ID
}

// NotSent gives the faults of reading, before anything was sent, the kinds that
// a reply's fault may have.
func NotSent(err error) error {
	switch community.KindOf(err) {
	case community.NotFound:
		return community.Faultf(community.Refused, "reply.target_gone").Because(err)
	case community.Forbidden, community.Invalid:
		return community.Faultf(community.Refused, FaultKey(err)).Because(err)
	}
	if FaultKey(err) == "" { // the caller gave up before anything was sent
		return community.Faultf(community.Unavailable, "network.cancelled").Because(err)
	}
	return err
}

// Earliest is the earliest time, by Graph's clock, at which a reply can have left.
func (c *Client) Earliest(reply *community.Reply) time.Time {
	return reply.CreatedAt.Add(c.Skew() - clockSkew)
}

// Essence is what is left of a text when white space and signs that do not show
// are taken away: Meta trims and folds them.
func Essence(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r) {
			return -1
		}
		return r
	}, text)
	return strings.Join(strings.Fields(text), " ")
}

// Finder looks for a reply among private messages.
type Finder struct {
	Receipt community.Receipt
	Found   bool
}

// Among is what takes the messages, newest first, as Letters gives them: until
// the reply, written by us, is found, or they are older.
func (f *Finder) Among(c *Client, us string, reply *community.Reply) func(*DirectMessage) bool {
	earliest, words := c.Earliest(reply), Essence(reply.Text)
	return func(m *DirectMessage) bool {
		old := m.Created.Older(earliest)
		if !old && m.From.ID == us && Essence(m.Text) == words {
			f.Receipt, f.Found = community.Receipt{ID: m.ID, At: m.Created.Time}, true
		}
		return !f.Found && !old
	}
}
