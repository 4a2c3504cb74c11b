package kafka_test

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/internal/kafka"
)

// The test binary is also the process that gets killed: with VIGIE_LOG_CHILD it
// runs one of these instead of the tests, over the folder in VIGIE_LOG_DIR.
func TestMain(m *testing.M) {
	children := map[string]func(context.Context, string) error{"work": work, "idle": idle}
	if child := children[os.Getenv("VIGIE_LOG_CHILD")]; child != nil {
		if err := child(context.Background(), os.Getenv("VIGIE_LOG_DIR")); err != nil {
			fmt.Println("fault", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// work publishes, applies and trims until it is killed. It says what it has
// promised, a line each: "acked VALUE" and "applied PARTITION NEXT VALUES".
func work(ctx context.Context, dir string) error {
	broker, err := kafka.Open(ctx, dir, killOptions())
	if err != nil {
		return err
	}
	bus, err := kafka.Connect(ctx, broker.Config())
	if err != nil {
		return err
	}
	var mu sync.Mutex // one line at a time
	say := func(format string, args ...any) {
		fmt.Printf(format+"\n", args...)
	}
	fail := make(chan error, 1)
	for publisher := range 3 {
		go func() {
			for n := 0; ; n++ {
				var batch []kafka.Record
				var values []string
				for i := range 50 {
					value := fmt.Sprintf("%d-%d-%d-%d", os.Getpid(), publisher, n, i)
					values = append(values, value)
					batch = append(batch, kafka.Record{Key: []byte(value), Value: append([]byte(value+" "), noise(300)...)})
				}
				if err := bus.Publish(ctx, "t", batch); err != nil {
					fail <- err
					return
				}
				mu.Lock()
				say("acked %s", strings.Join(values, " "))
				mu.Unlock()
			}
		}()
	}
	go func() {
		fail <- bus.Consume(ctx, kafka.Subscription{
			Topic: "t", Group: "work",
			OnGap: func(_ context.Context, g kafka.Gap) error { fail <- g.Fault(); return nil },
		}, func(_ context.Context, batch []kafka.Record) error {
			var values []string
			for _, r := range batch {
				value, _, _ := strings.Cut(string(r.Value), " ")
				values = append(values, value)
			}
			last := batch[len(batch)-1]
			mu.Lock()
			defer mu.Unlock()
			say("applied %d %d %s", last.Partition, last.Offset+1, strings.Join(values, " "))
			return nil
		})
	}()
	for {
		select {
		case err := <-fail:
			return err
		case <-time.After(20 * time.Millisecond):
		}
		// What is trimmed must be applied durably; here the group's offsets are.
		committed, err := bus.Committed(ctx, "work", "t")
		if err != nil {
			return err
		}
		done := make(map[kafka.TopicPartition]int64)
		for p, next := range committed {
			done[kafka.TopicPartition{Topic: "t", Partition: p}] = next
		}
		if _, err := broker.Trim(ctx, done); err != nil {
			return err
		}
	}
}

func killOptions() kafka.Options {
	return kafka.Options{Topics: []kafka.Topic{{Name: "t", Partitions: 3}}, Cap: 1 << 20, Segment: 64 << 10}
}

// idle opens a log, connects, and says how much memory it holds after a moment.
func idle(ctx context.Context, dir string) error {
	begun := time.Now()
	broker, err := kafka.Open(ctx, dir, kafka.Options{})
	if err != nil {
		return err
	}
	ready := time.Since(begun)
	bus, err := kafka.Connect(ctx, broker.Config())
	if err != nil {
		return err
	}
	time.Sleep(300 * time.Millisecond)
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return err
	}
	var heap runtime.MemStats
	runtime.ReadMemStats(&heap)
	for line := range strings.Lines(string(status)) {
		if rss, found := strings.CutPrefix(line, "VmRSS:"); found {
			fmt.Println("rss", strings.TrimSuffix(strings.TrimSpace(rss), " kB"), ready.Milliseconds(), heap.HeapInuse>>10)
		}
	}
	bus.Close()
	return broker.Close()
}
