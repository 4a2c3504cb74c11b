package sql

import (
	"context"
	"database/sql"
	"runtime"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
)

// Tx is one writing transaction: desk.Tx. What nobody reads inside it (events,
// counters, full text, positions) is gathered and written once, in sorted
// order, before the commit.
type Tx struct {
	db      *DB
	asked   context.Context // the caller's: its end is seen between statements
	ctx     context.Context // the same without its end: what statements run under
	broken  error           // a label could not be written
	numbers numbers         // given so far; the database's from the commit on
	words   []string        // labels first named here

	settings map[string]*desk.Settings // brands read or changed here
	changed  map[string]bool           // brands whose settings changed
	people   []person                  // profiles to remember from the commit on
	stranger string                    // the author last looked for in vain
	opened   map[string]*opening       // conversations that are new here, by id
	known    map[string]int64          // numbers of conversations read here, by id
	counts   counts
	finds    map[int64]*find
	events   []community.Event
	places   map[desk.Position]int64
	draws    map[community.Stratum]*drawing // lots of the audit sample
	imports  map[importKey]int64
}

// opening is a conversation that is new in this transaction: nothing need be
// looked up to know what it holds.
type opening struct {
	num       int64
	next      int64 // place of its next message
	put       bool  // its row is written
	deadlines bool  // and deadlines
}

// yield lets whoever waits for a processor go first: on two of them a row of
// statements would keep networks that call us, and agents, waiting for ten
// milliseconds at each step of their way. It costs nothing when nobody waits.
func yield() { runtime.Gosched() }

func (t *Tx) exec(text string, args ...any) error {
	_, err := t.affect(text, args...)
	return err
}

// affect executes and returns how many rows changed.
func (t *Tx) affect(text string, args ...any) (int64, error) {
	if t.broken != nil {
		return 0, t.broken
	}
	if err := t.asked.Err(); err != nil {
		return 0, err
	}
	yield()
	result, err := t.db.writer.exec(t.ctx, text, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (t *Tx) query(_ context.Context, text string, args ...any) (*sql.Rows, error) {
	if t.broken != nil {
		return nil, t.broken
	}
	if err := t.asked.Err(); err != nil {
		return nil, err
	}
	yield()
	return t.db.writer.query(t.ctx, text, args...)
}

// one scans the first row; false when there is none.
func (t *Tx) one(text string, args []any, dest ...any) (bool, error) {
	return one(t.ctx, t, text, args, dest...)
}

// flush writes what was gathered.
func (t *Tx) flush() error {
	for _, f := range []func() error{t.flushCounts, t.flushFinds, t.flushDraws, t.flushEvents, t.flushPlaces, t.flushImports} {
		if err := f(); err != nil {
			return err
		}
	}
	return t.broken
}

// done makes known, after the commit, what the process remembers.
func (t *Tx) done() {
	t.db.numbers = t.numbers
	t.db.settings.keep(t.settings, t.changed)
	for _, p := range t.people {
		t.db.authors.keep(p)
	}
	if len(t.events) > 0 {
		select {
		case t.db.wake <- struct{}{}:
		default: // the relay is already called
		}
	}
}

// undo rolls back and forgets.
func (t *Tx) undo() error {
	t.db.labels.forget(t.words)
	return t.db.writer.rollback(t.ctx)
}
