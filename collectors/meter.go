package collectors

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// Purse is where a Meter keeps what was spent. account is the account's Key, day
// any moment of a UTC day, amounts are millionths of a dollar.
type Purse interface {
	// Spent is what the account's calls cost on that day so far.
	Spent(ctx context.Context, account string, day time.Time) (micros int64, err error)
	AddCost(ctx context.Context, account string, day time.Time, what string, units, micros int64) error
	// Announce tells people that something about the account changed.
	Announce(ctx context.Context, account string) error
}

// The shares of a day's cap, in percent, that people are told of.
const (
	alarmNear = 80
	alarmOver = 100
)

// Budget is the Meter: it counts in memory and in a Purse, so that the sum
// survives a restart and asking what is left costs nothing. It serves all the
// accounts of a process and is safe for concurrent use.
type Budget struct {
	purse  Purse
	now    func() time.Time
	logger *slog.Logger
	mu     sync.Mutex
	days   map[string]*spending // by account
}

var _ Meter = (*Budget)(nil)

// spending is what an account spent on one day.
type spending struct {
	mu     sync.Mutex
	day    time.Time // its first moment, UTC; zero: nothing was read yet
	micros int64
}

// NewBudget returns a meter; now and logger may be nil (time.Now, slog.Default).
func NewBudget(purse Purse, now func() time.Time, logger *slog.Logger) *Budget {
	if now == nil {
		now = time.Now
	}
	if logger == nil {
		logger = slog.Default()
	}
	return &Budget{purse: purse, now: now, logger: logger, days: map[string]*spending{}}
}

func utcDay(at time.Time) time.Time { return at.UTC().Truncate(24 * time.Hour) }

// today returns the account's spending of the day a moment belongs to, locked.
func (b *Budget) today(ctx context.Context, account string, at time.Time) (*spending, error) {
	b.mu.Lock()
	s := b.days[account]
	if s == nil {
		s = &spending{}
		b.days[account] = s
	}
	b.mu.Unlock()
	s.mu.Lock()
	day := utcDay(at)
	if !day.After(s.day) {
		return s, nil // also a call that ended just after midnight and belongs to the day before
	}
	micros, err := b.purse.Spent(ctx, account, day)
	if err != nil {
		s.mu.Unlock()
		return nil, fmt.Errorf("reading what was spent: %w", err)
	}
	s.day, s.micros = day, micros
	return s, nil
}

// Afford implements Meter.
func (b *Budget) Afford(ctx context.Context, account community.Account, micros int64) error {
	if account.DailyCap <= 0 {
		return nil
	}
	now := b.now()
	s, err := b.today(ctx, account.Key(), now)
	if err != nil {
		return err
	}
	defer s.mu.Unlock()
	if s.micros+micros > account.DailyCap {
		return Limit("account.budget", utcDay(now).Add(24*time.Hour))
	}
	return nil
}

// Spend implements Meter. People are told when the day's cap is nearly used up
// and when it is, once each: the sum passes each mark once.
func (b *Budget) Spend(ctx context.Context, account community.Account, cost Cost) error {
	if cost.At.IsZero() {
		cost.At = b.now()
	}
	key := account.Key()
	s, err := b.today(ctx, key, cost.At)
	if err != nil {
		return err
	}
	defer s.mu.Unlock()
	if err := b.purse.AddCost(ctx, key, cost.At, cost.What, cost.Units, cost.Micros); err != nil {
		return fmt.Errorf("writing down what was spent: %w", err)
	}
	if !utcDay(cost.At).Equal(s.day) {
		return nil
	}
	before := s.micros
	s.micros += cost.Micros
	for _, percent := range []int64{alarmNear, alarmOver} {
		mark := account.DailyCap / 100 * percent
		if account.DailyCap > 0 && before < mark && s.micros >= mark {
			b.logger.Warn("an account's daily budget is used up", "percent", percent, "account", key,
				"network", account.Network, "name", account.Name, "spent", s.micros, "cap", account.DailyCap)
			if err := b.purse.Announce(ctx, key); err != nil {
				return fmt.Errorf("telling of the budget: %w", err)
			}
		}
	}
	return nil
}
