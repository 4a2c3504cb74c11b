package kafka

import (
	"context"
	"fmt"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/vigie-hq/vigie/community"
)

// minFree is what the disk must have left before publishing stops: the broker
// answers a full disk with an unknown error, so it is not let come to that.
const minFree = 64 << 20

// Size is how many bytes of records each partition holds on disk.
func (b *Broker) Size(ctx context.Context) (map[TopicPartition]int64, error) {
	req := kmsg.NewPtrDescribeLogDirsRequest()
	res, err := req.RequestWith(ctx, b.admin)
	if err != nil {
		return nil, unavailable("log.unreachable", err)
	}
	sizes := make(map[TopicPartition]int64)
	for _, dir := range res.Dirs {
		if err := kerr.ErrorForCode(dir.ErrorCode); err != nil {
			return nil, unavailable("log.unreachable", err)
		}
		for _, t := range dir.Topics {
			for _, p := range t.Partitions {
				sizes[TopicPartition{t.Topic, int(p.Partition)}] = p.Size
			}
		}
	}
	return sizes, nil
}

// Full is nil while there is room, else Limited "log.full" (size, cap) or
// "log.disk" (bytes left).
func (b *Broker) Full(ctx context.Context) error {
	free, err := freeBytes(b.dir)
	if err != nil {
		return unavailable("log.disk", err)
	}
	if free < minFree {
		return community.Faultf(community.Limited, "log.disk", free)
	}
	sizes, err := b.Size(ctx)
	if err != nil {
		return err
	}
	if total := sum(sizes); total >= b.options.Cap {
		return community.Faultf(community.Limited, "log.full", total, b.options.Cap)
	}
	return nil
}

// Trim brings the log down to half of its cap by deleting the oldest records
// that have been applied, and returns about how many bytes it gave up. applied
// holds the next offset of the slowest reader of each partition, as it is stored
// durably and not as a handler has just seen it; a partition it does not name is
// left alone. A partition's last record always stays: the
// offsets of a partition that was killed while empty would begin at 0 again.
func (b *Broker) Trim(ctx context.Context, applied map[TopicPartition]int64) (freed int64, err error) {
	sizes, err := b.Size(ctx)
	if err != nil {
		return 0, err
	}
	excess := sum(sizes) - b.options.Cap/2
	if excess <= 0 {
		return 0, nil
	}
	held, err := b.held(ctx, applied)
	if err != nil {
		return 0, err
	}
	cuts, freed := plan(sizes, held, applied, excess)
	if len(cuts) == 0 {
		return 0, nil
	}
	return freed, b.deleteBefore(ctx, cuts)
}

// plan shares the excess between partitions by what each may give, and returns
// the offset before which each is cut.
func plan(sizes map[TopicPartition]int64, held map[TopicPartition]Range, applied map[TopicPartition]int64, excess int64) (cuts map[TopicPartition]int64, freed int64) {
	spare := make(map[TopicPartition]float64)
	var total float64
	for at, next := range applied {
		h := held[at]
		done := min(next, h.Last-1) - h.First
		if done > 0 {
			spare[at] = float64(sizes[at]) * float64(done) / float64(h.Last-h.First)
			total += spare[at]
		}
	}
	if total == 0 {
		return nil, 0
	}
	share := min(1, float64(excess)/total)
	cuts = make(map[TopicPartition]int64, len(spare))
	for at, bytes := range spare {
		h := held[at]
		done := min(applied[at], h.Last-1) - h.First
		if cut := h.First + int64(share*float64(done)); cut > h.First {
			cuts[at] = cut
			freed += int64(share * bytes)
		}
	}
	return cuts, freed
}

// held asks for what the given partitions hold.
func (b *Broker) held(ctx context.Context, of map[TopicPartition]int64) (map[TopicPartition]Range, error) {
	ranges := make(map[TopicPartition]Range, len(of))
	for _, end := range []int64{-2, -1} { // the protocol's marks: first record, next offset
		req := kmsg.NewPtrListOffsetsRequest()
		req.ReplicaID = -1
		for topic, partitions := range byTopic(of) {
			t := kmsg.NewListOffsetsRequestTopic()
			t.Topic = topic
			for partition := range partitions {
				p := kmsg.NewListOffsetsRequestTopicPartition()
				p.Partition, p.Timestamp = partition, end
				t.Partitions = append(t.Partitions, p)
			}
			req.Topics = append(req.Topics, t)
		}
		res, err := req.RequestWith(ctx, b.admin)
		if err != nil {
			return nil, unavailable("log.unreachable", err)
		}
		for _, t := range res.Topics {
			for _, p := range t.Partitions {
				if err := kerr.ErrorForCode(p.ErrorCode); err != nil {
					return nil, unavailable("log.unreachable", fmt.Errorf("offsets of %s/%d: %w", t.Topic, p.Partition, err))
				}
				at := TopicPartition{t.Topic, int(p.Partition)}
				h := ranges[at]
				if end == -2 {
					h.First = p.Offset
				} else {
					h.Last = p.Offset
				}
				ranges[at] = h
			}
		}
	}
	return ranges, nil
}

func (b *Broker) deleteBefore(ctx context.Context, cuts map[TopicPartition]int64) error {
	req := kmsg.NewPtrDeleteRecordsRequest()
	req.TimeoutMillis = 10_000
	for topic, offsets := range byTopic(cuts) {
		t := kmsg.NewDeleteRecordsRequestTopic()
		t.Topic = topic
		for partition, offset := range offsets {
			p := kmsg.NewDeleteRecordsRequestTopicPartition()
			p.Partition, p.Offset = partition, offset
			t.Partitions = append(t.Partitions, p)
		}
		req.Topics = append(req.Topics, t)
	}
	res, err := req.RequestWith(ctx, b.admin)
	if err != nil {
		return unavailable("log.trim", err)
	}
	for _, t := range res.Topics {
		for _, p := range t.Partitions {
			if err := kerr.ErrorForCode(p.ErrorCode); err != nil {
				return unavailable("log.trim", fmt.Errorf("%s/%d: %w", t.Topic, p.Partition, err))
			}
		}
	}
	return nil
}

func byTopic(offsets map[TopicPartition]int64) map[string]map[int32]int64 {
	topics := make(map[string]map[int32]int64)
	for at, offset := range offsets {
		if topics[at.Topic] == nil {
			topics[at.Topic] = make(map[int32]int64)
		}
		topics[at.Topic][int32(at.Partition)] = offset
	}
	return topics
}

func sum(sizes map[TopicPartition]int64) (total int64) {
	for _, n := range sizes {
		total += n
	}
	return total
}
