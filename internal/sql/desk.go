package sql

import (
	"context"
	"errors"
	"time"

	"github.com/vigie-hq/vigie/community/desk"
)

var _ desk.Store = (*Desk)(nil)

// Desk is desk.Store.
type Desk struct{ db *DB }

// NewDesk returns the store the desk writes to.
func NewDesk(db *DB) *Desk { return &Desk{db} }

// Now is the installation's one clock.
func (d *Desk) Now() time.Time { return d.db.now() }

// Write runs f for a person: before whatever the stream waits to write.
func (d *Desk) Write(ctx context.Context, f func(desk.Tx) error) error {
	return d.db.write(ctx, true, func(t *Tx) error { return f(t) })
}

// Batch runs f for the stream, when no person waits.
func (d *Desk) Batch(ctx context.Context, f func(desk.Tx) error) error {
	return d.db.write(ctx, false, func(t *Tx) error { return f(t) })
}

// Read runs f on a snapshot.
func (d *Desk) Read(ctx context.Context, f func(desk.Reader) error) error {
	return d.db.read(ctx, func(s *snapshot) error { return f(s) })
}

// write runs f in one transaction of the one writer. Once it began, its
// statements are not interrupted: an interrupted statement would undo the whole
// transaction behind f's back. The end of ctx is seen between statements.
func (db *DB) write(ctx context.Context, person bool, f func(*Tx) error) (err error) {
	if err := db.queue.enter(ctx, person); err != nil {
		return err
	}
	defer db.queue.leave()
	t := &Tx{db: db, asked: ctx, ctx: context.WithoutCancel(ctx), numbers: db.numbers}
	if _, err := db.writer.exec(t.ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	done := false
	defer func() {
		if !done { // f failed or panicked
			err = errors.Join(err, t.undo())
		}
	}()
	if err := f(t); err != nil {
		return err
	}
	if err := t.flush(); err != nil {
		return err
	}
	if _, err := db.writer.exec(t.ctx, "COMMIT"); err != nil {
		return err
	}
	done = true
	t.done()
	return nil
}
