package collectors_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/collectors/collectortest"
	"github.com/vigie-hq/vigie/community"
)

// script is a network whose Collect is a function.
type script func(ctx context.Context, a community.Account, c community.Cursor, emit collectors.Emit) error

func (s script) Collect(ctx context.Context, a community.Account, c community.Cursor, emit collectors.Emit) error {
	return s(ctx, a, c, emit)
}

func (script) Reply(context.Context, community.Account, community.Message, community.Reply) (community.Receipt, error) {
	return community.Receipt{}, errors.New("not used")
}

func (script) Describe(context.Context, community.Account) (community.Capability, error) {
	return community.Capability{}, errors.New("not used")
}

func (script) Count(_ community.Visibility, text string) int { return len(text) }

func account(name string) community.Account {
	return community.Account{Brand: "shop", Network: "script", Name: name, Collects: true, State: community.AccountActive}
}

func message(id string, at time.Time) community.Message {
	return community.Message{ID: id, Thread: id, Author: community.Author{ID: "1"}, Text: "text of " + id, CreatedAt: at}
}

// run starts a fleet over the script inside a synctest bubble.
func run(t *testing.T, house *collectortest.House, s script) (fleet *collectors.Fleet, stop func()) {
	fleet = collectors.NewFleet(collectors.FleetOptions{
		Networks: map[string]collectors.Network{"script": s},
		Log:      house, Memory: house,
		Random: func() float64 { return 0 },
		Logger: slog.New(slog.DiscardHandler),
	})
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() {
		if err := fleet.Run(ctx); err != nil {
			t.Errorf("the fleet ended: %v", err)
		}
	})
	return fleet, func() { cancel(); running.Wait() }
}

// starts records when Collect was called, since the test began.
type starts struct {
	mu    sync.Mutex
	began time.Time
	at    []time.Duration
}

func (s *starts) add() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at = append(s.at, time.Since(s.began))
	return len(s.at)
}

func (s *starts) get() []time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at
}

func TestBackOffDoublesUpToFiveMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &starts{began: time.Now()}
		_, stop := run(t, collectortest.NewHouse(account("a")), func(context.Context, community.Account, community.Cursor, collectors.Emit) error {
			s.add()
			panic("a network's mistake must not take the others down")
		})
		time.Sleep(time.Hour)
		stop()
		at := s.get()
		for i, want := range []time.Duration{0, 500 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second} {
			if i > 0 && at[i]-at[i-1] != want {
				t.Errorf("wait %d is %v, want %v", i, at[i]-at[i-1], want)
			}
		}
		if last := at[len(at)-1] - at[len(at)-2]; last != 150*time.Second {
			t.Errorf("the longest wait is %v, want half of five minutes", last)
		}
	})
}

func TestLimitedWaitsUntilTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &starts{began: time.Now()}
		_, stop := run(t, collectortest.NewHouse(account("a")), func(ctx context.Context, _ community.Account, _ community.Cursor, _ collectors.Emit) error {
			if s.add() == 1 {
				return collectors.Limit("network.limited", time.Now().Add(7*time.Minute))
			}
			<-ctx.Done()
			return ctx.Err()
		})
		time.Sleep(time.Hour)
		stop()
		if at := s.get(); len(at) != 2 || at[1] != 7*time.Minute {
			t.Errorf("collected at %v, want at 0 and 7m", at)
		}
	})
}

func TestUnauthorisedParksUntilReconnected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := account("a")
		house := collectortest.NewHouse(a)
		s := &starts{began: time.Now()}
		fleet, stop := run(t, house, func(ctx context.Context, _ community.Account, _ community.Cursor, _ collectors.Emit) error {
			if s.add() == 1 {
				return community.Faultf(community.Unauthorised, "network.unauthorised")
			}
			<-ctx.Done()
			return ctx.Err()
		})
		time.Sleep(time.Hour)
		if n := len(s.get()); n != 1 || house.State(a.Key()) != community.AccountReconnect {
			t.Fatalf("collected %d times, state %s", n, house.State(a.Key()))
		}
		if err := house.SaveState(t.Context(), a.Key(), community.AccountActive, ""); err != nil {
			t.Fatal(err)
		}
		fleet.Reload()
		synctest.Wait()
		if n := len(s.get()); n != 2 {
			t.Errorf("collected %d times after reconnecting", n)
		}
		stop()
	})
}

func TestSlowAccountDelaysNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		house := collectortest.NewHouse(account("slow"), account("quick"))
		_, stop := run(t, house, func(ctx context.Context, a community.Account, _ community.Cursor, emit collectors.Emit) error {
			if a.Name == "slow" {
				time.Sleep(time.Hour) // deaf to ctx
				return nil
			}
			return emit(ctx, collectors.Batch{Messages: []community.Message{message("1", time.Now())}})
		})
		time.Sleep(time.Second)
		if house.Len() != 1 {
			t.Error("the quick account waits for the slow one")
		}
		stop()
	})
}

func TestDeactivatedAccountStopsAndChangedAccountStartsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := account("a")
		house := collectortest.NewHouse(a)
		var mu sync.Mutex
		running, begun := 0, 0
		fleet, stop := run(t, house, func(ctx context.Context, _ community.Account, _ community.Cursor, _ collectors.Emit) error {
			mu.Lock()
			running++
			begun++
			mu.Unlock()
			<-ctx.Done()
			mu.Lock()
			running--
			mu.Unlock()
			return ctx.Err()
		})
		expect := func(when string, wantRunning, wantBegun int) {
			t.Helper()
			synctest.Wait()
			mu.Lock()
			defer mu.Unlock()
			if running != wantRunning || begun != wantBegun {
				t.Errorf("%s: %d running, %d begun; want %d, %d", when, running, begun, wantRunning, wantBegun)
			}
		}
		state := func(s community.AccountState, why string) {
			if err := house.SaveState(t.Context(), a.Key(), s, why); err != nil {
				t.Fatal(err)
			}
			fleet.Reload()
		}
		expect("at first", 1, 1)
		state(community.AccountActive, "its row changed")
		expect("changed", 1, 2)
		state(community.AccountDeactivated, "")
		expect("deactivated", 0, 2)
		state(community.AccountActive, "")
		expect("active again", 1, 3)
		stop()
		expect("stopped", 0, 3)
	})
}
