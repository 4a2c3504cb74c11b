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
	*conn
	db *DB
}

// read runs f on a snapshot. Each reading connection has its own statements: a
// pool's shared ones would ask for a second connection while holding one.
func (db *DB) read(ctx context.Context, f func(*snapshot) error) (err error) {
	var c *conn
	select {
	case c = <-db.readers:
	case <-ctx.Done():
		return ctx.Err()
	}
	if c == nil {
		return sql.ErrConnDone // closed
	}
	// Whatever happens (a caller who goes, a panic) the connection goes back
	// without a transaction, else nobody could ever read on it again.
	defer func() {
		err = errors.Join(err, c.rollback(ctx))
		db.readers <- c
	}()
	if _, err := c.exec(context.WithoutCancel(ctx), "BEGIN"); err != nil {
		return err
	}
	if db.writer == nil { // somebody else writes, and names new words
		if db.labels, err = loadLabels(ctx, c); err != nil {
			return err
		}
	}
	return f(&snapshot{c, db})
}

// rollback ends a transaction, also after ctx. An engine that has rolled back
// by itself (disk full, an interrupted statement) says that there is nothing to
// undo: that is no further fault.
func (c *conn) rollback(ctx context.Context) error {
	_, err := c.exec(context.WithoutCancel(ctx), "ROLLBACK")
	if err != nil && strings.Contains(err.Error(), "no transaction is active") {
		return nil
	}
	return err
}

// adhoc reads with a text that is made for one question and not kept.
type adhoc struct{ *snapshot }

func (s adhoc) query(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	return s.QueryContext(ctx, marks(text), args...)
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
