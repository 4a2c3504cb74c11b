package mastodon

import (
	"slices"
	"sync"
	"time"

	client "github.com/mattn/go-mastodon"
)

// How many statuses are looked at again, and how many of them in one poll.
const (
	watchSize    = 200
	looksPerPoll = 20
)

// watched is one status that will be looked at again. It is kept in the cursor,
// hence its short names.
type watched struct {
	ID     string `json:"i"`
	Seen   int64  `json:"s"`           // when it was collected, Unix seconds
	Looks  int    `json:"l,omitempty"` // how often it was looked at since
	Edited int64  `json:"e,omitempty"` // the last edit we know of, Unix milliseconds
}

// watchlist holds the newest collected statuses until they were looked at often
// enough. It is safe for concurrent use: push and poll both add to it.
type watchlist struct {
	mu    sync.Mutex
	ages  []time.Duration
	items []watched // oldest first
}

// add begins to watch a status, or takes note of its edit.
func (w *watchlist) add(status *client.Status, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if i := w.find(string(status.ID)); i >= 0 {
		w.items[i].Edited = max(w.items[i].Edited, editedAt(status))
		return
	}
	w.items = append(w.items, watched{ID: string(status.ID), Seen: now.Unix(), Edited: editedAt(status)})
	if len(w.items) > watchSize {
		w.items = w.items[len(w.items)-watchSize:]
	}
}

func (w *watchlist) find(id string) int {
	for i := len(w.items) - 1; i >= 0; i-- {
		if w.items[i].ID == id {
			return i
		}
	}
	return -1
}

// knows tells whether a status is watched.
func (w *watchlist) knows(id string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.find(id) >= 0
}

// drop ends watching: the status is gone.
func (w *watchlist) drop(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if i := w.find(id); i >= 0 {
		w.items = append(w.items[:i], w.items[i+1:]...)
	}
}

// due returns the ids whose next look has come, the longest overdue first and a
// few at a time, so that many old statuses do not keep a new one waiting.
func (w *watchlist) due(now time.Time) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var items []watched
	for _, item := range w.items {
		if w.overdue(&item, now) {
			items = append(items, item)
		}
	}
	slices.SortStableFunc(items, func(a, b watched) int { return w.next(&a).Compare(w.next(&b)) })
	ids := make([]string, min(len(items), looksPerPoll))
	for i := range ids {
		ids[i] = items[i].ID
	}
	return ids
}

// next is when a status is to be looked at; it has a look left.
func (w *watchlist) next(item *watched) time.Time {
	return time.Unix(item.Seen, 0).Add(w.ages[item.Looks])
}

func (w *watchlist) overdue(item *watched, now time.Time) bool {
	return item.Looks < len(w.ages) && !now.Before(w.next(item))
}

// looked takes note of a look, skips the looks whose age has passed meanwhile,
// and lets the status go after the last. It tells whether the status was edited
// since it was last seen; status is nil if it could not be decoded.
func (w *watchlist) looked(id string, status *client.Status, now time.Time) (edited bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	i := w.find(id)
	if i < 0 {
		return false
	}
	item := &w.items[i]
	if status != nil && editedAt(status) > item.Edited {
		item.Edited, edited = editedAt(status), true
	}
	for w.overdue(item, now) {
		item.Looks++
	}
	if item.Looks >= len(w.ages) {
		w.items = append(w.items[:i], w.items[i+1:]...)
	}
	return edited
}

// list is what the cursor keeps.
func (w *watchlist) list() []watched {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]watched(nil), w.items...)
}

func editedAt(status *client.Status) int64 {
	if status.EditedAt.IsZero() {
		return 0
	}
	return status.EditedAt.UnixMilli()
}
