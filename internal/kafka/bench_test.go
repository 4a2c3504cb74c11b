package kafka_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/internal/kafka"
)

// lyric is about 1 KB that compresses as French messages do (about four times).
func lyric(n int) []byte {
	return fmt.Appendf(nil, "%0300d%x", n, noise(120))
}

func ready(b *testing.B) *kafka.Bus {
	b.Helper()
	return connect(b, open(b, b.TempDir(), kafka.Options{Cap: 8 << 30}).Config())
}

func batches(size int) []kafka.Record {
	records := make([]kafka.Record, size)
	for i := range records {
		records[i] = kafka.Record{Key: fmt.Appendf(nil, "key %d", i), Value: lyric(i)}
	}
	return records
}

// BenchmarkPublish publishes batches of 500 from one caller; an op is a record.
func BenchmarkPublish(b *testing.B) {
	bus, batch := ready(b), batches(500)
	b.ResetTimer()
	for n := 0; n < b.N; n += len(batch) {
		if err := bus.Publish(b.Context(), kafka.Collected, batch); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

// BenchmarkConsume reads batches of at most 500; an op is a record.
func BenchmarkConsume(b *testing.B) {
	bus, batch := ready(b), batches(500)
	for n := 0; n < b.N; n += len(batch) {
		if err := bus.Publish(b.Context(), kafka.Collected, batch); err != nil {
			b.Fatal(err)
		}
	}
	ctx, stop := context.WithCancel(b.Context())
	defer stop()
	counts := make(chan int, 100)
	b.ResetTimer()
	done := make(chan error, 1)
	go func() {
		done <- bus.Consume(ctx, kafka.Subscription{
			Topic: kafka.Collected, Batch: 500,
			OnGap: func(_ context.Context, g kafka.Gap) error { return g.Fault() },
		}, func(_ context.Context, batch []kafka.Record) error { counts <- len(batch); return nil })
	}()
	for left := b.N; left > 0; {
		left -= <-counts
	}
	b.StopTimer()
	stop()
	if err := <-done; err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

// BenchmarkOne is the way of a single record: publish, then handed over.
func BenchmarkOne(b *testing.B) {
	bus := ready(b)
	ctx, stop := context.WithCancel(b.Context())
	defer stop()
	got := make(chan time.Time, 1)
	done := make(chan error, 1)
	go func() {
		done <- bus.Consume(ctx, kafka.Subscription{
			Topic: kafka.Collected,
			OnGap: func(_ context.Context, g kafka.Gap) error { return g.Fault() },
		}, func(context.Context, []kafka.Record) error { got <- time.Now(); return nil })
	}()
	var arrived, acked []time.Duration
	record := []kafka.Record{{Key: []byte("k"), Value: lyric(1)}}
	for range max(b.N, 2) {
		begun := time.Now()
		if err := bus.Publish(ctx, kafka.Collected, record); err != nil {
			b.Fatal(err)
		}
		acked = append(acked, time.Since(begun))
		arrived = append(arrived, (<-got).Sub(begun))
	}
	stop()
	if err := <-done; err != nil {
		b.Fatal(err)
	}
	report := func(of []time.Duration, name string) {
		slices.Sort(of)
		b.ReportMetric(float64(of[len(of)/2].Microseconds())/1000, "ms-"+name+"-p50")
		b.ReportMetric(float64(of[len(of)*99/100].Microseconds())/1000, "ms-"+name+"-p99")
	}
	report(acked, "acked")
	report(arrived, "arrived")
}
