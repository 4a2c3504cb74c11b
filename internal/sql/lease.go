package sql

import (
	"context"
	"database/sql"
	"time"
)

// Lease takes or renews, until ttl from now, those of the accounts (keys) that
// nobody else holds, and returns which the holder has then. The clock is the
// store's.
func (m *Memory) Lease(ctx context.Context, holder string, accounts []string, ttl time.Duration) (held []string, err error) {
	err = m.db.write(ctx, false, func(t *Tx) error {
		now := m.db.now()
		has := map[string]bool{}
		err := each(t.ctx, t, `SELECT account FROM lease WHERE holder = $1`, []any{holder}, func(rows *sql.Rows) error {
			var account string
			err := rows.Scan(&account)
			has[account] = true
			return err
		})
		if err != nil {
			return err
		}
		if len(has) > 0 {
			if err := t.exec(`UPDATE lease SET until = $1 WHERE holder = $2`, ms(now.Add(ttl)), holder); err != nil {
				return err
			}
		}
		for _, account := range accounts {
			n := int64(1)
			if !has[account] {
				n, err = t.affect(`INSERT INTO lease (account, holder, until) VALUES ($1, $2, $3)
					ON CONFLICT (account) DO UPDATE SET holder = excluded.holder, until = excluded.until WHERE lease.until <= $4`,
					account, holder, ms(now.Add(ttl)), ms(now))
			}
			if err != nil {
				return err
			}
			if n > 0 {
				held = append(held, account)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return held, nil
}

// Release gives back all leases of a holder; of everybody when holder is empty,
// which only a process may do that is certainly alone.
func (m *Memory) Release(ctx context.Context, holder string) error {
	return m.db.write(ctx, false, func(t *Tx) error {
		return t.exec(`DELETE FROM lease WHERE $1 = '' OR holder = $2`, holder, holder)
	})
}
