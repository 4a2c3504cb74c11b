package sql

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"testing"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
)

// TestLook reads a file beside the one who writes it, words that are new
// included, and changes nothing.
func TestLook(t *testing.T) {
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "vigie.db")
	if _, err := Look(ctx, path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	db := opened(t, path, Options{})
	looking, err := Look(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	defer looking.Close()
	lessons := NewLessons(looking)
	for _, lang := range []string{"fr", "a language that is new"} {
		m := community.Message{Brand: "b", Network: "x", ID: lang, Lang: lang, Text: "Où est mon colis ?"}
		e := community.Entry{Key: m.Identity().Key(), Message: m, Version: 1, Revision: m.Revision()}
		err := NewDesk(db).Write(ctx, func(tx desk.Tx) error {
			return errors.Join(tx.PutEntry(ctx, nil, &e), tx.PutCorrection(ctx, community.Correction{Brand: "b", Message: e.Key, Head: "category", To: "brand"}))
		})
		if err != nil {
			t.Fatal(err)
		}
		list, err := lessons.All(ctx)
		if err != nil || list[len(list)-1].Said.Lang != lang {
			t.Errorf("%+v, %v", list, err)
		}
	}
	if _, err := looking.reading.ExecContext(ctx, "DELETE FROM correction"); err == nil {
		t.Error("who looks could write")
	}
	for version, key := range map[string]string{"1": "store.older", "99": "store.newer"} {
		if _, err := db.writer.ExecContext(ctx, "PRAGMA user_version = "+version); err != nil {
			t.Fatal(err)
		}
		var f *community.Fault
		if other, err := Look(context.WithoutCancel(ctx), path); !errors.As(err, &f) || f.Key != key {
			t.Errorf("schema %s: %v, want %s", version, err, key)
			if other != nil {
				other.Close()
			}
		}
	}
}
