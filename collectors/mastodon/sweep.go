package mastodon

import (
	"context"
	"encoding/json"
	"net/url"
	"time"

	client "github.com/mattn/go-mastodon"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// position is what Cursor.Since holds, as JSON: how far the feeds are settled, and
// what is to be looked at again.
type position struct {
	Notification client.ID            `json:"n,omitempty"`
	Own          client.ID            `json:"o,omitempty"`
	Tags         map[string]client.ID `json:"t,omitempty"`
	Watch        []watched            `json:"w,omitempty"`
}

// Notifications that are not about words. The list is short because every
// server knows these; whatever else comes is left out by wanted.
var notWords = []string{"follow", "follow_request", "favourite", "reblog", "poll"}

// poller finds by REST what push did not bring. One goroutine polls; watch is
// shared with the stream.
type poller struct {
	s      *session
	emit   collectors.Emit
	cursor community.Cursor
	notes  feed[client.Notification]
	own    feed[client.Status]
	tags   []tagged
	watch  *watchlist
}

// tagged is the feed of one hashtag: what the server knows of it, wherever it was
// written.
type tagged struct {
	tag  string
	feed feed[client.Status]
}

func newPoller(s *session, cursor community.Cursor, emit collectors.Emit) *poller {
	var at position
	// A cursor that cannot be read is none: everything within History is
	// collected again, and the store finds the duplicates.
	if json.Unmarshal([]byte(cursor.Since), &at) != nil {
		at = position{}
	}
	p := &poller{s: s, cursor: cursor, emit: emit, watch: &watchlist{ages: s.o.Looks, items: at.Watch}}
	r := s.reader()
	p.notes = feed[client.Notification]{
		limit: notePageSize, since: at.Notification, settle: s.o.Settle,
		id:   func(n *client.Notification) client.ID { return n.ID },
		when: func(n *client.Notification) time.Time { return n.CreatedAt },
	}
	p.notes.fetch = func(ctx context.Context, pg *client.Pagination) (page[client.Notification], error) {
		exclude := notWords
		items, err := r.GetNotificationsExclude(ctx, &exclude, pg)
		return readPage(items, err, r.raw.Bytes(), p.notes.id)
	}
	p.own = p.statusFeed(at.Own, func(ctx context.Context, pg *client.Pagination) ([]*client.Status, error) {
		without := url.Values{"exclude_reblogs": {"true"}}
		return r.GetAccountStatusesParams(ctx, client.ID(s.account.NativeID), without, pg)
	}, r)
	for _, tag := range s.tags {
		p.tags = append(p.tags, tagged{tag, p.statusFeed(at.Tags[tag], func(ctx context.Context, pg *client.Pagination) ([]*client.Status, error) {
			return r.GetTimelineHashtag(ctx, tag, false, pg)
		}, r)})
	}
	return p
}

// statusFeed is a feed of statuses from a position.
func (p *poller) statusFeed(since client.ID, get func(context.Context, *client.Pagination) ([]*client.Status, error), r *reader) feed[client.Status] {
	id := func(st *client.Status) client.ID { return st.ID }
	return feed[client.Status]{
		limit: pageSize, since: since, settle: p.s.o.Settle, id: id,
		when: func(st *client.Status) time.Time { return st.CreatedAt },
		fetch: func(ctx context.Context, pg *client.Pagination) (page[client.Status], error) {
			items, err := get(ctx, pg)
			return readPage(items, err, r.raw.Bytes(), id)
		},
	}
}

// poll brings everything that is new since the cursor, then looks again at what
// is due, and moves the cursor to the poll's beginning.
func (p *poller) poll(ctx context.Context) error {
	started := p.s.o.Now().UTC()
	if p.notes.since == "" {
		if err := p.first(ctx, started); err != nil {
			return err
		}
	}
	if p.notes.since != "" {
		if err := p.notes.sweep(ctx, started, p.noted(ctx)); err != nil {
			return err
		}
	}
	if err := p.listed(ctx, started, &p.own, ""); err != nil {
		return err
	}
	for i := range p.tags {
		t := &p.tags[i]
		err := p.listed(ctx, started, &t.feed, via(t.tag))
		if err != nil && community.KindOf(err) != community.NotFound { // a tag nobody used yet
			return err
		}
	}
	if err := p.look(ctx); err != nil {
		return err
	}
	p.cursor.Complete = started
	return p.save(ctx, nil, 0)
}

// first is the sweep of a first connection: newest first, back to History. Its
// upper end is remembered in the cursor, so that an interruption costs nothing.
// The upper end is the first page's lower edge: that page's head is not settled,
// and is read again upwards when the sweep is done.
func (p *poller) first(ctx context.Context, now time.Time) error {
	horizon := now.Add(-p.s.o.History)
	for {
		got, err := p.notes.fetch(ctx, &client.Pagination{MaxID: client.ID(p.cursor.From), Limit: p.notes.limit})
		if err != nil {
			return err
		}
		if got.newest == "" || p.cursor.From != "" && got.oldest.Compare(client.ID(p.cursor.From)) >= 0 {
			break // the end, or a server that does not know max_id
		}
		old := false
		items := got.items[:0]
		for _, n := range got.items {
			if n.CreatedAt.Before(horizon) {
				old = true
				continue
			}
			items = append(items, n)
		}
		if p.cursor.Until == "" {
			p.cursor.Until = string(got.oldest)
		}
		p.cursor.From = string(got.oldest)
		if err := p.notes.take(page[client.Notification]{items: items, unreadable: got.unreadable}, p.noted(ctx)); err != nil {
			return err
		}
		if old {
			break
		}
	}
	p.notes.since = client.ID(p.cursor.Until)
	p.cursor.Until, p.cursor.From = "", ""
	return nil
}

// noted turns notifications into messages and emits them.
func (p *poller) noted(ctx context.Context) func([]*client.Notification, int) error {
	return func(items []*client.Notification, unreadable int) error {
		statuses := make([]*client.Status, 0, len(items))
		for _, n := range items {
			if !wanted(n) {
				continue
			}
			if n.Status == nil || !validID(string(n.Status.ID)) {
				unreadable++
				continue
			}
			statuses = append(statuses, n.Status)
		}
		return p.statuses(ctx, statuses, unreadable, "")
	}
}

// listed brings what a list of statuses holds: the account's own posts (answers
// given elsewhere, and what its threads are about), or those of a hashtag. A list
// without a position was never read, or was empty: its newest page is taken, and
// what else was said since the account was connected.
func (p *poller) listed(ctx context.Context, now time.Time, f *feed[client.Status], via string) error {
	give := func(items []*client.Status, unreadable int) error { return p.statuses(ctx, items, unreadable, via) }
	if f.since != "" {
		return f.sweep(ctx, now, give)
	}
	connected := p.cursor.Connected
	if connected.IsZero() {
		connected = now
	}
	var since, from client.ID
	for {
		got, err := f.fetch(ctx, &client.Pagination{MaxID: from, Limit: f.limit})
		if err != nil {
			return err
		}
		// A server that does not know max_id gives the same page again.
		if got.newest == "" || from != "" && got.oldest.Compare(from) >= 0 {
			break
		}
		if err := f.take(got, give); err != nil {
			return err
		}
		from = got.oldest
		if since == "" {
			since = from
		}
		if last := len(got.items) - 1; last >= 0 && f.when(got.items[last]).Before(connected.Add(-clockSkew)) {
			break
		}
	}
	f.since = since
	return nil
}

// statuses emits a page, oldest first (the server gives it newest first).
func (p *poller) statuses(ctx context.Context, statuses []*client.Status, unreadable int, via string) error {
	messages := make([]community.Message, 0, len(statuses))
	for i := len(statuses) - 1; i >= 0; i-- {
		if statuses[i].Reblog != nil {
			continue // a boost is nobody's words to us
		}
		thread, err := p.s.threadOf(ctx, statuses[i])
		if err != nil {
			return asFault(err)
		}
		m := p.s.messageOf(statuses[i], thread)
		m.Via = p.s.viaOf(statuses[i], via)
		messages = append(messages, m)
		p.watch.add(statuses[i], p.s.o.Now())
	}
	return p.save(ctx, messages, unreadable)
}

// save emits messages together with where the cursor then stands.
func (p *poller) save(ctx context.Context, messages []community.Message, unreadable int) error {
	tags := make(map[string]client.ID, len(p.tags))
	for i := range p.tags {
		tags[p.tags[i].tag] = p.tags[i].feed.since
	}
	since, err := json.Marshal(position{p.notes.since, p.own.since, tags, p.watch.list()})
	if err != nil {
		return err
	}
	p.cursor.Since = string(since)
	cursor := p.cursor
	return p.emit(ctx, collectors.Batch{Messages: messages, Cursor: &cursor, Unreadable: unreadable, Skew: p.s.budget.Skew()})
}

// look reads again what is due: what changed is emitted, what is gone is
// deleted. It stops early when the rate window runs low; messages come first.
func (p *poller) look(ctx context.Context) error {
	for _, id := range p.watch.due(p.s.o.Now()) {
		if left, told := p.s.budget.Left("read"); told && left < 3*reserve {
			return nil
		}
		status, err := p.s.rest.GetStatus(ctx, client.ID(id))
		switch {
		case community.KindOf(err) == community.NotFound:
			if err := p.save(ctx, []community.Message{p.s.goneMessage(client.ID(id))}, 0); err != nil {
				return err
			}
			p.watch.drop(id)
		case err == nil:
			if !p.watch.looked(id, status, p.s.o.Now()) {
				continue
			}
			if err := p.statuses(ctx, []*client.Status{status}, 0, p.s.tagOf(status)); err != nil {
				return err
			}
		case isFault(err) || ctx.Err() != nil:
			return err
		default: // an answer that cannot be read: the next look may be luckier
			p.watch.looked(id, nil, p.s.o.Now())
			if err := p.save(ctx, nil, 1); err != nil {
				return err
			}
		}
	}
	return nil
}
