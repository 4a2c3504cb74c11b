package sql_test

import (
	"context"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/internal/sql"
)

// TestReadersSurviveThoseWhoGo: a caller who goes while he reads leaves a
// connection others can read on.
func TestReadersSurviveThoseWhoGo(t *testing.T) {
	db, err := sql.Open(t.Context(), filepath.Join(t.TempDir(), "vigie.db"), sql.Options{Now: time.Now, Readers: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	in, system := sql.NewInbox(db), community.Viewer{System: true}
	for range 2000 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(rand.IntN(200))*time.Microsecond)
		_, _ = in.Brands(ctx, system) // whether it succeeds is the clock's business
		cancel()
	}
	for range 20 {
		if _, err := in.Brands(t.Context(), system); err != nil {
			t.Fatal(err)
		}
	}
}
