package main

import (
	"context"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/internal/sql"
)

// memory is the store as the collectors see it.
type memory struct{ *sql.Memory }

// tokenName is under which name an account's access token is sealed.
const tokenName = "token"

// SaveLedger adds what came in an hour to what is held for it.
func (m memory) SaveLedger(ctx context.Context, account string, hour time.Time, delta collectors.Ledger) error {
	return m.AddLedger(ctx, account, hour, sql.Ledger(delta))
}

// token is the access token of an account.
func (m memory) token(ctx context.Context, account string) (string, error) {
	secret, err := m.Secret(ctx, account, tokenName)
	return string(secret), err
}
