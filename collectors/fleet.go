package collectors

import (
	"context"
	"crypto/rand"
	"log/slog"
	mathrand "math/rand/v2"
	"sync"
	"sync/atomic"
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

// Memory is what the fleet remembers across restarts and shares with fleets of
// other processes. account is the account's Key.
type Memory interface {
	Accounts(ctx context.Context) ([]community.Account, error)
	Cursor(ctx context.Context, account string) (community.Cursor, error)
	SaveCursor(ctx context.Context, account string, c community.Cursor) error
	// Park leaves an account to a human, who must sign in again; why is the fault's
	// key. One that was connected again since account was read stays as it is.
	Park(ctx context.Context, account community.Account, why string) error
	// SaveLedger adds each row to what is held for its account and hour
	// (community.Ledger.Add), all or none.
	SaveLedger(ctx context.Context, rows []Counted) error
	// SaveHealth replaces what is known of how an account stands.
	SaveHealth(ctx context.Context, account string, h community.Health) error
	// Lease takes or renews, for ttl from now by the memory's own clock, those
	// of the accounts that nobody else holds, and returns which the holder has
	// then. Release gives all of a holder's back.
	Lease(ctx context.Context, holder string, accounts []string, ttl time.Duration) (held []string, err error)
	Release(ctx context.Context, holder string) error
}

// FleetOptions is what a fleet is built from. Networks, Log and Memory are
// required; the rest has defaults.
type FleetOptions struct {
	Networks map[string]Network // by the name that accounts and messages carry
	Log      Log
	Memory   Memory
	Holder   string           // whose leases the fleet's are; default random
	Now      func() time.Time // default time.Now
	Random   func() float64   // jitter, in [0,1); default math/rand
	Logger   *slog.Logger     // default slog.Default
}

// Fleet collects from every account it holds a lease of: one loop for each, so
// that a slow or broken account never delays another. Build it with NewFleet,
// then Run it once.
type Fleet struct {
	networks map[string]Network
	log      Log
	memory   Memory
	holder   string
	now      func() time.Time
	random   func() float64
	logger   *slog.Logger
	reload   chan struct{}
	roster   atomic.Pointer[roster]
	share    atomic.Int64 // messages each account may remember
	checkups checkups
	ferry    *ferry // to the log, for what is pushed
}

// NewFleet returns a fleet that does nothing until it runs.
func NewFleet(o FleetOptions) *Fleet {
	f := &Fleet{
		networks: o.Networks, log: o.Log, memory: o.Memory, holder: o.Holder,
		now: o.Now, random: o.Random, logger: o.Logger,
		reload: make(chan struct{}, 1), checkups: newCheckups(), ferry: &ferry{log: o.Log},
	}
	if f.holder == "" {
		f.holder = rand.Text()
	}
	if f.now == nil {
		f.now = time.Now
	}
	if f.random == nil {
		f.random = mathrand.Float64
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

// crew is the loops of a running fleet.
type crew struct {
	berths map[string]*berth
	ended  chan string
	loops  sync.WaitGroup
}

// Run collects until ctx ends, then waits for every loop to stop, gives its
// leases back and returns nil. Accounts that cannot be read are asked for again
// with back-off; what already runs goes on meanwhile, as long as its lease does.
func (f *Fleet) Run(ctx context.Context) error {
	c := crew{berths: map[string]*berth{}, ended: make(chan string)}
	var beside sync.WaitGroup
	beside.Go(func() { f.keepBooks(ctx) })
	beside.Go(func() { f.checkUp(ctx) })
	defer func() {
		c.loops.Wait()
		beside.Wait()
		f.leave(ctx)
	}()
	var (
		retry = NewBackoff(time.Second, leaseEvery, f.random)
		timer = time.NewTimer(0)
		lease = leases{fleet: f}
	)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case key := <-c.ended:
			if c.berths[key].leaving {
				f.Reload()
			}
			delete(c.berths, key)
			continue
		case <-timer.C:
		case <-f.reload:
		}
		wait := leaseEvery
		accounts, err := f.memory.Accounts(ctx)
		if err == nil {
			f.enrol(accounts)
			err = lease.renew(ctx, accounts)
		}
		if ctx.Err() != nil {
			continue
		}
		if err == nil {
			retry.Reset()
			f.settle(ctx, lease.collected(accounts), &c)
		} else {
			wait = retry.Next()
			f.logger.Error("accounts cannot be read or leased", "error", err, "again_in", wait)
			if left := lease.left(); left > 0 {
				wait = min(wait, left)
			} else {
				f.settle(ctx, nil, &c)
			}
		}
		timer.Reset(wait)
	}
}

// settle starts a loop for every account that is wanted and has none, and stops
// those of accounts that are gone, switched off, changed or no longer held. A
// changed account starts again once its old loop has ended; nobody waits for that.
func (f *Fleet) settle(ctx context.Context, wanted map[string]community.Account, c *crew) {
	for key, b := range c.berths {
		if a, ok := wanted[key]; !b.leaving && (!ok || a != b.account) {
			b.leaving = true
			b.cancel()
		}
	}
	intakes := f.everyIntake()
	for key, account := range wanted {
		in := intakes[key]
		if c.berths[key] != nil || in == nil {
			continue
		}
		loopCtx, cancel := context.WithCancel(ctx)
		c.berths[key] = &berth{account: account, cancel: cancel}
		c.loops.Go(func() {
			defer cancel()
			newLoop(f, account, in).run(loopCtx)
			f.lastFigures(ctx, key, in)
			select {
			case c.ended <- key:
			case <-ctx.Done():
			}
		})
	}
}

// lastWords is how long what must still be written may take after ctx ended.
const lastWords = 5 * time.Second

// lastFigures writes down what was counted of an account that is gone; nobody
// will come by again.
func (f *Fleet) lastFigures(ctx context.Context, key string, in *intake) {
	if f.everyIntake()[key] != in {
		f.writeDown(ctx, in.book.tear())
	}
}

// leave ends what outlives the loops: pushes under way, figures, leases.
func (f *Fleet) leave(ctx context.Context) {
	intakes := f.everyIntake()
	f.roster.Store(nil)
	var books []Counted
	for _, in := range intakes {
		in.pushes.refuse()
	}
	for _, in := range intakes {
		in.pushes.wait()
		books = append(books, in.book.tear()...)
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWords)
	defer cancel()
	f.writeDown(last, books)
	if err := f.memory.Release(last, f.holder); err != nil {
		f.logger.Error("leases not given back: others take over when they end", "error", err)
	}
}
