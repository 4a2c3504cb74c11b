package kafka

import (
	"cmp"
	"context"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/vigie-hq/vigie/community"
)

// Subscription says what to read and from where.
type Subscription struct {
	Topic string
	// Group is the name under which the broker keeps offsets, written at most
	// every 250 ms. It is where a partition starts that From does not name, and
	// what Kafka's own tools show; it never overrules From. Empty keeps none.
	Group string
	// From holds, by partition, the next offset to read: what the store applied
	// last, plus one. A partition in neither From nor Group starts at its first
	// record.
	From map[int]int64
	// Batch is the most records a call of the handler gets; default 50. A batch
	// never waits for company: it takes what has arrived while the one before it
	// was applied.
	Batch int
	// OnGap is told when records this reader needed are gone, before it goes on.
	// It must write down what that means; its error holds the partition back and
	// it is asked again. Required.
	OnGap func(context.Context, Gap) error

	lossy bool // a gap is no fault of the log: see Tail
}

// Consume reads every partition of a topic until ctx is done, then returns nil
// once all its readers are closed.
//
// Each partition has one goroutine: its batches reach handle in order, one after
// the other; different partitions call handle at the same time. When handle
// returns nil the batch is applied. Any error blocks that partition only: the
// same batch is handed over again after a pause (50 ms doubling to 5 s). A
// record that can never be applied is handle's to set aside. Broker faults are
// waited out the same way; Check tells how long a partition has been blocked.
func (b *Bus) Consume(ctx context.Context, s Subscription, handle func(context.Context, []Record) error) error {
	if b.partitions[s.Topic] == 0 {
		return community.Faultf(community.NotFound, "log.topic", s.Topic)
	}
	if s.OnGap == nil {
		return community.Faultf(community.Invalid, "log.no_gap_handler", s.Topic)
	}
	s.Batch = cmp.Or(s.Batch, 50)
	var wg sync.WaitGroup
	for _, p := range b.numbers(s.Topic) {
		c := &cursor{bus: b, sub: &s, at: TopicPartition{s.Topic, p}, next: -1, handle: handle}
		wg.Go(func() { c.run(ctx) })
	}
	wg.Wait()
	return nil
}

// cursor is one partition's reader.
type cursor struct {
	bus    *Bus
	sub    *Subscription
	at     TopicPartition
	handle func(context.Context, []Record) error

	next      int64 // the next offset to hand over; -1 until it is known
	last      int64 // the partition's end when it was last asked
	committed int64 // what the group was told last
	told      time.Time
}

func (c *cursor) run(ctx context.Context) {
	for try := 0; ctx.Err() == nil; try++ {
		before := c.next
		err := c.read(ctx)
		if ctx.Err() != nil {
			break
		}
		if err == nil || c.next != before {
			try = 0
		}
		if err == nil {
			continue
		}
		c.blocked(ctx, "reading", try, err)
		if sleep(ctx, backoff(try)) != nil {
			break
		}
	}
	c.bus.health.clear(c)
}

func (c *cursor) blocked(ctx context.Context, doing string, try int, err error) {
	c.bus.health.block(c, time.Now(), err)
	c.bus.log.WarnContext(ctx, "log partition blocked", "while", doing,
		"topic", c.at.Topic, "partition", c.at.Partition, "offset", c.next, "try", try+1, "error", err)
}

// read opens a reader at the cursor and hands batches over until the reader
// fails, or (nil) until it has to be opened again elsewhere.
func (c *cursor) read(ctx context.Context) error {
	if err := c.settle(ctx); err != nil {
		return err
	}
	reader, err := c.bus.reader(c.at, c.next)
	if err != nil {
		return err
	}
	defer reader.Close()
	defer c.commit(ctx, true)
	for silences := 0; ; {
		batch, failed := c.fill(ctx, reader)
		if err := c.apply(ctx, batch); err != nil {
			return err
		}
		if failed != nil {
			return failed
		}
		if len(batch) > 0 {
			silences = 0
			c.bus.health.clear(c)
			c.commit(ctx, false)
			continue
		}
		if c.untold() {
			if c.commit(ctx, true); !c.untold() {
				continue
			}
		}
		before := c.next
		if err := c.settle(ctx); err != nil || c.next != before {
			return err
		}
		if c.last == c.next {
			silences = 0
			c.bus.health.clear(c)
		} else if silences++; silences > 1 { // kafka-go retries what it cannot decode, and says nothing
			return community.Faultf(community.Unavailable, "log.stuck", c.at.Topic, c.at.Partition, c.next)
		}
	}
}

// settle finds where to begin, and compares the cursor with what the partition
// holds. A gap is told before it is accepted.
func (c *cursor) settle(ctx context.Context) error {
	if c.next < 0 {
		next, known := c.sub.From[c.at.Partition]
		if !known && c.sub.Group != "" {
			committed, err := c.bus.Committed(ctx, c.sub.Group, c.at.Topic)
			if err != nil {
				return err
			}
			next, known = committed[c.at.Partition]
		}
		if known {
			c.next = next
		}
	}
	held, err := c.bus.ends(ctx, c.at.Topic, c.at.Partition)
	if err != nil {
		return err
	}
	c.last = held[c.at.Partition].Last
	if c.next < 0 {
		c.next = held[c.at.Partition].First
		return nil
	}
	if gap, found := gapAt(c.at.Topic, c.at.Partition, c.next, held[c.at.Partition]); found {
		return c.jump(ctx, gap)
	}
	return nil
}

func (c *cursor) jump(ctx context.Context, gap Gap) error {
	if !c.sub.lossy {
		c.bus.health.lost(gap)
		c.bus.log.ErrorContext(ctx, "log gap", "topic", gap.Topic, "partition", gap.Partition,
			"from", gap.From, "to", gap.To, "rewound", gap.Rewound)
	}
	if err := c.sub.OnGap(ctx, gap); err != nil {
		return err
	}
	c.next = gap.To
	return nil
}

// silence is how long a reader may bring nothing before its cursor is compared
// with the partition again: a log replaced below it stays silent too.
const silence = 5 * time.Second

// fill waits for a record and takes with it what has arrived behind it. An empty
// batch without an error is a silence; records may come with an error.
func (c *cursor) fill(ctx context.Context, reader *kafka.Reader) ([]Record, error) {
	wait := c.bus.silence
	if c.untold() { // the end of a burst is committed soon, not at the next record
		wait = min(wait, commitEvery)
	}
	first, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	m, err := reader.FetchMessage(first)
	if err != nil {
		if first.Err() != nil && ctx.Err() == nil {
			return nil, nil
		}
		return nil, err
	}
	batch := append(make([]Record, 0, c.sub.Batch), toRecord(&m))
	// What the broker held at the fetch is on its way; the limit is for one that
	// dies in the middle.
	rest, cancel := context.WithTimeout(ctx, 250*time.Millisecond)
	defer cancel()
	for len(batch) < c.sub.Batch && (m.Offset+1 < m.HighWaterMark || reader.Stats().QueueLength > 0) {
		if m, err = reader.FetchMessage(rest); err != nil {
			if rest.Err() != nil {
				err = nil
			}
			return batch, err
		}
		batch = append(batch, toRecord(&m))
	}
	return batch, nil
}

// apply hands a batch over until it is applied. Records that are not the ones
// expected next are a gap, and the batch is handed over in parts.
func (c *cursor) apply(ctx context.Context, batch []Record) error {
	for len(batch) > 0 {
		if batch[0].Offset > c.next {
			gap := Gap{Topic: c.at.Topic, Partition: c.at.Partition, From: c.next, To: batch[0].Offset}
			if err := c.jump(ctx, gap); err != nil {
				return err
			}
		}
		whole := 1
		for whole < len(batch) && batch[whole].Offset == batch[whole-1].Offset+1 {
			whole++
		}
		if err := c.insist(ctx, batch[:whole]); err != nil {
			return err
		}
		c.next = batch[whole-1].Offset + 1
		batch = batch[whole:]
	}
	return nil
}

// insist calls the handler until it takes the batch; only ctx ends it.
func (c *cursor) insist(ctx context.Context, batch []Record) error {
	for try := 0; ; try++ {
		err := c.handle(ctx, batch)
		if err == nil {
			break
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		c.blocked(ctx, "applying", try, err)
		if err := sleep(ctx, backoff(try)); err != nil {
			return err
		}
	}
	bytes := 0
	for i := range batch {
		bytes += len(batch[i].Key) + len(batch[i].Value)
	}
	c.bus.weights[c.at.Topic].add(len(batch), bytes)
	return nil
}

// commitEvery is how often a partition's offset is committed to the group.
const commitEvery = 250 * time.Millisecond

// untold tells whether the group knows less than was applied.
func (c *cursor) untold() bool {
	return c.sub.Group != "" && c.next >= 0 && c.next != c.committed
}

// commit tells the group. A failure costs at most a repetition and is only noted.
func (c *cursor) commit(ctx context.Context, last bool) {
	if !c.untold() || (!last && time.Since(c.told) < commitEvery) {
		return
	}
	// The last commit comes when ctx is done already.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	c.told = time.Now()
	if err := c.bus.Commit(ctx, c.sub.Group, map[TopicPartition]int64{c.at: c.next}); err != nil {
		c.bus.log.DebugContext(ctx, "offset not committed", "topic", c.at.Topic, "partition", c.at.Partition, "error", err)
		return
	}
	c.committed = c.next
}

// reader opens a reader of one partition, without a group, at an offset.
func (b *Bus) reader(at TopicPartition, offset int64) (*kafka.Reader, error) {
	r := kafka.NewReader(kafka.ReaderConfig{
		Brokers: b.brokers, Dialer: b.dialer, Topic: at.Topic, Partition: at.Partition,
		MinBytes: 1, MaxBytes: 1 << 20, MaxWait: 250 * time.Millisecond,
		QueueCapacity: 100, MaxAttempts: 3, OffsetOutOfRangeError: true,
		ReadBackoffMin: 20 * time.Millisecond, ReadBackoffMax: time.Second,
		ReadLagInterval: -1, ReadBatchTimeout: 3 * time.Second, // a message; Close waits for it
	})
	if err := r.SetOffset(offset); err != nil {
		r.Close()
		return nil, unavailable("log.unreachable", err)
	}
	return r, nil
}
