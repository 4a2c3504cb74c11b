package desk

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/vigie-hq/vigie/community"
)

// What connecting is called among the acts of an account.
const (
	connected   = "connected"
	reconnected = "reconnected"
)

// Connected is an account that its network says is ours, with what opens it.
type Connected struct {
	Account community.Account
	Secrets map[string][]byte
	Named   bool // a person chose the name: it is not changed to make it its own
}

// Connect takes accounts of one brand in, all or none, with their secrets. One
// that is here already (the same network, scope and native id) is connected
// again: its key, history, cursor and settings stay, its secrets, handle and
// state are new, and what waited to leave from it leaves. A new support account
// that sends becomes the first sender of every channel. Faults: Forbidden
// "viewer.account", Conflict "account.name" for a chosen name that another
// account has, Invalid "account.field".
func (d *Desk) Connect(ctx context.Context, v community.Viewer, brand string, given []Connected) ([]community.Account, error) {
	var out []community.Account
	err := d.store.Write(ctx, func(tx Tx) error {
		settings, err := d.mayConnect(ctx, tx, v, brand)
		if err != nil {
			return err
		}
		var fresh []community.Account
		held := newRoster(settings.Accounts)
		for i := range given {
			account, verb, err := admitted(held, brand, &given[i])
			if err != nil {
				return err
			}
			account = account.In(community.AccountActive, "", d.now())
			account.Since = d.now().UTC().Truncate(time.Millisecond) // its secrets are new, whatever it was
			if err := d.admit(ctx, tx, v, account, verb, given[i].Secrets); err != nil {
				return err
			}
			held.keep(account)
			out = append(out, account)
			if verb == connected {
				fresh = append(fresh, account)
			}
		}
		if err := d.speakFirst(ctx, tx, settings.Channels, fresh); err != nil {
			return err
		}
		return tx.PutEvent(ctx, community.Event{Type: community.EventAccountChanged, Brand: brand, At: d.now()})
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// ChangeAccount changes what a person may change of an account.
func (d *Desk) ChangeAccount(ctx context.Context, v community.Viewer, key string, edit community.AccountEdit) (community.Account, error) {
	var out community.Account
	err := d.store.Write(ctx, func(tx Tx) error {
		before, err := d.ownAccount(ctx, tx, v, key)
		if err != nil {
			return err
		}
		if out, err = before.Edited(edit, d.now()); err != nil {
			return err
		}
		acts := before.Acts(&out, v.Agent, d.now())
		if len(acts) == 0 {
			return nil
		}
		if err := tx.PutAccount(ctx, out); err != nil {
			return err
		}
		for _, act := range acts {
			if err := tx.PutAccountAct(ctx, act); err != nil {
				return err
			}
		}
		return tx.PutEvent(ctx, community.Event{Type: community.EventAccountChanged, Brand: out.Brand, At: d.now()})
	})
	return out, err
}

// ownAccount reads an account for somebody who may change it: NotFound
// "account.unknown" for who may not even know of it, Forbidden "viewer.account".
func (d *Desk) ownAccount(ctx context.Context, tx Tx, v community.Viewer, key string) (*community.Account, error) {
	a, err := tx.Account(ctx, key)
	if err != nil {
		return nil, err
	}
	if a == nil || !(v.System || slices.Contains(v.Brands(), a.Brand)) {
		return nil, community.Faultf(community.NotFound, "account.unknown", key)
	}
	return a, MayAccounts(v, a.Brand)
}

// MayAccounts refuses whoever may not connect and change a brand's accounts.
func MayAccounts(v community.Viewer, brand string) error {
	if !v.May(community.ActionSettings, brand, "") {
		return community.Faultf(community.Forbidden, "viewer.account")
	}
	return nil
}

func (d *Desk) mayConnect(ctx context.Context, tx Tx, v community.Viewer, brand string) (*Settings, error) {
	settings, err := tx.Settings(ctx, brand)
	if err != nil {
		return nil, err
	}
	if settings == nil || !(v.System || slices.Contains(v.Brands(), brand)) {
		return nil, community.Faultf(community.NotFound, "brand.unknown", brand)
	}
	return settings, MayAccounts(v, brand)
}

// admit writes one account, its secrets and who connected it.
func (d *Desk) admit(ctx context.Context, tx Tx, v community.Viewer, a community.Account, verb string, secrets map[string][]byte) error {
	if err := tx.PutAccount(ctx, a); err != nil {
		return err
	}
	if err := tx.PutSecrets(ctx, a.Key(), secrets); err != nil {
		return err
	}
	return tx.PutAccountAct(ctx, community.AccountAct{Account: a.Key(), Brand: a.Brand, Agent: v.Agent, Verb: verb, To: a.Handle, At: d.now()})
}

// admitted is the account as it is taken in beside those that are held, and what
// is thereby done: connected or reconnected.
func admitted(held *roster, brand string, given *Connected) (community.Account, string, error) {
	a := given.Account
	a.Brand, a.Name = brand, strings.TrimSpace(a.Name)
	if a.Role == "" {
		a.Role = community.RoleCorporate
	}
	switch {
	case !community.ValidName(a.Network) || a.NativeID == "":
		return a, "", community.Faultf(community.Invalid, "account.field", "network")
	case !slices.Contains(community.AccountRoles(), a.Role):
		return a, "", community.Faultf(community.Invalid, "account.field", "role")
	}
	if known := held.accounts.Known(&a); known != nil {
		return again(*known, a), reconnected, nil
	}
	if a.Name == "" || len(a.Name) > community.MaxID || !utf8.ValidString(a.Name) || strings.ContainsFunc(a.Name, unicode.IsControl) {
		return a, "", community.Faultf(community.Invalid, "account.field", "name")
	}
	taken := held.find(a.Network, a.Name)
	switch {
	case taken == nil:
	case taken.NativeID == "": // an import named it: now it is known whose messages these are
	case given.Named:
		return a, "", community.Faultf(community.Conflict, "account.name", a.Name)
	default:
		a.Name = held.freeName(a.Network, a.Name)
	}
	return a, connected, nil
}

// again is a known account after it was connected again: what the network says
// of it is new, what people decided stays unless the form asked for it anew.
func again(known, given community.Account) community.Account {
	if (known.Outgoing == "") != (given.Outgoing == "") { // a way out was given, or taken away
		known.Sends = given.Sends
	}
	known.Handle, known.Server, known.Outgoing, known.API = given.Handle, given.Server, given.Outgoing, given.API
	if known.Title == "" {
		known.Title = given.Title
	}
	if given.Queries != "" {
		known.Queries = given.Queries
	}
	if given.DailyCap != 0 {
		known.DailyCap = given.DailyCap
	}
	return known
}

// roster is the accounts of a brand, with where each name stands: a retailer
// connects hundreds at once.
type roster struct {
	accounts community.Accounts
	names    map[[2]string]int // network and name
}

func newRoster(accounts community.Accounts) *roster {
	r := &roster{names: make(map[[2]string]int, len(accounts))}
	for _, a := range accounts {
		r.keep(a)
	}
	return r
}

func (r *roster) find(network, name string) *community.Account {
	if i, ok := r.names[[2]string{network, name}]; ok {
		return &r.accounts[i]
	}
	return nil
}

func (r *roster) keep(a community.Account) {
	if known := r.find(a.Network, a.Name); known != nil {
		*known = a
		return
	}
	r.names[[2]string{a.Network, a.Name}] = len(r.accounts)
	r.accounts = append(r.accounts, a)
}

// freeName is the name with the first number that makes it its own.
func (r *roster) freeName(network, name string) string {
	for n := 2; ; n++ {
		suffix := "-" + strconv.Itoa(n)
		if one := strings.ToValidUTF8(name[:min(len(name), community.MaxID-len(suffix))], "") + suffix; r.find(network, one) == nil {
			return one
		}
	}
}

// speakFirst makes support accounts that send the first senders of every
// channel that does not have them yet.
func (d *Desk) speakFirst(ctx context.Context, tx Tx, channels []community.Channel, accounts []community.Account) error {
	var first []string
	for i := range accounts {
		if a := &accounts[i]; a.Role == community.RoleSupport && a.Sends {
			first = append(first, a.Key())
		}
	}
	for _, channel := range channels {
		added := slices.DeleteFunc(slices.Clone(first), func(key string) bool { return slices.Contains(channel.Senders, key) })
		if len(added) == 0 {
			continue
		}
		channel.Senders = append(added, channel.Senders...)
		if err := tx.PutChannel(ctx, channel); err != nil {
			return err
		}
	}
	return nil
}
