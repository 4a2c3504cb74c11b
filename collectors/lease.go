package collectors

import (
	"context"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// An account is leased to one fleet, which collects, refreshes its token and
// sends for it. A lease lasts leaseFor and is renewed every leaseEvery; a fleet
// that cannot renew stops collecting leaseSpare before others may begin.
const (
	leaseFor   = 30 * time.Second
	leaseEvery = 10 * time.Second
	leaseSpare = 5 * time.Second
)

// leases is what a fleet holds, and until when it may rely on it.
type leases struct {
	fleet *Fleet
	held  map[string]bool
	until time.Time // by this machine's clock; nothing is held before the first
}

// renew takes or renews the leases of all accounts, also of those that only
// send, and of deactivated ones: their held replies must go back to people.
func (l *leases) renew(ctx context.Context, accounts []community.Account) error {
	keys := make([]string, len(accounts))
	for i := range accounts {
		keys[i] = accounts[i].Key()
	}
	asked := time.Now() // what the memory does later only makes the lease longer
	held, err := l.fleet.memory.Lease(ctx, l.fleet.holder, keys, leaseFor)
	if err != nil {
		return err
	}
	l.held = make(map[string]bool, len(held))
	for _, key := range held {
		l.held[key] = true
	}
	l.until = asked.Add(leaseFor - leaseSpare)
	return nil
}

// left is how long what is held may still be relied on.
func (l *leases) left() time.Duration { return time.Until(l.until) }

// collected is the accounts this fleet collects from now; all it holds are
// asked how they stand.
func (l *leases) collected(accounts []community.Account) map[string]community.Account {
	wanted := map[string]community.Account{}
	var held []community.Account
	for _, a := range accounts {
		key := a.Key()
		if !l.held[key] {
			continue
		}
		held = append(held, a)
		if l.fleet.hears(&a) && a.State == community.AccountActive {
			wanted[key] = a
		}
	}
	l.fleet.checkups.of(held)
	return wanted
}
