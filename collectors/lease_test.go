package collectors_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/collectors/collectortest"
	"github.com/vigie-hq/vigie/community"
)

// cutOff is a memory that one process cannot reach any more.
type cutOff struct {
	collectors.Memory
	gone atomic.Bool
}

var errGone = errors.New("the store does not answer")

func (c *cutOff) Lease(ctx context.Context, holder string, accounts []string, ttl time.Duration) ([]string, error) {
	if c.gone.Load() {
		return nil, errGone
	}
	return c.Memory.Lease(ctx, holder, accounts, ttl)
}

func (c *cutOff) Release(ctx context.Context, holder string) error {
	if c.gone.Load() {
		return errGone
	}
	return c.Memory.Release(ctx, holder)
}

// watched counts how many collect each account at the same time.
type watched struct {
	mu    sync.Mutex
	now   map[string]int
	most  int
	since time.Time // when the last one began
}

func (w *watched) Collect(ctx context.Context, a community.Account, _ community.Cursor, _ collectors.Emit) error {
	w.mu.Lock()
	w.now[a.Name]++
	w.most = max(w.most, w.now[a.Name])
	w.since = time.Now()
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.now[a.Name]--
	}()
	<-ctx.Done()
	time.Sleep(2 * time.Second) // it takes a while to stop
	return ctx.Err()
}

func (w *watched) running() (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, one := range w.now {
		n += one
	}
	return n
}

// another starts a further fleet over the same accounts.
func another(t *testing.T, memory collectors.Memory, w *watched) (stop func()) {
	fleet := collectors.NewFleet(collectors.FleetOptions{
		Networks: map[string]collectors.Network{"script": script(w.Collect)}, Log: nowhere{}, Memory: memory,
		Random: func() float64 { return 0 }, Logger: slog.New(slog.DiscardHandler),
	})
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() {
		if err := fleet.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	return func() { cancel(); running.Wait() }
}

type nowhere struct{}

func (nowhere) Publish(context.Context, []community.Message) error { return nil }

func TestTwoFleetsNeverCollectTheSameAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var accounts []community.Account
		for i := range 20 {
			accounts = append(accounts, account(fmt.Sprint(i)))
		}
		house := collectortest.NewHouse(accounts...)
		w := &watched{now: map[string]int{}}
		expect := func(when string, n int) {
			t.Helper()
			synctest.Wait()
			if w.running() != n || w.most > 1 {
				t.Fatalf("%s: %d run, want %d; %d at the same account", when, w.running(), n, w.most)
			}
		}
		first := &cutOff{Memory: house}
		stopFirst := another(t, first, w)
		expect("one fleet", 20)
		stopSecond := another(t, house, w)
		time.Sleep(5 * time.Minute)
		expect("two fleets", 20)

		first.gone.Store(true) // as if it were killed, or cut off from the store
		cut := time.Now()
		time.Sleep(time.Minute)
		expect("the first is cut off", 20)
		if waited := w.since.Sub(cut); waited < 20*time.Second || waited > 45*time.Second {
			t.Errorf("taken over after %v", waited)
		}
		first.gone.Store(false)
		time.Sleep(time.Minute)
		expect("the first is back", 20)

		left := time.Now()
		stopSecond() // cleanly: nobody waits for a lease to end
		time.Sleep(15 * time.Second)
		expect("the second left", 20)
		if waited := w.since.Sub(left); waited > 13*time.Second {
			t.Errorf("taken over %v after a clean stop", waited)
		}
		stopFirst()
		expect("both left", 0)
	})
}

// TestHungAccountsDelayNobody has a hundred of a thousand accounts hang, deaf to
// everything.
func TestHungAccountsDelayNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var accounts []community.Account
		for i := range 1000 {
			accounts = append(accounts, account(fmt.Sprint(i)))
		}
		house := collectortest.NewHouse(accounts...)
		var hung atomic.Int64
		_, stop := run(t, house, func(ctx context.Context, a community.Account, _ community.Cursor, emit collectors.Emit) error {
			if len(a.Name) > 1 && a.Name[len(a.Name)-1] == '7' { // 97 of them
				hung.Add(1)
				time.Sleep(time.Hour)
				return nil
			}
			err := emit(ctx, collectors.Batch{Messages: []community.Message{message("of "+a.Name, time.Now())}})
			<-ctx.Done()
			return err
		})
		began := time.Now()
		for house.Len() < 1000-int(hung.Load()) || hung.Load() == 0 {
			time.Sleep(time.Millisecond)
		}
		if took := time.Since(began); took > time.Second {
			t.Errorf("the others waited %v", took)
		}
		stop()
	})
}
