package collectors

import (
	"context"
	"sync"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// Ledger is one account's count of what came, by which way (community.Ledger).
type Ledger = community.Ledger

// Counted is what a ledger grew by, for one account (its key) and hour (UTC, on
// the hour).
type Counted struct {
	Account string
	Hour    time.Time
	Ledger  Ledger
}

// Hour is the ledger row a moment belongs to: UTC, on the hour.
func Hour(at time.Time) time.Time { return at.UTC().Truncate(time.Hour) }

// ledgerEvery is how often the accounts' ledgers are written down, all in one
// go: counting must not make a push wait for the store.
const ledgerEvery = time.Minute

// book is one account's ledger between two writings, and since the fleet began.
type book struct {
	mu    sync.Mutex
	open  []Counted // by hour; more than one after an hour ended, or a failed writing
	total Ledger
}

func (b *book) add(account string, at time.Time, delta *Ledger) {
	if *delta == (Ledger{}) {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.total.Add(delta)
	b.merge(Counted{account, Hour(at), *delta})
}

func (b *book) merge(c Counted) {
	for i := range b.open {
		if b.open[i].Hour.Equal(c.Hour) {
			b.open[i].Ledger.Add(&c.Ledger)
			return
		}
	}
	b.open = append(b.open, c)
}

// tear takes out what was not written down yet.
func (b *book) tear() []Counted {
	b.mu.Lock()
	defer b.mu.Unlock()
	open := b.open
	b.open = nil
	return open
}

// glue puts back what could not be written.
func (b *book) glue(c Counted) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.merge(c)
}

func (b *book) sum() Ledger {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.total
}

// keepBooks writes the ledgers down until ctx ends.
func (f *Fleet) keepBooks(ctx context.Context) {
	for Wait(ctx, ledgerEvery) == nil {
		var rows []Counted
		for _, in := range f.everyIntake() {
			rows = append(rows, in.book.tear()...)
		}
		f.writeDown(ctx, rows)
	}
}

// writeDown adds to the ledgers. What cannot be written waits for the next time:
// figures may come late, messages are not held up for them.
func (f *Fleet) writeDown(ctx context.Context, rows []Counted) {
	if len(rows) == 0 {
		return
	}
	err := f.memory.SaveLedger(ctx, rows)
	if err == nil {
		return
	}
	f.logger.Error("ledgers not written", "rows", len(rows), "error", err)
	intakes := f.everyIntake()
	for _, row := range rows {
		if in := intakes[row.Account]; in != nil {
			in.book.glue(row)
		}
	}
}
