package facebook

import (
	"slices"
	"sync"
	"time"

	"github.com/vigie-hq/vigie/collectors/graph"
	"github.com/vigie-hq/vigie/community"
)

// How many messages are looked at again, how many of a sort in one poll (what
// Graph gives in one call), and how many messages are remembered at all.
const (
	watchSize    = 200
	looksPerPoll = 50
	knownSize    = 1000
)

// sort is what kind of thing Graph keeps a message as: what can be asked of it.
type sort string

const (
	aPost    sort = "p"
	aComment sort = "c"
	aLetter  sort = "m"
	aReview  sort = "r" // cannot be read by id
)

// watched is one message that is remembered. It is kept in the cursor, hence its
// short names.
type watched struct {
	ID     string `json:"i"`
	Sort   sort   `json:"k"`
	Thread string `json:"t,omitempty"`
	Made   int64  `json:"c,omitempty"` // when it was written, Unix seconds
	Seen   int64  `json:"s"`           // when it was first seen, Unix seconds
	Looks  int    `json:"l,omitempty"` // how often it was looked at since
	Read   bool   `json:"r,omitempty"` // it was read by its id
	graph.Wording
}

// known is what was collected lately. Facebook gives no time of an edit, so the
// time that was first given to some words must be given again whenever the same
// words are met, by whichever way. It is safe for concurrent use.
type known struct {
	ages  []time.Duration
	mu    sync.Mutex
	items map[string]*watched
	order []string // ids, oldest first; may name what was dropped
}

func newKnown(ages []time.Duration) *known {
	return &known{ages: ages, items: map[string]*watched{}}
}

// load adds what a cursor remembers and this process does not.
func (k *known) load(items []watched) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for i := range items {
		if w := items[i]; k.items[w.ID] == nil {
			k.put(&w)
		}
	}
}

// put remembers one more, and forgets the oldest of too many.
func (k *known) put(w *watched) {
	k.items[w.ID] = w
	k.order = append(k.order, w.ID)
	if len(k.order) > 2*knownSize {
		k.order = slices.DeleteFunc(k.order, func(id string) bool { return k.items[id] == nil })
	}
	for len(k.items) > knownSize {
		delete(k.items, k.order[0])
		k.order = k.order[1:]
	}
}

// meet takes note of a message and dates it, as graph.Wording does.
func (k *known) meet(m *community.Message, s sort, told time.Time, original bool, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if w := k.items[m.ID]; w != nil {
		w.Meet(m, told, original, now)
		return
	}
	k.put(&watched{
		ID: m.ID, Sort: s, Thread: m.Thread, Made: m.CreatedAt.Unix(), Seen: now.Unix(), Wording: graph.NewWording(m, told),
	})
}

// restore takes back what was noted of a message since: its new words were not
// kept, and must be found again.
func (k *known) restore(w watched) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.items[w.ID] != nil {
		k.items[w.ID] = &w
	}
}

// made is when a message that is remembered was written.
func (k *known) made(id string) (time.Time, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	w := k.items[id]
	if w == nil || w.Made <= 0 {
		return time.Time{}, false
	}
	return time.Unix(w.Made, 0).UTC(), true
}

// drop forgets a message that is gone, and gives what was known of it.
func (k *known) drop(id string) (watched, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	w := k.items[id]
	if w == nil {
		return watched{}, false
	}
	delete(k.items, id)
	return *w, true
}

// due returns messages of a sort whose next look has come, the longest overdue
// first.
func (k *known) due(s sort, now time.Time) []watched {
	k.mu.Lock()
	defer k.mu.Unlock()
	var all []watched
	for _, w := range k.watched() {
		if w.Sort == s && k.overdue(w, now) {
			all = append(all, *w)
		}
	}
	slices.SortStableFunc(all, func(a, b watched) int { return k.next(&a).Compare(k.next(&b)) })
	return all[:min(len(all), looksPerPoll)]
}

// watched are the newest items that have a look left, newest first.
func (k *known) watched() []*watched {
	var all []*watched
	for i := len(k.order) - 1; i >= 0 && len(all) < watchSize; i-- {
		if w := k.items[k.order[i]]; w != nil && w.Sort != aReview && w.Looks < len(k.ages) {
			all = append(all, w)
		}
	}
	return all
}

func (k *known) next(w *watched) time.Time { return time.Unix(w.Seen, 0).Add(k.ages[w.Looks]) }

func (k *known) overdue(w *watched, now time.Time) bool {
	return w.Looks < len(k.ages) && !now.Before(k.next(w))
}

// looked takes note of a look, and skips those whose age has passed meanwhile.
func (k *known) looked(id string, found bool, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if w := k.items[id]; w != nil {
		w.Read = w.Read || found
		for k.overdue(w, now) {
			w.Looks++
		}
	}
}

// list is what the cursor keeps, oldest first.
func (k *known) list() []watched {
	k.mu.Lock()
	defer k.mu.Unlock()
	var all []watched
	for _, w := range k.watched() {
		all = append(all, *w)
	}
	slices.Reverse(all)
	return all
}
