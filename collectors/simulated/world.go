package simulated

import (
	"container/heap"
	"hash/fnv"
	"math/rand/v2"
	"strconv"
	"sync"
	"time"

	"github.com/vigie-hq/vigie/community"
)

const (
	keep      = 20_000           // posts, and notices of each page, that are remembered
	heartbeat = time.Minute      // how often it is written down that somebody looked
	nap       = 15 * time.Minute // without a look for so long, nobody speaks until the next
)

// world is the network's whole state. It has no goroutine: time goes on when
// somebody looks, through everything that was due in between. What it becomes is
// a function of its settings, its start, and the entries of its journal.
type world struct {
	mu       sync.Mutex
	settings settings
	clock    func() time.Time
	talk     *talk
	script   script
	journal  *journal

	last   time.Time // the last look; two looks never have the same time
	awake  time.Time // the last look that was written down
	number int64     // the last post id or position given

	posts    map[string]*Post
	threads  map[string][]string // post ids, oldest first
	oldest   []string            // post ids, in the order they will be forgotten
	feeds    map[string][]notice // by page id, positions rising
	revoked  map[string]bool
	tallies  map[string]*Tally
	attempts uint64

	due     agenda
	planned uint64
	epoch   int           // rises when the talk is put off
	changed chan struct{} // closed when something happened that no waiter could foresee
}

// settings are the part of Options that makes a world what it is.
type settings struct {
	Seed    uint64    `json:"seed"`
	Rate    float64   `json:"rate"`
	Backlog int       `json:"backlog"`
	Answers float64   `json:"answers"`
	Trouble Trouble   `json:"trouble"`
	Start   time.Time `json:"start"`
	Talk    string    `json:"talk"` // talk.sum
}

func newWorld(s settings, t *talk, clock func() time.Time) *world {
	w := &world{
		settings: s, clock: clock, talk: t,
		last: s.Start.Add(-backlogSpan - time.Hour), awake: s.Start,
		posts: map[string]*Post{}, threads: map[string][]string{}, feeds: map[string][]notice{},
		revoked: map[string]bool{}, tallies: map[string]*Tally{},
		changed: make(chan struct{}),
	}
	w.script = newScript(s, t)
	w.planBacklog()
	w.planTalk(s.Start, firstAngry)
	w.advance(s.Start)
	w.last = s.Start
	return w
}

// look brings the world to the present and gives its time, which is later than
// that of every look before.
func (w *world) look() (time.Time, error) {
	now := w.clock().UTC().Truncate(time.Microsecond)
	if !now.After(w.last) {
		now = w.last.Add(time.Microsecond)
	}
	if now.Sub(w.awake) < heartbeat {
		w.advance(now)
	} else {
		if err := w.journal.write(entry{At: now, Act: actAwake}); err != nil {
			return now, err
		}
		w.rouse(now)
	}
	w.last = now
	return now, nil
}

// rouse is a look that is written down. After a nap the talk goes on from now.
func (w *world) rouse(now time.Time) {
	if now.Sub(w.awake) > nap {
		w.advance(w.awake.Add(heartbeat))
		w.epoch++
		w.planTalk(now, time.Minute)
	}
	w.advance(now)
	w.awake = now
}

// advance lets everything happen that is due.
func (w *world) advance(to time.Time) {
	for len(w.due) > 0 && !w.due[0].at.After(to) {
		e := heap.Pop(&w.due).(*event)
		e.do(e.at)
	}
}

// plan lets something happen at a time.
func (w *world) plan(at time.Time, do func(at time.Time)) {
	w.planned++
	heap.Push(&w.due, &event{at: at, order: w.planned, do: do})
}

// nextNumber is a new id or position: the time in microseconds, unless it is taken.
// So ids of a world that was begun anew never repeat those of the one before.
func (w *world) nextNumber(at time.Time) int64 {
	w.number = max(w.number+1, at.UnixMicro())
	return w.number
}

// place gives a post what it lacks of id, thread and time of writing.
func (w *world) place(p *Post, at time.Time) {
	if p.ID == "" {
		p.ID = strconv.FormatInt(w.nextNumber(at), 10)
	}
	if p.Thread == "" {
		p.Thread = p.ID
	}
	if p.CreatedAt.IsZero() {
		p.CreatedAt = at
	}
}

// publish puts a post on the network and tells the pages it reaches.
func (w *world) publish(at time.Time, p *Post) *Post {
	w.place(p, at)
	w.posts[p.ID] = p
	w.oldest = append(w.oldest, p.ID)
	w.threads[p.Thread] = append(w.threads[p.Thread], p.ID)
	w.notify(at, p, false)
	w.forget()
	return p
}

// edit gives a post new words; a deleted post keeps none.
func (w *world) edit(at time.Time, p *Post, text string) {
	if p.Deleted {
		return
	}
	p.Text, p.EditedAt = text, at
	w.notify(at, p, false)
}

// remove deletes a post for good.
func (w *world) remove(at time.Time, p *Post) {
	if p.Deleted {
		return
	}
	p.Deleted, p.EditedAt, p.Text = true, at, ""
	w.notify(at, p, true)
}

func (w *world) notify(at time.Time, p *Post, deletes bool) {
	then := *p
	if deletes {
		then = p.bare()
	}
	pos := w.nextNumber(at)
	for _, id := range p.To {
		feed := append(w.feeds[id], notice{pos: pos, at: at, post: p, then: then, deletes: deletes})
		if len(feed) > 2*keep {
			feed = append([]notice(nil), feed[len(feed)-keep:]...)
		}
		w.feeds[id] = feed
	}
}

// stir wakes those who wait for something new.
func (w *world) stir() {
	close(w.changed)
	w.changed = make(chan struct{})
}

// forget drops the oldest posts, so that a demo left running stays small.
func (w *world) forget() {
	for len(w.oldest) > keep {
		id := w.oldest[0]
		w.oldest = w.oldest[1:]
		p := w.posts[id]
		if p == nil {
			continue
		}
		delete(w.posts, id)
		if ids := w.threads[p.Thread]; len(ids) > 1 {
			w.threads[p.Thread] = ids[1:]
		} else {
			delete(w.threads, p.Thread)
		}
	}
}

// dice are thrown for one question; the same question gives the same dice.
func (w *world) dice(about ...string) *rand.Rand {
	h := fnv.New64a()
	for _, s := range about {
		h.Write([]byte(s))
		h.Write([]byte{0})
	}
	return rand.New(rand.NewPCG(w.settings.Seed, h.Sum64()))
}

// event is something that will happen.
type event struct {
	at    time.Time
	order uint64 // of planning: settles what comes first at the same time
	do    func(at time.Time)
}

// agenda is a heap of events, the next one first.
type agenda []*event

func (a agenda) Len() int { return len(a) }
func (a agenda) Less(i, j int) bool {
	if !a[i].at.Equal(a[j].at) {
		return a[i].at.Before(a[j].at)
	}
	return a[i].order < a[j].order
}
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(x any)   { *a = append(*a, x.(*event)) }
func (a *agenda) Pop() any {
	old := *a
	e := old[len(old)-1]
	old[len(old)-1] = nil
	*a = old[:len(old)-1]
	return e
}

// directThread names the private conversation of a person and a page.
func directThread(author community.Author, p page) string { return "dm-" + p.id + "-" + author.ID }
