package sql

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/vigie-hq/vigie/community"
)

//go:embed schema
var schema embed.FS

// engine is the folder of this dialect's own schema.
const engine = "sqlite"

// dialect fills in the schema's words that engines spell differently.
func dialect() *strings.Replacer {
	return strings.NewReplacer("ROWKEY", "INTEGER PRIMARY KEY", "BYTES", "BLOB", ") CLUSTERED;", ") WITHOUT ROWID;")
}

// step is one migration: its number and its text for this engine.
type step struct {
	number int
	text   string
}

// steps reads the migrations: NNNN_name.sql of common, then of the engine.
func steps() fs.FS {
	sub, err := fs.Sub(schema, "schema")
	if err != nil {
		return schema
	}
	return sub
}

func readSteps(files fs.FS) ([]step, error) {
	texts := map[int]string{}
	for _, folder := range []string{"common", engine} {
		entries, err := fs.ReadDir(files, folder)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			digits, _, _ := strings.Cut(e.Name(), "_")
			n, err := strconv.Atoi(digits)
			if err != nil {
				return nil, fmt.Errorf("schema %s: %w", e.Name(), err)
			}
			text, err := fs.ReadFile(files, path.Join(folder, e.Name()))
			if err != nil {
				return nil, err
			}
			if folder == "common" {
				text = []byte(dialect().Replace(string(text)))
			}
			texts[n] += string(text)
		}
	}
	out := make([]step, 0, len(texts))
	for _, n := range slices.Sorted(maps.Keys(texts)) {
		out = append(out, step{n, texts[n]})
	}
	return out, nil
}

// migrate brings the schema to the newest step. Several processes may start at
// once: the first one works, the others find it done. A file that holds
// something is copied before it is changed. A file one step newer is read as it
// is; one that is newer still is refused.
func migrate(ctx context.Context, c *conn, file string, files fs.FS) error {
	all, err := readSteps(files)
	if err != nil {
		return err
	}
	newest := all[len(all)-1].number
	has, err := schemaVersion(ctx, c)
	switch {
	case err != nil:
		return err
	case has > newest+1:
		return community.Faultf(community.Invalid, "store.newer", has, newest)
	case has >= newest:
		return nil
	case has > 0:
		if err := copyFile(ctx, c, fmt.Sprintf("%s.before-%04d", file, newest)); err != nil {
			return err
		}
	}
	if _, err := c.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	if err := apply(ctx, c, all); err != nil {
		_, undone := c.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
		return errors.Join(err, undone)
	}
	_, err = c.ExecContext(ctx, "COMMIT")
	return err
}

func apply(ctx context.Context, c *conn, all []step) error {
	has, err := schemaVersion(ctx, c) // again: somebody may have been faster
	if err != nil {
		return err
	}
	for _, s := range all {
		if s.number <= has {
			continue
		}
		if _, err := c.ExecContext(ctx, s.text); err != nil {
			return fmt.Errorf("schema step %d: %w", s.number, err)
		}
		if _, err := c.ExecContext(ctx, "PRAGMA user_version = "+strconv.Itoa(s.number)); err != nil {
			return err
		}
	}
	return nil
}

func schemaVersion(ctx context.Context, c *conn) (n int, err error) {
	err = c.QueryRowContext(ctx, "PRAGMA user_version").Scan(&n)
	return n, err
}

// copyFile writes a compact copy beside the file, whole or not at all; a copy
// that is already there is older and stays.
func copyFile(ctx context.Context, c *conn, to string) error {
	if _, err := os.Stat(to); err == nil {
		return nil
	}
	part := to + "." + strconv.Itoa(os.Getpid())
	if err := os.Remove(part); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := private(part); err != nil {
		return err
	}
	if _, err := c.ExecContext(ctx, "VACUUM INTO $1", part); err != nil {
		return err
	}
	if err := os.Link(part, to); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return os.Remove(part)
}
