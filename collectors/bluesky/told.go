package bluesky

import (
	"slices"
	"sync"
)

// How many posts an account remembers having given to the fleet, the newest: up
// to twice as many, then the older half is forgotten.
const toldSize = 4096

// gone stands for the version of a post that was deleted.
const gone = "gone"

// known is what is remembered of a post that was given to the fleet.
type known struct {
	mark   string // the end of its CID, or gone
	thread string
	at     int64 // when it was written, Unix milliseconds
	swept  bool  // a sweep met it, not push alone
}

// told is a bounded memory of what was given to the fleet. It is safe for
// concurrent use and never kept waiting: the stream of all accounts asks it.
type told struct {
	mu    sync.RWMutex
	posts map[string]known
}

func (t *told) get(key string) (known, bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	k, ok := t.posts[key]
	return k, ok
}

func (t *told) put(key string, k known) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.posts == nil {
		t.posts = map[string]known{}
	}
	t.posts[key] = k
	if len(t.posts) <= 2*toldSize {
		return
	}
	times := make([]int64, 0, len(t.posts))
	for _, k := range t.posts {
		times = append(times, k.at)
	}
	slices.Sort(times)
	oldest := times[len(times)-toldSize]
	for key, k := range t.posts {
		if k.at < oldest {
			delete(t.posts, key)
		}
	}
}
