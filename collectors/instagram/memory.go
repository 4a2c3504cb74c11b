package instagram

import (
	"slices"
	"sync"
	"time"

	"github.com/vigie-hq/vigie/collectors/graph"
	"github.com/vigie-hq/vigie/community"
)

// How many messages are remembered.
const metMost = 4096

// memory is what an account's push and poll tell each other. It is safe for
// concurrent use.
type memory struct {
	mu    sync.Mutex
	links map[string]string // of the media that were listed: a push names its media by id alone
	met   map[string]*met   // by message
	order []string          // ids in met, oldest first
	owed  []owed            // mentions whose words are still to be read
	fresh []handed          // pushed, and not watched by the poll yet

	people map[string]graph.Person // who wrote in private, by id: a push tells no names
	asking chan struct{}           // who may ask for a name while a push waits
}

// met is how a message was first met, and the words it has.
type met struct {
	at    time.Time
	words graph.Wording
}

func newMemory() *memory {
	return &memory{
		links: map[string]string{}, met: map[string]*met{},
		people: map[string]graph.Person{}, asking: make(chan struct{}, namesAtOnce),
	}
}

// link takes note of a media's address.
func (k *memory) link(media, address string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.links[media] = address
}

// address is that of a comment; empty when its media's is unknown.
func (k *memory) address(media, comment string) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.links[media] == "" {
		return ""
	}
	return k.links[media] + "c/" + comment + "/"
}

// owed is a mention that was pushed while the account's token was dead: its words
// are read once there is another one.
type owed struct {
	change change
	at     graph.Time
}

// owe keeps mentions for later; beyond watchSize of them the oldest go.
func (k *memory) owe(mentions ...owed) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.owed = append(k.owed, mentions...)
	k.owed = k.owed[max(0, len(k.owed)-watchSize):]
}

// owing are those mentions, once.
func (k *memory) owing() []owed {
	k.mu.Lock()
	defer k.mu.Unlock()
	all := k.owed
	k.owed = nil
	return all
}

// handed is a message that was pushed, on its way to the poll.
type handed struct {
	message community.Message
	words   graph.Wording
}

// pushed hands messages to the poll, to be looked at again: one that is deleted
// before a poll lists it would never be seen to be gone.
func (k *memory) pushed(messages []community.Message) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for i := range messages {
		m := &messages[i]
		if m.Deleted || len(k.fresh) >= watchSize {
			continue
		}
		one := handed{message: *m}
		if known := k.met[m.ID]; known != nil {
			one.words = known.words
		}
		k.fresh = append(k.fresh, one)
	}
}

// handed are those messages, once.
func (k *memory) handed() []handed {
	k.mu.Lock()
	defer k.mu.Unlock()
	all := k.fresh
	k.fresh = nil
	return all
}

// date gives a comment the time it was given when it was first met. A push
// carries no time of the comment, only its own: without this, push and poll would
// bring two states of one comment.
func (k *memory) date(m *community.Message) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if known := k.met[m.ID]; known != nil {
		m.CreatedAt = known.at
		return
	}
	k.put(m.ID, &met{at: m.CreatedAt})
}

// meet takes note of a private message and dates it as graph.Wording does, whose
// state it returns.
func (k *memory) meet(m *community.Message, told time.Time, original bool, now time.Time) graph.Wording {
	k.mu.Lock()
	defer k.mu.Unlock()
	known := k.met[m.ID]
	if known == nil {
		known = &met{at: m.CreatedAt, words: graph.NewWording(m, told)}
		k.put(m.ID, known)
	} else {
		known.words.Meet(m, told, original, now)
	}
	return known.words
}

// written is when a message that is remembered was.
func (k *memory) written(id string) (time.Time, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if known := k.met[id]; known != nil {
		return known.at, true
	}
	return time.Time{}, false
}

// load adds the words that a cursor remembers and this process does not.
func (k *memory) load(items []watched) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for i := range items {
		if w := &items[i]; w.Private && k.met[w.ID] == nil {
			k.put(w.ID, &met{at: time.Unix(w.Made, 0).UTC(), words: w.Wording})
		}
	}
}

func (k *memory) put(id string, one *met) {
	k.met[id] = one
	if k.order = append(k.order, id); len(k.order) > metMost {
		delete(k.met, k.order[0])
		k.order = slices.Delete(k.order, 0, 1)
	}
}
