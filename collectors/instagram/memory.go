package instagram

import (
	"slices"
	"sync"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// How many comments' times are remembered.
const timesMost = 4096

// memory is what an account's push and poll tell each other. It is safe for
// concurrent use.
type memory struct {
	mu    sync.Mutex
	links map[string]string    // of the media that were listed: a push names its media by id alone
	times map[string]time.Time // of comments
	order []string             // ids in times, oldest first
	fresh []community.Message  // pushed, and not watched by the poll yet
}

func newMemory() *memory {
	return &memory{links: map[string]string{}, times: map[string]time.Time{}}
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

// pushed hands messages to the poll, to be looked at again: one that is deleted
// before a poll lists it would never be seen to be gone.
func (k *memory) pushed(messages []community.Message) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for i := range messages {
		if !messages[i].Deleted && len(k.fresh) < watchSize {
			k.fresh = append(k.fresh, messages[i])
		}
	}
}

// handed are those messages, once.
func (k *memory) handed() []community.Message {
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
	if at, known := k.times[m.ID]; known {
		m.CreatedAt = at
		return
	}
	k.times[m.ID] = m.CreatedAt
	if k.order = append(k.order, m.ID); len(k.order) > timesMost {
		delete(k.times, k.order[0])
		k.order = slices.Delete(k.order, 0, 1)
	}
}
