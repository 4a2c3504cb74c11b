package x

import (
	"context"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// place is how far a list is collected: everything up to Since is settled. Until
// is the upper end of a sweep that was interrupted, From where it goes on.
type place struct{ Since, Until, From string }

// feed is one list of the account, swept from its newest item back to where the
// last sweep began. X gives ids before it shows them, so what is newer than
// Options.Settle is read again by the next sweep; told keeps it from being given
// twice.
type feed struct {
	list   list
	query  string // of a search
	via    string
	at     place
	told   map[string]struct{}
	every  time.Duration
	due    time.Time // the next sweep
	closed time.Time // X allows no call before then
	absent bool      // the account may not read this list
	// complete is when the last sweep that reached its end began.
	complete time.Time
	// reach is how many items the list reaches back, 0: all; deeper asks another
	// list for what lies below.
	reach  int
	deeper func(ask) ask
}

// key names the feed in the cursor.
func (f *feed) key() string { return string(f.list) + f.query }

// taker is given each page's new posts, oldest first; unreadable counts what X
// sent and nobody could read,
// again what was given before.
type taker func(posts []post, via string, unreadable, again int) error

// sweep reads everything above at.Since and gives it to take, page by page. at
// may be saved from within take. When sweep returns nil, nothing is missing as
// of now. edge is the moment before which everything that was made is shown.
func (f *feed) sweep(ctx context.Context, from api, edge func() time.Time, take taker) error {
	shown := edge()
	q := ask{list: f.list, query: f.query, since: f.at.Since, until: f.at.From}
	seen, below := 0, f.at.From != ""
	for {
		p, err := from.page(ctx, q)
		if err != nil {
			return err
		}
		seen += len(p.posts) + p.unreadable
		if f.at.Until == "" && p.newest != "" {
			f.at.Until = latest(p.newest, f.at.Since)
		}
		if p.oldest != "" {
			f.at.From = p.oldest
		}
		if err := f.give(&p, take); err != nil {
			return err
		}
		// Lists that know no since_id are read until they reach it.
		if p.next != "" && (p.oldest == "" || f.at.Since == "" || later(p.oldest, f.at.Since)) {
			q.token = p.next
			continue
		}
		if f.deeper == nil || q.list != f.list || f.at.From == "" || !below && seen < f.reach {
			break
		}
		// The list ends before the sweep does: another one goes on from there.
		q = f.deeper(ask{since: f.at.Since, until: f.at.From})
	}
	if f.at.Until != "" {
		f.at.Since = settled(f.at.Until, f.at.Since, shown)
	}
	f.at.Until, f.at.From = "", ""
	for id := range f.told {
		if !later(id, f.at.Since) {
			delete(f.told, id)
		}
	}
	return nil
}

// give hands over what is new of a page, oldest first.
func (f *feed) give(p *page, take taker) error {
	fresh, again := make([]post, 0, len(p.posts)), 0
	for i := len(p.posts) - 1; i >= 0; i-- {
		item := p.posts[i]
		if f.at.Since != "" && !later(item.ID, f.at.Since) {
			continue
		}
		if _, known := f.told[item.ID]; known {
			again++
			continue
		}
		fresh = append(fresh, item)
	}
	if err := take(fresh, f.via, p.unreadable, again); err != nil {
		return err
	}
	if f.told == nil {
		f.told = map[string]struct{}{}
	}
	for i := range fresh {
		f.told[fresh[i].ID] = struct{}{}
	}
	return nil
}

// settled is where the next sweep begins after one that reached newest: there,
// but not above what could be made at edge, because an id below may still
// appear.
func settled(newest, since string, edge time.Time) string {
	limit := idAt(edge)
	made, timed := madeAt(newest)
	if !timed || made.Sub(edge).Abs() > 10*365*24*time.Hour || later(limit, newest) {
		return latest(newest, since)
	}
	if since == "" {
		return limit
	}
	return latest(limit, since)
}

// wait notes what a fault says of one list alone: true when the other lists go
// on without it.
func (f *feed) wait(kind community.FaultKind, key string, until time.Time, now time.Time) bool {
	switch {
	case kind == community.Limited && key == "network.limited" && until.After(now):
		f.closed = until
	case kind == community.Forbidden && f.list == listDirects:
		// The token was not given dm.read: there is much else to collect.
		f.closed, f.absent = now.Add(time.Hour), true
	case kind == community.Invalid && f.via != "":
		// A query that X does not take must not hold up what people say to us.
		f.closed, f.absent = now.Add(time.Hour), true
	default:
		return false
	}
	return true
}
