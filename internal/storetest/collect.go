package storetest

import (
	"slices"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// stranger may read brand b alone.
func stranger() community.Viewer {
	return community.Viewer{Agent: "s", Grants: []community.Grant{{Brand: "b", Role: community.RoleSupervisor}}}
}

func testLedger(t *testing.T, fresh func(testing.TB) Bench) {
	b, ctx := fresh(t), t.Context()
	b.brands(t, "a", "b")
	key := community.AccountKey("a", "x", "brand")
	ok(t, b.Memory.SaveCursor(ctx, key, community.Cursor{Complete: Clock()}))
	system := community.Viewer{System: true}
	read := func(v community.Viewer) []community.LedgerRow {
		return must[[]community.LedgerRow](t)(b.Reader.Ledger(ctx, v, "a", Clock().Add(-24*time.Hour), Clock().Add(time.Hour)))
	}
	empty := read(system)
	same(t, "rows of a silent account", len(empty), 1)
	same(t, "a silent account", empty[0], community.LedgerRow{Account: key, Network: "x", Name: "brand", Complete: Clock()})

	first := community.Ledger{Pushed: 2, Recovered: 1, Gap: time.Minute, GapAt: Clock(), Backfilled: 5}
	first.Late(3 * time.Second)
	second := community.Ledger{Pushed: 1, Duplicates: 4, Disordered: 1, Edits: 2, Deletes: 3, Unreadable: 1}
	second.Late(100 * time.Millisecond)
	second.Late(time.Hour)
	ok(t, b.Memory.AddLedgers(ctx, []community.LedgerRow{
		{Account: key, Hour: Clock(), Ledger: first}, {Account: key, Hour: Clock().Add(-2 * time.Hour), Ledger: first},
	}))
	ok(t, b.Memory.AddLedgers(ctx, []community.LedgerRow{{Account: key, Hour: Clock(), Ledger: second}}))
	sum := first
	sum.Add(&second)
	rows := read(system)
	same(t, "hours", len(rows), 2)
	same(t, "the last hour", rows[0], community.LedgerRow{Account: key, Network: "x", Name: "brand", Hour: Clock(), Complete: Clock(), Ledger: sum})
	same(t, "an earlier one", rows[1].Ledger, first)
	same(t, "a stranger's", len(read(stranger())), 0)
}

func testLeases(t *testing.T, fresh func(testing.TB) Bench) {
	b, ctx := fresh(t), t.Context()
	lease := func(holder string, ttl time.Duration, accounts ...string) []string {
		held := must[[]string](t)(b.Memory.Lease(ctx, holder, accounts, ttl))
		slices.Sort(held)
		return held
	}
	want := func(what string, got []string, want ...string) {
		t.Helper()
		same(t, what, slices.Equal(got, want), true)
	}
	want("all free", lease("one", time.Minute, "a", "b"), "a", "b")
	want("one is free", lease("two", time.Minute, "b", "c"), "c")
	want("renewed", lease("one", time.Minute, "a", "b", "c"), "a", "b")
	ok(t, b.Memory.Release(ctx, "one"))
	want("given back", lease("two", time.Minute, "a", "b", "c"), "a", "b", "c")
	want("ended at once", lease("two", 0, "a", "b", "c"), "a", "b", "c")
	want("taken over", lease("one", time.Minute, "a"), "a")
	want("not his any more", lease("two", time.Minute, "a", "b"), "b")
	ok(t, b.Memory.Release(ctx, ""))
	want("everybody's", lease("three", time.Minute, "a", "b", "c"), "a", "b", "c")
}

func testCosts(t *testing.T, fresh func(testing.TB) Bench) {
	b, ctx := fresh(t), t.Context()
	b.brands(t, "a", "b")
	key := community.AccountKey("a", "x", "brand")
	late := time.Date(2026, 11, 3, 0, 30, 0, 0, time.FixedZone("", 3600)) // still the 2nd in UTC
	ok(t, b.Memory.AddCost(ctx, key, Clock(), "post.read", 3, 15_000))
	ok(t, b.Memory.AddCost(ctx, key, Clock(), "post.read", 1, 5_000))
	ok(t, b.Memory.AddCost(ctx, key, Clock(), "post.create", 1, 15_000))
	ok(t, b.Memory.AddCost(ctx, key, late, "post.read", 1, 5_000))
	same(t, "spent", must[int64](t)(b.Memory.Spent(ctx, key, Clock())), 35_000)
	same(t, "spent the day before", must[int64](t)(b.Memory.Spent(ctx, key, late)), 5_000)
	system := community.Viewer{System: true}
	rows := must[[]community.CostRow](t)(b.Reader.Costs(ctx, system, key, Clock().Add(-48*time.Hour), Clock().Add(time.Hour)))
	day := time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC)
	want := []community.CostRow{
		{Account: key, Network: "x", Name: "brand", Day: day, What: "post.create", Units: 1, Micros: 15_000},
		{Account: key, Network: "x", Name: "brand", Day: day, What: "post.read", Units: 4, Micros: 20_000},
		{Account: key, Network: "x", Name: "brand", Day: day.AddDate(0, 0, -1), What: "post.read", Units: 1, Micros: 5_000},
	}
	same(t, "rows", slices.Equal(rows, want), true)
	rows = must[[]community.CostRow](t)(b.Reader.Costs(ctx, system, key, day.AddDate(0, 0, -1), day))
	same(t, "rows of a day", len(rows), 1)
	rows = must[[]community.CostRow](t)(b.Reader.Costs(ctx, stranger(), key, Clock().Add(-48*time.Hour), Clock()))
	same(t, "a stranger's", len(rows), 0)
	same(t, "in the standing", must[community.Standing](t)(b.Reader.Standing(ctx, system, key)).Spent, 35_000)
}

func testHealth(t *testing.T, fresh func(testing.TB) Bench) {
	b, ctx := fresh(t), t.Context()
	b.brands(t, "a")
	key := community.AccountKey("a", "x", "brand")
	told := func() (n int) {
		for _, e := range must[[]community.Event](t)(b.Reader.Events(ctx, community.Viewer{System: true}, 0, 100)) {
			if e.Type == community.EventAccountChanged {
				n++
			}
		}
		return n
	}
	h := community.Health{
		CheckedAt: Clock(), ExpiresAt: Clock().AddDate(0, 0, 5), Missing: []string{"dm.read"}, Push: community.PushOn,
		Windows: []community.Window{{Name: "read", Left: 7, Limit: 300, Reset: Clock()}},
	}
	before := told()
	ok(t, b.Memory.SaveHealth(ctx, key, h))
	same(t, "told of the first", told(), before+1)
	h.CheckedAt, h.Windows = Clock().Add(time.Hour), nil
	ok(t, b.Memory.SaveHealth(ctx, key, h))
	same(t, "told of nothing new", told(), before+1)
	h.Fault = "network.unauthorised"
	ok(t, b.Memory.SaveHealth(ctx, key, h))
	same(t, "told of a fault", told(), before+2)
	got := must[community.Standing](t)(b.Reader.Standing(ctx, community.Viewer{System: true}, key)).Health
	same(t, "fault", got.Fault, h.Fault)
	same(t, "missing", slices.Equal(got.Missing, h.Missing), true)
	same(t, "checked", got.CheckedAt.Equal(h.CheckedAt) && got.ExpiresAt.Equal(h.ExpiresAt), true)
	ok(t, b.Memory.Announce(ctx, key))
	same(t, "announced", told(), before+3)
}
