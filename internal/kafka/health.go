package kafka

import (
	"sync"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// Patience is how long a partition may be blocked before Check reports it.
const Patience = 30 * time.Second

// health remembers which partitions are blocked and which have lost records.
type health struct {
	mu      sync.Mutex
	blocked map[*cursor]block
	gap     *community.Fault // the first one
}

type block struct {
	since time.Time
	err   error
}

func (h *health) block(at *cursor, now time.Time, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.blocked == nil {
		h.blocked = make(map[*cursor]block)
	}
	since := now
	if b, ok := h.blocked[at]; ok {
		since = b.since
	}
	h.blocked[at] = block{since: since, err: err}
}

func (h *health) clear(at *cursor) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.blocked, at)
}

func (h *health) lost(g Gap) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.gap == nil {
		h.gap = g.Fault()
	}
}

// Check is the bus's part of readiness. It returns nil, or an Unavailable
// fault: "log.blocked" (topic, partition, seconds) for the partition that has
// been failing longest, from 30 s on; "log.gap" or "log.rewound" once a reader
// had to jump, until the process is started again.
func (b *Bus) Check(now time.Time) error {
	h := &b.health
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.gap != nil {
		return h.gap
	}
	var worst TopicPartition
	var oldest block
	for at, bl := range h.blocked {
		if oldest.err == nil || bl.since.Before(oldest.since) {
			worst, oldest = at.at, bl
		}
	}
	if oldest.err == nil || now.Sub(oldest.since) < Patience {
		return nil
	}
	return community.Faultf(community.Unavailable, "log.blocked",
		worst.Topic, worst.Partition, int(now.Sub(oldest.since).Seconds())).Because(oldest.err)
}
