package kafka

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/vigie-hq/vigie/community"
)

// newWriter sets every field whose default loses or delays messages: kafka-go
// writes without acknowledgement and waits a second for a batch unless told.
func newWriter(addr net.Addr, transport *kafka.Transport, linger time.Duration) *kafka.Writer {
	return &kafka.Writer{
		Addr:         addr,
		Transport:    transport,
		Balancer:     &kafka.Hash{}, // FNV-1a of the key; not Java's murmur2
		RequiredAcks: kafka.RequireAll,
		Compression:  kafka.Snappy,
		BatchSize:    500,
		BatchBytes:   1 << 20,
		BatchTimeout: linger,
		WriteTimeout: 10 * time.Second,
		// Publish has its own loop, which is bounded by its caller's context.
		MaxAttempts: 1,
	}
}

// Publish appends records to a topic and returns when all of them are durable.
// Records with equal keys go to one partition, in the order given.
//
// Transient faults are retried until ctx is done; the fault is then Unavailable
// ("log.publish") and some or all of the records may have been written
// nevertheless, so readers must recognise what they have seen (at least once).
// A record larger than MaxRecord refuses the whole call before anything is sent:
// Invalid ("log.too_large", index, size, limit).
func (b *Bus) Publish(ctx context.Context, topic string, records []Record) error {
	mean := b.weights[topic]
	if mean == nil {
		return community.Faultf(community.NotFound, "log.topic", topic)
	}
	messages := make([]kafka.Message, len(records))
	total := 0
	for i := range records {
		r := &records[i]
		size := len(r.Key) + len(r.Value)
		if size > MaxRecord {
			return community.Faultf(community.Invalid, "log.too_large", i, size, MaxRecord)
		}
		total += size
		messages[i] = kafka.Message{Topic: topic, Key: r.Key, Value: r.Value, Time: r.Time}
	}
	if err := b.write(ctx, topic, messages); err != nil {
		return err
	}
	mean.add(len(records), total)
	return nil
}

// write writes until all is written, refused, or ctx is done.
func (b *Bus) write(ctx context.Context, topic string, left []kafka.Message) error {
	for try := 0; len(left) > 0; try++ {
		err := b.writer.WriteMessages(ctx, left...)
		if err == nil {
			return nil
		}
		var refused []kafka.Message
		if left, refused = unwritten(left, err); len(refused) > 0 {
			if err := b.writeAlone(ctx, refused); err != nil {
				return err
			}
		}
		if len(left) == 0 {
			return nil
		}
		if ctx.Err() != nil {
			return unavailable("log.publish", ctx.Err())
		}
		b.log.WarnContext(ctx, "publishing again", "topic", topic, "records", len(left), "try", try+1, "error", err)
		if sleep(ctx, backoff(try)) != nil {
			return unavailable("log.publish", err)
		}
	}
	return nil
}

// unwritten sorts the outcome of a write: what to write again, and what stood
// in a batch the broker refused.
func unwritten(messages []kafka.Message, err error) (left, refused []kafka.Message) {
	var each kafka.WriteErrors
	if !errors.As(err, &each) || len(each) != len(messages) {
		return messages, nil
	}
	for i, err := range each {
		switch {
		case err == nil:
		case isRefusal(err):
			refused = append(refused, messages[i])
		default:
			left = append(left, messages[i])
		}
	}
	return left, refused
}

// isRefusal tells the record's own faults; all others are the broker's or the
// network's and pass.
func isRefusal(err error) bool {
	return errors.Is(err, kafka.MessageSizeTooLarge) || errors.Is(err, kafka.InvalidRecord) ||
		errors.Is(err, kafka.InvalidTimestamp)
}

// writeAlone writes records one by one. A refusal is the batch's, which may hold
// records of other publishers or be too large only as a whole; alone, it is the
// record's.
func (b *Bus) writeAlone(ctx context.Context, messages []kafka.Message) error {
	for i := range messages {
		m := &messages[i]
		partition := b.writer.Balancer.Balance(*m, b.numbers(m.Topic)...)
		for try := 0; ; try++ {
			err := b.produce(ctx, partition, m)
			if err == nil {
				break
			}
			if isRefusal(err) {
				return community.Faultf(community.Invalid, "log.refused").Because(err)
			}
			if sleep(ctx, backoff(try)) != nil {
				return unavailable("log.publish", err)
			}
		}
	}
	return nil
}

func (b *Bus) produce(ctx context.Context, partition int, m *kafka.Message) error {
	record := kafka.Record{Time: m.Time}
	if m.Key != nil {
		record.Key = kafka.NewBytes(m.Key)
	}
	if m.Value != nil {
		record.Value = kafka.NewBytes(m.Value)
	}
	res, err := b.client.Produce(ctx, &kafka.ProduceRequest{
		Topic: m.Topic, Partition: partition, RequiredAcks: kafka.RequireAll,
		Compression: kafka.Snappy, Records: kafka.NewRecordReader(record),
	})
	if err != nil {
		return err
	}
	return res.Error
}
