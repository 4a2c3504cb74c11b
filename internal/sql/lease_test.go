package sql

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
	"github.com/vigie-hq/vigie/internal/storetest"
)

// TestRepliesLeaveFromWhereTheLeaseIs: of two processes only the one that holds
// the account claims what leaves from it.
func TestRepliesLeaveFromWhereTheLeaseIs(t *testing.T) {
	now := storetest.Clock()
	path := filepath.Join(t.TempDir(), "vigie.db")
	db := opened(t, path, Options{Now: func() time.Time { return now }, Holder: "us"})
	ctx, store, memory := t.Context(), NewDesk(db), NewMemory(db)
	claimed := func() (found bool) {
		t.Helper()
		err := store.Batch(ctx, func(tx desk.Tx) error {
			r, err := tx.ClaimReply(ctx, now)
			found = r != nil
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	lease := func(holder string) {
		t.Helper()
		if _, err := memory.Lease(ctx, holder, []string{"account"}, time.Minute); err != nil {
			t.Fatal(err)
		}
	}
	err := store.Write(ctx, func(tx desk.Tx) error {
		c := community.Conversation{ID: "c", Brand: "a", Version: 1}
		if err := tx.PutConversation(ctx, nil, &c); err != nil {
			return err
		}
		r := community.Reply{ID: "r", Conversation: "c", Account: "account", State: community.ReplyHeld, SendAfter: now.Add(-time.Minute), Version: 1}
		return tx.PutReply(ctx, nil, &r)
	})
	if err != nil {
		t.Fatal(err)
	}
	if claimed() {
		t.Error("claimed without a lease")
	}
	lease("them")
	lease("us")
	if claimed() {
		t.Error("claimed while somebody else holds the account")
	}
	now = now.Add(2 * time.Minute)
	lease("us")
	if !claimed() {
		t.Error("not claimed by its holder")
	}
	now = now.Add(2 * time.Minute)
	if claimed() {
		t.Error("claimed after the lease ended")
	}
}
