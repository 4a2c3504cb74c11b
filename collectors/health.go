package collectors

import (
	"context"
	"sync"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// How often networks are asked how an account stands, how soon again where
// something was wrong (a stream is not open yet when everything starts), how many
// at a time, and how long one may take.
const (
	checkEvery = time.Hour
	checkAgain = 30 * time.Second // doubled each time, up to checkEvery
	checkLook  = 5 * time.Second  // how often it is seen who is due
	checkMost  = 8
	checkLong  = 30 * time.Second
)

// checkups is when each account is to be asked next how it stands.
type checkups struct {
	mu       sync.Mutex
	accounts map[string]community.Account // those that are held
	due      map[string]time.Time
	again    map[string]time.Duration // how long those in which something was wrong were left alone
	nudge    chan struct{}
}

func newCheckups() checkups {
	return checkups{due: map[string]time.Time{}, again: map[string]time.Duration{}, nudge: make(chan struct{}, 1)}
}

// of says which accounts are held now. A new one, or one that changed (its token
// was refused, it was connected again), is due at once.
func (c *checkups) of(held []community.Account) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := make(map[string]community.Account, len(held))
	for _, a := range held {
		key := a.Key()
		now[key] = a
		if before, known := c.accounts[key]; !known || before != a {
			c.ask(key)
		}
	}
	for key := range c.accounts {
		if _, still := now[key]; !still {
			delete(c.due, key)
			delete(c.again, key)
		}
	}
	c.accounts = now
}

// heard notes what an account's check came to: one in which something was wrong is
// asked again soon, so that what has passed is not shown for an hour.
func (c *checkups) heard(key string, wrong bool, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !wrong {
		delete(c.again, key)
		return
	}
	wait := min(max(2*c.again[key], checkAgain), checkEvery)
	if at, held := c.due[key]; held && now.Add(wait).Before(at) {
		c.due[key], c.again[key] = now.Add(wait), wait
	}
}

// parked notes that an account waits for a human, before that is written down: a
// checkup that is only asked now must not park it again once it is back.
func (c *checkups) parked(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if a, held := c.accounts[key]; held {
		a.State = community.AccountReconnect
		c.accounts[key] = a
	}
}

func (c *checkups) ask(key string) {
	c.due[key] = time.Time{}
	select {
	case c.nudge <- struct{}{}:
	default:
	}
}

// take gives the accounts that are due, and has each come up again in an hour.
func (c *checkups) take(now time.Time, random func() float64) (out []community.Account) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key, at := range c.due {
		a, held := c.accounts[key]
		if !held || now.Before(at) {
			continue
		}
		c.due[key] = now.Add(checkEvery - time.Duration(random()*float64(checkEvery)/10))
		out = append(out, a)
	}
	return out
}

// checkUp asks the networks that can tell how the accounts stand: at the start,
// every hour, and when a token was refused.
func (f *Fleet) checkUp(ctx context.Context) {
	var asking sync.WaitGroup
	defer asking.Wait()
	free := make(chan struct{}, checkMost)
	for {
		for _, a := range f.checkups.take(f.now(), f.random) {
			checker, can := f.networks[a.Network].(Checker)
			if !can || a.State == community.AccountDeactivated {
				continue
			}
			select {
			case free <- struct{}{}:
			case <-ctx.Done():
				return
			}
			asking.Go(func() {
				defer func() { <-free }()
				f.check(ctx, checker, a)
			})
		}
		if !f.checkups.pause(ctx) {
			return
		}
	}
}

func (c *checkups) pause(ctx context.Context) bool {
	timer := time.NewTimer(checkLook)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
	case <-c.nudge:
	}
	return true
}

// check asks about one account and keeps the answer. An account whose token is
// dead waits for a human, as it does when collecting finds out.
func (f *Fleet) check(ctx context.Context, checker Checker, a community.Account) {
	asked, cancel := context.WithTimeout(ctx, checkLong)
	defer cancel()
	var health community.Health
	err := Guard(func() (err error) {
		health, err = checker.Check(asked, a)
		return err
	})
	if ctx.Err() != nil {
		return
	}
	if health.CheckedAt.IsZero() {
		health.CheckedAt = f.now().UTC()
	}
	if err != nil && health.Fault == "" {
		health.Fault = faultKey(err)
	}
	f.checkups.heard(a.Key(), err != nil || health.Push == community.PushDown, f.now())
	if err := f.memory.SaveHealth(ctx, a.Key(), health); err != nil {
		f.logger.Error("account health not saved", "account", a.Key(), "error", err)
	}
	if err != nil && community.KindOf(err) == community.Unauthorised && a.State == community.AccountActive {
		f.park(ctx, &a, err)
	}
}

// park leaves an account to a human, who must sign in again.
func (f *Fleet) park(ctx context.Context, a *community.Account, why error) {
	f.logger.Error("account needs to be reconnected", "account", a.Key(), "network", a.Network, "name", a.Name, "error", why)
	f.checkups.parked(a.Key())
	if err := f.memory.Park(ctx, *a, faultKey(why)); err != nil {
		f.logger.Error("account state not saved", "account", a.Key(), "error", err)
		return
	}
	f.Reload()
}
