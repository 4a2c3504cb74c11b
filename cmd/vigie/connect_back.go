package main

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
	"github.com/vigie-hq/vigie/inbox"
)

// pending is a connection under way, as it is sealed: one that waits for the
// browser to come back (Keep), or for a person to choose (Found).
type pending struct {
	Brand   string                 `json:"brand"`
	Network string                 `json:"network"`
	Account string                 `json:"account,omitempty"` // to connect again
	Role    community.AccountRole  `json:"role,omitempty"`
	Name    string                 `json:"name,omitempty"`
	Keep    map[string]string      `json:"keep,omitempty"`
	Found   []collectors.Connected `json:"found,omitempty"`
}

func (p *pending) check() error {
	if p.Role != "" && !slices.Contains(community.AccountRoles(), p.Role) {
		return community.Faultf(community.Invalid, "account.field", "role")
	}
	return nil
}

func (c connector) keep(ctx context.Context, hash, session string, life time.Duration, p pending) error {
	body, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return c.h.connecting.Keep(ctx, hash, session, c.h.now().Add(life), body)
}

// recall reads what was kept under a secret for a session; look leaves it there.
// Whatever is not there, any more or for this session, is a Fault Invalid
// "connect.state".
func (c connector) recall(ctx context.Context, v community.Viewer, session, secret string, look bool) (p pending, err error) {
	read := c.h.connecting.Take
	if look {
		read = c.h.connecting.Look
	}
	body, err := read(ctx, inbox.HashToken(secret), session)
	if community.KindOf(err) == community.NotFound && err != nil {
		return p, community.Faultf(community.Invalid, "connect.state")
	}
	if err != nil {
		return p, err
	}
	if err := json.Unmarshal(body, &p); err != nil {
		return p, err
	}
	return p, c.may(v, p.Brand) // whoever began may have lost the right since
}

// Back takes what the browser brought back from the network.
func (c connector) Back(ctx context.Context, v community.Viewer, session string, query url.Values) (community.ConnectStep, error) {
	p, err := c.recall(ctx, v, session, query.Get("state"), false)
	step := community.ConnectStep{Brand: p.Brand, Network: p.Network}
	if err != nil {
		return step, err
	}
	form, err := c.form(p.Network)
	if err != nil {
		return step, err
	}
	if p.Found != nil { // the name of a choice is no state
		return step, community.Faultf(community.Invalid, "connect.state")
	}
	said, err := ask(ctx, func(ctx context.Context) (collectors.Connection, error) { return form.Complete(ctx, p.Keep, query) })
	if err != nil {
		return step, err
	}
	p.Keep = nil
	return c.landed(ctx, v, session, p, said.Accounts)
}

// landed goes on once the network has named the accounts: the one that was to be
// connected again, the only one, or a choice.
func (c connector) landed(ctx context.Context, v community.Viewer, session string, p pending, found []collectors.Connected) (community.ConnectStep, error) {
	step := community.ConnectStep{Brand: p.Brand, Network: p.Network}
	for i := range found {
		found[i].Account.Brand, found[i].Account.Network = p.Brand, p.Network
	}
	switch {
	case len(found) == 0:
		return step, community.Faultf(community.NotFound, "connect.none")
	case p.Account != "":
		return c.again(ctx, v, p, found)
	case len(found) == 1:
		one := desk.Connected{Account: found[0].Account, Secrets: sealable(found[0].Secrets)}
		if p.Role != "" {
			one.Account.Role = p.Role
		}
		if p.Name != "" {
			one.Account.Name, one.Named = p.Name, true
		}
		return c.take(ctx, v, step, one)
	}
	p.Found = found
	secret, hash := inbox.NewToken()
	if err := c.keep(ctx, hash, session, choiceLife, p); err != nil {
		return step, err
	}
	return c.offer(ctx, p, secret)
}

// again connects an account again, and with it every other one of the brand that
// waits for it and came with the same sign-in: one signs in once for 800 stores.
func (c connector) again(ctx context.Context, v community.Viewer, p pending, found []collectors.Connected) (community.ConnectStep, error) {
	step := community.ConnectStep{Brand: p.Brand, Network: p.Network}
	held, err := c.held(ctx, p.Brand)
	if err != nil {
		return step, err
	}
	var back []desk.Connected
	met := false
	for i := range found {
		known := held.Known(&found[i].Account)
		if known == nil {
			continue
		}
		asked := known.Key() == p.Account
		if asked || known.State == community.AccountReconnect {
			back = append(back, desk.Connected{Account: found[i].Account, Secrets: sealable(found[i].Secrets)})
		}
		met = met || asked
	}
	if !met {
		return step, community.Faultf(community.Conflict, "connect.other")
	}
	return c.take(ctx, v, step, back...)
}

func (c connector) held(ctx context.Context, brand string) (community.Accounts, error) {
	held, err := c.h.reader.Accounts(ctx, community.Viewer{System: true}, brand)
	return held, err
}

// offer lists what there is to choose from.
func (c connector) offer(ctx context.Context, p pending, secret string) (community.ConnectStep, error) {
	step := community.ConnectStep{Brand: p.Brand, Network: p.Network, Choice: secret}
	held, err := c.held(ctx, p.Brand)
	if err != nil {
		return step, err
	}
	for i := range p.Found {
		a := &p.Found[i].Account
		one := community.FoundAccount{ID: a.NativeID, Handle: a.Handle, Title: a.Title, Name: a.Name, Role: proposed(a.Role)}
		if known := held.Known(a); known != nil {
			one.Key, one.State, one.Name, one.Role = known.Key(), known.State, known.Name, known.Role
		}
		step.Found = append(step.Found, one)
	}
	return step, nil
}

// proposed is the role an account of several gets: the one its network knows, or
// a store's.
func proposed(known community.AccountRole) community.AccountRole {
	if known != "" {
		return known
	}
	return community.RoleStore
}

// Found shows again what there is to choose from.
func (c connector) Found(ctx context.Context, v community.Viewer, session, choice string) (community.ConnectStep, error) {
	p, err := c.recall(ctx, v, session, choice, true)
	if err != nil || p.Found == nil {
		return community.ConnectStep{}, firstOf(err, community.Faultf(community.Invalid, "connect.state"))
	}
	return c.offer(ctx, p, choice)
}

// Choose connects some of what was found. The choice ends once that is done.
func (c connector) Choose(ctx context.Context, v community.Viewer, session, choice string, chosen []community.Chosen) (community.ConnectStep, error) {
	p, err := c.recall(ctx, v, session, choice, true)
	if err != nil || p.Found == nil {
		return community.ConnectStep{}, firstOf(err, community.Faultf(community.Invalid, "connect.state"))
	}
	step := community.ConnectStep{Brand: p.Brand, Network: p.Network}
	if len(chosen) == 0 {
		return step, community.Faultf(community.Invalid, "connect.nothing")
	}
	var wanted []desk.Connected
	for _, one := range chosen {
		i := slices.IndexFunc(p.Found, func(f collectors.Connected) bool { return f.Account.NativeID == one.ID })
		if i < 0 {
			return step, community.Faultf(community.Invalid, "connect.chosen", one.ID)
		}
		w := desk.Connected{Account: p.Found[i].Account, Secrets: sealable(p.Found[i].Secrets)}
		w.Account.Role = proposed(w.Account.Role)
		if one.Role != "" {
			w.Account.Role = one.Role
		}
		if one.Name != "" {
			w.Account.Name, w.Named = one.Name, true
		}
		wanted = append(wanted, w)
	}
	if step, err = c.take(ctx, v, step, wanted...); err != nil {
		return step, err
	}
	_, err = c.recall(ctx, v, session, choice, false)
	if community.KindOf(err) == community.Invalid && err != nil {
		err = nil // somebody pressed twice: the other one ended it
	}
	return step, err
}

// take connects accounts and lets everybody know.
func (c connector) take(ctx context.Context, v community.Viewer, step community.ConnectStep, accounts ...desk.Connected) (community.ConnectStep, error) {
	taken, err := c.h.desk.Connect(ctx, v, step.Brand, accounts)
	if err != nil {
		return step, err
	}
	for i := range taken {
		c.h.senders.forget(taken[i].Key())
	}
	step.Connected = taken
	return step, nil
}

// sealable is an account's secrets as they are kept; an empty one is forgotten.
func sealable(secrets map[string]string) map[string][]byte {
	out := make(map[string][]byte, len(secrets))
	for name, value := range secrets {
		if out[name] = nil; value != "" {
			out[name] = []byte(value)
		}
	}
	return out
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
