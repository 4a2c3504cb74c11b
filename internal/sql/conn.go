package sql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// conn is one connection with the statements it has prepared.
type conn struct {
	*sql.Conn
	texts map[string]*sql.Stmt
}

func newConn(ctx context.Context, pool *sql.DB) (*conn, error) {
	c, err := pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return &conn{c, map[string]*sql.Stmt{}}, nil
}

func (c *conn) close() error {
	var errs []error
	for _, s := range c.texts {
		errs = append(errs, s.Close())
	}
	return errors.Join(append(errs, c.Conn.Close())...)
}

// prepare returns the statement for a text, prepared once.
func (c *conn) prepare(ctx context.Context, text string) (*sql.Stmt, error) {
	if s := c.texts[text]; s != nil {
		return s, nil
	}
	s, err := c.PrepareContext(ctx, marks(text))
	if err != nil {
		return nil, fmt.Errorf("prepare %.60q: %w", text, err)
	}
	c.texts[text] = s
	return s, nil
}

func (c *conn) exec(ctx context.Context, text string, args ...any) (sql.Result, error) {
	s, err := c.prepare(ctx, text)
	if err != nil {
		return nil, err
	}
	return s.ExecContext(ctx, args...)
}

func (c *conn) query(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	s, err := c.prepare(ctx, text)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(ctx, args...)
}

// querier reads rows: the writer's transaction or a reader's.
type querier interface {
	query(ctx context.Context, text string, args ...any) (*sql.Rows, error)
}

// one scans the first row; false when there is none.
func one(ctx context.Context, q querier, text string, args []any, dest ...any) (bool, error) {
	rows, err := q.query(ctx, text, args...)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	if !rows.Next() {
		return false, rows.Err()
	}
	if err := rows.Scan(dest...); err != nil {
		return false, err
	}
	return true, rows.Close()
}

// each calls f for every row; f scans it.
func each(ctx context.Context, q querier, text string, args []any, f func(*sql.Rows) error) error {
	rows, err := q.query(ctx, text, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// snapshot is one reading transaction: everything it reads is of one moment.
type snapshot struct {
	db *DB
	tx *sql.Tx
}

// read runs f on a snapshot.
func (db *DB) read(ctx context.Context, f func(*snapshot) error) error {
	tx, err := db.reader.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // it only read
	return f(&snapshot{db, tx})
}

func (s *snapshot) query(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	held, ok := s.db.texts.Load(text)
	if !ok {
		made, err := s.db.reader.PrepareContext(ctx, marks(text))
		if err != nil {
			return nil, fmt.Errorf("prepare %.60q: %w", text, err)
		}
		var raced bool
		if held, raced = s.db.texts.LoadOrStore(text, made); raced {
			if err := made.Close(); err != nil {
				return nil, err
			}
		}
	}
	return s.tx.StmtContext(ctx, held.(*sql.Stmt)).QueryContext(ctx, args...)
}

// adhoc reads with a text that is made for one question and not kept.
type adhoc struct{ *snapshot }

func (s adhoc) query(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	return s.tx.QueryContext(ctx, marks(text), args...)
}

// marks writes $1, $2 ... as ? where they stand in that order: this engine's
// driver looks each numbered argument up among all others, which costs more
// than the statement when there are sixty.
func marks(text string) string {
	var b strings.Builder
	rest := text
	for n := 1; ; n++ {
		before, after, found := strings.Cut(rest, "$")
		if !found {
			b.WriteString(rest)
			return b.String()
		}
		number := strconv.Itoa(n)
		if !strings.HasPrefix(after, number) || (len(after) > len(number) && '0' <= after[len(number)] && after[len(number)] <= '9') {
			return text
		}
		b.WriteString(before)
		b.WriteByte('?')
		rest = after[len(number):]
	}
}
