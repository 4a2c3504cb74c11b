package kafka

import (
	"context"
	"sync"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// The backlog at which publishing stops, of records published and not applied.
const (
	MaxBehind      = 50_000
	MaxBehindBytes = 64 << 20
)

// Backlog is how far readers are behind in the given topics: records in the log
// from the applied next offsets on. A partition that applied does not name
// counts from its first record. Bytes are the records times the mean size of
// those this bus has published and read (1 KiB before the first).
func (b *Bus) Backlog(ctx context.Context, applied map[TopicPartition]int64, topics ...string) (records, bytes int64, err error) {
	for _, topic := range topics {
		ends, err := b.Ends(ctx, topic)
		if err != nil {
			return 0, 0, err
		}
		var behind int64
		for p, held := range ends {
			behind += held.Last - min(held.Last, max(held.First, applied[TopicPartition{topic, p}]))
		}
		records += behind
		mean := int64(1 << 10)
		if w := b.weights[topic]; w.records.Load() > 0 {
			mean = w.bytes.Load() / w.records.Load()
		}
		bytes += behind * mean
	}
	return records, bytes, nil
}

// Gate stands before publishers: collectors wait at it, imports too, and the
// API answers 429 with what Check says. It asks at most four times a second.
type Gate struct {
	bus     *Bus
	topics  []string
	applied func(context.Context) (map[TopicPartition]int64, error)
	full    func(context.Context) error

	mu    sync.Mutex
	asked time.Time
	last  error
}

// NewGate makes a gate for the given topics. applied gives the next offset of
// the slowest reader of each partition; full, which may be nil, is asked for a
// further reason to stop (Broker.Full).
func NewGate(bus *Bus, applied func(context.Context) (map[TopicPartition]int64, error), full func(context.Context) error, topics ...string) *Gate {
	return &Gate{bus: bus, topics: topics, applied: applied, full: full}
}

// Check is nil when publishing may go on, else Limited "log.behind" (records,
// bytes) or what full said, or why it cannot be known.
func (g *Gate) Check(ctx context.Context) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if time.Since(g.asked) < 250*time.Millisecond {
		return g.last
	}
	err := g.ask(ctx)
	if ctx.Err() != nil {
		return err // says nothing about the log
	}
	g.last, g.asked = err, time.Now()
	return err
}

func (g *Gate) ask(ctx context.Context) error {
	if g.full != nil {
		if err := g.full(ctx); err != nil {
			return err
		}
	}
	applied, err := g.applied(ctx)
	if err != nil {
		return err
	}
	records, bytes, err := g.bus.Backlog(ctx, applied, g.topics...)
	if err != nil {
		return err
	}
	if records >= MaxBehind || bytes >= MaxBehindBytes {
		return community.Faultf(community.Limited, "log.behind", records, bytes)
	}
	return nil
}

// Wait returns nil once publishing may go on; it gives up, with the last
// reason, only when ctx is done.
func (g *Gate) Wait(ctx context.Context) error {
	for {
		err := g.Check(ctx)
		if err == nil {
			return nil
		}
		if sleep(ctx, 300*time.Millisecond) != nil {
			return err
		}
	}
}
