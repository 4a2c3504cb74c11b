package sql

import (
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/vigie-hq/vigie/community"
)

// newest is the number of the last step.
func newest(t testing.TB) int {
	t.Helper()
	all, err := readSteps(steps())
	if err != nil {
		t.Fatal(err)
	}
	return all[len(all)-1].number
}

// next is the schema with one more step.
func next(t testing.TB, text string) fs.FS {
	t.Helper()
	files := fstest.MapFS{fmt.Sprintf("common/%04d_next.sql", newest(t)+1): {Data: []byte(text)}}
	err := fs.WalkDir(steps(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := fs.ReadFile(steps(), path)
		files[path] = &fstest.MapFile{Data: body}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestMigrate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "vigie.db")
	db := opened(t, path, Options{})
	ctx := t.Context()
	if err := migrate(ctx, db.writer, path, next(t, "CREATE TABLE later (a BIGINT); nonsense")); err == nil {
		t.Fatal("a step that cannot be run was taken")
	}
	if n, err := schemaVersion(ctx, db.writer); err != nil || n != newest(t) {
		t.Fatalf("half a step was taken: %d, %v", n, err)
	}
	for range 2 { // the second time there is nothing to do
		if err := migrate(ctx, db.writer, path, next(t, "CREATE TABLE later (a BIGINT);")); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := schemaVersion(ctx, db.writer); err != nil || n != newest(t)+1 {
		t.Fatalf("version %d, %v", n, err)
	}
	copied := fmt.Sprintf("%s.before-%04d", path, newest(t)+1)
	before := opened(t, copied, Options{}) // the copy is whole
	if err := before.Export(ctx, io.Discard); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(copied); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the copy: %v, %v", info.Mode(), err)
	}
	// One step newer is read, two are refused.
	again := opened(t, path, Options{})
	if err := again.Export(ctx, io.Discard); err != nil {
		t.Fatal(err)
	}
	if _, err := db.writer.ExecContext(ctx, fmt.Sprint("PRAGMA user_version = ", newest(t)+2)); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(ctx, path, Options{}); community.KindOf(err) != community.Invalid {
		t.Fatalf("a much newer file: %v", err)
	}
}

// TestUpgrade opens a file that the first schema made and holds a conversation:
// what came later is empty, and can be written.
func TestUpgrade(t *testing.T) {
	first := fstest.MapFS{}
	for _, path := range []string{"common/0001_first.sql", "sqlite/0001_first.sql"} {
		body, err := fs.ReadFile(steps(), path)
		if err != nil {
			t.Fatal(err)
		}
		first[path] = &fstest.MapFile{Data: body}
	}
	ctx, path := t.Context(), filepath.Join(t.TempDir(), "vigie.db")
	pool, err := sql.Open("sqlite", source(path, 16, false))
	if err != nil {
		t.Fatal(err)
	}
	old, err := newConn(ctx, pool)
	if err != nil {
		t.Fatal(err)
	}
	if err := migrate(ctx, old, path, first); err != nil {
		t.Fatal(err)
	}
	for table, given := range map[string]map[string]string{
		"author": {"num": "1", "key": "NULL"}, "message": {"num": "1048576", "key": "'m'", "brand": "7"}, "label": {"num": "7", "name": "'a'"}, "correction": {"num": "1", "message": "'m'", "head": "'sentiment'", "became": "'neutral'"}, "conversation": {"num": "1", "id": "'id'", "author": "1"},
	} {
		columns, err := old.QueryContext(ctx, `SELECT name, type FROM pragma_table_info($1)`, table)
		if err != nil {
			t.Fatal(err)
		}
		var names, values []string
		for columns.Next() {
			var name, kind string
			if err := columns.Scan(&name, &kind); err != nil {
				t.Fatal(err)
			}
			value := given[name]
			if value == "" {
				value = map[bool]string{true: "''", false: "0"}[kind == "TEXT"]
			}
			names, values = append(names, name), append(values, value)
		}
		if _, err := old.ExecContext(ctx, `INSERT INTO `+table+` (`+strings.Join(names, ", ")+`) VALUES (`+strings.Join(values, ", ")+`)`); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(old.close(), pool.Close()); err != nil {
		t.Fatal(err)
	}
	db := opened(t, path, Options{})
	in := NewInbox(db)
	anybody := community.Viewer{System: true}
	c, err := in.Conversation(ctx, anybody, "id")
	if err != nil || c.Tags != nil {
		t.Fatalf("%+v, %v", c, err)
	}
	m, err := in.Matter(ctx, anybody, "id")
	if err != nil || len(m.Entries) != 1 || m.Entries[0].Verdict.Channel != "" || m.Entries[0].Verdict.Tags != nil {
		t.Fatalf("%+v, %v", m, err)
	}
	lessons, err := NewLessons(db).All(ctx)
	if err != nil || len(lessons) != 1 || lessons[0].Brand != "a" || lessons[0].To != "neutral" {
		t.Fatalf("what was corrected before: %+v, %v", lessons, err)
	}
}
