package collectors

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// Log is where collected messages are made durable. Publish returns only when
// every message is kept; an error means that none may be thought of as kept. A
// fault of kind Limited ("log.behind") means that readers are too far behind:
// the fleet waits and tries again, so pressure slows collecting and loses nothing.
type Log interface {
	Publish(ctx context.Context, messages []community.Message) error
}

// Memory is what the fleet remembers across restarts. account is the account's
// Key. SaveLedger adds delta to what is held for that account and hour (see
// Ledger.Add); hour is UTC, on the hour.
type Memory interface {
	Accounts(ctx context.Context) ([]community.Account, error)
	Cursor(ctx context.Context, account string) (community.Cursor, error)
	SaveCursor(ctx context.Context, account string, c community.Cursor) error
	SaveState(ctx context.Context, account string, state community.AccountState, why string) error
	SaveLedger(ctx context.Context, account string, hour time.Time, delta Ledger) error
}

// How often the fleet looks by itself whether accounts came or went. Reload
// makes it look at once.
const reloadEvery = 30 * time.Second

// FleetOptions is what a fleet is built from. Networks, Log and Memory are
// required; the rest has defaults.
type FleetOptions struct {
	Networks map[string]Network // by the name that accounts and messages carry
	Log      Log
	Memory   Memory
	Now      func() time.Time // default time.Now
	Random   func() float64   // jitter, in [0,1); default math/rand
	Logger   *slog.Logger     // default slog.Default
}

// Fleet collects from every account at once: one loop for each, so that a slow
// or broken account never delays another. Build it with NewFleet, then Run it
// once.
type Fleet struct {
	networks map[string]Network
	log      Log
	memory   Memory
	now      func() time.Time
	random   func() float64
	logger   *slog.Logger
	reload   chan struct{}
}

// NewFleet returns a fleet that does nothing until it runs.
func NewFleet(o FleetOptions) *Fleet {
	f := &Fleet{
		networks: o.Networks, log: o.Log, memory: o.Memory,
		now: o.Now, random: o.Random, logger: o.Logger,
		reload: make(chan struct{}, 1),
	}
	if f.now == nil {
		f.now = time.Now
	}
	if f.random == nil {
		f.random = rand.Float64
	}
	if f.logger == nil {
		f.logger = slog.Default()
	}
	return f
}

// Reload asks the fleet to read the accounts again: after one was added,
// reconnected or deactivated. It returns at once.
func (f *Fleet) Reload() {
	select {
	case f.reload <- struct{}{}:
	default: // a reading is already asked for
	}
}

// berth is one account's place in the fleet while its loop runs.
type berth struct {
	account community.Account
	cancel  context.CancelFunc
	leaving bool // cancelled by the fleet: look again as soon as it is gone
}

// Run collects until ctx ends, then waits for every loop to stop and returns
// nil. Accounts that cannot be read are asked for again with back-off; what
// already runs goes on meanwhile.
func (f *Fleet) Run(ctx context.Context) error {
	var (
		berths = map[string]*berth{}
		ended  = make(chan string)
		loops  sync.WaitGroup
		retry  = NewBackoff(time.Second, reloadEvery, f.random)
		timer  = time.NewTimer(0)
	)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			loops.Wait()
			return nil
		case key := <-ended:
			if berths[key].leaving {
				f.Reload()
			}
			delete(berths, key)
			continue
		case <-timer.C:
		case <-f.reload:
		}
		wait := reloadEvery
		accounts, err := f.memory.Accounts(ctx)
		if err == nil {
			retry.Reset()
			f.settle(ctx, accounts, berths, ended, &loops)
		} else if ctx.Err() == nil {
			wait = retry.Next()
			f.logger.Error("accounts cannot be read", "error", err, "again_in", wait)
		}
		timer.Reset(wait)
	}
}

// settle starts a loop for every account that collects and has none, and stops
// those of accounts that are gone, switched off or changed. A changed account
// starts again once its old loop has ended; nobody waits for that.
func (f *Fleet) settle(ctx context.Context, accounts []community.Account, berths map[string]*berth, ended chan<- string, loops *sync.WaitGroup) {
	wanted := map[string]community.Account{}
	for _, a := range accounts {
		if a.Collects && a.State == community.AccountActive && f.networks[a.Network] != nil {
			wanted[a.Key()] = a
		}
	}
	for key, b := range berths {
		if a, ok := wanted[key]; !b.leaving && (!ok || a != b.account) {
			b.leaving = true
			b.cancel()
		}
	}
	for key, account := range wanted {
		if berths[key] != nil {
			continue
		}
		loopCtx, cancel := context.WithCancel(ctx)
		berths[key] = &berth{account: account, cancel: cancel}
		loops.Go(func() {
			defer cancel()
			newLoop(f, account).run(loopCtx)
			select {
			case ended <- key:
			case <-ctx.Done():
			}
		})
	}
}
