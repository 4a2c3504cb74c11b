package bustest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/internal/kafka"
)

// numbered makes records 0, 1, ... in one partition.
func numbered(n int) []kafka.Record {
	records := make([]kafka.Record, n)
	for i := range records {
		records[i] = kafka.Record{Key: []byte("one"), Value: fmt.Appendf(nil, "%d", i)}
	}
	return records
}

func values(records []kafka.Record) []string {
	out := make([]string, len(records))
	for i, r := range records {
		out[i] = string(r.Value)
	}
	return out
}

func redelivery(t *testing.T, open Factory) {
	topic := name("redelivery")
	bus := open(t, kafka.Topic{Name: topic, Partitions: 1}).Bus
	publish(t, bus, topic, numbered(100)...)
	ctx, stop := context.WithCancel(limit(t))
	defer stop()
	var applied, failed []string
	err := bus.Consume(ctx, kafka.Subscription{Topic: topic, Batch: 10, OnGap: noGap(t)},
		func(_ context.Context, batch []kafka.Record) error {
			if batch[0].Offset >= 30 && len(failed) < 3 {
				failed = append(failed, string(batch[0].Value))
				return errors.New("the store is down")
			}
			if len(batch) > 10 {
				t.Errorf("batch of %d", len(batch))
			}
			if applied = append(applied, values(batch)...); len(applied) == 100 {
				stop()
			}
			return nil
		})
	if err != nil {
		t.Fatal(err)
	}
	if len(failed) != 3 || failed[1] != failed[0] || failed[2] != failed[0] {
		t.Errorf("the failing batches began with %v, want one batch three times", failed)
	}
	if want := values(numbered(100)); !slices.Equal(applied, want) {
		t.Errorf("applied %v", applied)
	}
	if err := bus.Check(time.Now().Add(time.Hour)); err != nil {
		t.Errorf("after recovery: %v", err)
	}
}

func isolation(t *testing.T, open Factory) {
	topic := name("isolation")
	bus := open(t, kafka.Topic{Name: topic, Partitions: 2}).Bus
	var records []kafka.Record
	for i := range 100 {
		records = append(records, kafka.Record{Key: fmt.Appendf(nil, "k%d", i)})
	}
	publish(t, bus, topic, records...)
	ends, err := bus.Ends(limit(t), topic)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(limit(t))
	defer stop()
	tried := make(chan struct{}, 100)
	var mu sync.Mutex
	var free int64
	err = bus.Consume(ctx, kafka.Subscription{Topic: topic, OnGap: noGap(t)},
		func(_ context.Context, batch []kafka.Record) error {
			if batch[0].Partition == 0 {
				tried <- struct{}{}
				return errors.New("blocked")
			}
			mu.Lock()
			defer mu.Unlock()
			if free += int64(len(batch)); free == ends[1].Last {
				<-tried
				if bus.Check(time.Now()) != nil {
					t.Error("not ready after a moment's block")
				}
				if bus.Check(time.Now().Add(kafka.Patience)) == nil {
					t.Error("ready with a partition blocked for 30 s")
				}
				stop()
			}
			return nil
		})
	if err != nil {
		t.Fatal(err)
	}
	if free != ends[1].Last || free == 0 {
		t.Errorf("partition 1: %d of %d applied", free, ends[1].Last)
	}
}

func fromStore(t *testing.T, open Factory) {
	topic := name("store")
	bus := open(t, kafka.Topic{Name: topic, Partitions: 1}).Bus
	publish(t, bus, topic, numbered(60)...)
	got := collect(t, bus, kafka.Subscription{Topic: topic, From: map[int]int64{0: 42}}, 18)
	if want := values(numbered(60))[42:]; !slices.Equal(values(got), want) {
		t.Errorf("from 42: %v", values(got))
	}
}

func group(t *testing.T, open Factory) {
	topic, reader := name("group"), name("reader")
	log := open(t, kafka.Topic{Name: topic, Partitions: 1})
	publish(t, log.Bus, topic, numbered(50)...)
	s := kafka.Subscription{Topic: topic, Group: reader}
	collect(t, log.Bus, s, 50)
	bus := log.Reopen()
	committed, err := bus.Committed(limit(t), reader, topic)
	if err != nil {
		t.Fatal(err)
	}
	// The last batch may have been taken without its handler having returned.
	next := committed[0]
	if next > 50 {
		t.Fatalf("committed %d of 50", next)
	}
	publish(t, bus, topic, kafka.Record{Key: []byte("one"), Value: []byte("last")})
	got := values(collect(t, bus, s, int(51-next)))
	if got[len(got)-1] != "last" {
		t.Errorf("resumed at %d and read %v", next, got)
	}
	if err := bus.Commit(limit(t), reader, map[kafka.TopicPartition]int64{{Topic: topic, Partition: 0}: 7}); err != nil {
		t.Fatal(err)
	}
	if committed, err = bus.Committed(limit(t), reader, topic); err != nil || committed[0] != 7 {
		t.Errorf("committed 7, read %v, %v", committed, err)
	}
}

func tail(t *testing.T, open Factory) {
	topic := name("tail")
	bus := open(t, kafka.Topic{Name: topic, Partitions: 2}).Bus
	publish(t, bus, topic, numbered(20)...)
	ends, err := bus.Ends(limit(t), topic)
	if err != nil {
		t.Fatal(err)
	}
	from := make(map[int]int64)
	for p, held := range ends {
		from[p] = held.Last
	}
	publish(t, bus, topic, kafka.Record{Value: []byte("new")})
	ctx, stop := context.WithCancel(limit(t))
	defer stop()
	var got []string
	if err := bus.Tail(ctx, topic, from, func(batch []kafka.Record) {
		got = append(got, values(batch)...)
		stop()
	}); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, []string{"new"}) {
		t.Errorf("tail read %v", got)
	}
	// From "now": what is published while the tail begins may be missed, what was
	// there before must not come.
	ctx, stop = context.WithCancel(limit(t))
	defer stop()
	var wg sync.WaitGroup
	wg.Go(func() {
		for ctx.Err() == nil {
			publish(t, bus, topic, kafka.Record{Value: []byte("later")})
			time.Sleep(20 * time.Millisecond)
		}
	})
	got = nil
	if err := bus.Tail(ctx, topic, nil, func(batch []kafka.Record) {
		got = append(got, values(batch)...)
		stop()
	}); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	if len(got) == 0 || slices.ContainsFunc(got, func(v string) bool { return v != "later" }) {
		t.Errorf("tail from now read %v", got)
	}
	if err := bus.Check(time.Now().Add(time.Hour)); err != nil {
		t.Errorf("after tailing: %v", err)
	}
}
