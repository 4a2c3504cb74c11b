package x

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// position is what Cursor.Since holds, as JSON: how far each list is settled, by
// feed.key, and what is to be looked at again.
type position struct {
	Since map[string]string `json:"s,omitempty"`
	Watch []watched         `json:"w,omitempty"`
}

// poller finds by reading lists what push did not bring. One goroutine polls;
// watch is shared with the stream.
type poller struct {
	s      *session
	api    api
	emit   collectors.Emit
	cursor community.Cursor
	feeds  []*feed
	watch  *watchlist
}

func newPoller(s *session, cursor community.Cursor, emit collectors.Emit) *poller {
	var at position
	// A cursor that cannot be read is none: everything within History is
	// collected again, and the store finds the duplicates.
	if json.Unmarshal([]byte(cursor.Since), &at) != nil {
		at = position{}
	}
	p := &poller{s: s, api: s.api(), emit: emit, cursor: cursor, watch: &watchlist{ages: s.o.Looks, items: at.Watch}}
	s.mu.Lock()
	s.watch = p.watch // what a webhook brings is looked at again too
	s.mu.Unlock()
	mentions := &feed{list: listMentions, reach: timelineMax * 9 / 10}
	if handle := s.account.Handle; handle != "" {
		mentions.deeper = func(q ask) ask {
			return ask{list: listSearch, query: "@" + handle + " -from:" + handle, since: q.since, until: q.until}
		}
	}
	p.feeds = append(p.feeds, mentions, &feed{list: listOwn}, &feed{list: listDirects, every: s.o.PollDirect})
	for _, query := range queriesOf(s.account) {
		p.feeds = append(p.feeds, &feed{list: listSearch, query: query, via: query})
	}
	var until, from map[string]string
	_ = json.Unmarshal([]byte(cursor.Until), &until) // none, as above
	_ = json.Unmarshal([]byte(cursor.From), &from)
	first := idAt(s.clock().Add(-s.o.History))
	for _, f := range p.feeds {
		f.at = place{at.Since[f.key()], until[f.key()], from[f.key()]}
		if f.at.Since == "" {
			f.at.Since = first
		}
	}
	return p
}

// queriesOf lists what is searched for beside the account, one a line.
func queriesOf(account community.Account) (queries []string) {
	for line := range strings.Lines(account.Queries) {
		if q := strings.TrimSpace(line); q != "" {
			queries = append(queries, q)
		}
	}
	return queries
}

// poll sweeps every list that is due, then looks again at what is due, and moves
// the cursor. A list X allows no call of now does not hold up the others.
func (p *poller) poll(ctx context.Context) error {
	started := p.s.o.Now().UTC()
	for _, f := range p.feeds {
		if started.Before(f.due) || started.Before(f.closed) {
			continue
		}
		err := f.sweep(ctx, p.api, p.edge, p.taken(ctx))
		if err != nil {
			until, _ := collectors.RetryAt(err)
			if ctx.Err() != nil || !f.wait(community.KindOf(err), keyOf(err), until, started) {
				return err
			}
			if f.absent {
				p.s.o.Logger.Warn("a list cannot be read", "account", p.s.account.Key(), "list", f.list, "query", f.query, "error", err)
			}
			continue
		}
		f.absent, f.complete, f.due = false, started, started.Add(f.every)
	}
	if err := p.look(ctx); err != nil {
		return err
	}
	p.cursor.Complete = maxTime(p.cursor.Complete, p.complete())
	return p.save(ctx, nil, 0, 0)
}

// edge is the moment before which everything that was made is shown.
func (p *poller) edge() time.Time { return p.s.clock().Add(-p.s.o.Settle) }

// complete is the moment up to which every list is: the least of them.
func (p *poller) complete() time.Time {
	var least time.Time
	for _, f := range p.feeds {
		switch {
		case f.absent:
		case f.complete.IsZero():
			return time.Time{}
		case least.IsZero() || f.complete.Before(least):
			least = f.complete
		}
	}
	return least
}

// taken turns posts into messages and emits them.
func (p *poller) taken(ctx context.Context) taker {
	return func(posts []post, via string, unreadable, again int) error {
		messages, kept := p.s.messages(posts, via)
		for i := range kept {
			p.watch.add(&kept[i], via, p.s.o.Now())
		}
		return p.save(ctx, messages, unreadable, again)
	}
}

// messages makes messages of posts; what somebody merely passes on is nobody's
// words to us. kept are the posts they were made of.
func (s *session) messages(posts []post, via string) (messages []community.Message, kept []post) {
	for i := range posts {
		item := &posts[i]
		if item.Repost {
			continue
		}
		if item.Author.ID == s.account.NativeID && !item.Direct {
			s.mine.put(item.First, "")
		}
		messages = append(messages, s.messageOf(item, via))
		kept = append(kept, *item)
	}
	return messages, kept
}

// save emits messages together with where the cursor then stands.
func (p *poller) save(ctx context.Context, messages []community.Message, unreadable, again int) error {
	at := position{Since: map[string]string{}, Watch: p.watch.list()}
	until, from := map[string]string{}, map[string]string{}
	for _, f := range p.feeds {
		at.Since[f.key()] = f.at.Since
		if f.at.Until != "" {
			until[f.key()], from[f.key()] = f.at.Until, f.at.From
		}
	}
	for _, part := range []struct {
		value any
		empty bool
		into  *string
	}{{at, false, &p.cursor.Since}, {until, len(until) == 0, &p.cursor.Until}, {from, len(from) == 0, &p.cursor.From}} {
		encoded, err := json.Marshal(part.value)
		if err != nil {
			return err
		}
		*part.into = string(encoded)
		if part.empty {
			*part.into = ""
		}
	}
	cursor := p.cursor
	return p.emit(ctx, collectors.Batch{
		Messages: messages, Cursor: &cursor, Unreadable: unreadable, Duplicates: again, Skew: p.s.budget.Skew(),
	})
}

// look reads again what is due, a hundred at a time: what changed is emitted,
// what is gone is deleted. A rate window or a budget that is used up puts it off;
// what is new comes first.
func (p *poller) look(ctx context.Context) error {
	due := p.watch.due(p.s.o.Now(), lookupMost)
	if len(due) == 0 {
		return nil
	}
	found, gone, err := p.api.lookup(ctx, due)
	switch {
	case err != nil && community.KindOf(err) == community.Limited && ctx.Err() == nil:
		return nil
	case err != nil:
		return err
	}
	// Messages go first: what is not kept is looked at again.
	var messages []community.Message
	for _, id := range gone {
		if w, ok := p.watch.get(id); ok {
			messages = append(messages, goneMessage(w.ID, w.Thread))
		}
	}
	edited, err := p.edited(ctx, found)
	if err != nil {
		return err
	}
	more, kept := p.s.messages(edited, "")
	for i := range more {
		if w, ok := p.watch.get(kept[i].First); ok {
			more[i].Via = w.Via
		}
	}
	if messages = append(messages, more...); len(messages) > 0 {
		if err := p.save(ctx, messages, 0, 0); err != nil {
			return err
		}
	}
	for _, id := range gone {
		p.watch.drop(id)
	}
	for i := range kept {
		p.watch.add(&kept[i], "", p.s.o.Now())
	}
	p.watch.looked(due, p.s.o.Now())
	return nil
}

// edited are the newest versions of what was found with a longer history than
// was known.
func (p *poller) edited(ctx context.Context, found []post) ([]post, error) {
	var edited []post
	var ids []string
	for _, item := range found {
		w, ok := p.watch.get(item.First)
		switch {
		case !ok || !later(item.Last, w.current()):
		case item.Last == item.ID:
			edited = append(edited, item)
		default:
			ids = append(ids, item.Last)
		}
	}
	if len(ids) == 0 {
		return edited, nil
	}
	newest, _, err := p.api.lookup(ctx, ids)
	return append(edited, newest...), err
}
