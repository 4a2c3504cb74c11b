package bustest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/internal/kafka"
)

func gap(t *testing.T, open Factory) {
	topic := name("gap")
	log := open(t, kafka.Topic{Name: topic, Partitions: 1})
	if log.Cut == nil {
		t.Skip("this log cannot be cut by a test")
	}
	publish(t, log.Bus, topic, numbered(100)...)
	log.Cut(kafka.TopicPartition{Topic: topic}, 70)
	told := watchGap(t, log.Bus, kafka.Subscription{Topic: topic, From: map[int]int64{0: 40}}, values(numbered(100))[70:])
	if want := (kafka.Gap{Topic: topic, From: 40, To: 70}); told != want {
		t.Errorf("told %+v, want %+v", told, want)
	}
	wantFault(t, log.Bus.Check(time.Now()), community.Unavailable, "log.gap")
}

func rewound(t *testing.T, open Factory) {
	topic := name("rewound")
	bus := open(t, kafka.Topic{Name: topic, Partitions: 1}).Bus
	publish(t, bus, topic, numbered(10)...)
	told := watchGap(t, bus, kafka.Subscription{Topic: topic, From: map[int]int64{0: 500}}, values(numbered(10)))
	if want := (kafka.Gap{Topic: topic, From: 500, To: 0, Rewound: true}); told != want {
		t.Errorf("told %+v, want %+v", told, want)
	}
	wantFault(t, bus.Check(time.Now()), community.Unavailable, "log.rewound")
}

// watchGap reads over a gap. The first telling fails, so nothing may pass until
// the second.
func watchGap(t *testing.T, bus *kafka.Bus, s kafka.Subscription, want []string) kafka.Gap {
	t.Helper()
	ctx, stop := context.WithCancel(limit(t))
	defer stop()
	var told []kafka.Gap
	s.OnGap = func(_ context.Context, g kafka.Gap) error {
		if told = append(told, g); len(told) == 1 {
			return errors.New("the store is down")
		}
		return nil
	}
	var got []string
	if err := bus.Consume(ctx, s, func(_ context.Context, batch []kafka.Record) error {
		if len(told) != 2 {
			t.Errorf("a batch passed after %d tellings", len(told))
		}
		if got = append(got, values(batch)...); len(got) >= len(want) {
			stop()
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, want) {
		t.Errorf("read %v, want %v", got, want)
	}
	if len(told) != 2 || told[0] != told[1] {
		t.Fatalf("told %v", told)
	}
	return told[0]
}

// pressure publishes past the limit with a reader that does not move, and then
// lets it read.
func pressure(t *testing.T, open Factory) {
	topic := name("pressure")
	bus := open(t, kafka.Topic{Name: topic, Partitions: 1}).Bus
	var mu sync.Mutex
	applied := map[kafka.TopicPartition]int64{}
	gate := kafka.NewGate(bus, func(context.Context) (map[kafka.TopicPartition]int64, error) {
		mu.Lock()
		defer mu.Unlock()
		return map[kafka.TopicPartition]int64{{Topic: topic}: applied[kafka.TopicPartition{Topic: topic}]}, nil
	}, nil, topic)
	if err := gate.Check(limit(t)); err != nil {
		t.Fatalf("empty log: %v", err)
	}
	batch := numbered(5000)
	for range kafka.MaxBehind / len(batch) {
		publish(t, bus, topic, batch...)
	}
	records, bytes, err := bus.Backlog(limit(t), nil, topic)
	if err != nil || records != kafka.MaxBehind || bytes <= 0 {
		t.Fatalf("backlog of %d records, %d bytes, %v; want %d", records, bytes, err, kafka.MaxBehind)
	}
	// The gate asks four times a second; until then the last answer stands.
	for begun := time.Now(); gate.Check(limit(t)) == nil && time.Since(begun) < 5*time.Second; {
		time.Sleep(20 * time.Millisecond)
	}
	wantFault(t, gate.Check(limit(t)), community.Limited, "log.behind")
	short, cancel := context.WithTimeout(t.Context(), 400*time.Millisecond)
	defer cancel()
	wantFault(t, gate.Wait(short), community.Limited, "log.behind")
	waited := make(chan error, 1)
	go func() { waited <- gate.Wait(limit(t)) }()
	ctx, stop := context.WithCancel(limit(t))
	defer stop()
	if err := bus.Consume(ctx, kafka.Subscription{Topic: topic, OnGap: noGap(t)}, func(_ context.Context, batch []kafka.Record) error {
		mu.Lock()
		defer mu.Unlock()
		next := batch[len(batch)-1].Offset + 1
		applied[kafka.TopicPartition{Topic: topic}] = next
		if next == kafka.MaxBehind {
			stop()
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := <-waited; err != nil {
		t.Errorf("the gate stayed shut: %v", err)
	}
}
