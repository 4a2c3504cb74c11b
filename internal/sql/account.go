package sql

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// Account implements desk.Tx.
func (t *Tx) Account(ctx context.Context, key string) (*community.Account, error) {
	return accountByKey(ctx, t, key)
}

func accountByKey(ctx context.Context, q querier, key string) (*community.Account, error) {
	found, err := bodies[community.Account](ctx, q, `SELECT body FROM account WHERE key = $1`, key)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

// PutAccountAct implements desk.Tx.
func (t *Tx) PutAccountAct(_ context.Context, a community.AccountAct) error {
	return t.exec(`INSERT INTO account_act (account, agent, verb, was, became, at) VALUES ($1, $2, $3, $4, $5, $6)`,
		a.Account, a.Agent, a.Verb, a.From, a.To, ms(a.At))
}

// Standings lists a brand's accounts with how each stands.
func (in *Inbox) Standings(ctx context.Context, v community.Viewer, brand string) (out []community.Standing, err error) {
	if !reads(v, brand) {
		return nil, nil
	}
	err = in.db.read(ctx, func(s *snapshot) (err error) {
		out, err = s.standings(ctx, `a.brand`, brand)
		return err
	})
	for i := range out {
		out[i] = out[i].Shown(v)
	}
	return out, err
}

// Standing reads how one account stands; one the viewer may not know of is a
// Fault NotFound.
func (in *Inbox) Standing(ctx context.Context, v community.Viewer, key string) (out community.Standing, err error) {
	err = in.db.read(ctx, func(s *snapshot) error {
		found, err := s.standings(ctx, `a.key`, key)
		if err != nil {
			return err
		}
		if len(found) == 0 || !reads(v, found[0].Brand) {
			return missing("account", key)
		}
		out = found[0].Shown(v)
		return nil
	})
	return out, err
}

// lastHeard is the last hour in which something came from an account. Its index
// (ledger_heard) says the same condition, so that a quiet store is not looked for
// in all of its hours.
const lastHeard = `(SELECT max(l.hour) FROM ledger l WHERE l.account = a.key AND l.pushed + l.recovered + l.backfilled > 0)`

// standings reads the accounts that have a value in a column, with what the
// collectors and the desk know of them.
// The last message is told to the hour: the ledger knows it without a look at
// the messages.
func (s *snapshot) standings(ctx context.Context, where, value string) ([]community.Standing, error) {
	var out []community.Standing
	err := each(ctx, s, `SELECT a.key, a.body, coalesce(h.body, ''), coalesce(c.body, ''),
		coalesce(`+lastHeard+`, 0),
		coalesce((SELECT sum(x.micros) FROM cost x WHERE x.account = a.key AND x.day = $2), 0),
		(SELECT count(*) FROM reply r WHERE r.account = a.key AND r.state = 'held')
		FROM account a LEFT JOIN cursor c ON c.account = a.key AND c.side = 'received'
		LEFT JOIN health h ON h.account = a.key WHERE `+where+` = $1 ORDER BY a.brand, a.network, a.name`,
		[]any{value, s.db.now().UTC().Format(time.DateOnly)}, func(rows *sql.Rows) error {
			var one community.Standing
			var body, health, place string
			if err := rows.Scan(&one.Key, &body, &health, &place, moment{&one.LastAt}, &one.Spent, &one.Waiting); err != nil {
				return err
			}
			if err := json.Unmarshal([]byte(body), &one.Account); err != nil {
				return err
			}
			var cursor community.Cursor
			if err := errors.Join(unpack(health, &one.Health), unpack(place, &cursor)); err != nil {
				return err
			}
			one.Connected, one.Complete = cursor.Connected, cursor.Complete
			out = append(out, one)
			return nil
		})
	return out, err
}

// maxActs is how many changes of an account are shown.
const maxActs = 200

// AccountActs lists what people did to an account, newest first.
func (in *Inbox) AccountActs(ctx context.Context, v community.Viewer, key string) (out []community.AccountAct, err error) {
	err = in.db.read(ctx, func(s *snapshot) error {
		account, err := accountByKey(ctx, s, key)
		if err != nil {
			return err
		}
		if account == nil || !reads(v, account.Brand) {
			return missing("account", key)
		}
		return each(ctx, s, `SELECT agent, verb, was, became, at FROM account_act WHERE account = $1 ORDER BY num DESC LIMIT $2`, []any{key, maxActs},
			func(rows *sql.Rows) error {
				a := community.AccountAct{Account: key, Brand: account.Brand}
				err := rows.Scan(&a.Agent, &a.Verb, &a.From, &a.To, moment{&a.At})
				if a.Shown(v) {
					out = append(out, a)
				}
				return err
			})
	})
	return out, err
}
