package kafka_test

import (
	"context"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/vigie-hq/vigie/internal/kafka"
)

// restartable is a broker that comes back at the same address, as a cluster's do.
type restartable struct {
	t       *testing.T
	port    int
	dir     string
	mu      sync.Mutex
	cluster *kfake.Cluster
}

func newRestartable(t *testing.T) *restartable {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	r := &restartable{t: t, port: l.Addr().(*net.TCPAddr).Port, dir: t.TempDir()}
	t.Cleanup(func() { r.stop() })
	return r
}

func (r *restartable) start() {
	r.mu.Lock()
	defer r.mu.Unlock()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.Ports(r.port), kfake.DataDir(r.dir), kfake.SyncWrites())
	if err != nil {
		r.t.Error(err)
		return
	}
	r.cluster = cluster
}

func (r *restartable) stop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.cluster != nil {
		r.cluster.Close()
		r.cluster = nil
	}
}

// TestOutage takes the broker away, twice, under a publisher and a reader:
// neither returns, nothing is lost, and a reader sees each record in order.
func TestOutage(t *testing.T) {
	r := newRestartable(t)
	r.start()
	bus := connect(t, kafka.Config{
		Brokers: []string{fmt.Sprintf("127.0.0.1:%d", r.port)},
		Topics:  []kafka.Topic{{Name: "t", Partitions: 1}},
	})
	const total = 60
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	published := make(chan error, 1)
	go func() {
		for n := range total {
			if n == 20 || n == 40 {
				r.stop()
				time.AfterFunc(400*time.Millisecond, r.start)
			}
			if err := bus.Publish(t.Context(), "t", []kafka.Record{{Key: []byte("k"), Value: fmt.Appendf(nil, "%02d", n)}}); err != nil {
				published <- err
				return
			}
		}
		published <- nil
	}()
	next := 0
	err := bus.Consume(ctx, kafka.Subscription{
		Topic: "t",
		OnGap: func(_ context.Context, g kafka.Gap) error { t.Errorf("gap %+v", g); return nil },
	}, func(_ context.Context, batch []kafka.Record) error {
		for _, record := range batch {
			switch value := string(record.Value); {
			case value == fmt.Sprintf("%02d", next):
				next++
			case value > fmt.Sprintf("%02d", next):
				t.Errorf("read %s, want %02d", value, next)
			}
		}
		if next == total {
			stop()
		}
		return nil
	})
	if err != nil || next != total {
		t.Errorf("read %d of %d, %v", next, total, err)
	}
	if err := <-published; err != nil {
		t.Error(err)
	}
}

func TestPublishGivesUpWithItsCaller(t *testing.T) {
	r := newRestartable(t)
	r.start()
	bus := connect(t, kafka.Config{Brokers: []string{fmt.Sprintf("127.0.0.1:%d", r.port)}})
	r.stop()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	err := bus.Publish(ctx, kafka.Events, []kafka.Record{{Value: []byte("x")}})
	if key(err) != "unavailable log.publish" {
		t.Errorf("published to nobody: %v", err)
	}
	if _, err := bus.Ends(ctx, kafka.Events); key(err) != "unavailable log.unreachable" {
		t.Errorf("ends of nobody: %v", err)
	}
}

// TestReplaced replaces the log under a reader by an emptier one.
func TestReplaced(t *testing.T) {
	r := newRestartable(t)
	r.start()
	config := kafka.Config{
		Brokers: []string{fmt.Sprintf("127.0.0.1:%d", r.port)},
		Topics:  []kafka.Topic{{Name: "t", Partitions: 1}},
	}
	bus := connect(t, config)
	record := func(n int) []kafka.Record {
		return []kafka.Record{{Key: []byte("k"), Value: fmt.Appendf(nil, "%d", n)}}
	}
	for n := range 5 {
		if err := bus.Publish(t.Context(), "t", record(n)); err != nil {
			t.Fatal(err)
		}
	}
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	told := make(chan kafka.Gap, 1)
	read := make(chan string, 100)
	done := make(chan error, 1)
	go func() {
		done <- bus.Consume(ctx, kafka.Subscription{
			Topic: "t", OnGap: func(_ context.Context, g kafka.Gap) error { told <- g; return nil },
		}, func(_ context.Context, batch []kafka.Record) error {
			for _, r := range batch {
				read <- string(r.Value)
			}
			return nil
		})
	}()
	for range 5 {
		<-read
	}
	r.stop()
	r.dir = t.TempDir()
	r.start()
	connect(t, config) // makes the topic again
	if err := bus.Publish(t.Context(), "t", record(100)); err != nil {
		t.Fatal(err)
	}
	select {
	case g := <-told:
		if want := (kafka.Gap{Topic: "t", From: 5, Rewound: true}); g != want {
			t.Errorf("told %+v, want %+v", g, want)
		}
	case <-ctx.Done():
		t.Fatal("not told that the log was replaced")
	}
	if value := <-read; value != "100" {
		t.Errorf("read %s", value)
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestCutWhileReading deletes records a reader has not reached. It goes on with
// what it has fetched, tells the gap once, and misses nothing else.
func TestCutWhileReading(t *testing.T) {
	const total, before = 20_000, 15_000
	broker := open(t, t.TempDir(), kafka.Options{Topics: []kafka.Topic{{Name: "t", Partitions: 1}}})
	bus := connect(t, broker.Config())
	batch := make([]kafka.Record, total)
	for i := range batch {
		batch[i] = kafka.Record{Key: []byte("k"), Value: noise(400)}
	}
	if err := bus.Publish(t.Context(), "t", batch); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	var told []kafka.Gap
	var next int64
	err := bus.Consume(ctx, kafka.Subscription{
		Topic: "t", OnGap: func(_ context.Context, g kafka.Gap) error {
			if told = append(told, g); g.From == next {
				next = g.To
			}
			return nil
		},
	}, func(ctx context.Context, batch []kafka.Record) error {
		if next == 0 {
			if err := broker.Cut(ctx, map[kafka.TopicPartition]int64{{Topic: "t"}: before}); err != nil {
				t.Error(err)
			}
		}
		for _, r := range batch {
			if r.Offset != next {
				t.Errorf("read %d, want %d", r.Offset, next)
			}
			next = r.Offset + 1
		}
		if next == total {
			stop()
		}
		return nil
	})
	if err != nil || next != total {
		t.Errorf("read up to %d, %v", next, err)
	}
	if len(told) != 1 || told[0].To != before || told[0].From >= before || told[0].Rewound {
		t.Errorf("told %+v", told)
	}
}
