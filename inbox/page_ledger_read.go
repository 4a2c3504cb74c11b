package inbox

import (
	"cmp"
	"slices"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// ledgerBook reads a ledger for a page: its hours from from on, as they stand at
// now in the brand's zone.
type ledgerBook struct {
	lang  string
	now   time.Time
	from  time.Time
	hours int
}

// accounts sums the rows of each account, those to look at first on top.
func (b *ledgerBook) accounts(rows []community.LedgerRow, accounts []community.Account) []ledgerRow {
	known := make(map[string]*community.Account, len(accounts))
	for i := range accounts {
		known[accounts[i].Key()] = &accounts[i]
	}
	var out []ledgerRow
	for i := 0; i < len(rows); {
		end := i
		for end < len(rows) && rows[end].Account == rows[i].Account {
			end++
		}
		a := known[rows[i].Account]
		if row := b.account(rows[i:end], a); row.collects || !row.Quiet {
			out = append(out, row)
		}
		i = end
	}
	slices.SortStableFunc(out, func(x, y ledgerRow) int { return cmp.Compare(b.rank(&x), b.rank(&y)) })
	return out
}

// rank puts accounts that have something wrong before the others.
func (b *ledgerBook) rank(r *ledgerRow) int {
	switch {
	case r.Silent != "":
		return 0
	case b.behind(r):
		return 1
	}
	return 2
}

func (b *ledgerBook) behind(r *ledgerRow) bool {
	return r.collects && !r.complete.IsZero() && b.now.Sub(r.complete) > behindAfter
}

// account sums the hours of one account; a is nil for one that is gone.
func (b *ledgerBook) account(rows []community.LedgerRow, a *community.Account) ledgerRow {
	var sum community.Ledger
	for i := range rows {
		sum.Add(&rows[i].Ledger)
	}
	first := &rows[0]
	r := ledgerRow{
		Key: first.Account, Name: first.Name, Network: networkOf(b.lang, first.Network), network: first.Network,
		Pushed: int(sum.Pushed), Recovered: int(sum.Recovered), Backfilled: int(sum.Backfilled), Duplicates: int(sum.Duplicates),
		Disordered: int(sum.Disordered), Edits: int(sum.Edits), Deletes: int(sum.Deletes), Unreadable: int(sum.Unreadable),
		Gap: b.gap(&sum), complete: first.Complete, Complete: momentOr(b.lang, first.Complete, b.now),
	}
	if a != nil {
		r.Name = accountName(a)
		r.collects = a.Collects && a.State != community.AccountDeactivated
	}
	r.P50, r.P99 = lagWords(b.lang, &sum, 0.5), lagWords(b.lang, &sum, 0.99)
	r.Quiet = sum.Pushed+sum.Recovered+sum.Backfilled+sum.Duplicates+sum.Edits+sum.Deletes+sum.Unreadable == 0
	if r.silent, r.recoveredSinceSilent = silence(rows); !r.silent.IsZero() {
		r.Silent = spoken().moment(b.lang, r.silent.In(b.now.Location()), b.now)
	}
	if !r.Quiet {
		r.Spark = drawHours(b.lang, b.series(rows), 168, 28, b.now.Location(), false)
	}
	return r
}

// silentLeast is how many messages polling must have found since push brought
// its last for that to be a silence and not a chance.
const silentLeast = 3

// silence is since when push brought nothing although polling found messages,
// and how many; zero where push works, or never did. rows are one account's, the
// newest first.
func silence(rows []community.LedgerRow) (since time.Time, found int) {
	for i := range rows {
		if rows[i].Pushed > 0 {
			if found < silentLeast {
				return time.Time{}, 0
			}
			return rows[i].Hour.Add(time.Hour), found
		}
		found += int(rows[i].Recovered)
	}
	return time.Time{}, 0
}

// series is an account's hours from the first to the last, empty ones too.
func (b *ledgerBook) series(rows []community.LedgerRow) []community.LedgerRow {
	out := make([]community.LedgerRow, b.hours)
	for i := range out {
		out[i].Hour = b.from.Add(time.Duration(i) * time.Hour)
	}
	for i := range rows {
		if at := int(rows[i].Hour.Sub(b.from) / time.Hour); !rows[i].Hour.Before(b.from) && at < len(out) {
			out[at] = rows[i]
		}
	}
	return out
}

// gap says when the last gap was: from when to when only a poll closed it.
func (b *ledgerBook) gap(l *community.Ledger) string {
	if l.Gap == 0 || l.GapAt.IsZero() {
		return ""
	}
	lang, end := b.lang, l.GapAt.In(b.now.Location())
	return T(lang, "ledger.gap", spoken().moment(b.lang, end.Add(-l.Gap), b.now), spoken().moment(b.lang, end, b.now))
}

// finding says in one sentence whether something is wrong, and under it what
// that rests on.
func (b *ledgerBook) finding(list []ledgerRow) (title, under string, wrong bool) {
	lang := b.lang
	var complete time.Time
	total, recovered := 0, 0
	for i := range list {
		r := &list[i]
		total += r.Pushed + r.Recovered
		recovered += r.Recovered
		if r.collects && !r.complete.IsZero() && (complete.IsZero() || r.complete.Before(complete)) {
			complete = r.complete
		}
	}
	under = T(lang, "ledger.of", total, number(lang, recovered))
	if total == 0 {
		under = T(lang, "ledger.of.none")
	}
	switch {
	case len(list) == 0:
		return T(lang, "ledger.none"), "", false
	case list[0].Silent != "":
		return b.silent(&list[0]), under, true
	case b.behind(&list[0]):
		return T(lang, "ledger.behind", list[0].Name, list[0].Network.Name, list[0].Complete), under, true
	case complete.IsZero():
		return T(lang, "ledger.first"), "", false
	}
	return T(lang, "ledger.complete", spoken().moment(b.lang, complete.In(b.now.Location()), b.now)), under, false
}

func (b *ledgerBook) silent(r *ledgerRow) string {
	lang := b.lang
	return T(lang, "ledger.silent", r.recoveredSinceSilent, r.Network.Name, r.Name, r.Silent)
}

// one lays out the hours of a single account.
func (b *ledgerBook) one(r *ledgerRow, rows []community.LedgerRow) *ledgerOne {
	var own []community.LedgerRow
	for i := range rows {
		if rows[i].Account == r.Key {
			own = append(own, rows[i])
		}
	}
	one := &ledgerOne{ledgerRow: *r}
	series := b.series(own)
	if !r.Quiet {
		for _, width := range []int{1220, 860, 560, 330} {
			one.Charts = append(one.Charts, drawHours(b.lang, series, width, 170, b.now.Location(), true))
		}
	}
	for i := range slices.Backward(series) {
		h := &series[i]
		if h.Ledger == (community.Ledger{}) {
			continue
		}
		at := h.Hour.In(b.now.Location())
		one.Table = append(one.Table, hourRow{
			Label: spoken().day(b.lang, at, b.now), Clock: clock(at), Ledger: h.Ledger, Gap: b.gap(&h.Ledger),
			P50: lagWords(b.lang, &h.Ledger, 0.5), P99: lagWords(b.lang, &h.Ledger, 0.99),
		})
	}
	one.Says, _, one.Wrong = b.finding([]ledgerRow{*r})
	return one
}

// ledgerColumns are the columns of a ledger, as the locale calls them.
var ledgerColumns = [...]string{"until", "pushed", "recovered", "past", "duplicates", "disordered", "edits", "deletes", "unreadable", "lag", "lastgap"}

// ledgerWords explains the columns of a ledger.
func ledgerWords(lang string) []factView {
	var out []factView
	for _, column := range ledgerColumns {
		out = append(out, factView{T(lang, "ledger."+column), T(lang, "ledger."+column+".text")})
	}
	return out
}

// lagWords says within which time a share of the live messages arrived; a dash
// where none did.
func lagWords(lang string, l *community.Ledger, share float64) string {
	d := l.Percentile(share)
	switch {
	case d == 0:
		return "—"
	case d < time.Second:
		return T(lang, "lag.ms", int(d.Milliseconds()))
	case d < time.Minute:
		return T(lang, "lag.s", int((d + time.Second/2).Seconds()))
	}
	return spoken().duration(lang, d)
}
