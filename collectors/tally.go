package collectors

import (
	"cmp"
	"slices"
	"time"
)

// Tally is what a running fleet counted of one account since it began.
type Tally struct {
	Account              string // key
	Brand, Network, Name string
	Ledger               Ledger
	Complete             time.Time // up to when nothing is missing; zero: not known yet
}

// Tallies is what was counted so far, by account.
func (f *Fleet) Tallies() []Tally {
	intakes := f.everyIntake()
	out := make([]Tally, 0, len(intakes))
	for key, in := range intakes {
		t := Tally{Account: key, Brand: in.account.Brand, Network: in.account.Network, Name: in.account.Name, Ledger: in.book.sum()}
		if ms := in.complete.Load(); ms > 0 {
			t.Complete = time.UnixMilli(ms).UTC()
		}
		out = append(out, t)
	}
	slices.SortFunc(out, func(a, b Tally) int {
		return cmp.Or(cmp.Compare(a.Brand, b.Brand), cmp.Compare(a.Network, b.Network), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Account, b.Account))
	})
	return out
}
