package kafka

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/sasl"
	"github.com/segmentio/kafka-go/sasl/plain"

	"github.com/vigie-hq/vigie/community"
)

// Config says which brokers to speak to. Broker.Config fills it for the
// embedded one.
type Config struct {
	Brokers  []string // host:port of at least one broker
	User     string   // SASL PLAIN; empty for none
	Password string
	TLS      *tls.Config // nil for plain TCP
	Topics   []Topic     // created when missing; default DefaultTopics
	// Linger is how long a publish waits for company before it is sent;
	// default 2 ms (kafka-go's own default is one second).
	Linger time.Duration
	Log    *slog.Logger // nil discards

	silence time.Duration // 0: the constant; tests are less patient
}

// Bus publishes and reads. It is safe for concurrent use. One is enough for a
// process: connections are shared.
type Bus struct {
	brokers    []string
	log        *slog.Logger
	transport  *kafka.Transport
	client     *kafka.Client
	dialer     *kafka.Dialer
	writer     *kafka.Writer
	partitions map[string]int
	weights    map[string]*weight
	identity   string
	silence    time.Duration
	health     health
	closing    sync.Once
}

// weight is the running mean size of a topic's records, in bytes.
type weight struct{ records, bytes atomic.Int64 }

func (w *weight) add(records, bytes int) {
	w.records.Add(int64(records))
	w.bytes.Add(int64(bytes))
}

// Connect reaches the brokers, creates the topics that are missing and returns
// a bus. A fault is Unavailable ("log.unreachable") when no broker answers.
func Connect(ctx context.Context, c Config) (*Bus, error) {
	if len(c.Brokers) == 0 {
		return nil, community.Faultf(community.Invalid, "log.no_brokers")
	}
	if c.Topics == nil {
		c.Topics = DefaultTopics()
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	var mechanism sasl.Mechanism
	if c.User != "" {
		mechanism = plain.Mechanism{Username: c.User, Password: c.Password}
	}
	addr := kafka.TCP(c.Brokers...)
	b := &Bus{
		brokers: c.Brokers,
		log:     c.Log,
		silence: cmp.Or(c.silence, silence),
		// One transport for everything: a transport a writer leaks goroutines.
		transport: &kafka.Transport{
			DialTimeout: 3 * time.Second, MetadataTTL: 5 * time.Second,
			ClientID: clientID, TLS: c.TLS, SASL: mechanism,
		},
		dialer: &kafka.Dialer{
			ClientID: clientID, Timeout: 3 * time.Second, DualStack: true,
			TLS: c.TLS, SASLMechanism: mechanism,
		},
		partitions: make(map[string]int),
		weights:    make(map[string]*weight),
	}
	b.client = &kafka.Client{Addr: addr, Transport: b.transport, Timeout: 10 * time.Second}
	if err := b.ensure(ctx, c.Topics); err != nil {
		b.transport.CloseIdleConnections()
		return nil, err
	}
	b.writer = newWriter(addr, b.transport, cmp.Or(c.Linger, 2*time.Millisecond))
	return b, nil
}

const clientID = "vigie"

// ensure creates the missing topics and learns every topic's partitions. Topics
// are created before any writer exists: to a writer a new topic stays unknown
// until its metadata expires.
func (b *Bus) ensure(ctx context.Context, topics []Topic) error {
	identity, err := ensureTopics(ctx, b.client, topics, nil)
	if err != nil {
		return err
	}
	b.identity = identity
	for try := range 10 {
		meta, err := metadata(ctx, b.client)
		if err != nil {
			return err
		}
		for _, t := range meta.Topics {
			if t.Error == nil && !t.Internal {
				b.partitions[t.Name] = len(t.Partitions)
				b.weights[t.Name] = new(weight)
			}
		}
		if !slices.ContainsFunc(topics, func(t Topic) bool { return b.partitions[t.Name] == 0 }) {
			return nil
		}
		if err := sleep(ctx, backoff(try)); err != nil { // a cluster spreads the news in its own time
			return unavailable("log.topics", err)
		}
	}
	return unavailable("log.topics", errors.New("topics created and not visible"))
}

// ensureTopics creates the topics that do not exist, with the given settings,
// and returns the cluster's identity.
func ensureTopics(ctx context.Context, client *kafka.Client, topics []Topic, settings []kafka.ConfigEntry) (string, error) {
	meta, err := metadata(ctx, client)
	if err != nil {
		return "", err
	}
	known := make(map[string]bool, len(meta.Topics))
	for _, t := range meta.Topics {
		known[t.Name] = t.Error == nil
	}
	var missing []kafka.TopicConfig
	for _, t := range topics {
		if !known[t.Name] {
			missing = append(missing, kafka.TopicConfig{
				Topic: t.Name, NumPartitions: t.Partitions,
				ReplicationFactor: -1, // the cluster's default
				ConfigEntries:     settings,
			})
		}
	}
	if len(missing) == 0 {
		return meta.ClusterID, nil
	}
	res, err := client.CreateTopics(ctx, &kafka.CreateTopicsRequest{Topics: missing})
	if err != nil {
		return "", unavailable("log.topics", err)
	}
	for name, err := range res.Errors {
		if err != nil && !errors.Is(err, kafka.TopicAlreadyExists) {
			return "", unavailable("log.topics", fmt.Errorf("create %s: %w", name, err))
		}
	}
	return meta.ClusterID, nil
}

// metadata asks a few times: a connection kept from before a broker's restart
// answers "unexpected EOF" once.
func metadata(ctx context.Context, client *kafka.Client) (*kafka.MetadataResponse, error) {
	var last error
	for try := range 3 {
		meta, err := client.Metadata(ctx, &kafka.MetadataRequest{})
		if err == nil {
			return meta, nil
		}
		last = err
		if sleep(ctx, backoff(try)) != nil {
			break
		}
	}
	return nil, unavailable("log.unreachable", last)
}

// Identity is the cluster's id. The embedded broker draws a new one when its
// folder is new, so a log that was deleted or replaced is noticed.
func (b *Bus) Identity() string { return b.identity }

// Partitions is how many partitions a topic had at Connect; 0 if it is unknown.
func (b *Bus) Partitions(topic string) int { return b.partitions[topic] }

// Ends gives what each partition of a topic holds.
func (b *Bus) Ends(ctx context.Context, topic string) (map[int]Range, error) {
	if b.partitions[topic] == 0 {
		return nil, community.Faultf(community.NotFound, "log.topic", topic)
	}
	return b.ends(ctx, topic, b.numbers(topic)...)
}

// numbers lists a topic's partitions: 0, 1, ...
func (b *Bus) numbers(topic string) []int {
	numbers := make([]int, b.partitions[topic])
	for i := range numbers {
		numbers[i] = i
	}
	return numbers
}

func (b *Bus) ends(ctx context.Context, topic string, partitions ...int) (map[int]Range, error) {
	asks := make([]kafka.OffsetRequest, 0, 2*len(partitions))
	for _, p := range partitions {
		asks = append(asks, kafka.FirstOffsetOf(p), kafka.LastOffsetOf(p))
	}
	res, err := b.client.ListOffsets(ctx, &kafka.ListOffsetsRequest{
		Topics: map[string][]kafka.OffsetRequest{topic: asks},
	})
	if err != nil {
		return nil, unavailable("log.unreachable", err)
	}
	ranges := make(map[int]Range, len(partitions))
	for _, p := range res.Topics[topic] {
		if p.Error != nil {
			return nil, unavailable("log.unreachable", fmt.Errorf("offsets of %s/%d: %w", topic, p.Partition, p.Error))
		}
		ranges[p.Partition] = Range{First: p.FirstOffset, Last: p.LastOffset}
	}
	if len(ranges) != len(partitions) {
		return nil, unavailable("log.unreachable", fmt.Errorf("offsets of %s: %d of %d partitions answered", topic, len(ranges), len(partitions)))
	}
	return ranges, nil
}

// Close sends what is being published and closes the connections. End every
// Consume and Tail first, by their context.
func (b *Bus) Close() error {
	var err error
	b.closing.Do(func() {
		err = b.writer.Close()
		b.transport.CloseIdleConnections()
	})
	return err
}

func unavailable(key string, err error) error {
	return community.Faultf(community.Unavailable, key).Because(err)
}

// sleep waits, or returns the context's error.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// backoff is how long to wait after the nth failure in a row: 50 ms doubling to 5 s.
func backoff(n int) time.Duration {
	return min(50*time.Millisecond<<min(n, 10), 5*time.Second)
}
