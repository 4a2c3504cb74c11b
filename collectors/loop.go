package collectors

import (
	"context"
	"errors"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// How long an account waits before it is collected again. Each wait is
// shortened at random by up to half; anything that was kept starts the steps
// over.
const (
	brokenFirst  = time.Second // Unavailable, and every fault that names nothing better
	brokenMost   = 5 * time.Minute
	limitedFirst = time.Minute // Limited, when the network does not say until when
	limitedMost  = 15 * time.Minute
	limitedLong  = 24 * time.Hour // no told time is believed beyond this
)

// loop is one account's life in the fleet.
type loop struct {
	fleet   *Fleet
	account community.Account
	network Network
	intake  *intake
	broken  Backoff
	limited Backoff
}

func newLoop(f *Fleet, account community.Account, in *intake) *loop {
	return &loop{
		fleet: f, account: account, network: f.networks[account.Network],
		intake:  in,
		broken:  NewBackoff(brokenFirst, brokenMost, f.random),
		limited: NewBackoff(limitedFirst, limitedMost, f.random),
	}
}

// run collects, waits out faults and collects again, until ctx ends or the
// network refuses the account's token: then the account is parked for a human
// to reconnect.
func (l *loop) run(ctx context.Context) {
	log := l.fleet.logger.With("account", l.account.Key(), "network", l.account.Network, "name", l.account.Name)
	for {
		err := l.collect(ctx)
		if ctx.Err() != nil {
			return
		}
		if community.KindOf(err) == community.Unauthorised {
			l.fleet.park(ctx, &l.account, err)
			return
		}
		wait := l.wait(err)
		log.Warn("collecting stopped", "error", err, "again_in", wait)
		if Wait(ctx, wait) != nil {
			return
		}
	}
}

func (l *loop) collect(ctx context.Context) error {
	return Guard(func() error {
		cursor, err := l.intake.open(ctx)
		if err != nil {
			return err
		}
		// A network that leaves goroutines behind can emit nothing more.
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		return l.network.Collect(ctx, l.account, cursor, l.intake.emit)
	})
}

// wait is how long to stay away after err; nil (Collect simply ended) waits as
// a broken connection does.
func (l *loop) wait(err error) time.Duration {
	if l.intake.progress.Swap(false) {
		l.broken.Reset()
		l.limited.Reset()
	}
	if err != nil && community.KindOf(err) == community.Limited {
		return l.fleet.delay(err, &l.limited)
	}
	return l.fleet.delay(err, &l.broken)
}

// delay is until the time a fault tells, plus up to a tenth of that (at least
// a second in all), else the next step of the back-off.
func (f *Fleet) delay(err error, steps *Backoff) time.Duration {
	at, told := RetryAt(err)
	if !told {
		return steps.Next()
	}
	d := min(max(at.Sub(f.now()), time.Second), limitedLong)
	return d + time.Duration(f.random()*float64(d)/10)
}

// faultKey is the key of the first fault in err's chain; "" for none.
func faultKey(err error) string {
	var f *community.Fault
	if errors.As(err, &f) {
		return f.Key
	}
	return ""
}
