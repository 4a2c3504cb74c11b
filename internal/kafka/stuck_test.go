package kafka_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/internal/kafka"
)

// TestDamaged spoils a batch on disk under the running broker. The reader stops
// in front of it, skips nothing, and readiness says so.
func TestDamaged(t *testing.T) {
	dir := t.TempDir()
	broker := open(t, dir, kafka.Options{Topics: []kafka.Topic{{Name: "t", Partitions: 1}}})
	bus := connect(t, broker.Config().Impatient(200*time.Millisecond))
	good := kafka.Record{Key: []byte("k"), Value: noise(1000)}
	bad := kafka.Record{Key: []byte("k"), Value: bytes.Repeat([]byte("damage"), 1000)}
	for _, r := range []kafka.Record{good, bad, good} {
		if err := bus.Publish(t.Context(), "t", []kafka.Record{r}); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "partitions", "t-0", "0.dat")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(data, []byte("damage"))
	if at < 0 {
		t.Fatal("the second batch is not where it was expected")
	}
	for i := range 100 {
		data[at-10+i] ^= 0x5a
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	unready := make(chan error, 1)
	go func() {
		defer stop()
		for ctx.Err() == nil {
			if err := bus.Check(time.Now().Add(kafka.Patience)); err != nil {
				unready <- err
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
	}()
	read := 0
	err = bus.Consume(ctx, kafka.Subscription{
		Topic: "t", OnGap: func(_ context.Context, g kafka.Gap) error { t.Errorf("gap %+v", g); return nil },
	}, func(_ context.Context, batch []kafka.Record) error {
		read += len(batch)
		return nil
	})
	if err != nil || read != 1 {
		t.Errorf("read %d records, 1 stands before the damage (%v)", read, err)
	}
	select {
	case err := <-unready:
		if key(err) != "unavailable log.blocked" {
			t.Error(err)
		}
		t.Log(err)
	default:
		t.Error("the bus went on calling itself ready")
	}
}
