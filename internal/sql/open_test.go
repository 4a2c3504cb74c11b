package sql

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
	"github.com/vigie-hq/vigie/internal/storetest"
)

func opened(t testing.TB, path string, o Options) *DB {
	t.Helper()
	db, err := Open(t.Context(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func TestOpenTwiceAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "vigie.db")
	var work sync.WaitGroup
	for range 4 {
		work.Go(func() { opened(t, path, Options{}) })
	}
	work.Wait()
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

func TestMarks(t *testing.T) {
	for text, want := range map[string]string{
		"":                              "",
		"a = $1 AND b = $2":             "a = ? AND b = ?",
		"$2, $1":                        "$2, $1",
		"$1, $1":                        "$1, $1",
		"$1, $2, $1":                    "$1, $2, $1",
		"($1,$2,$3)":                    "(?,?,?)",
		"$10":                           "$10",
		insert("t", []string{"a", "b"}): "INSERT INTO t (a, b) VALUES (?, ?)",
		update("t", []string{"a", "b"}): "UPDATE t SET b = ? WHERE a = ?",
	} {
		if got := marks(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

// TestSecretsAreSealed looks for a token in every file of the folder.
func TestSecretsAreSealed(t *testing.T) {
	dir := t.TempDir()
	db := opened(t, filepath.Join(dir, "vigie.db"), Options{})
	m, ctx := NewVault(db), t.Context()
	secret := []byte("a-token-nobody-may-read")
	if err := m.PutSecrets(ctx, "account", map[string][]byte{"token": secret}); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := os.ReadFile(path)
		if bytes.Contains(body, secret) {
			t.Errorf("%s holds the secret", path)
		}
		info, err2 := d.Info()
		if err2 == nil && info.Mode().Perm() != 0o600 && strings.HasSuffix(path, ".key") {
			t.Errorf("%s may be read by others", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	// Sealed for one account it opens for no other.
	if _, err := db.writer.ExecContext(ctx, "UPDATE secret SET account = 'other'"); err != nil {
		t.Fatal(err)
	}
	if got, err := m.Secret(ctx, "other", "token"); err == nil {
		t.Errorf("opened for another account: %q", got)
	}
	// Several processes that start together make one key.
	keys := make([]string, 4)
	var work sync.WaitGroup
	file := filepath.Join(t.TempDir(), "secret.key")
	for i := range keys {
		work.Go(func() {
			one := &DB{keyFile: file} // as another process is one
			if found, err := one.keysOrNew(); err == nil {
				keys[i] = found[0].text
			}
		})
	}
	work.Wait()
	for _, k := range keys {
		if len(k) != 2*keyLength || k != keys[0] {
			t.Errorf("key %q beside %q", k, keys[0])
		}
	}
}

// TestErasedWordsLeaveNoCopy changes a message's words and looks for the old
// ones in the file: neither the row nor the full text may hold them.
func TestErasedWordsLeaveNoCopy(t *testing.T) {
	path := filepath.Join(t.TempDir(), "vigie.db")
	db := opened(t, path, Options{})
	ctx := t.Context()
	m := community.Message{Brand: "a", Network: "x", ID: "1", Text: "zanzibarologie confidentielle", Author: community.Author{ID: "1"}}
	before := community.Entry{Key: m.Identity().Key(), Conversation: "c", Message: m, Version: 1}
	after := before
	after.Message.Text = "effacé"
	c := community.Conversation{ID: "c", Brand: "a", Version: 1}
	for _, f := range []func(*Tx) error{
		func(t *Tx) error { return t.PutEntry(ctx, nil, &before) },
		func(t *Tx) error { return t.PutConversation(ctx, nil, &c) },
	} {
		if err := db.write(ctx, true, f); err != nil {
			t.Fatal(err)
		}
	}
	holds := func() int {
		if _, err := db.writer.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
			t.Fatal(err)
		}
		body, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return bytes.Count(body, []byte("zanzibar"))
	}
	if holds() == 0 {
		t.Fatal("the words were never there")
	}
	if err := db.write(ctx, true, func(t *Tx) error { return t.PutEntry(ctx, &before, &after) }); err != nil {
		t.Fatal(err)
	}
	if n := holds(); n != 0 {
		t.Errorf("%d copies are left", n)
	}
}

// TestPlans runs the whole suite and then asks how each statement was answered:
// none may walk a table that grows.
func TestPlans(t *testing.T) {
	walks := map[string]bool{ // these are meant to
		"coalesce(max(num)": true, "ORDER BY m.key": true, "num > 0 ORDER BY num": true, "ORDER BY r.id": true,
		"FROM correction c JOIN message m": true, "WHERE a.judged_at > 0": true, // all that people taught
		"r.state = 'sending'": true, "r.state = 'unknown'": true, // over the few that are
	}
	storetest.Run(t, func(tb testing.TB) storetest.Bench {
		db := opened(tb, filepath.Join(tb.TempDir(), "vigie.db"), Options{Now: storetest.Clock})
		tb.Cleanup(func() { checkPlans(tb, db, walks) })
		return storetest.Bench{
			Store: NewDesk(db), Reader: NewInbox(db), Door: NewDoor(db), Memory: NewMemory(db), Vault: NewVault(db), Connecting: NewConnecting(db),
			Outbox: NewOutbox(db), Mood: NewMood(db), Positions: NewPositions(db), Lessons: NewLessons(db), Rules: NewRules(db), Export: db.Export,
		}
	})
}

func checkPlans(t testing.TB, db *DB, walks map[string]bool) {
	ctx := context.WithoutCancel(t.Context())
	check := func(text string) {
		for part := range walks {
			if strings.Contains(text, part) {
				return
			}
		}
		rows, err := db.writer.QueryContext(ctx, "EXPLAIN QUERY PLAN "+marks(text), make([]any, strings.Count(marks(text), "?")+3*strings.Count(marks(text), "$"))...)
		if err != nil {
			return // transaction words
		}
		defer rows.Close()
		for rows.Next() {
			var id, parent, unused int
			var detail string
			if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
				t.Fatal(err)
			}
			for _, table := range []string{"message", "m", "conversation", "c", "event", "deadline", "d", "reply", "r", "author", "a", "complaint", "p"} {
				if strings.HasPrefix(detail+" ", "SCAN "+table+" ") {
					t.Errorf("%s\n%s", detail, text)
				}
			}
		}
	}
	for text := range db.writer.texts {
		check(text)
	}
	for range cap(db.readers) {
		c := <-db.readers
		for text := range c.texts {
			check(text)
		}
		db.readers <- c
	}
}

// TestManyReaders reads with more readers than there are connections, all with
// statements nobody has prepared yet, and some who give up.
func TestManyReaders(t *testing.T) {
	db := opened(t, filepath.Join(t.TempDir(), "vigie.db"), Options{Readers: 2})
	in := NewInbox(db)
	var work sync.WaitGroup
	for i := range 40 {
		work.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			if i%5 == 0 {
				ctx, cancel = context.WithTimeout(t.Context(), time.Duration(i)*10*time.Microsecond)
			}
			defer cancel()
			_, errList := in.Conversations(ctx, community.Viewer{System: true}, community.Query{Q: "colis"})
			_, errTally := in.Tally(ctx, community.Viewer{System: true}, "")
			if ctx.Err() == nil && (errList != nil || errTally != nil) {
				t.Error(errList, errTally)
			}
		})
	}
	work.Wait()
}

func TestClosed(t *testing.T) {
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "vigie.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	held := make(chan struct{})
	var work sync.WaitGroup
	work.Go(func() {
		err := db.write(t.Context(), true, func(t *Tx) error {
			close(held)
			time.Sleep(30 * time.Millisecond)
			return t.setMark("last", 1)
		})
		if err != nil {
			t.Errorf("who was writing got %v", err)
		}
	})
	<-held
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	work.Wait()
	if err := db.write(t.Context(), true, func(*Tx) error { return nil }); err == nil {
		t.Error("written after the end")
	}
	if _, err := NewInbox(db).Brands(t.Context(), community.Viewer{System: true}); err == nil {
		t.Error("read after the end")
	}
}

// TestLabels fills the dictionary: a word too many is refused as the message's
// own fault, and nothing else suffers.
func TestLabels(t *testing.T) {
	db := opened(t, filepath.Join(t.TempDir(), "vigie.db"), Options{})
	db.labels.limit = 40
	ctx := t.Context()
	var refused error
	for i := range 60 {
		m := community.Message{Brand: "a", Network: "x", ID: fmt.Sprint(i), Lang: fmt.Sprint("lang", i)}
		e := community.Entry{Key: m.Identity().Key(), Message: m, Version: 1}
		if err := NewDesk(db).Write(ctx, func(tx desk.Tx) error { return tx.PutEntry(ctx, nil, &e) }); err != nil {
			refused = err
		}
	}
	if community.KindOf(refused) != community.Invalid {
		t.Errorf("got %v", refused)
	}
	m := community.Message{Brand: "a", Network: "x", ID: "last", Lang: "lang1"}
	e := community.Entry{Key: m.Identity().Key(), Message: m, Version: 1}
	if err := NewDesk(db).Write(ctx, func(tx desk.Tx) error { return tx.PutEntry(ctx, nil, &e) }); err != nil {
		t.Error(err)
	}
}
