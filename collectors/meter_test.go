package collectors_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// purse is a Purse in memory.
type purse struct {
	mu    sync.Mutex
	spent map[string]int64 // by account and day
	told  int
}

func (p *purse) Spent(_ context.Context, account string, day time.Time) (int64, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.spent[account+day.UTC().Format(time.DateOnly)], nil
}

func (p *purse) AddCost(_ context.Context, account string, day time.Time, _ string, _, micros int64) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.spent[account+day.UTC().Format(time.DateOnly)] += micros
	return nil
}

func (p *purse) Announce(context.Context, string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.told++
	return nil
}

func TestABudgetIsKeptUntilMidnight(t *testing.T) {
	now := time.Date(2026, 11, 3, 22, 0, 0, 0, time.UTC)
	p := &purse{spent: map[string]int64{}}
	meter := func() *collectors.Budget {
		return collectors.NewBudget(p, func() time.Time { return now }, slog.New(slog.DiscardHandler))
	}
	b, a := meter(), account("a")
	a.DailyCap = 1_000_000
	spend := func(b *collectors.Budget, micros int64) {
		t.Helper()
		if err := b.Afford(t.Context(), a, micros); err != nil {
			t.Fatal(err)
		}
		if err := b.Spend(t.Context(), a, collectors.Cost{What: "post.read", Units: 1, Micros: micros, At: now}); err != nil {
			t.Fatal(err)
		}
	}
	for i, told := range []int{0, 0, 0, 1, 2} {
		if spend(b, 200_000); p.told != told {
			t.Errorf("told %d times after %d calls", p.told, i+1)
		}
		if i == 2 {
			b = meter() // a restart forgets nothing
		}
	}
	if p.told != 2 {
		t.Errorf("told %d times before the end", p.told)
	}
	err := b.Afford(t.Context(), a, 1)
	until, told := collectors.RetryAt(err)
	if community.KindOf(err) != community.Limited || !told || !until.Equal(time.Date(2026, 11, 4, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("used up: %v", err)
	}
	free := account("b")
	if err := b.Afford(t.Context(), free, 1e9); err != nil {
		t.Errorf("without a cap: %v", err)
	}
	now = now.Add(3 * time.Hour)
	spend(b, 200_000)
	// A call of yesterday that ends today is yesterday's.
	if err := b.Spend(t.Context(), a, collectors.Cost{Micros: 5, At: now.Add(-2 * time.Hour)}); err != nil {
		t.Fatal(err)
	}
	if yesterday := p.spent[a.Key()+"2026-11-03"]; yesterday != 1_000_005 || p.spent[a.Key()+"2026-11-04"] != 200_000 {
		t.Errorf("%v", p.spent)
	}
}
