package bluesky

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"
)

// How many posts are looked at again, and how many of them in one poll: four
// calls of getPosts.
const (
	watchSize    = 200
	looksPerPoll = 100
)

// watched is one post that will be looked at again. It is kept in the cursor,
// hence its short names and the shortened address.
type watched struct {
	Post  string `json:"i"`
	Mark  string `json:"m"`           // which version we know
	At    int64  `json:"a"`           // when it was written, Unix seconds
	Seen  int64  `json:"s"`           // when it was collected, Unix seconds
	Looks int    `json:"l,omitempty"` // how often it was looked at since
}

// The address of a post is written without what all of them share.
func shorten(uri string) string {
	return strings.Replace(strings.TrimPrefix(uri, "at://"), "/"+postCollection+"/", "/", 1)
}

func lengthen(post string) string {
	repo, key, _ := strings.Cut(post, "/")
	return "at://" + repo + "/" + postCollection + "/" + key
}

// watchlist holds the newest collected posts until they were looked at often
// enough. It is safe for concurrent use: push and poll both add to it.
type watchlist struct {
	mu    sync.Mutex
	ages  []time.Duration
	items []watched // as they were written, oldest first
}

// add begins to watch a post, or takes note of its new version.
func (w *watchlist) add(uri, mark string, at, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	post := shorten(uri)
	if i := w.find(post); i >= 0 {
		w.items[i].Mark = mark
		return
	}
	i, _ := slices.BinarySearchFunc(w.items, at.Unix()+1, func(item watched, at int64) int { return cmp.Compare(item.At, at) })
	w.items = slices.Insert(w.items, i, watched{Post: post, Mark: mark, At: at.Unix(), Seen: now.Unix()})
	if len(w.items) > watchSize {
		w.items = slices.Delete(w.items, 0, len(w.items)-watchSize)
	}
}

func (w *watchlist) find(post string) int {
	for i := len(w.items) - 1; i >= 0; i-- {
		if w.items[i].Post == post {
			return i
		}
	}
	return -1
}

// mark is the version of a post that was told; empty when it is not watched.
func (w *watchlist) mark(uri string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if i := w.find(shorten(uri)); i >= 0 {
		return w.items[i].Mark
	}
	return ""
}

// drop ends watching: the post is gone, or cannot be seen.
func (w *watchlist) drop(uri string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if i := w.find(shorten(uri)); i >= 0 {
		w.items = slices.Delete(w.items, i, i+1)
	}
}

// due returns the addresses whose next look has come, the longest overdue first
// and a few at a time, so that many old posts do not keep a new one waiting.
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
	uris := make([]string, min(len(items), looksPerPoll))
	for i := range uris {
		uris[i] = lengthen(items[i].Post)
	}
	return uris
}

// next is when a post is to be looked at; it has a look left.
func (w *watchlist) next(item *watched) time.Time {
	return time.Unix(item.Seen, 0).Add(w.ages[item.Looks])
}

func (w *watchlist) overdue(item *watched, now time.Time) bool {
	return item.Looks < len(w.ages) && !now.Before(w.next(item))
}

// looked takes note of a look, skips the looks whose age has passed meanwhile,
// and lets the post go after the last.
func (w *watchlist) looked(uri string, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	i := w.find(shorten(uri))
	if i < 0 {
		return
	}
	item := &w.items[i]
	for w.overdue(item, now) {
		item.Looks++
	}
	if item.Looks >= len(w.ages) {
		w.items = slices.Delete(w.items, i, i+1)
	}
}

// list is what the cursor keeps.
func (w *watchlist) list() []watched {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.items)
}
