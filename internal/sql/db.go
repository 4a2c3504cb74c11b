package sql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	_ "modernc.org/sqlite" // the engine, pure Go

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
)

// Options says how a database is opened. The zero value is good.
type Options struct {
	Now     func() time.Time // the installation's one clock; default time.Now
	Readers int              // connections that read; default 4
	KeyFile string           // key that seals network tokens; default secret.key beside the file
	// Keys are keys in the place of the file's, each 64 hexadecimal figures, with
	// commas between: the first seals, all of them open.
	Keys string
	// Holder is whose leases this process's are: replies leave only from accounts
	// it holds. Empty: from all, for whoever is certainly alone.
	Holder string
}

// The caches of the connections, in KiB. Idle memory is bounded by their sum.
const (
	writerCache = 16 << 10
	readerCache = 4 << 10
)

// DB is one open database. It is safe for concurrent use. The askers' types
// (NewDesk, NewInbox ...) stand on it.
type DB struct {
	path      string
	now       func() time.Time
	keyFile   string
	givenKeys string
	holder    string

	writing *sql.DB // holds the one writing connection
	writer  *conn
	queue   queue
	reading *sql.DB    // holds the reading connections
	readers chan *conn // those that nobody uses

	labels   *labels
	numbers  numbers
	authors  *profiles
	settings settingsCache
	wake     chan struct{} // a commit wrote events
	sealing  sync.Mutex
}

// Open opens the file, makes or migrates its schema and returns the database.
// A file that a much newer version wrote is a Fault Invalid "store.newer".
func Open(ctx context.Context, path string, o Options) (*DB, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Readers <= 0 {
		o.Readers = 4
	}
	if o.KeyFile == "" {
		o.KeyFile = filepath.Join(filepath.Dir(path), "secret.key")
	}
	if err := private(path); err != nil {
		return nil, err
	}
	db := &DB{
		path: path, now: o.Now, keyFile: o.KeyFile, givenKeys: o.Keys, holder: o.Holder,
		authors: newProfiles(), settings: settingsCache{held: map[string]*desk.Settings{}},
		wake: make(chan struct{}, 1),
	}
	if err := db.open(ctx, o.Readers); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

func (db *DB) open(ctx context.Context, readers int) error {
	var err error
	if db.writing, err = sql.Open("sqlite", source(db.path, writerCache, false)); err != nil {
		return err
	}
	db.writing.SetMaxOpenConns(1)
	if db.writer, err = newConn(ctx, db.writing); err != nil {
		return err
	}
	if err = migrate(ctx, db.writer, db.path, steps()); err != nil {
		return err
	}
	if db.labels, err = loadLabels(ctx, db.writer); err != nil {
		return err
	}
	if db.numbers, err = loadNumbers(ctx, db.writer); err != nil {
		return err
	}
	if db.reading, err = sql.Open("sqlite", source(db.path, readerCache, true)); err != nil {
		return err
	}
	all := make(chan *conn, readers)
	for range readers {
		c, err := newConn(ctx, db.reading)
		if err != nil {
			return err // Close ends those that were opened
		}
		all <- c
	}
	db.readers = all
	return nil
}

// private makes the file, if it is not there, readable by its owner only.
func private(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// source is the engine's address of the file. Full synchronisation costs
// nothing in batches and little else; secure_delete overwrites what is erased.
func source(path string, cache int, reads bool) string {
	v := url.Values{}
	pragmas := []string{
		"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "secure_delete(ON)",
		fmt.Sprintf("cache_size(-%d)", cache), "temp_store(MEMORY)",
	}
	if reads {
		pragmas = append(pragmas, "query_only(ON)")
		v.Set("_txlock", "deferred")
	} else {
		pragmas = append(pragmas, "wal_autocheckpoint(2000)", "journal_size_limit(67108864)")
		v.Set("_txlock", "immediate")
	}
	for _, p := range pragmas {
		v.Add("_pragma", p)
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + v.Encode()
}

// Close waits for whoever reads or writes and closes every connection. What is
// asked afterwards is an error.
func (db *DB) Close() error {
	var errs []error
	for range cap(db.readers) {
		errs = append(errs, (<-db.readers).close())
	}
	if db.readers != nil {
		close(db.readers)
	}
	if db.reading != nil {
		errs = append(errs, db.reading.Close())
	}
	if db.writer != nil {
		<-db.queue.ask(true)
		errs = append(errs, db.writer.close())
		db.queue.leave()
	}
	if db.writing != nil {
		errs = append(errs, db.writing.Close())
	}
	return errors.Join(errs...)
}

func missing(what, id string) error { return community.Faultf(community.NotFound, what+".unknown", id) }
