package kafka_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/internal/kafka"
)

func child(t *testing.T, what, dir string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), "VIGIE_LOG_CHILD="+what, "VIGIE_LOG_DIR="+dir)
	cmd.Stderr = os.Stderr
	return cmd
}

// promises is what a killed process had said.
type promises struct {
	acked   map[string]bool
	applied map[string]bool
	next    map[int]int64
}

// TestKill kills a process that publishes, reads and trims, at random moments,
// over one folder. Whatever it acknowledged must then be in the log, unless it
// was applied and trimmed; and no partition may end before what was applied.
func TestKill(t *testing.T) {
	dir := t.TempDir()
	p := promises{map[string]bool{}, map[string]bool{}, map[int]int64{}}
	for run := range kills {
		p.listen(t, dir, time.Duration(100+rand.IntN(600))*time.Millisecond)
		held, present := p.verify(t, dir)
		t.Logf("kill %d: %d acknowledged so far, %d applied, %d in the log, which holds %v", run+1, len(p.acked), len(p.applied), present, held)
		if t.Failed() {
			return
		}
	}
}

// listen runs the child and kills it a while after its first acknowledgement.
func (p *promises) listen(t *testing.T, dir string, while time.Duration) {
	t.Helper()
	cmd := child(t, "work", dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var timer *time.Timer
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		switch words[0] {
		case "acked":
			if timer == nil {
				timer = time.AfterFunc(while, func() { cmd.Process.Kill() })
			}
			for _, value := range words[1:] {
				p.acked[value] = true
			}
		case "applied":
			var partition int
			var next int64
			if _, err := fmt.Sscan(words[1]+" "+words[2], &partition, &next); err != nil {
				t.Fatal(err)
			}
			p.next[partition] = max(p.next[partition], next)
			for _, value := range words[3:] {
				p.applied[value] = true
			}
		default:
			t.Errorf("the child says: %s", lines.Text())
		}
	}
	cmd.Wait() //nolint:errcheck // it was killed
	if timer == nil {
		t.Fatal("the child acknowledged nothing")
	}
}

func (p *promises) verify(t *testing.T, dir string) (held map[int]kafka.Range, present int) {
	t.Helper()
	broker := open(t, dir, killOptions())
	defer broker.Close()
	bus := connect(t, broker.Config())
	defer bus.Close()
	held, err := bus.Ends(t.Context(), "t")
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for partition, r := range held {
		total += int(r.Last - r.First)
		if r.Last < p.next[partition] {
			t.Errorf("partition %d ends at %d, %d was applied", partition, r.Last, p.next[partition])
		}
	}
	there := make(map[string]bool)
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	one := make(chan struct{}, 1)
	err = bus.Consume(ctx, kafka.Subscription{
		Topic: "t", Batch: 500,
		OnGap: func(_ context.Context, g kafka.Gap) error { t.Errorf("gap %+v", g); return nil },
	}, func(_ context.Context, batch []kafka.Record) error {
		one <- struct{}{}
		defer func() { <-one }()
		for _, r := range batch {
			value, _, _ := strings.Cut(string(r.Value), " ")
			there[value] = true
		}
		if total -= len(batch); total == 0 {
			stop()
		}
		return nil
	})
	if err != nil || total != 0 {
		t.Fatalf("%d records of the log could not be read, %v", total, err)
	}
	missing := 0
	for value := range p.acked {
		if !there[value] && !p.applied[value] {
			missing++
		}
	}
	if missing > 0 {
		t.Errorf("%d acknowledged records are missing", missing)
	}
	return held, len(there)
}

// TestIdleMemory reopens a log of 100,000 records in a process of its own.
func TestIdleMemory(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("memory is read from /proc")
	}
	dir := t.TempDir()
	broker := open(t, dir, kafka.Options{})
	bus := connect(t, broker.Config())
	for range 100 {
		batch := make([]kafka.Record, 1000)
		for i := range batch {
			batch[i] = kafka.Record{Key: noise(8), Value: noise(700)}
		}
		if err := bus.Publish(t.Context(), kafka.Collected, batch); err != nil {
			t.Fatal(err)
		}
	}
	bus.Close()
	broker.Close()
	out, err := child(t, "idle", dir).Output()
	if err != nil {
		t.Fatal(err)
	}
	var rss, ready, heap int
	if _, err := fmt.Sscanf(string(out), "rss %d %d %d", &rss, &ready, &heap); err != nil {
		t.Fatalf("%q: %v", out, err)
	}
	t.Logf("100,000 records of 700 random bytes: ready in %d ms, %d KB resident, %d KB of heap", ready, rss, heap)
	if rss > 60<<10 && !raced {
		t.Errorf("%d KB resident", rss)
	}
}
