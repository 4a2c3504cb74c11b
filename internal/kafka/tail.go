package kafka

import (
	"context"
	"sync"

	"github.com/vigie-hq/vigie/community"
)

// Tail follows a topic for live screens: everything published from now on, or
// from the given offsets on (take them from Ends to be sure of the moment), is
// handed over in order within its partition, until ctx is done. Nothing is
// retried and no offset is kept; a tail that finds a gap goes on after it. Calls
// to handle never overlap.
func (b *Bus) Tail(ctx context.Context, topic string, from map[int]int64, handle func([]Record)) error {
	if b.partitions[topic] == 0 {
		return community.Faultf(community.NotFound, "log.topic", topic)
	}
	for try := 0; from == nil; try++ {
		ends, err := b.Ends(ctx, topic)
		if err != nil {
			if sleep(ctx, backoff(try)) != nil {
				return nil
			}
			continue
		}
		from = make(map[int]int64, len(ends))
		for p, held := range ends {
			from[p] = held.Last
		}
	}
	var one sync.Mutex
	return b.Consume(ctx, Subscription{
		Topic: topic, From: from, lossy: true,
		OnGap: func(context.Context, Gap) error { return nil },
	}, func(_ context.Context, batch []Record) error {
		one.Lock()
		defer one.Unlock()
		handle(batch)
		return nil
	})
}
