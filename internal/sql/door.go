package sql

import (
	"context"
	"encoding/json"
	"time"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/text"
)

// Door keeps who may come in (inbox.Door). Of secrets only hashes come here.
type Door struct{ db *DB }

// NewDoor returns the door.
func NewDoor(db *DB) *Door { return &Door{db} }

// write runs one statement for a person.
func (d *Door) write(ctx context.Context, statement string, args ...any) error {
	return d.db.write(ctx, true, func(t *Tx) error { return t.exec(statement, args...) })
}

// AgentByEmail finds an agent and the hash of his password.
func (d *Door) AgentByEmail(ctx context.Context, email string) (a community.Agent, hash string, err error) {
	err = d.db.read(ctx, func(s *snapshot) error {
		var body string
		ok, err := one(ctx, s, `SELECT body, password FROM agent WHERE email = $1`, []any{text.Fold(email)}, &body, &hash)
		if err != nil {
			return err
		}
		if !ok {
			return missing("agent", email)
		}
		return unpack(body, &a)
	})
	return a, hash, err
}

// PutAgent writes an agent; an empty hash keeps the password he has. An e-mail
// address that is another agent's is a Fault Conflict "agent.email".
func (d *Door) PutAgent(ctx context.Context, a community.Agent, passwordHash string) error {
	body, err := json.Marshal(a)
	if err != nil {
		return err
	}
	email := text.Fold(a.Email)
	return d.db.write(ctx, true, func(t *Tx) error {
		var id string
		if taken, err := t.one(`SELECT id FROM agent WHERE email = $1`, []any{email}, &id); err != nil || (taken && id != a.ID) {
			if err == nil {
				err = community.Faultf(community.Conflict, "agent.email", a.Email)
			}
			return err
		}
		return t.exec(`INSERT INTO agent (id, email, password, body) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO UPDATE SET
			email = excluded.email, body = excluded.body,
			password = CASE WHEN excluded.password = '' THEN agent.password ELSE excluded.password END`,
			a.ID, email, passwordHash, string(body))
	})
}

// AnyAgent tells whether anybody can sign in.
func (d *Door) AnyAgent(ctx context.Context) (found bool, err error) {
	err = d.db.read(ctx, func(s *snapshot) (err error) {
		var n int
		found, err = one(ctx, s, `SELECT 1 FROM agent LIMIT 1`, nil, &n)
		return err
	})
	return found, err
}

// SetLang sets the language an agent reads.
func (d *Door) SetLang(ctx context.Context, agent, lang string) error {
	return d.db.write(ctx, true, func(t *Tx) error {
		var body string
		ok, err := t.one(`SELECT body FROM agent WHERE id = $1`, []any{agent}, &body)
		if err != nil {
			return err
		}
		if !ok {
			return missing("agent", agent)
		}
		var a community.Agent
		if err := unpack(body, &a); err != nil {
			return err
		}
		a.Lang = lang
		return t.putBody(`UPDATE agent SET id = $1, body = $2 WHERE id = $1`, a, agent)
	})
}

// PutSession keeps a session and forgets those that ended.
func (d *Door) PutSession(ctx context.Context, s community.Session) error {
	return d.db.write(ctx, true, func(t *Tx) error {
		if err := t.exec(`DELETE FROM session WHERE expires <= $1`, ms(d.db.now())); err != nil {
			return err
		}
		return t.exec(`INSERT INTO session (hash, agent, csrf, lang, created, expires) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (hash) DO UPDATE SET csrf = excluded.csrf, lang = excluded.lang, expires = excluded.expires`,
			s.Hash, s.Agent, s.CSRF, s.Lang, ms(s.Created), ms(s.Expires))
	})
}

// Session finds a session by its hash, with its agent as he is now.
func (d *Door) Session(ctx context.Context, hash string, now time.Time) (se community.Session, a community.Agent, err error) {
	err = d.db.read(ctx, func(s *snapshot) error {
		var body string
		se.Hash = hash
		ok, err := one(ctx, s, `SELECT s.agent, s.csrf, s.lang, s.created, s.expires, a.body FROM session s JOIN agent a ON a.id = s.agent WHERE s.hash = $1`,
			[]any{hash}, &se.Agent, &se.CSRF, &se.Lang, moment{&se.Created}, moment{&se.Expires}, &body)
		if err != nil {
			return err
		}
		if err := unpack(body, &a); err != nil {
			return err
		}
		if !ok || !a.Active || !now.Before(se.Expires) {
			return missing("session", "")
		}
		return nil
	})
	if err != nil {
		return community.Session{}, community.Agent{}, err
	}
	return se, a, nil
}

// EndSession signs a browser out.
func (d *Door) EndSession(ctx context.Context, hash string) error {
	return d.write(ctx, `DELETE FROM session WHERE hash = $1`, hash)
}

// Token finds the viewer a token stands for.
func (d *Door) Token(ctx context.Context, hash string) (v community.Viewer, err error) {
	err = d.db.read(ctx, func(s *snapshot) error {
		var body string
		ok, err := one(ctx, s, `SELECT viewer FROM token WHERE hash = $1`, []any{hash}, &body)
		if err != nil {
			return err
		}
		if !ok {
			return missing("token", "")
		}
		return unpack(body, &v)
	})
	return v, err
}

// PutToken keeps a token. System cannot be given away: it is not written.
func (d *Door) PutToken(ctx context.Context, hash, name string, v community.Viewer) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return d.write(ctx, `INSERT INTO token (hash, name, viewer) VALUES ($1, $2, $3)
		ON CONFLICT (hash) DO UPDATE SET name = excluded.name, viewer = excluded.viewer`, hash, name, string(body))
}

// PutInvite keeps a one-time link.
func (d *Door) PutInvite(ctx context.Context, hash string, expires time.Time) error {
	return d.write(ctx, `INSERT INTO invite (hash, expires) VALUES ($1, $2) ON CONFLICT (hash) DO UPDATE SET expires = excluded.expires`, hash, ms(expires))
}

// UseInvite takes a one-time link, once.
func (d *Door) UseInvite(ctx context.Context, hash string, now time.Time) error {
	return d.db.write(ctx, true, func(t *Tx) error {
		n, err := t.affect(`DELETE FROM invite WHERE hash = $1 AND expires > $2`, hash, ms(now))
		if err == nil && n == 0 {
			err = missing("invite", "")
		}
		return err
	})
}

// Attempt counts an attempt in the window that began with the key's first one.
func (d *Door) Attempt(ctx context.Context, key string, now time.Time, window time.Duration) (n int, err error) {
	err = d.db.write(ctx, true, func(t *Tx) error {
		if err := t.exec(`DELETE FROM attempt WHERE until <= $1`, ms(now)); err != nil {
			return err
		}
		if err := t.exec(`INSERT INTO attempt (key, until, n) VALUES ($1, $2, 1) ON CONFLICT (key) DO UPDATE SET n = attempt.n + 1`,
			key, ms(now.Add(window))); err != nil {
			return err
		}
		_, err := t.one(`SELECT n FROM attempt WHERE key = $1`, []any{key}, &n)
		return err
	})
	return n, err
}

// ClearAttempts forgets a key's attempts.
func (d *Door) ClearAttempts(ctx context.Context, key string) error {
	return d.write(ctx, `DELETE FROM attempt WHERE key = $1`, key)
}
