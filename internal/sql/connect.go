package sql

import (
	"context"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// Connecting keeps connections of accounts that are under way: sealed, for one
// session each, and for a while only.
type Connecting struct{ db *DB }

// NewConnecting returns it.
func NewConnecting(db *DB) *Connecting { return &Connecting{db} }

// connectingOwner is what connections under way are sealed under.
const connectingOwner = "connecting"

// Keep keeps what must be known again, under the hash of a secret that only its
// browser knows, and forgets what is over.
func (c *Connecting) Keep(ctx context.Context, hash, session string, expires time.Time, body []byte) error {
	sealed, err := c.db.seal(connectingOwner, hash, body)
	if err != nil {
		return err
	}
	return c.db.write(ctx, true, func(t *Tx) error {
		if err := t.exec(`DELETE FROM connecting WHERE expires <= $1`, ms(c.db.now())); err != nil {
			return err
		}
		return t.exec(`INSERT INTO connecting (hash, session, expires, sealed) VALUES ($1, $2, $3, $4)`, hash, session, ms(expires), sealed)
	})
}

// Look reads what was kept for this session; anything else is a Fault NotFound.
func (c *Connecting) Look(ctx context.Context, hash, session string) (body []byte, err error) {
	err = c.db.read(ctx, func(s *snapshot) (err error) {
		body, err = c.find(ctx, s, hash, session)
		return err
	})
	return body, err
}

// Take reads what was kept for this session and forgets it: it can be had once.
// Another session's is left to its own.
func (c *Connecting) Take(ctx context.Context, hash, session string) (body []byte, err error) {
	err = c.db.write(ctx, true, func(t *Tx) error {
		if body, err = c.find(ctx, t, hash, session); err != nil {
			return err
		}
		return t.exec(`DELETE FROM connecting WHERE hash = $1`, hash)
	})
	if err != nil {
		return nil, err
	}
	return body, nil
}

func (c *Connecting) find(ctx context.Context, q querier, hash, session string) ([]byte, error) {
	var sealed []byte
	ok, err := one(ctx, q, `SELECT sealed FROM connecting WHERE hash = $1 AND session = $2 AND expires > $3`,
		[]any{hash, session, ms(c.db.now())}, &sealed)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, community.Faultf(community.NotFound, "connect.state")
	}
	return c.db.unseal(connectingOwner, hash, sealed)
}
