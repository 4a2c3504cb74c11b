package sql

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// Look opens the file of an installation to read it, beside whoever has it open:
// nothing is made, migrated or written. Only what reads may stand on it
// (NewInbox, NewLessons). A file of another schema is a Fault Invalid
// "store.older" or "store.newer".
func Look(ctx context.Context, path string) (*DB, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, err
	}
	db := &DB{path: path, now: time.Now}
	if err := db.look(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

func (db *DB) look(ctx context.Context) error {
	var err error
	if db.reading, err = sql.Open("sqlite", source(db.path, readerCache, true)); err != nil {
		return err
	}
	c, err := newConn(ctx, db.reading)
	if err != nil {
		return err
	}
	db.readers = make(chan *conn, 1)
	db.readers <- c
	steps, err := readSteps(steps())
	if err != nil {
		return err
	}
	newest := steps[len(steps)-1].number
	has, err := schemaVersion(ctx, c)
	switch {
	case err != nil:
		return err
	case has < newest:
		return community.Faultf(community.Invalid, "store.older", has, newest)
	case has > newest+1:
		return community.Faultf(community.Invalid, "store.newer", has, newest)
	}
	return nil
}
