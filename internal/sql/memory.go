package sql

import (
	"context"

	"github.com/vigie-hq/vigie/community"
)

// Memory is what the collectors remember across restarts (collectors.Memory).
type Memory struct{ db *DB }

// NewMemory returns the memory.
func NewMemory(db *DB) *Memory { return &Memory{db} }

// Accounts lists every account of every brand.
func (m *Memory) Accounts(ctx context.Context) (out []community.Account, err error) {
	err = m.db.read(ctx, func(s *snapshot) (err error) {
		out, err = bodies[community.Account](ctx, s, `SELECT body FROM account ORDER BY brand, network, name`)
		return err
	})
	return out, err
}

// The two cursors of an account: how far it was published to the log, and how
// far what was published is received. After a lost log the first starts again
// from the second.
const (
	published = "published"
	received  = "received"
)

// Cursor reads how far an account was collected.
func (m *Memory) Cursor(ctx context.Context, account string) (community.Cursor, error) {
	return m.cursor(ctx, account, published)
}

// SaveCursor keeps how far an account was collected.
func (m *Memory) SaveCursor(ctx context.Context, account string, c community.Cursor) error {
	return m.saveCursor(ctx, account, published, c)
}

// Received reads how far an account's messages are in the store.
func (m *Memory) Received(ctx context.Context, account string) (community.Cursor, error) {
	return m.cursor(ctx, account, received)
}

// SaveReceived keeps how far an account's messages are in the store.
func (m *Memory) SaveReceived(ctx context.Context, account string, c community.Cursor) error {
	return m.saveCursor(ctx, account, received, c)
}

func (m *Memory) cursor(ctx context.Context, account, side string) (c community.Cursor, err error) {
	err = m.db.read(ctx, func(s *snapshot) error {
		var body string
		if _, err := one(ctx, s, `SELECT body FROM cursor WHERE account = $1 AND side = $2`, []any{account, side}, &body); err != nil {
			return err
		}
		return unpack(body, &c)
	})
	return c, err
}

func (m *Memory) saveCursor(ctx context.Context, account, side string, c community.Cursor) error {
	return m.db.write(ctx, false, func(t *Tx) error {
		return t.putBody(`INSERT INTO cursor (account, side, body) VALUES ($1, $2, $3)
			ON CONFLICT (account, side) DO UPDATE SET body = excluded.body`, c, account, side)
	})
}

// Park implements collectors.Memory: the account waits for a human, unless it was
// connected again since it was read.
func (m *Memory) Park(ctx context.Context, account community.Account, why string) error {
	return m.saveState(ctx, account.Key(), community.AccountReconnect, why, func(now *community.Account) bool {
		return now.Since.Equal(account.Since)
	})
}

// SaveState keeps whether an account works, and why not.
func (m *Memory) SaveState(ctx context.Context, account string, state community.AccountState, why string) error {
	return m.saveState(ctx, account, state, why, func(*community.Account) bool { return true })
}

func (m *Memory) saveState(ctx context.Context, account string, state community.AccountState, why string, still func(*community.Account) bool) error {
	return m.db.write(ctx, false, func(t *Tx) error {
		var body string
		ok, err := t.one(`SELECT body FROM account WHERE key = $1`, []any{account}, &body)
		if err != nil {
			return err
		}
		if !ok {
			return missing("account", account)
		}
		var a community.Account
		if err := unpack(body, &a); err != nil {
			return err
		}
		if !still(&a) || a.State == state && a.Why == why {
			return nil
		}
		a = a.In(state, why, m.db.now())
		if err := t.PutEvent(ctx, community.Event{V: 1, Type: community.EventAccountChanged, Brand: a.Brand, At: m.db.now()}); err != nil {
			return err
		}
		return t.PutAccount(ctx, a)
	})
}
