package sql_test

import (
	"path/filepath"
	"testing"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
	"github.com/vigie-hq/vigie/internal/indextest"
	"github.com/vigie-hq/vigie/internal/sql"
	"github.com/vigie-hq/vigie/internal/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(t testing.TB) storetest.Bench {
		db, err := sql.Open(t.Context(), filepath.Join(t.TempDir(), "vigie.db"), sql.Options{Now: storetest.Clock})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		})
		return storetest.Bench{
			Store: sql.NewDesk(db), Reader: sql.NewInbox(db), Door: sql.NewDoor(db), Memory: sql.NewMemory(db), Vault: sql.NewVault(db), Connecting: sql.NewConnecting(db),
			Outbox: sql.NewOutbox(db), Mood: sql.NewMood(db), Positions: sql.NewPositions(db), Lessons: sql.NewLessons(db), Rules: sql.NewRules(db), Export: db.Export,
		}
	})
}

func TestSearch(t *testing.T) {
	db := maison(t)
	store := sql.NewDesk(db)
	indextest.Run(t, sql.NewInbox(db), func(t *testing.T, m community.Message) {
		e := community.Entry{Key: m.Identity().Key(), Conversation: m.ID, Message: m, Version: 1}
		c := community.Conversation{ID: m.ID, Brand: m.Brand, Version: 1, Status: community.Open, Person: m.AuthorKey(), Author: m.Author, LastAt: m.CreatedAt}
		err := store.Write(t.Context(), func(tx desk.Tx) error {
			if err := tx.PutEntry(t.Context(), nil, &e); err != nil {
				return err
			}
			return tx.PutConversation(t.Context(), nil, &c)
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
