package collectors

import (
	"context"
	"net/http"
	"slices"

	"github.com/vigie-hq/vigie/community"
)

// Hooks is where networks call us: /hooks/<network>/ and what follows belongs to
// that network (see Hooker). What nobody owns is 404. It works as soon as the
// fleet runs, and from the moment it stops every Push is Unavailable.
func (f *Fleet) Hooks() http.Handler {
	mux := http.NewServeMux()
	for name, network := range f.networks {
		if hooker, ok := network.(Hooker); ok {
			prefix := "/hooks/" + name
			mux.Handle(prefix+"/", http.StripPrefix(prefix, hooker.Hooks(port{f, name})))
		}
	}
	return mux
}

// port is the Port of one network.
type port struct {
	fleet   *Fleet
	network string
}

// Accounts lists this network's accounts with that native id which collect.
func (p port) Accounts(_ context.Context, nativeID string) ([]community.Account, error) {
	r := p.fleet.roster.Load()
	if r == nil {
		return nil, errStarting()
	}
	return slices.Clone(r.native[native{p.network, nativeID}]), nil
}

// Push publishes what was pushed to an account.
func (p port) Push(ctx context.Context, account community.Account, messages []community.Message) error {
	r := p.fleet.roster.Load()
	if r == nil {
		return errStarting()
	}
	in := r.intakes[account.Key()]
	if in == nil || account.Network != p.network {
		return community.Faultf(community.NotFound, "account.unknown", account.Key())
	}
	return in.push(ctx, messages)
}

// roster is the accounts that collect, and the intake of each. It is replaced,
// never changed.
type roster struct {
	intakes map[string]*intake // by account key
	native  map[native][]community.Account
}

// native names accounts as their network does.
type native struct{ network, id string }

// enrol makes the roster of the accounts as they are now. Intakes stay: they
// remember what was published a moment ago.
func (f *Fleet) enrol(accounts []community.Account) {
	before := f.roster.Load()
	r := &roster{map[string]*intake{}, map[native][]community.Account{}}
	for _, a := range accounts {
		if !f.hears(&a) {
			continue
		}
		key := a.Key()
		if before != nil {
			r.intakes[key] = before.intakes[key]
		}
		if r.intakes[key] == nil {
			r.intakes[key] = newIntake(f, a)
		}
		if a.NativeID != "" {
			id := native{a.Network, a.NativeID}
			r.native[id] = append(r.native[id], a)
		}
	}
	f.share.Store(int64(share(len(r.intakes))))
	f.roster.Store(r)
	if before == nil {
		return
	}
	for key, in := range before.intakes {
		if r.intakes[key] == nil {
			in.pushes.refuse()
		}
	}
}

// hears tells whether what is said to the account is wanted, its token alive or
// not.
func (f *Fleet) hears(a *community.Account) bool {
	return a.Collects && a.State != community.AccountDeactivated && f.networks[a.Network] != nil
}

// everyIntake is the intakes of all accounts that collect.
func (f *Fleet) everyIntake() map[string]*intake {
	if r := f.roster.Load(); r != nil {
		return r.intakes
	}
	return nil
}
