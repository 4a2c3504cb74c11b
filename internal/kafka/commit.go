package kafka

import (
	"context"
	"errors"
	"fmt"

	"github.com/segmentio/kafka-go"
)

// Commit writes the next offsets of a group to the broker, for readers that
// have no store of their own. It takes no part in group membership.
func (b *Bus) Commit(ctx context.Context, group string, next map[TopicPartition]int64) error {
	req := &kafka.OffsetCommitRequest{
		GroupID: group, GenerationID: -1, // -1: a plain reader, not a member
		Topics: make(map[string][]kafka.OffsetCommit),
	}
	for at, offset := range next {
		req.Topics[at.Topic] = append(req.Topics[at.Topic], kafka.OffsetCommit{Partition: at.Partition, Offset: offset})
	}
	res, err := b.client.OffsetCommit(ctx, req)
	if err != nil {
		return unavailable("log.commit", err)
	}
	for topic, partitions := range res.Topics {
		for _, p := range partitions {
			if p.Error != nil {
				return unavailable("log.commit", fmt.Errorf("%s/%d: %w", topic, p.Partition, p.Error))
			}
		}
	}
	return nil
}

// Committed gives the next offsets a group has committed; partitions without a
// commit are not in the map.
func (b *Bus) Committed(ctx context.Context, group, topic string) (map[int]int64, error) {
	res, err := b.client.OffsetFetch(ctx, &kafka.OffsetFetchRequest{
		GroupID: group, Topics: map[string][]int{topic: b.numbers(topic)},
	})
	if err == nil {
		err = res.Error
	}
	next := make(map[int]int64)
	if errors.Is(err, kafka.GroupIdNotFound) { // nobody has committed yet
		return next, nil
	}
	if err != nil {
		return nil, unavailable("log.unreachable", err)
	}
	for _, p := range res.Topics[topic] {
		if p.Error != nil {
			return nil, unavailable("log.unreachable", fmt.Errorf("offset of %s in %s/%d: %w", group, topic, p.Partition, p.Error))
		}
		if p.CommittedOffset >= 0 {
			next[p.Partition] = p.CommittedOffset
		}
	}
	return next, nil
}
