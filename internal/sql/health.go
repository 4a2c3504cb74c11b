package sql

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/vigie-hq/vigie/community"
)

// SaveHealth replaces what is known of how an account stands. What people would
// see of a change is told to whoever follows.
func (m *Memory) SaveHealth(ctx context.Context, account string, h community.Health) error {
	return m.db.write(ctx, false, func(t *Tx) error {
		var body string
		var before community.Health
		known, err := t.one(`SELECT body FROM health WHERE account = $1`, []any{account}, &body)
		if err == nil && known {
			err = json.Unmarshal([]byte(body), &before)
		}
		if err != nil {
			return err
		}
		if !known || !sameHealth(before, h) {
			if err := t.announce(ctx, account); err != nil {
				return err
			}
		}
		return t.putBody(`INSERT INTO health (account, body) VALUES ($1, $2)
			ON CONFLICT (account) DO UPDATE SET body = excluded.body`, h, account)
	})
}

// sameHealth compares what people are shown: not when it was looked at, nor the
// windows, which move with every look.
func sameHealth(a, b community.Health) bool {
	return a.Fault == b.Fault && a.ExpiresAt.Equal(b.ExpiresAt) && slices.Equal(a.Missing, b.Missing) &&
		a.Push == b.Push && a.PushWhy == b.PushWhy
}
