package sql

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/vigie-hq/vigie/community"
)

const ledgerColumns = `pushed, recovered, duplicates, disordered, edits, deletes, backfilled, unreadable, gap, gap_at, lag, lags`

// lags scans and writes how many messages took how long: a list without the
// noughts at its end, empty for none.
type lags struct{ *community.Lags }

// Scan implements sql.Scanner.
func (l lags) Scan(src any) error {
	*l.Lags = community.Lags{}
	text, _ := src.(string)
	if text == "" {
		return nil
	}
	return json.Unmarshal([]byte(text), l.Lags)
}

func (l lags) text() string {
	last := 0
	for i, n := range l.Lags {
		if n != 0 {
			last = i + 1
		}
	}
	if last == 0 {
		return ""
	}
	return jsonList(l.Lags[:last])
}

func intoLedger(l *community.Ledger) []any {
	return []any{
		&l.Pushed, &l.Recovered, &l.Duplicates, &l.Disordered, &l.Edits, &l.Deletes, &l.Backfilled, &l.Unreadable,
		(*int64)(&l.Gap),
		moment{&l.GapAt},
		(*int64)(&l.Lag),
		lags{&l.Lags},
	}
}

// AddLedgers adds each row's counts to what is held for its account and hour
// (community.Ledger.Add), all of them or none. Only account, hour and counts of
// a row are read.
func (m *Memory) AddLedgers(ctx context.Context, rows []community.LedgerRow) error {
	return m.db.write(ctx, false, func(t *Tx) error {
		for i := range rows {
			if err := t.addLedger(&rows[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

func (t *Tx) addLedger(row *community.LedgerRow) error {
	var l community.Ledger
	if _, err := t.one(`SELECT `+ledgerColumns+` FROM ledger WHERE account = $1 AND hour = $2`,
		[]any{row.Account, ms(row.Hour)}, intoLedger(&l)...); err != nil {
		return err
	}
	l.Add(&row.Ledger)
	return t.exec(`INSERT INTO ledger (account, hour, `+ledgerColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
		ON CONFLICT (account, hour) DO UPDATE SET pushed = excluded.pushed, recovered = excluded.recovered,
		duplicates = excluded.duplicates, disordered = excluded.disordered, edits = excluded.edits, deletes = excluded.deletes,
		backfilled = excluded.backfilled, unreadable = excluded.unreadable,
		gap = excluded.gap, gap_at = excluded.gap_at, lag = excluded.lag, lags = excluded.lags`,
		row.Account, ms(row.Hour), l.Pushed, l.Recovered, l.Duplicates, l.Disordered, l.Edits, l.Deletes,
		l.Backfilled, l.Unreadable, int64(l.Gap), ms(l.GapAt), int64(l.Lag), lags{&l.Lags}.text())
}

// Ledger reads what came from the accounts of a brand in [from, to), an hour a
// row: by network, account and hour, newest first. Every account of the brand
// has at least one row (see community.LedgerRow).
func (in *Inbox) Ledger(ctx context.Context, v community.Viewer, brand string, from, to time.Time) (out []community.LedgerRow, err error) {
	if !reads(v, brand) {
		return nil, nil
	}
	var last community.LedgerRow // its cursor is that of all rows of its account
	err = in.db.read(ctx, func(s *snapshot) error {
		return each(ctx, s, `SELECT a.key, a.network, a.name, coalesce(c.body, ''), coalesce(l.hour, 0),
			coalesce(pushed, 0), coalesce(recovered, 0), coalesce(duplicates, 0), coalesce(disordered, 0), coalesce(edits, 0), coalesce(deletes, 0),
			coalesce(backfilled, 0), coalesce(unreadable, 0), coalesce(gap, 0), coalesce(gap_at, 0), coalesce(lag, 0), coalesce(lags, '')
			FROM account a LEFT JOIN cursor c ON c.account = a.key AND c.side = 'published'
			LEFT JOIN ledger l ON l.account = a.key AND l.hour >= $1 AND l.hour < $2
			WHERE a.brand = $3 ORDER BY a.network, a.name, l.hour DESC`, []any{ms(from), ms(to), brand}, func(rows *sql.Rows) error {
			var row community.LedgerRow
			var place string
			if err := rows.Scan(append([]any{&row.Account, &row.Network, &row.Name, &place, moment{&row.Hour}}, intoLedger(&row.Ledger)...)...); err != nil {
				return err
			}
			if row.Account != last.Account {
				var cursor community.Cursor
				if err := unpack(place, &cursor); err != nil {
					return err
				}
				last.Account, last.Complete = row.Account, cursor.Complete
			}
			row.Complete = last.Complete
			out = append(out, row)
			return nil
		})
	})
	return out, err
}
