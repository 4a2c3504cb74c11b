package instagram

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// Collect polls until ctx ends or a fault stops it. Push comes in by Hooks, at
// any time.
func (n *Network) Collect(ctx context.Context, account community.Account, cursor community.Cursor, emit collectors.Emit) error {
	s, err := n.session(ctx, account)
	if err != nil {
		return err
	}
	// Without the subscription polling goes on alone: Check says so.
	if _, err := s.client.Subscribe(ctx, "me", pageFields); err != nil && stops(err) {
		return err
	}
	p := newPoller(n, s, cursor, emit)
	for {
		if err := p.round(ctx); err != nil {
			return err
		}
		if err := collectors.Wait(ctx, n.o.Poll); err != nil {
			return err
		}
		if p.s, err = n.session(ctx, account); err != nil {
			return err
		}
	}
}

// stops tells whether a fault of something that can be done without still says
// that nothing else will work.
func stops(err error) bool {
	switch community.KindOf(err) {
	case community.Unauthorised, community.Limited, community.Unavailable:
		return true
	}
	return false
}

// poller finds by polling what push did not bring. One goroutine polls.
type poller struct {
	o      Options
	s      *session
	emit   collectors.Emit
	cursor community.Cursor
	at     position
	in     place
	watch  *watchlist
	begun  time.Time // this round, by Graph's clock
	new    time.Time // what was said before is not new
}

func newPoller(n *Network, s *session, cursor community.Cursor, emit collectors.Emit) *poller {
	at, in := readPosition(cursor)
	return &poller{
		o: n.o, s: s, emit: emit, cursor: cursor, at: at, in: in,
		watch: &watchlist{ages: n.o.Looks, items: at.Watch},
	}
}

// round brings everything that is new since the last one, looks again at what is
// due, and moves the cursor to the round's beginning. A round that was
// interrupted goes on where it stood, with the beginning it had.
func (p *poller) round(ctx context.Context) error {
	started := p.o.Graph.Now().UTC()
	p.begun = p.s.client.Clock()
	if until, err := strconv.ParseInt(p.cursor.Until, 10, 64); err == nil {
		p.begun = time.Unix(until, 0)
	}
	p.new = p.at.since(p.begun.Add(-p.o.History), p.o.Settle)
	resumed := p.cursor.Until != ""
	for _, step := range []func(context.Context) error{p.media, p.tags, p.threads} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	p.at.At = p.begun.Unix()
	p.cursor.Until, p.cursor.From, p.in = "", "", place{}
	if err := p.look(ctx); err != nil {
		return err
	}
	if !resumed { // a resumed round is complete up to its old beginning only
		p.cursor.Complete = started
	}
	return p.save(ctx, nil, 0)
}

// under remembers that this round is under way, and which page comes next.
func (p *poller) under(in place) {
	p.cursor.Until = strconv.FormatInt(p.begun.Unix(), 10)
	p.in, p.cursor.From = in, ""
	if from, err := json.Marshal(in); err == nil && in.Next != "" {
		p.cursor.From = string(from)
	}
}

// give emits what a page brought, newest first as Graph lists it, and watches it.
func (p *poller) give(ctx context.Context, messages []community.Message, unreadable int) error {
	slices.Reverse(messages)
	for i := range messages {
		if p.watch.reworded(&messages[i]) { // Graph lists an edited message without a time of its edit
			messages[i].EditedAt = p.s.client.Clock().UTC()
		}
		p.watch.add(&messages[i], p.o.Graph.Now())
	}
	return p.save(ctx, messages, unreadable)
}

// save emits messages together with where the cursor then stands.
func (p *poller) save(ctx context.Context, messages []community.Message, unreadable int) error {
	p.at.Watch = p.watch.items
	since, err := json.Marshal(p.at)
	if err != nil {
		return err
	}
	p.cursor.Since = string(since)
	cursor := p.cursor
	return p.emit(ctx, collectors.Batch{Messages: messages, Cursor: &cursor, Unreadable: unreadable, Skew: p.s.client.Skew()})
}
