package kafka_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/vigie-hq/vigie/internal/kafka"
)

// noise is text that compression does not shrink away.
func noise(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rand.Uint32())
	}
	return b
}

// TestTrimKeepsUnread is the measured loss turned round: 40,000 acknowledged
// records, a reader that has applied 3,000, a cap that is far exceeded. kfake's
// own retention dropped 26,500 unread records of these without a word.
func TestTrimKeepsUnread(t *testing.T) {
	const total, applied = 40_000, 3_000
	broker := open(t, t.TempDir(), kafka.Options{
		Topics: []kafka.Topic{{Name: "t", Partitions: 1}}, Cap: 4 << 20, Segment: 256 << 10,
	})
	bus := connect(t, broker.Config())
	for i := 0; i < total; i += 1000 {
		var batch []kafka.Record
		for n := i; n < i+1000; n++ {
			batch = append(batch, kafka.Record{Key: fmt.Appendf(nil, "%d", n), Value: noise(300)})
		}
		if err := bus.Publish(t.Context(), "t", batch); err != nil {
			t.Fatal(err)
		}
	}
	at := kafka.TopicPartition{Topic: "t"}
	if err := broker.Full(t.Context()); key(err) != "limited log.full" {
		t.Errorf("above its cap the log is not full: %v", err)
	}
	size := func() int64 {
		sizes, err := broker.Size(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return sizes[at]
	}
	first := func() int64 {
		ends, err := bus.Ends(t.Context(), "t")
		if err != nil {
			t.Fatal(err)
		}
		if ends[0].Last != total {
			t.Fatalf("the log ends at %d", ends[0].Last)
		}
		return ends[0].First
	}
	before := size()
	if _, err := broker.Trim(t.Context(), map[kafka.TopicPartition]int64{}); err != nil || first() != 0 {
		t.Fatalf("trimmed to %d for a reader it does not know (%v)", first(), err)
	}
	freed, err := broker.Trim(t.Context(), map[kafka.TopicPartition]int64{at: applied})
	if err != nil {
		t.Fatal(err)
	}
	if got := first(); got != applied {
		t.Fatalf("the log begins at %d, applied is %d", got, applied)
	}
	t.Logf("%d bytes, %d after giving up %d", before, size(), freed)
	seen := 0
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	err = bus.Consume(ctx, kafka.Subscription{
		Topic: "t", From: map[int]int64{0: applied}, Batch: 500,
		OnGap: func(_ context.Context, g kafka.Gap) error { t.Errorf("gap %+v", g); return nil },
	}, func(_ context.Context, batch []kafka.Record) error {
		if want := fmt.Sprint(applied + seen); string(batch[0].Key) != want {
			t.Errorf("read %s, want %s", batch[0].Key, want)
		}
		if seen += len(batch); seen == total-applied {
			stop()
		}
		return nil
	})
	if err != nil || seen != total-applied {
		t.Fatalf("read %d of %d unread records, %v", seen, total-applied, err)
	}
	// Everything applied: half the cap is kept, the rest of the disk is free.
	if _, err := broker.Trim(t.Context(), map[kafka.TopicPartition]int64{at: total}); err != nil {
		t.Fatal(err)
	}
	if got := size(); got > 2<<20+256<<10 || got < 1<<20 {
		t.Errorf("%d bytes kept, half the cap is %d", got, 2<<20)
	}
	if err := broker.Full(t.Context()); err != nil {
		t.Errorf("after trimming: %v", err)
	}
}

// TestTrimAllThenCrash: offsets go on where they were even when everything was
// applied and trimmed and the broker had no time to write where it stood.
func TestTrimAllThenCrash(t *testing.T) {
	options := kafka.Options{Topics: []kafka.Topic{{Name: "t", Partitions: 1}}, Cap: 2, Segment: 1 << 10}
	running := t.TempDir()
	broker := open(t, running, options)
	bus := connect(t, broker.Config())
	for range 10 {
		if err := bus.Publish(t.Context(), "t", []kafka.Record{{Value: noise(2000)}}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := broker.Trim(t.Context(), map[kafka.TopicPartition]int64{{Topic: "t"}: 10}); err != nil {
		t.Fatal(err)
	}
	crashed := t.TempDir()
	if err := os.CopyFS(crashed, os.DirFS(running)); err != nil {
		t.Fatal(err)
	}
	ends, err := connect(t, open(t, crashed, options).Config()).Ends(t.Context(), "t")
	if err != nil {
		t.Fatal(err)
	}
	if want := (kafka.Range{First: 9, Last: 10}); ends[0] != want {
		t.Errorf("after the crash the partition holds %v, want %v", ends[0], want)
	}
}
