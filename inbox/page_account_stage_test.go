package inbox

import (
	"context"
	"fmt"
	"time"

	"github.com/vigie-hq/vigie/community"
)

func (w *world) Ledger(_ context.Context, v community.Viewer, brand string, from, to time.Time) ([]community.LedgerRow, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []community.LedgerRow
	for _, a := range w.of(v, brand).Accounts {
		rows := 0
		for _, r := range w.ledger {
			if r.Account == a.Key() && !r.Hour.Before(from) && r.Hour.Before(to) {
				r.Network, r.Name, r.Complete = a.Network, a.Name, w.standings[a.Key()].Complete
				out, rows = append(out, r), rows+1
			}
		}
		if rows == 0 {
			out = append(out, community.LedgerRow{Account: a.Key(), Network: a.Network, Name: a.Name, Complete: w.standings[a.Key()].Complete})
		}
	}
	return out, nil
}

func (w *world) Costs(ctx context.Context, v community.Viewer, account string, from, to time.Time) ([]community.CostRow, error) {
	st, err := w.Standing(ctx, v, account)
	if err != nil || !v.May(community.ActionCost, st.Brand, "") {
		return nil, nil //nolint:nilerr // what he may not know of costs nothing
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []community.CostRow
	for _, r := range w.costs {
		if r.Account == account && !r.Day.Before(from) && r.Day.Before(to) {
			out = append(out, r)
		}
	}
	return out, nil
}

// standing dresses the stage's accounts: one of everything that can be said of
// an account, and a ledger in which Facebook's push went silent.
func (s *stage) dress() {
	list := s.settings[stageBrand].Accounts
	for i := range list {
		a := &list[i]
		a.NativeID = fmt.Sprint("n", i)
		s.standings[a.Key()] = community.Standing{
			Connected: stageNow.AddDate(0, -8, 0), Complete: stageNow.Add(-time.Duration(2+i) * time.Minute), LastAt: stageNow.Add(-time.Duration(9+7*i) * time.Minute),
			Health: community.Health{CheckedAt: stageNow.Add(-12 * time.Minute), Push: community.PushOn},
		}
	}
	change := func(i int, f func(*community.Account, *community.Standing)) {
		st := s.standings[list[i].Key()]
		f(&list[i], &st)
		s.standings[list[i].Key()] = st
	}
	change(0, func(_ *community.Account, st *community.Standing) {
		st.Health.ExpiresAt = stageNow.Add(5*24*time.Hour + 2*time.Hour)
	})
	change(1, func(a *community.Account, st *community.Standing) {
		a.Since, st.Waiting = stageNow.Add(-58*time.Minute), 3
		st.Complete = a.Since
	})
	change(2, func(a *community.Account, st *community.Standing) {
		a.DailyCap, a.Queries, st.Spent = 5_000_000, "\"maison lune\" OR #maisonlune -is:retweet", 4_310_000
		st.Health.RenewsAt = stageNow.Add(90 * time.Minute)
		st.Health.Windows = []community.Window{
			{Name: "GET /2/users/:id/mentions", Left: 212, Limit: 300, Reset: stageNow.Add(9 * time.Minute)},
			{Name: "GET /2/dm_events", Left: 1, Limit: 15, Reset: stageNow.Add(4 * time.Minute)},
			{Name: "POST /2/tweets", Left: 96, Limit: 100, Reset: stageNow.Add(-time.Minute)},
		}
	})
	change(4, func(_ *community.Account, st *community.Standing) {
		st.Health.Push, st.Health.Missing = community.PushDown, []string{"pages_messaging", "pages_read_user_content"}
	})
	change(5, func(_ *community.Account, st *community.Standing) { st.Health.Push = community.PushOff })
	change(7, func(a *community.Account, _ *community.Standing) { a.State = community.AccountDeactivated })
	s.accountActs = []community.AccountAct{
		{Account: list[2].Key(), Brand: stageBrand, Agent: "u-acme", Verb: "connected", At: stageNow.AddDate(0, -8, 0)},
		{Account: list[2].Key(), Brand: stageBrand, Agent: "u-lea", Verb: "daily_cap", From: "0", To: "5000000", At: stageNow.AddDate(0, 0, -3)},
		{Account: list[2].Key(), Brand: stageBrand, Agent: "u-lea", Verb: "queries", To: list[2].Queries, At: stageNow.Add(-3 * time.Hour)},
	}
	s.books(list)
}

// books keeps the stage's ledger and costs.
func (s *stage) books(list []community.Account) {
	hour := stageNow.Truncate(time.Hour)
	for h := range 40 {
		at := hour.Add(-time.Duration(h) * time.Hour)
		for i := range list[:7] {
			row := community.LedgerRow{Account: list[i].Key(), Hour: at}
			n := int64((h*5+i*3)%11) + int64(12-(at.Hour()+i)%12)
			switch {
			case i == 4 && h < 3: // Facebook has gone silent
				row.Recovered, row.Gap, row.GapAt = n/2+2, 7*time.Minute, at.Add(-2*time.Minute)
			case i == 5: // nobody pushes mail
				row.Recovered = n / 3
			case i == 6 && h > 2:
				continue
			default:
				row.Pushed, row.Recovered, row.Duplicates = n, n/9, n
			}
			if h%9 == 4 {
				row.Edits, row.Deletes, row.Disordered = 1, int64(i%2), 1
			}
			if h > 30 && i == 0 {
				row.Backfilled = 30
			}
			for k := range row.Pushed + row.Recovered {
				row.Late(time.Duration(k*k)*400*time.Millisecond + 300*time.Millisecond)
			}
			s.ledger = append(s.ledger, row)
		}
	}
	today := stageNow.Truncate(24 * time.Hour)
	for d := range 26 {
		for i, what := range []string{"post.read", "user.read", "post.create", "dm.read"} {
			n := int64((d*7+i*5)%13*(40-9*i)) + 20
			s.costs = append(s.costs, community.CostRow{
				Account: list[2].Key(), Network: "x", Name: list[2].Name, Day: today.AddDate(0, 0, -d), What: what, Units: n, Micros: n * []int64{5000, 10_000, 15_000, 10_000}[i] / 2,
			})
		}
	}
}
