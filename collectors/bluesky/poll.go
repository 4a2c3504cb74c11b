package bluesky

import (
	"context"
	"encoding/json"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// How a sweep goes. A list is ordered by a time that authors choose, so each
// sweep goes a while beyond where the last one ended, and now and then far beyond.
const (
	overlap   = 10 * time.Minute // how far every sweep goes beyond
	deepBack  = 48 * time.Hour   // how far a deep one does
	deepEvery = 30 * time.Minute
	deepPages = 50 // at most, below where the others end
	quiet     = 2  // so many pages in a row that a sweep met before end one that is not deep
)

// position is what Cursor.Since holds, as JSON.
type position struct {
	Since map[string]int64 `json:"s,omitempty"` // by feed: Unix milliseconds up to which it is wholly collected
	Chat  string           `json:"c,omitempty"` // the revision up to which direct messages are
	Deep  int64            `json:"d,omitempty"` // when the last deep sweep began, Unix seconds
	Watch []watched        `json:"w,omitempty"`
}

// poller finds what push did not bring. One goroutine polls.
type poller struct {
	s       *session
	t       *taker
	cursor  community.Cursor
	at      position
	until   map[string]int64  // by feed: the upper end of a sweep under way
	from    map[string]string // by feed: the page it goes on with
	feeds   []feed
	chat    *chat
	deep    bool // this poll goes far back
	started time.Time
}

func newPoller(s *session, cursor community.Cursor, emit collectors.Emit, queries []query) *poller {
	p := &poller{s: s, cursor: cursor}
	// A cursor that cannot be read is none: everything within History is
	// collected again, and the store finds the duplicates.
	if json.Unmarshal([]byte(cursor.Since), &p.at) != nil {
		p.at = position{}
	}
	_ = json.Unmarshal([]byte(cursor.Until), &p.until) // no sweep then: it begins anew
	_ = json.Unmarshal([]byte(cursor.From), &p.from)
	if p.until == nil || p.from == nil {
		p.until, p.from = map[string]int64{}, map[string]string{}
	}
	p.t = newTaker(s, emit, p.at.Watch)
	p.feeds = []feed{s.notifications(), s.own()}
	for _, q := range queries {
		for _, words := range q.searches {
			p.feeds = append(p.feeds, s.search(words, q.line, q.meant))
		}
	}
	p.forget()
	p.chat = &chat{p: p}
	return p
}

// forget drops what is remembered of feeds that are no more: a query was taken
// out.
func (p *poller) forget() {
	names := map[string]bool{}
	for _, f := range p.feeds {
		names[f.name] = true
	}
	since := map[string]int64{}
	for name, at := range p.at.Since {
		if names[name] {
			since[name] = at
		}
	}
	p.at.Since = since
	for name := range p.from {
		if !names[name] {
			delete(p.from, name)
			delete(p.until, name)
		}
	}
}

// poll brings everything that is new since the cursor, then looks again at what
// is due, and moves the cursor to the poll's beginning.
func (p *poller) poll(ctx context.Context) error {
	p.started = p.s.o.Now().UTC()
	p.deep = p.started.Unix()-p.at.Deep >= int64(deepEvery/time.Second)
	for _, f := range p.feeds {
		if err := p.sweep(ctx, f); err != nil {
			return err
		}
	}
	if err := p.look(ctx); err != nil {
		return err
	}
	if p.deep {
		p.at.Deep = p.started.Unix()
	}
	whole, err := p.chat.poll(ctx)
	if err != nil {
		return err
	}
	if whole {
		p.cursor.Complete = p.started
	}
	return p.t.take(ctx, batch{cursor: p.save})
}

// sweep reads a feed down to where the last sweep ended, and a little further. One
// that was interrupted goes on first; then what was said above its upper end.
func (p *poller) sweep(ctx context.Context, f feed) error {
	resumed := p.from[f.name] != ""
	if err := p.descend(ctx, f); err != nil || !resumed {
		return err
	}
	return p.descend(ctx, f)
}

// reach is how far down a sweep goes. Down to near everything is taken. Below, and
// down to far, a deep sweep looks for what was dated back: what the network saw
// only after late. The rest down there was collected long ago.
type reach struct{ near, far, late time.Time }

func (p *poller) reach(f feed) reach {
	since, known := p.at.Since[f.name]
	if !known {
		first := p.started.Add(-p.s.o.History)
		return reach{near: first, far: first}
	}
	r := reach{near: time.UnixMilli(since).Add(-overlap), late: time.Unix(p.at.Deep, 0).Add(-overlap)}
	if r.far = r.near; p.deep {
		r.far = time.UnixMilli(since).Add(-deepBack)
	}
	return r
}

func (p *poller) descend(ctx context.Context, f feed) error {
	r := p.reach(f)
	_, again := p.at.Since[f.name] // not the first sweep
	met, beyond := 0, 0
	for {
		from := p.from[f.name]
		got, err := f.fetch(ctx, from)
		if from != "" && community.KindOf(err) == community.Invalid {
			// The page is known no more: the sweep begins anew.
			delete(p.from, f.name)
			delete(p.until, f.name)
			continue
		}
		if err != nil {
			return err
		}
		newest, oldest := got.span()
		if p.until[f.name] == 0 && !newest.IsZero() {
			p.until[f.name] = newest.UnixMilli()
		}
		strange, known, pushed := p.t.strange(got.entries)
		if met++; !known {
			met = 0
		}
		if oldest.Before(r.near) && !oldest.IsZero() {
			beyond++
		}
		p.from[f.name] = got.next
		switch {
		case got.next == "", got.next == from, // there is no more
			beyond > 0 && oldest.Before(r.far), beyond >= deepPages,
			again && !p.deep && met >= quiet:
			p.end(f.name)
		}
		b := batch{unreadable: p.t.news(got.broken), duplicates: pushed, cursor: p.save}
		if err := p.bring(ctx, strange, b, r); err != nil {
			return err
		}
		if p.from[f.name] == "" {
			return nil
		}
	}
}

// end notes that a sweep has reached down to the one before.
func (p *poller) end(name string) {
	if until := p.until[name]; until > p.at.Since[name] {
		p.at.Since[name] = until
	}
	delete(p.until, name)
	delete(p.from, name)
}

// bring emits a page's posts, oldest first (the network gives them newest first),
// those that the feed does not show read by address.
func (p *poller) bring(ctx context.Context, entries []entry, b batch, r reach) error {
	var ask []string
	for _, e := range entries {
		if e.view == nil && !e.at.Before(r.far) {
			ask = append(ask, e.uri)
		}
	}
	shown, broken, err := p.s.posts(ctx, ask)
	if err != nil {
		return err
	}
	b.unreadable += broken
	for _, e := range reversed(entries) {
		if e.view == nil {
			e.view = shown[e.uri]
		}
		switch {
		case e.view == nil, e.at.Before(r.far):
		case e.at.Before(r.near) && e.view.indexed().Before(r.late):
			p.t.acquaint(e.view)
		default:
			b.posts = append(b.posts, sighting{view: e.view, via: e.via})
		}
	}
	return p.t.take(ctx, b)
}

// save is where the cursor stands.
func (p *poller) save() (*community.Cursor, error) {
	p.at.Watch = p.t.watch.list()
	c := p.cursor
	for _, part := range []struct {
		from any
		into *string
		none bool
	}{{p.at, &c.Since, false}, {p.until, &c.Until, len(p.until) == 0}, {p.from, &c.From, len(p.from) == 0}} {
		raw, err := json.Marshal(part.from)
		if err != nil {
			return nil, err
		}
		if *part.into = string(raw); part.none {
			*part.into = ""
		}
	}
	p.cursor = c
	return &c, nil
}

// look reads again what is due: what changed is emitted, what is gone is deleted.
// It stops early when the rate window runs low; messages come first.
func (p *poller) look(ctx context.Context) error {
	due := p.t.watch.due(p.s.o.Now())
	if left, told := p.s.budget.Left("read"); len(due) == 0 || told && left < 3*reserve {
		return nil
	}
	shown, broken, err := p.s.posts(ctx, due)
	if err != nil {
		return err
	}
	b := batch{unreadable: broken, cursor: p.save}
	now := p.s.o.Now()
	for _, uri := range due {
		if v := shown[uri]; v != nil {
			// The list knows which version was told, also of a post that is older than
			// the memory of what was.
			if p.t.watch.mark(uri) != markOf(v.CID) {
				b.posts = append(b.posts, sighting{view: v})
			}
			p.t.watch.looked(uri, now)
			continue
		}
		there, err := p.s.exists(ctx, uri)
		switch {
		case err != nil:
			return err
		case there: // hidden from us, a block for instance: nothing more will be seen
			p.t.watch.drop(uri)
		default:
			b.gone = append(b.gone, uri)
		}
	}
	return p.t.take(ctx, b)
}
