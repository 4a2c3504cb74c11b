package inbox

import (
	"context"
	"net/url"
	"slices"

	"github.com/vigie-hq/vigie/community"
)

// The world's accounts: how each stands, and a network of stores to connect.

func (w *world) Standings(_ context.Context, v community.Viewer, brand string) ([]community.Standing, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []community.Standing
	for _, a := range w.of(v, brand).Accounts {
		out = append(out, w.standing(a).Shown(v))
	}
	return out, nil
}

func (w *world) standing(a community.Account) community.Standing {
	s := w.standings[a.Key()]
	s.Key, s.Account = a.Key(), a
	return s
}

func (w *world) Standing(_ context.Context, v community.Viewer, key string) (community.Standing, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for brand := range w.settings {
		for _, a := range w.of(v, brand).Accounts {
			if a.Key() == key {
				return w.standing(a).Shown(v), nil
			}
		}
	}
	return community.Standing{}, missing("account.unknown")
}

func (w *world) AccountActs(ctx context.Context, v community.Viewer, key string) ([]community.AccountAct, error) {
	if _, err := w.Standing(ctx, v, key); err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []community.AccountAct
	for _, a := range w.accountActs {
		if a.Account == key && a.Shown(v) {
			out = append(out, a)
		}
	}
	slices.Reverse(out)
	return out, nil
}

// accounts is the world as Accounts. Its one network, "shops", asks for a
// server and a secret; the secret "one" finds one shop, "browser" needs a
// browser, "wrong" is refused, any other finds three shops.
type accounts struct{ w *world }

func (a accounts) may(v community.Viewer, brand string) error {
	if !v.May(community.ActionSettings, brand, "") {
		return community.Faultf(community.Forbidden, "viewer.account")
	}
	return nil
}

func (a accounts) Networks(context.Context, community.Viewer) ([]community.NetworkCard, error) {
	return []community.NetworkCard{{
		Network: "shops", Pushes: true, Checks: true, Known: []string{},
		Fields: []community.Field{
			{Name: "server", Kind: community.FieldURL, Default: "https://shops.example"},
			{Name: "token", Kind: community.FieldSecret},
			{Name: "app_secret", Kind: community.FieldSecret, App: true, Optional: true},
		},
	}}, nil
}

func (a accounts) shops() (out []community.FoundAccount) {
	for _, name := range []string{"brest", "lille", "lyon"} {
		out = append(out, community.FoundAccount{ID: name, Name: name, Handle: name, Title: "Maison " + name, Role: community.RoleStore})
	}
	return out
}

func (a accounts) Connect(_ context.Context, v community.Viewer, in community.Connecting) (community.ConnectStep, error) {
	step := community.ConnectStep{Brand: in.Brand, Network: in.Network}
	if err := a.may(v, in.Brand); err != nil {
		return step, err
	}
	if in.Network != "shops" {
		return step, community.Faultf(community.NotFound, "network.unknown", in.Network)
	}
	switch in.Values["token"] {
	case "":
		return step, community.Faultf(community.Invalid, "connect.field", "token")
	case "wrong":
		return step, community.Faultf(community.Unauthorised, "network.unauthorised")
	case "browser":
		step.Go = "https://shops.example/authorise?state=s1"
		return step, nil
	case "one":
		step.Connected = a.keep(in.Brand, v, community.Chosen{ID: "brest", Role: in.Role, Name: in.Name})
		return step, nil
	}
	step.Found, step.Choice = a.shops(), "c1"
	return step, nil
}

func (a accounts) keep(brand string, v community.Viewer, chosen ...community.Chosen) (out []community.Account) {
	a.w.mu.Lock()
	defer a.w.mu.Unlock()
	for _, c := range chosen {
		account := community.Account{
			Brand: brand, Network: "shops", Name: c.ID, Handle: c.ID, NativeID: c.ID, Title: "Maison " + c.ID,
			Role: c.Role, Collects: true, Sends: true, State: community.AccountActive,
		}
		a.w.settings[brand].Accounts = append(a.w.settings[brand].Accounts, account)
		a.w.accountActs = append(a.w.accountActs, community.AccountAct{Account: account.Key(), Brand: brand, Agent: v.Agent, Verb: "connected", At: a.w.at})
		out = append(out, account)
	}
	return out
}

func (a accounts) Back(_ context.Context, v community.Viewer, session string, query url.Values) (community.ConnectStep, error) {
	if query.Get("state") != "s1" || session == "" {
		return community.ConnectStep{}, community.Faultf(community.Invalid, "connect.state")
	}
	brand := v.Brands()[0]
	return community.ConnectStep{Brand: brand, Network: "shops", Found: a.shops(), Choice: "c1"}, a.may(v, brand)
}

func (a accounts) Found(_ context.Context, v community.Viewer, _, choice string) (community.ConnectStep, error) {
	if choice != "c1" {
		return community.ConnectStep{}, community.Faultf(community.Invalid, "connect.state")
	}
	brand := v.Brands()[0]
	return community.ConnectStep{Brand: brand, Network: "shops", Found: a.shops(), Choice: "c1"}, a.may(v, brand)
}

func (a accounts) Choose(ctx context.Context, v community.Viewer, session, choice string, chosen []community.Chosen) (community.ConnectStep, error) {
	step, err := a.Found(ctx, v, session, choice)
	if err != nil {
		return step, err
	}
	step.Found, step.Choice = nil, ""
	step.Connected = a.keep(step.Brand, v, chosen...)
	return step, nil
}

func (a accounts) Change(ctx context.Context, v community.Viewer, key string, edit community.AccountEdit) (community.Account, error) {
	found, err := a.w.Standing(ctx, v, key)
	if err != nil {
		return community.Account{}, err
	}
	if err := a.may(v, found.Brand); err != nil {
		return community.Account{}, err
	}
	changed, err := found.Edited(edit, a.w.at)
	if err != nil {
		return community.Account{}, err
	}
	a.w.mu.Lock()
	defer a.w.mu.Unlock()
	for i, one := range a.w.settings[found.Brand].Accounts {
		if one.Key() == key {
			a.w.settings[found.Brand].Accounts[i] = changed
		}
	}
	return changed, nil
}

func (a accounts) Check(ctx context.Context, v community.Viewer, key string) (community.Standing, error) {
	found, err := a.w.Standing(ctx, v, key)
	if err != nil {
		return found, err
	}
	found.Health.CheckedAt = a.w.at
	a.w.mu.Lock()
	defer a.w.mu.Unlock()
	a.w.standings[key] = found
	return found, a.may(v, found.Brand)
}
