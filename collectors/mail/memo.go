package mail

import "sync"

// How many letters are remembered.
const memoSize = 4096

// memo remembers one thing of each letter, by Message-ID. The oldest make room.
// It is safe for concurrent use; its zero value is empty.
type memo struct {
	mu    sync.Mutex
	known map[string]string
	order []string // a ring once it is full
	next  int
}

func (m *memo) get(id string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.known[id]
}

func (m *memo) put(id, value string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known == nil {
		m.known = map[string]string{}
	}
	if _, known := m.known[id]; !known {
		if len(m.order) < memoSize {
			m.order = append(m.order, id)
		} else {
			delete(m.known, m.order[m.next])
			m.order[m.next] = id
			m.next = (m.next + 1) % memoSize
		}
	}
	m.known[id] = value
}
