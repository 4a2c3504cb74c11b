package kafka

import (
	"context"
	"time"
)

// Cut lets a test delete records that were not applied.
func (b *Broker) Cut(ctx context.Context, before map[TopicPartition]int64) error {
	return b.deleteBefore(ctx, before)
}

// Impatient makes the bus's readers look up from a silence sooner.
func (c Config) Impatient(silence time.Duration) Config {
	c.silence = silence
	return c
}
