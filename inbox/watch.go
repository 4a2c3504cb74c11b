package inbox

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"

	"github.com/vigie-hq/vigie/community"
)

// watch is one open stream: a screen, that is given frames, or a program, that
// is only told to look (it reads the events itself, and misses none).
type watch struct {
	screen bool
	viewer community.Viewer
	class  string // of its rights: who has the same sees the same rows
	lang   string
	hash   string // of the session or token it came with

	after int64 // a program's: the last event it has; -1: from the next on. Guarded by the hub.

	wake chan struct{} // holds one
	done chan struct{} // closed when the stream must end

	mu     sync.Mutex
	queue  [][]byte
	behind bool
}

// classOf names what a viewer may see: equal for equal grants.
func classOf(v community.Viewer) string {
	grants := make([]string, len(v.Grants))
	for i, g := range v.Grants {
		g.Channels = slices.Sorted(slices.Values(g.Channels))
		b, _ := json.Marshal(g) // strings always marshal
		grants[i] = string(b)
	}
	slices.Sort(grants)
	return strings.Join(grants, " ")
}

// watch opens a stream; too many are a Fault Limited "live.limited".
func (h *Hub) watch(w *watch) error {
	w.class = classOf(w.viewer)
	w.wake, w.done = make(chan struct{}, 1), make(chan struct{})
	h.mu.Lock()
	defer h.mu.Unlock()
	same := 0
	for other := range h.watches {
		if other.hash == w.hash {
			same++
		}
	}
	switch {
	case h.closed:
		return community.Faultf(community.Unavailable, "unavailable")
	case same >= hubSession, len(h.watches) >= hubScreens:
		return community.Faultf(community.Limited, "live.limited")
	}
	if w.after < 0 && h.last > 0 {
		w.after = h.last
	}
	h.watches[w] = struct{}{}
	return nil
}

// leave ends a stream from its own side.
func (h *Hub) leave(w *watch) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.end(w)
}

// drop ends the streams of a session or token, by the hash of its secret.
func (h *Hub) drop(hash string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for w := range h.watches {
		if w.hash == hash {
			h.end(w)
		}
	}
}

// close ends every stream and opens none any more.
func (h *Hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for w := range h.watches {
		h.end(w)
	}
}

// end is called with the hub locked.
func (h *Hub) end(w *watch) {
	if _, ok := h.watches[w]; ok {
		delete(h.watches, w)
		close(w.done)
	}
}

// since is where a program's stream stands; ok is false while it waits for the
// first event.
func (h *Hub) since(w *watch) (after int64, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return w.after, w.after >= 0
}

// push queues a frame. A screen that is too far behind loses its queue and is
// told to read again what it shows: nothing is dropped in silence.
func (w *watch) push(f []byte) {
	w.mu.Lock()
	if len(w.queue) >= hubQueue {
		w.queue, w.behind = nil, true
	}
	if !w.behind {
		w.queue = append(w.queue, f)
	}
	w.mu.Unlock()
	w.nudge()
}

// take empties the queue.
func (w *watch) take(last int64) [][]byte {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.behind {
		w.behind = false
		return [][]byte{frame(last, "resync", []byte("{}"))}
	}
	q := w.queue
	w.queue = nil
	return q
}

func (w *watch) nudge() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}
