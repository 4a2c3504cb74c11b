package instagram

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/collectors/graph"
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
	begun  time.Time            // this round, by Graph's clock
	new    time.Time            // what was said before is not new
	told   map[string]time.Time // comments that were found by this round or those just before: when they were written
	refuse map[string]time.Time // lists that are not for us, and when they are tried again
}

func newPoller(n *Network, s *session, cursor community.Cursor, emit collectors.Emit) *poller {
	at, in := readPosition(cursor)
	s.load(at.Watch)
	return &poller{
		o: n.o, s: s, emit: emit, cursor: cursor, at: at, in: in, watch: newWatchlist(n.o.Looks, at.Watch),
		told: map[string]time.Time{}, refuse: map[string]time.Time{},
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
	resumed := p.cursor.Until != ""
	if err := p.media(ctx); err != nil {
		return err
	}
	for _, list := range []struct {
		name string
		read func(context.Context) error
	}{{"mentions", p.mentions}, {"tags", p.tags}, {"threads", p.threads}} {
		if err := p.list(ctx, list.name, list.read); err != nil {
			return err
		}
	}
	p.at.At = p.begun.Unix()
	p.cursor.Until, p.cursor.From, p.in = "", "", place{}
	maps.DeleteFunc(p.told, func(_ string, at time.Time) bool { return at.Before(p.begun.Add(-p.o.Settle)) })
	if err := p.look(ctx); err != nil {
		return err
	}
	if !resumed { // a resumed round is complete up to its old beginning only
		p.cursor.Complete = started
	}
	return p.save(ctx, nil, 0)
}

// How long a list that is not for us is left alone: a permission may be given
// without anybody signing in again.
const refusedFor = time.Hour

// list reads one of the lists without which the others can go on.
func (p *poller) list(ctx context.Context, name string, read func(context.Context) error) error {
	now := p.o.Graph.Now()
	if now.Before(p.refuse[name]) {
		return nil
	}
	p.new = p.at.since(name, p.begun.Add(-p.o.History), p.o.Settle)
	err := read(ctx)
	switch {
	case err == nil:
		delete(p.at.Left, name)
		return nil
	case ctx.Err() != nil || graph.Reachable(err):
		return err
	}
	p.at.leave(name)
	p.refuse[name] = now.Add(refusedFor)
	p.o.Graph.Logger().Warn("a list cannot be read", "account", p.s.account.Key(), "list", name, "error", err)
	return nil
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
		var words graph.Wording
		if messages[i].Private {
			words = p.s.meet(&messages[i], time.Time{}, false, p.s.client.Clock())
		}
		p.watch.add(&messages[i], words, p.o.Graph.Now())
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
