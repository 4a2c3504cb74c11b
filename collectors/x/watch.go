package x

import (
	"slices"
	"sync"
	"time"
)

// How many posts are looked at again. The list stands in the cursor, so it is
// kept short; a look at all of them is two calls.
const watchSize = 200

// watched is one post that will be looked at again. It is kept in the cursor,
// hence its short names.
type watched struct {
	ID     string `json:"i"`           // the first id of its history
	Now    string `json:"n,omitempty"` // its newest version, if that is another
	Thread string `json:"t,omitempty"` // if that is another id
	Via    string `json:"v,omitempty"` // the query that saw it
	Seen   int64  `json:"s"`           // when it was collected, Unix seconds
	Looks  int    `json:"l,omitempty"`
}

// current is the id of the version that is known.
func (w *watched) current() string {
	if w.Now != "" {
		return w.Now
	}
	return w.ID
}

// watchlist holds the newest collected posts until they were looked at often
// enough: X tells of no edit and of no deletion by itself, but to who is
// subscribed to their author. It is safe for concurrent use: push and poll both
// add to it.
type watchlist struct {
	mu    sync.Mutex
	ages  []time.Duration
	items []watched // oldest first
}

// add begins to watch a post, or takes note of its edit. Direct messages cannot
// be edited, and X does not tell that one was deleted.
func (w *watchlist) add(p *post, via string, now time.Time) {
	if p.Direct {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if i := w.find(p.First); i >= 0 {
		if later(p.ID, w.items[i].current()) {
			w.items[i].Now = p.ID
		}
		return
	}
	item := watched{ID: p.First, Via: via, Seen: now.Unix()}
	if p.ID != p.First {
		item.Now = p.ID
	}
	if p.Thread != p.First {
		item.Thread = p.Thread
	}
	w.items = append(w.items, item)
	if len(w.items) > watchSize {
		w.items = w.items[len(w.items)-watchSize:]
	}
}

// took notes what was pushed and kept: posts to look at again, and what is gone.
func (w *watchlist) took(kept []post, via string, gone []string, now time.Time) {
	for i := range kept {
		w.add(&kept[i], via, now)
	}
	for _, id := range gone {
		w.drop(id)
	}
}

// find looks a post up by its first id or its newest.
func (w *watchlist) find(id string) int {
	for i := len(w.items) - 1; i >= 0; i-- {
		if w.items[i].ID == id || w.items[i].Now == id {
			return i
		}
	}
	return -1
}

// get is what is known of a watched post, its thread filled in.
func (w *watchlist) get(id string) (watched, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	i := w.find(id)
	if i < 0 {
		return watched{}, false
	}
	item := w.items[i]
	if item.Thread == "" {
		item.Thread = item.ID
	}
	return item, true
}

// drop ends watching: the post is gone.
func (w *watchlist) drop(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if i := w.find(id); i >= 0 {
		w.items = slices.Delete(w.items, i, i+1)
	}
}

// due returns the current ids of the posts whose next look has come, at most so
// many, the longest overdue first.
func (w *watchlist) due(now time.Time, most int) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var items []watched
	for _, item := range w.items {
		if w.overdue(&item, now) {
			items = append(items, item)
		}
	}
	slices.SortStableFunc(items, func(a, b watched) int { return w.next(&a).Compare(w.next(&b)) })
	ids := make([]string, min(len(items), most))
	for i := range ids {
		ids[i] = items[i].current()
	}
	return ids
}

// next is when a post is to be looked at; it has a look left.
func (w *watchlist) next(item *watched) time.Time {
	return time.Unix(item.Seen, 0).Add(w.ages[item.Looks])
}

func (w *watchlist) overdue(item *watched, now time.Time) bool {
	return item.Looks < len(w.ages) && !now.Before(w.next(item))
}

// looked takes note of a look, skips the looks whose age has passed meanwhile,
// and lets posts go after their last.
func (w *watchlist) looked(ids []string, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, id := range ids {
		i := w.find(id)
		if i < 0 {
			continue
		}
		for w.overdue(&w.items[i], now) {
			w.items[i].Looks++
		}
	}
	w.items = slices.DeleteFunc(w.items, func(item watched) bool { return item.Looks >= len(w.ages) })
}

// list is what the cursor keeps.
func (w *watchlist) list() []watched {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.items)
}
