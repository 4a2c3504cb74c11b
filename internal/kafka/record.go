package kafka

import (
	"time"

	"github.com/segmentio/kafka-go"
)

// The topics of the journey, in its order.
const (
	Collected  = "messages.collected"  // what the collectors heard
	Classified = "messages.classified" // the same with a verdict
	Events     = "events"              // what changed in the store, without personal text
)

// MaxRecord is the largest key and value together, in bytes, that Publish
// takes. Kafka's default for a whole batch is 1,048,588 bytes
// (message.max.bytes); the difference leaves room for headers and framing.
const MaxRecord = 900_000

// Record is one entry of the log. A publisher gives Key, Value and, if it
// cares, Time; Topic, Partition and Offset are where a reader found it.
type Record struct {
	Key       []byte
	Value     []byte
	Topic     string
	Partition int
	Offset    int64
	Time      time.Time
}

// Topic is a topic's name and how many partitions it is created with. A topic
// that exists keeps its partitions: their number decides where keys go.
type Topic struct {
	Name       string
	Partitions int
}

// DefaultTopics lists the topics of the journey with the partitions that suit
// one machine.
func DefaultTopics() []Topic {
	return []Topic{{Collected, 4}, {Classified, 4}, {Events, 1}}
}

// TopicPartition names one partition.
type TopicPartition struct {
	Topic     string
	Partition int
}

// Range is what a partition holds: the offset of its first record and the
// offset the next record will get. First == Last is an empty partition.
type Range struct{ First, Last int64 }

func toRecord(m *kafka.Message) Record {
	return Record{
		Key: m.Key, Value: m.Value, Topic: m.Topic,
		Partition: m.Partition, Offset: m.Offset, Time: m.Time,
	}
}
