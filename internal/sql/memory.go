package sql

import (
	"context"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// Memory is what the collectors remember across restarts (collectors.Memory),
// and the secrets of their accounts.
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

// SaveState keeps whether an account works, and why not.
func (m *Memory) SaveState(ctx context.Context, account string, state community.AccountState, why string) error {
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
		if a.State == state && a.Why == why {
			return nil
		}
		a.State, a.Why = state, why
		if err := t.PutEvent(ctx, community.Event{V: 1, Type: community.EventAccountChanged, Brand: a.Brand, At: m.db.now()}); err != nil {
			return err
		}
		return t.PutAccount(ctx, a)
	})
}

// Ledger is collectors.Ledger, field by field: this package may not name the
// collectors, so that whoever joins the two converts one to the other.
type Ledger struct {
	Pushed     int64         `json:"pushed"`
	Recovered  int64         `json:"recovered"`
	Duplicates int64         `json:"duplicates"`
	Disordered int64         `json:"disordered"`
	Edits      int64         `json:"edits"`
	Deletes    int64         `json:"deletes"`
	Backfilled int64         `json:"backfilled"`
	Unreadable int64         `json:"unreadable"`
	Gap        time.Duration `json:"gap"`
	Lag        time.Duration `json:"lag"`
}

// AddLedger adds to what is held for an account and hour: counts add up, the
// later gap replaces the earlier one, the longest lag stays.
func (m *Memory) AddLedger(ctx context.Context, account string, hour time.Time, delta Ledger) error {
	return m.db.write(ctx, false, func(t *Tx) error {
		return t.exec(`INSERT INTO ledger (account, hour, pushed, recovered, duplicates, disordered, edits, deletes, backfilled, unreadable, gap, lag)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (account, hour) DO UPDATE SET
			pushed = ledger.pushed + excluded.pushed, recovered = ledger.recovered + excluded.recovered,
			duplicates = ledger.duplicates + excluded.duplicates, disordered = ledger.disordered + excluded.disordered,
			edits = ledger.edits + excluded.edits, deletes = ledger.deletes + excluded.deletes,
			backfilled = ledger.backfilled + excluded.backfilled, unreadable = ledger.unreadable + excluded.unreadable,
			gap = CASE WHEN excluded.gap <> 0 THEN excluded.gap ELSE ledger.gap END,
			lag = CASE WHEN excluded.lag > ledger.lag THEN excluded.lag ELSE ledger.lag END`,
			account, ms(hour), delta.Pushed, delta.Recovered, delta.Duplicates, delta.Disordered, delta.Edits, delta.Deletes,
			delta.Backfilled, delta.Unreadable, int64(delta.Gap), int64(delta.Lag))
	})
}

// Ledger reads what is held for an account and hour.
func (m *Memory) Ledger(ctx context.Context, account string, hour time.Time) (l Ledger, err error) {
	err = m.db.read(ctx, func(s *snapshot) error {
		_, err := one(ctx, s, `SELECT pushed, recovered, duplicates, disordered, edits, deletes, backfilled, unreadable, gap, lag
			FROM ledger WHERE account = $1 AND hour = $2`, []any{account, ms(hour)},
			&l.Pushed, &l.Recovered, &l.Duplicates, &l.Disordered, &l.Edits, &l.Deletes, &l.Backfilled, &l.Unreadable,
			(*int64)(&l.Gap), (*int64)(&l.Lag))
		return err
	})
	return l, err
}

// Secret opens what PutSecret sealed, e.g. an account's token; one that is not
// there is a Fault NotFound.
func (m *Memory) Secret(ctx context.Context, account, name string) ([]byte, error) {
	var sealed []byte
	err := m.db.read(ctx, func(s *snapshot) error {
		ok, err := one(ctx, s, `SELECT sealed FROM secret WHERE account = $1 AND name = $2`, []any{account, name}, &sealed)
		if err == nil && !ok {
			err = missing("secret", name)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return m.db.unseal(account, name, sealed)
}

// PutSecret seals a secret and keeps it; nil forgets it.
func (m *Memory) PutSecret(ctx context.Context, account, name string, secret []byte) error {
	if secret == nil {
		return m.db.write(ctx, true, func(t *Tx) error {
			return t.exec(`DELETE FROM secret WHERE account = $1 AND name = $2`, account, name)
		})
	}
	sealed, err := m.db.seal(account, name, secret)
	if err != nil {
		return err
	}
	return m.db.write(ctx, true, func(t *Tx) error {
		return t.exec(`INSERT INTO secret (account, name, sealed) VALUES ($1, $2, $3)
			ON CONFLICT (account, name) DO UPDATE SET sealed = excluded.sealed`, account, name, sealed)
	})
}
