package sql

import (
	"context"
	"database/sql"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/text"
)

// about is the number of the conversation something is written about.
func (t *Tx) about(conversation string) (int64, error) {
	num, ok, err := t.conversationNum(conversation)
	if err == nil && !ok {
		err = missing("conversation", conversation)
	}
	return num, err
}

// PutNote implements desk.Tx.
func (t *Tx) PutNote(_ context.Context, n community.Note) error {
	num, err := t.about(n.Conversation)
	if err != nil {
		return err
	}
	written, err := t.affect(`INSERT INTO note (id, conversation, agent, text, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING`,
		n.ID, num, n.Agent, text.Clean(n.Text), ms(n.At))
	if err != nil || written > 0 {
		return err
	}
	same, err := t.one(`SELECT 1 FROM note WHERE id = $1 AND conversation = $2 AND text = $3`, []any{n.ID, num, text.Clean(n.Text)}, new(int))
	if err == nil && !same {
		err = community.Faultf(community.Conflict, "note.id", n.ID)
	}
	return err
}

// Assignable implements desk.Tx.
func (t *Tx) Assignable(_ context.Context, brand, agent string) (bool, error) {
	var body string
	ok, err := t.one(`SELECT body FROM agent WHERE id = $1`, []any{agent}, &body)
	if err != nil || !ok {
		return false, err
	}
	var a community.Agent
	err = unpack(body, &a)
	return a.Assignable(brand), err
}

// PutAct implements desk.Tx.
func (t *Tx) PutAct(_ context.Context, a community.Act) error {
	num, err := t.about(a.Conversation)
	if err != nil {
		return err
	}
	return t.exec(`INSERT INTO act (conversation, agent, verb, was, became, at) VALUES ($1, $2, $3, $4, $5, $6)`,
		num, a.Agent, a.Verb, a.From, a.To, ms(a.At))
}

// PutHandoff implements desk.Tx.
func (t *Tx) PutHandoff(_ context.Context, h community.Handoff) error {
	num, err := t.about(h.Conversation)
	if err != nil {
		return err
	}
	return t.exec(`INSERT INTO handoff (id, conversation, reply, from_account, to_account, agent, is_private, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING`,
		h.ID, num, h.Reply, h.From, h.To, h.Agent, bit(h.Private), ms(h.At))
}

func notes(ctx context.Context, q querier, c *numbered) ([]community.Note, error) {
	var out []community.Note
	err := each(ctx, q, `SELECT id, agent, text, at FROM note WHERE conversation = $1 ORDER BY at, id`, []any{c.num}, func(rows *sql.Rows) error {
		n := community.Note{Conversation: c.ID}
		err := rows.Scan(&n.ID, &n.Agent, &n.Text, moment{&n.At})
		out = append(out, n)
		return err
	})
	return out, err
}

func acts(ctx context.Context, q querier, c *numbered) ([]community.Act, error) {
	var out []community.Act
	err := each(ctx, q, `SELECT agent, verb, was, became, at FROM act WHERE conversation = $1 ORDER BY at, num`, []any{c.num}, func(rows *sql.Rows) error {
		a := community.Act{Conversation: c.ID}
		err := rows.Scan(&a.Agent, &a.Verb, &a.From, &a.To, moment{&a.At})
		out = append(out, a)
		return err
	})
	return out, err
}
