package mastodon

import (
	"context"
	"time"

	client "github.com/mattn/go-mastodon"
)

// How many items a page asks for: what every server allows of statuses, and of
// notifications. Each page is a call of a small budget.
const (
	pageSize     = 40
	notePageSize = 80
)

// feed is a list of the server that is read upwards, page by page, from the
// newest item that is settled: every sweep reads again what is newer than
// Options.Settle, because ids are given before they are shown and a later one
// may be seen first. Where sweeps end is timed by our clock alone. Only a sweep
// that has much to catch up also goes by the items' own times, to keep what it
// has done when it is interrupted; the server's clock may then be wrong by
// clockSkew.
type feed[T any] struct {
	fetch  func(context.Context, *client.Pagination) (page[T], error)
	id     func(*T) client.ID
	when   func(*T) time.Time
	limit  int64                  // of a page
	since  client.ID              // settled: nothing older is missing
	marks  []mark                 // where sweeps ended lately, oldest first
	told   map[client.ID]struct{} // given to take already, newer than since
	settle time.Duration
}

type mark struct {
	id client.ID
	at time.Time
}

// sweep reads everything newer than since and gives each page's new items to
// take, oldest page first. From within take, since may be saved: everything up to
// there was taken before. When sweep returns nil nothing is missing as of now.
func (f *feed[T]) sweep(ctx context.Context, now time.Time, take func(items []*T, unreadable int) error) error {
	at, settled := f.since, false
	for {
		p, err := f.fetch(ctx, &client.Pagination{MinID: at, Limit: f.limit})
		if err != nil {
			return err
		}
		// A server that does not know min_id answers with its newest page
		// whatever is asked: then there is nothing newer than at.
		if p.newest == "" || p.newest.Compare(at) <= 0 {
			break
		}
		if settled {
			f.since = at
		}
		if err := f.take(p, take); err != nil {
			return err
		}
		at, settled = p.newest, f.old(p, now.Add(-f.settle-clockSkew))
	}
	f.marks = append(f.marks, mark{at, now})
	for len(f.marks) > 0 && !f.marks[0].at.After(now.Add(-f.settle)) {
		f.since = f.marks[0].id
		f.marks = f.marks[1:]
	}
	for id := range f.told {
		if id.Compare(f.since) <= 0 {
			delete(f.told, id)
		}
	}
	return nil
}

// old tells whether every item of a page was made before then.
func (f *feed[T]) old(p page[T], then time.Time) bool {
	for _, item := range p.items {
		if !f.when(item).Before(then) {
			return false
		}
	}
	return len(p.items) > 0
}

func (f *feed[T]) take(p page[T], take func([]*T, int) error) error {
	fresh := make([]*T, 0, len(p.items))
	for _, item := range p.items {
		if _, known := f.told[f.id(item)]; !known {
			fresh = append(fresh, item)
		}
	}
	if err := take(fresh, p.unreadable); err != nil {
		return err
	}
	if f.told == nil {
		f.told = map[client.ID]struct{}{}
	}
	for _, item := range fresh {
		f.told[f.id(item)] = struct{}{}
	}
	return nil
}
