package kafka_test

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/internal/kafka"
)

func key(err error) string {
	var f *community.Fault
	if errors.As(err, &f) {
		return string(f.Kind) + " " + f.Key
	}
	return ""
}

func TestOpenTwice(t *testing.T) {
	dir := t.TempDir()
	first := open(t, dir, kafka.Options{})
	if _, err := kafka.Open(t.Context(), dir, kafka.Options{}); key(err) != "conflict log.locked" {
		t.Fatalf("second opening: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Errorf("closed twice: %v", err)
	}
	open(t, dir, kafka.Options{})
}

func TestOpenFails(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := kafka.Open(t.Context(), file, kafka.Options{}); key(err) != "unavailable log.open" {
		t.Errorf("folder is a file: %v", err)
	}
	dir := t.TempDir()
	done, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := kafka.Open(done, dir, kafka.Options{}); err == nil {
		t.Error("opened with a context that was done")
	}
	open(t, dir, kafka.Options{}) // the failed start left no lock
}

func TestIdentity(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "log")
	identity := func() string {
		b := open(t, dir, kafka.Options{})
		defer b.Close()
		return b.Identity()
	}
	first := identity()
	if again := identity(); again != first || first == "" {
		t.Errorf("identity %q became %q", first, again)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if fresh := identity(); fresh == first {
		t.Error("a deleted log kept its identity")
	}
}

func TestSecret(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "log")
	broker := open(t, dir, kafka.Options{})
	config := broker.Config()
	connect(t, config)
	if host, _, _ := net.SplitHostPort(config.Brokers[0]); host != "127.0.0.1" {
		t.Errorf("listens on %s", host)
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("folder %v, %v", info.Mode(), err)
	}
	unwritten := func(when string) {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := os.ReadFile(path)
			if strings.Contains(string(data), config.Password) {
				t.Errorf("%s: the secret stands in %s", when, d.Name())
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	unwritten("running")
	for _, c := range []kafka.Config{
		{Brokers: config.Brokers},
		{Brokers: config.Brokers, User: config.User, Password: "guess"},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		if _, err := kafka.Connect(ctx, c); key(err) != "unavailable log.unreachable" {
			t.Errorf("connected as %q with %q: %v", c.User, c.Password, err)
		}
		cancel()
	}
	broker.Close()
	unwritten("closed")
	if again := open(t, dir, kafka.Options{}).Config(); again.Password == config.Password {
		t.Error("the secret of the former start")
	} else {
		connect(t, again)
	}
}

// TestNothingLeft opens, uses and closes, and counts what still runs.
func TestNothingLeft(t *testing.T) {
	use := func() {
		broker := open(t, t.TempDir(), kafka.Options{})
		bus := connect(t, broker.Config())
		if err := bus.Publish(t.Context(), kafka.Collected, []kafka.Record{{Value: []byte("x")}}); err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		if err := bus.Consume(ctx, kafka.Subscription{
			Topic: kafka.Collected, Group: "g",
			OnGap: func(context.Context, kafka.Gap) error { return nil },
		}, func(context.Context, []kafka.Record) error { stop(); return nil }); err != nil {
			t.Fatal(err)
		}
		bus.Close()
		broker.Close()
	}
	use()
	before := runtime.NumGoroutine()
	for range 3 {
		use()
	}
	var after int
	for range 50 {
		if after = runtime.NumGoroutine(); after <= before {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	buf := make([]byte, 1<<20)
	t.Errorf("%d goroutines before, %d after:\n%s", before, after, buf[:runtime.Stack(buf, true)])
}
