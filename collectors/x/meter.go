package x

import (
	"context"
	"sync"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/text"
)

// What X charges since 6 February 2026, in millionths of a dollar (docs.x.com,
// "Pricing", as of 22 August 2026). Calls that fail are free.
const (
	pricePost    = 5_000   // reading one post
	priceOwned   = 1_000   // the same, of one's own timelines, by who owns the app
	pricePerson  = 10_000  // one author, as an expansion too
	priceDirect  = 10_000  // reading one direct message
	priceCreate  = 15_000  // writing a post
	priceSummons = 10_000  // answering somebody who summoned us
	priceLink    = 200_000 // writing a post that holds a link, whatever else it is
	priceSend    = 15_000  // sending a direct message
	priceManage  = 5_000   // hiding, liking, deleting
	// An event of a webhook costs what reading its post or direct message does.
)

// The operations, as the meter is told of them.
const (
	readPost   = "post.read"
	readOwned  = "owned.read"
	readPerson = "user.read"
	readDirect = "dm.read"
	createPost = "post.create"
	sendDirect = "dm.create"
	managePost = "post.manage"

	eventPost   = "activity.post" // told by webhook
	eventDirect = "activity.dm"
)

func priceOf(what string) int64 {
	switch what {
	case readOwned:
		return priceOwned
	case readPerson:
		return pricePerson
	case readDirect:
		return priceDirect
	}
	return pricePost
}

// How many resources of a day are remembered as charged. Beyond that the meter
// shows more than X asks, never less.
const chargedSize = 20_000

// charged remembers what was paid for since midnight UTC: X charges the same
// resource once a day. It is safe for concurrent use.
type charged struct {
	mu   sync.Mutex
	day  time.Time
	seen map[string]struct{}
}

// fresh gives the ids that were not charged today, as forget takes them, and
// remembers them.
func (c *charged) fresh(kind string, ids []string, now time.Time) (keys []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if day := now.UTC().Truncate(24 * time.Hour); !day.Equal(c.day) {
		c.day, c.seen = day, nil
	}
	if c.seen == nil {
		c.seen = map[string]struct{}{}
	}
	for _, id := range ids {
		key := kind + id
		if _, paid := c.seen[key]; paid || id == "" {
			continue
		}
		keys = append(keys, key)
		if len(c.seen) < chargedSize {
			c.seen[key] = struct{}{}
		}
	}
	return keys
}

// forget takes back what could not be written down.
func (c *charged) forget(keys []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, key := range keys {
		delete(c.seen, key)
	}
}

// afford asks the budget for a page of what: of most items if there is room for
// them, each by somebody new, else of least, else the budget's own fault.
func (s *session) afford(ctx context.Context, what string, most, least int) (int, error) {
	if s.o.Meter == nil || s.legacy() {
		return most, nil
	}
	err := s.o.Meter.Afford(ctx, s.account, int64(most)*(priceOf(what)+pricePerson))
	if err != nil && least < most {
		most = least
		err = s.o.Meter.Afford(ctx, s.account, int64(most)*priceOf(what))
	}
	return most, err
}

// paid writes down what a page cost. A meter that cannot write stops collecting:
// a budget that is not counted is none.
func (s *session) paid(ctx context.Context, what string, ids, people []string) error {
	kind := "p"
	if what == readDirect {
		kind = "d"
	}
	if err := s.once(ctx, what, kind, ids, priceOf(what)); err != nil {
		return err
	}
	return s.once(ctx, readPerson, "u", people, pricePerson)
}

// told writes down what the events of a delivery cost: a direct message that came
// as much as reading it, one of our own nothing, a post as much as reading it. An
// event that is delivered again is the same.
func (s *session) told(ctx context.Context, e *event) error {
	var posts, directs []string
	for i := range e.posts {
		switch p := &e.posts[i]; {
		case !p.Direct:
			posts = append(posts, p.ID)
		case p.Author.ID != s.account.NativeID:
			directs = append(directs, p.ID)
		}
	}
	if err := s.once(ctx, eventPost, "e"+e.kind, posts, pricePost); err != nil {
		return err
	}
	return s.once(ctx, eventDirect, "e"+e.kind, directs, priceDirect)
}

// once writes down what was not charged today.
func (s *session) once(ctx context.Context, what, kind string, ids []string, price int64) error {
	keys := s.charged.fresh(kind, ids, s.o.Now())
	err := s.spend(ctx, what, int64(len(keys)), price)
	if err != nil {
		s.charged.forget(keys)
	}
	return err
}

func (s *session) spend(ctx context.Context, what string, units, price int64) error {
	if s.o.Meter == nil || s.legacy() || units == 0 {
		return nil
	}
	return s.o.Meter.Spend(ctx, s.account, collectors.Cost{What: what, Units: units, Micros: units * price, At: s.o.Now().UTC()})
}

// replyPrice is what one reply costs.
func replyPrice(target *community.Message, reply *community.Reply) (what string, micros int64) {
	switch {
	case reply.Visibility == community.Private || target.Private:
		return sendDirect, priceSend
	case text.HasLink(reply.Text):
		return createPost, priceLink
	case target.CanReply:
		return createPost, priceSummons
	}
	return createPost, priceCreate
}
