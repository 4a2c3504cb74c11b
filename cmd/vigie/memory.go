package main

import (
	"context"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/internal/sql"
)

// memory is the store as the collectors see it.
type memory struct{ *sql.Memory }

// SaveLedger adds what came to what is held for each account and hour.
func (m memory) SaveLedger(ctx context.Context, counted []collectors.Counted) error {
	rows := make([]community.LedgerRow, len(counted))
	for i, c := range counted {
		rows[i] = community.LedgerRow{Account: c.Account, Hour: c.Hour, Ledger: c.Ledger}
	}
	return m.AddLedgers(ctx, rows)
}
