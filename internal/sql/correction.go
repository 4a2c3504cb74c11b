package sql

import (
	"context"
	"database/sql"
	"math"

	"github.com/vigie-hq/vigie/community"
)

// PutCorrection implements desk.Tx.
func (t *Tx) PutCorrection(_ context.Context, c community.Correction) error {
	return t.exec(`INSERT INTO correction (message, conversation, agent, head, was, p, became, model, at, brand, content, vague)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		c.Message, c.Conversation, c.Agent, c.Head, c.From, c.P, c.To, c.Model, ms(c.At), c.Brand, c.Content, bit(c.Vague))
}

// Corrections implements desk.Tx.
func (t *Tx) Corrections(_ context.Context, message string) ([]community.Correction, error) {
	var out []community.Correction
	err := each(t.ctx, t, `SELECT `+correctionColumns+` FROM correction c WHERE c.message = $1 ORDER BY c.num`, []any{message}, func(rows *sql.Rows) error {
		var c community.Correction
		err := rows.Scan(correctionInto(&c)...)
		out = append(out, c)
		return err
	})
	return out, err
}

// correctionColumns is what correctionInto takes, in its order.
const correctionColumns = `c.brand, c.message, c.conversation, c.agent, c.head, c.was, c.p, c.became, c.model, c.content, c.vague, c.at`

func correctionInto(c *community.Correction) []any {
	return []any{&c.Brand, &c.Message, &c.Conversation, &c.Agent, &c.Head, &c.From, &c.P, &c.To, &c.Model, &c.Content, &c.Vague, moment{&c.At}}
}

// Lessons is what people taught: what the corrections in force are made of, and
// what a training learns from and is judged by.
type Lessons struct{ db *DB }

// NewLessons returns the lessons.
func NewLessons(db *DB) *Lessons { return &Lessons{db} }

// Mark is the number of the newest correction, 0 without any: corrections are
// only ever added. It is asked before each batch, and reads one row however many
// there are.
func (l *Lessons) Mark(ctx context.Context) (mark int64, err error) {
	err = l.db.read(ctx, func(s *snapshot) error {
		_, err := one(ctx, s, `SELECT coalesce(max(num), 0) FROM correction`, nil, &mark)
		return err
	})
	return mark, err
}

// All reads every lesson of every brand, oldest first, with the words the agent
// saw: a message's content of that time. A vague correction teaches nothing, nor
// does one whose message is no longer kept: they are left out.
func (l *Lessons) All(ctx context.Context) (out []community.Lesson, err error) {
	err = l.db.read(ctx, func(s *snapshot) (err error) {
		out, err = s.lessons(ctx, 0, math.MaxInt64)
		return err
	})
	return out, err
}

// Added reads the lessons that came between two marks, the earlier of which may
// be zero.
func (l *Lessons) Added(ctx context.Context, since, now int64) (out []community.Lesson, err error) {
	err = l.db.read(ctx, func(s *snapshot) (err error) {
		out, err = s.lessons(ctx, since, now)
		return err
	})
	return out, err
}

// lessons reads those of the corrections numbered after one up to another.
func (s *snapshot) lessons(ctx context.Context, after, upTo int64) (out []community.Lesson, err error) {
	err = each(ctx, s, `SELECT `+correctionColumns+`, `+saidColumns+`,
		CASE WHEN c.content IN ('', m.rev_hash) THEN m.text ELSE coalesce((SELECT r.text FROM revision r WHERE r.message = m.key AND r.hash = c.content), '') END
		FROM correction c JOIN message m ON m.key = c.message WHERE c.vague = 0 AND c.num > $1 AND c.num <= $2 ORDER BY c.num`, []any{after, upTo}, func(rows *sql.Rows) error {
		var one community.Lesson
		m := &one.Said
		err := rows.Scan(append(append(correctionInto(&one.Correction), saidInto(s.db.labels, m)...), &m.Text)...)
		out = append(out, one)
		return err
	})
	return out, err
}

// saidColumns is what saidInto takes, in its order: what a classifier asks of a
// message, without its text.
const saidColumns = `m.brand, m.network, m.account, m.scope, m.native, m.thread, m.in_reply_to, m.kind, m.lang, m.is_private,
	m.author_id, m.handle, m.followers, m.created_at, m.received_at`

func saidInto(l *labels, m *community.Message) []any {
	return []any{
		named(l, &m.Brand), named(l, &m.Network), named(l, &m.Account), named(l, &m.Scope), &m.ID, &m.Thread, &m.InReplyTo,
		named(l, &m.Kind), named(l, &m.Lang), &m.Private, &m.Author.ID, &m.Author.Handle, &m.Author.Followers,
		moment{&m.CreatedAt},
		moment{&m.ReceivedAt},
	}
}
