// Package bustest is what every log must do, whichever broker keeps it. The
// embedded broker passes it in each run; a cluster passes it when
// VIGIE_TEST_KAFKA names its brokers.
package bustest

import (
	"context"
	"crypto/rand"
	"errors"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/internal/kafka"
)

// Log is one log under test.
type Log struct {
	Bus *kafka.Bus
	// Reopen stops everything that can be stopped and connects again to what was
	// kept. The old bus is closed.
	Reopen func() *kafka.Bus
	// Cut deletes the records before an offset, as a retention that knows no
	// reader would; nil where the test has no right to.
	Cut func(at kafka.TopicPartition, before int64)
}

// Factory opens a log with the given topics, all new, and closes it with t.
type Factory func(t *testing.T, topics ...kafka.Topic) Log

// Run runs the suite.
func Run(t *testing.T, open Factory) {
	tests := []struct {
		name string
		run  func(*testing.T, Factory)
	}{
		{"records come back whole", whole},
		{"a key keeps its order", keyOrder},
		{"two topics stay apart", twoTopics},
		{"an oversize record is refused before sending", oversize},
		{"an unknown topic is named", unknownTopic},
		{"what was published survives reopening", durable},
		{"a failed batch is handed over again, in place", redelivery},
		{"one blocked partition does not hold the others", isolation},
		{"reading starts where the store says", fromStore},
		{"a group remembers for readers without a store", group},
		{"a gap is told before it is passed", gap},
		{"a log that ends before the store is told and read again", rewound},
		{"a tail sees only what comes", tail},
		{"publishing stops while a reader is far behind", pressure},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { test.run(t, open) })
	}
}

// name makes a topic that no other run has.
func name(prefix string) string { return prefix + "-" + rand.Text()[:10] }

// limit is the patience of one test with a log that is well.
func limit(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func publish(t *testing.T, bus *kafka.Bus, topic string, records ...kafka.Record) {
	t.Helper()
	if err := bus.Publish(limit(t), topic, records); err != nil {
		t.Fatalf("publish %d records to %s: %v", len(records), topic, err)
	}
}

func noGap(t *testing.T) func(context.Context, kafka.Gap) error {
	return func(_ context.Context, g kafka.Gap) error {
		t.Errorf("unexpected gap: %v", g.Fault())
		return nil
	}
}

// collect consumes until n records were applied and returns them in the order
// of their handing over.
func collect(t *testing.T, bus *kafka.Bus, s kafka.Subscription, n int) []kafka.Record {
	t.Helper()
	if s.OnGap == nil {
		s.OnGap = noGap(t)
	}
	ctx, stop := context.WithCancel(limit(t))
	defer stop()
	got := make(chan kafka.Record)
	done := make(chan error, 1)
	go func() {
		done <- bus.Consume(ctx, s, func(ctx context.Context, batch []kafka.Record) error {
			for _, r := range batch {
				select {
				case got <- r:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
			return nil
		})
	}()
	var all []kafka.Record
	for len(all) < n {
		select {
		case r := <-got:
			all = append(all, r)
		case <-ctx.Done():
			t.Fatalf("read %d of %d records of %s", len(all), n, s.Topic)
		}
	}
	stop()
	if err := <-done; err != nil {
		t.Fatalf("consume: %v", err)
	}
	return all
}

func wantFault(t *testing.T, err error, kind community.FaultKind, key string) {
	t.Helper()
	var f *community.Fault
	if !errors.As(err, &f) || f.Kind != kind || f.Key != key {
		t.Fatalf("error %v, want %s %s", err, kind, key)
	}
}
