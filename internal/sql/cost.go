package sql

import (
	"context"
	"database/sql"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// dayForm is how the UTC day of a cost is kept.
const dayForm = time.DateOnly

// Spent is what calls for an account cost on the UTC day of a moment, in
// millionths of a dollar.
func (m *Memory) Spent(ctx context.Context, account string, day time.Time) (micros int64, err error) {
	err = m.db.read(ctx, func(s *snapshot) error {
		_, err := one(ctx, s, `SELECT coalesce(sum(micros), 0) FROM cost WHERE account = $1 AND day = $2`,
			[]any{account, day.UTC().Format(dayForm)}, &micros)
		return err
	})
	return micros, err
}

// AddCost adds to what an operation cost an account on the UTC day of day.
func (m *Memory) AddCost(ctx context.Context, account string, day time.Time, what string, units, micros int64) error {
	return m.db.write(ctx, false, func(t *Tx) error {
		return t.exec(`INSERT INTO cost (account, day, what, units, micros) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (account, day, what) DO UPDATE SET units = cost.units + excluded.units, micros = cost.micros + excluded.micros`,
			account, day.UTC().Format(dayForm), what, units, micros)
	})
}

// Announce tells whoever follows that something about an account changed.
func (m *Memory) Announce(ctx context.Context, account string) error {
	return m.db.write(ctx, false, func(t *Tx) error { return t.announce(ctx, account) })
}

// announce writes the event that an account changed.
func (t *Tx) announce(ctx context.Context, account string) error {
	var brand string
	ok, err := t.one(`SELECT brand FROM account WHERE key = $1`, []any{account}, &brand)
	if err != nil || !ok {
		return err
	}
	return t.PutEvent(ctx, community.Event{V: 1, Type: community.EventAccountChanged, Brand: brand, At: t.db.now()})
}

// Costs lists what the calls for an account cost on the UTC days of [from, to), by
// day (newest first) and operation; nothing to who may not know it.
func (in *Inbox) Costs(ctx context.Context, v community.Viewer, account string, from, to time.Time) (out []community.CostRow, err error) {
	err = in.db.read(ctx, func(s *snapshot) error {
		a, err := accountByKey(ctx, s, account)
		if err != nil || a == nil || !v.May(community.ActionCost, a.Brand, "") {
			return err
		}
		return each(ctx, s, `SELECT day, what, units, micros FROM cost WHERE account = $1 AND day >= $2 AND day <= $3 ORDER BY day DESC, what`,
			[]any{account, from.UTC().Format(dayForm), to.Add(-time.Nanosecond).UTC().Format(dayForm)}, func(rows *sql.Rows) error {
				row := community.CostRow{Account: account, Network: a.Network, Name: a.Name}
				var day string
				err := rows.Scan(&day, &row.What, &row.Units, &row.Micros)
				if err == nil {
					row.Day, err = time.Parse(dayForm, day)
				}
				out = append(out, row)
				return err
			})
	})
	return out, err
}
