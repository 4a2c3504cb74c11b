package collectors_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/collectors/collectortest"
	"github.com/vigie-hq/vigie/community"
)

// checked is a network that can be asked how an account stands.
type checked struct {
	script
	mu     sync.Mutex
	asked  []time.Duration // since the test began
	began  time.Time
	answer func() (community.Health, error)
}

func (c *checked) Check(context.Context, community.Account) (community.Health, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, time.Since(c.began))
	return c.answer()
}

func TestAccountsAreAskedHowTheyStand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := account("a")
		house := collectortest.NewHouse(a)
		ends := time.Now().Add(48 * time.Hour)
		n := &checked{began: time.Now(), script: waits, answer: func() (community.Health, error) {
			return community.Health{ExpiresAt: ends, Missing: []string{"dm.read"}}, nil
		}}
		fleet := collectors.NewFleet(collectors.FleetOptions{
			Networks: map[string]collectors.Network{"script": n}, Log: house, Memory: house,
			Random: func() float64 { return 0 }, Logger: slog.New(slog.DiscardHandler),
		})
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() {
			if err := fleet.Run(ctx); err != nil {
				t.Error(err)
			}
		})
		defer running.Wait()
		defer cancel()
		time.Sleep(2*time.Hour + time.Minute)
		h, known := house.Health(a.Key())
		if !known || len(n.asked) != 3 || n.asked[0] > time.Second || n.asked[1] < time.Hour || n.asked[1] > time.Hour+10*time.Second {
			t.Fatalf("asked at %v, %+v", n.asked, h)
		}
		if !h.Ending(time.Now()) || h.Fault != "" || h.CheckedAt.IsZero() {
			t.Errorf("%+v", h)
		}
		n.mu.Lock()
		n.answer = func() (community.Health, error) { panic("a network's mistake") }
		n.mu.Unlock()
		time.Sleep(time.Hour)
		if h, _ := house.Health(a.Key()); h.Fault != "network.panic" || house.State(a.Key()) != community.AccountActive {
			t.Errorf("%+v, %s", h, house.State(a.Key()))
		}
		n.mu.Lock()
		n.answer = func() (community.Health, error) {
			return community.Health{}, community.Faultf(community.Unauthorised, "network.unauthorised")
		}
		n.mu.Unlock()
		time.Sleep(time.Hour)
		if h, _ := house.Health(a.Key()); h.Fault != "network.unauthorised" || house.State(a.Key()) != community.AccountReconnect {
			t.Errorf("%+v, %s", h, house.State(a.Key()))
		}
	})
}

// A stream opens a moment after everything has started: what the first check says
// of it must not stand for an hour.
func TestWhatWasWrongIsLookedAtAgainSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := account("a")
		house := collectortest.NewHouse(a)
		n := &checked{began: time.Now(), script: waits}
		n.answer = func() (community.Health, error) {
			if time.Since(n.began) < 2*time.Minute {
				return community.Health{Push: community.PushDown, PushWhy: "network.unreachable"}, nil
			}
			return community.Health{Push: community.PushOn}, nil
		}
		fleet := collectors.NewFleet(collectors.FleetOptions{
			Networks: map[string]collectors.Network{"script": n}, Log: house, Memory: house,
			Random: func() float64 { return 0 }, Logger: slog.New(slog.DiscardHandler),
		})
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() {
			if err := fleet.Run(ctx); err != nil {
				t.Error(err)
			}
		})
		defer running.Wait()
		defer cancel()
		time.Sleep(30 * time.Minute)
		if h, _ := house.Health(a.Key()); h.Push != community.PushOn || len(n.asked) != 4 {
			t.Errorf("asked at %v: %+v", n.asked, h)
		}
	})
}

// A check that was asked with the old token and answers after the account was
// connected again says nothing of the new one.
func TestALateRefusalDoesNotParkWhatWasConnectedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := account("a")
		house := collectortest.NewHouse(a)
		n := &checked{began: time.Now(), script: waits}
		n.answer = func() (community.Health, error) {
			if len(n.asked) == 1 {
				time.Sleep(time.Second)
				for _, s := range []community.AccountState{community.AccountReconnect, community.AccountActive} {
					if err := house.SaveState(t.Context(), a.Key(), s, ""); err != nil {
						t.Error(err)
					}
				}
				return community.Health{}, community.Faultf(community.Unauthorised, "network.unauthorised")
			}
			return community.Health{}, nil
		}
		fleet := collectors.NewFleet(collectors.FleetOptions{
			Networks: map[string]collectors.Network{"script": n}, Log: house, Memory: house,
			Random: func() float64 { return 0 }, Logger: slog.New(slog.DiscardHandler),
		})
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() {
			if err := fleet.Run(ctx); err != nil {
				t.Error(err)
			}
		})
		defer running.Wait()
		defer cancel()
		time.Sleep(5 * time.Minute)
		if s := house.State(a.Key()); s != community.AccountActive {
			t.Errorf("the account is %s", s)
		}
	})
}
