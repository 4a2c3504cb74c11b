package main

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
	"github.com/vigie-hq/vigie/inbox"
)

// connector connects accounts for people (inbox.Accounts), through the networks
// that let themselves be connected (collectors.Connector).
type connector struct {
	h *house
	// base is the address people use. It is configured, never what a request
	// says of itself: networks send the browser, with the right to speak, to it.
	// Empty: there is no browser.
	base string
}

// How long a person has to sign in at a network, and to choose from what was
// found; how long a network may take to answer.
const (
	signInLife  = 10 * time.Minute
	choiceLife  = time.Hour
	connectLong = time.Minute
)

// maxAnswer is the longest answer to a field of a form, in code points.
const maxAnswer = 20_000

// Networks lists what can be connected.
func (c connector) Networks(ctx context.Context, _ community.Viewer) ([]community.NetworkCard, error) {
	out := []community.NetworkCard{}
	for _, name := range slices.Sorted(maps.Keys(c.h.networks)) {
		n := c.h.networks[name]
		form, can := n.(collectors.Connector)
		if !can {
			continue
		}
		card := community.NetworkCard{Network: name, Fields: form.Form(), Known: []string{}}
		_, card.Pushes = n.(collectors.Hooker)
		_, card.Moderates = n.(collectors.Moderator)
		_, card.Checks = n.(collectors.Checker)
		_, card.ReadsBack = n.(collectors.Looker)
		held, err := c.h.vault.Known(ctx, collectors.AppOwner(name))
		if err != nil {
			return nil, err
		}
		if sharer, can := n.(collectors.AppSharer); can && len(held) == 0 {
			if held, err = c.h.vault.Known(ctx, collectors.AppOwner(sharer.SharesApp())); err != nil {
				return nil, err
			}
		}
		for _, f := range card.Fields {
			if f.App && slices.Contains(held, f.Name) {
				card.Known = append(card.Known, f.Name)
			}
		}
		out = append(out, card)
	}
	return out, nil
}

// Connect takes a filled-in form.
func (c connector) Connect(ctx context.Context, v community.Viewer, in community.Connecting) (community.ConnectStep, error) {
	step := community.ConnectStep{Brand: in.Brand, Network: in.Network}
	if err := c.may(v, in.Brand); err != nil {
		return step, err
	}
	form, err := c.form(in.Network)
	if err != nil {
		return step, err
	}
	values, app, err := c.filled(ctx, v, in.Network, form.Form(), in.Values)
	if err != nil {
		return step, err
	}
	p := pending{Brand: in.Brand, Network: in.Network, Account: in.Account, Role: in.Role, Name: in.Name}
	if err := p.check(); err != nil {
		return step, err
	}
	filled := collectors.Filled{Values: values}
	var hash string
	if c.base != "" && in.Session != "" { // else there is no browser
		filled.State, hash = inbox.NewToken()
		filled.Return = c.base + inbox.ReturnPath
	}
	said, err := ask(ctx, func(ctx context.Context) (collectors.Connection, error) { return form.Connect(ctx, filled) })
	if err != nil {
		return step, refusedHere(err)
	}
	if len(app) > 0 {
		if err := c.h.vault.PutSecrets(ctx, collectors.AppOwner(in.Network), app); err != nil {
			return step, err
		}
	}
	switch {
	case said.Go == "":
		return c.landed(ctx, v, in.Session, p, said.Accounts)
	case hash == "":
		return step, community.Faultf(community.Invalid, "connect.browser", in.Network)
	}
	if err := leadsAway(said.Go); err != nil {
		return step, err
	}
	p.Keep = said.Keep
	step.Go = said.Go
	return step, c.keep(ctx, hash, in.Session, signInLife, p)
}

// may refuses whoever may not connect accounts of a brand; a brand he does not
// know does not exist.
func (c connector) may(v community.Viewer, brand string) error {
	if !v.System && !slices.Contains(v.Brands(), brand) {
		return community.Faultf(community.NotFound, "brand.unknown", brand)
	}
	return desk.MayAccounts(v, brand)
}

// form is a network that can be connected.
func (c connector) form(network string) (collectors.Connector, error) {
	form, can := c.h.networks[network].(collectors.Connector)
	if !can {
		return nil, community.Faultf(community.NotFound, "network.unknown", network)
	}
	return form, nil
}

// filled is a form's answers, with what is known of the app and what stands for
// no answer. app is what of it is new to the app.
func (c connector) filled(ctx context.Context, v community.Viewer, network string, fields []community.Field, given map[string]string) (values map[string]string, app map[string][]byte, err error) {
	wrong := func(field string) (map[string]string, map[string][]byte, error) {
		return nil, nil, community.Faultf(community.Invalid, "connect.field", field)
	}
	for name := range given {
		if !slices.ContainsFunc(fields, func(f community.Field) bool { return f.Name == name }) {
			return wrong(name)
		}
	}
	owner, err := c.appOwner(ctx, network, fields, given)
	if err != nil {
		return nil, nil, err
	}
	values, app = map[string]string{}, map[string][]byte{}
	for _, f := range fields {
		value := strings.TrimSpace(given[f.Name])
		var known []byte
		if f.App {
			if known, err = c.h.vault.Secret(ctx, owner, f.Name); err != nil && community.KindOf(err) != community.NotFound {
				return nil, nil, err
			}
		}
		switch {
		case f.App && value != "" && !bytes.Equal(known, []byte(value)):
			if err := c.mayApp(ctx, v, known != nil); err != nil {
				return nil, nil, err
			}
			app[f.Name] = []byte(value)
		case f.App && value == "":
			value = string(known)
		}
		if value == "" {
			value = f.Default
		}
		switch {
		case value == "" && !f.Optional,
			utf8.RuneCountInString(value) > maxAnswer,
			f.Kind != community.FieldLines && strings.ContainsAny(value, "\r\n"),
			f.Kind == community.FieldChoice && value != "" && !slices.Contains(f.Choices, value):
			return wrong(f.Name)
		}
		values[f.Name] = value
	}
	return values, app, nil
}

// appOwner is under whom what is known of a network's app is kept: another
// network's name where the two share one and nothing of its own is known or given.
func (c connector) appOwner(ctx context.Context, network string, fields []community.Field, given map[string]string) (string, error) {
	owner := collectors.AppOwner(network)
	sharer, can := c.h.networks[network].(collectors.AppSharer)
	if !can {
		return owner, nil
	}
	own := func(f community.Field) bool {
		value := strings.TrimSpace(given[f.Name])
		return f.App && value != "" && value != f.Default
	}
	known, err := c.h.vault.Known(ctx, owner)
	if err != nil || len(known) > 0 || slices.ContainsFunc(fields, own) {
		return owner, err
	}
	return collectors.AppOwner(sharer.SharesApp()), nil
}

// mayApp refuses to change a network's app to whoever does not set every brand:
// the app is one for all of them. The first to connect the network may name it.
func (c connector) mayApp(ctx context.Context, v community.Viewer, known bool) error {
	if !known {
		return nil
	}
	brands, err := c.h.reader.Brands(ctx, community.Viewer{System: true})
	if err != nil {
		return err
	}
	for _, b := range brands {
		if !v.May(community.ActionSettings, b.ID, "") {
			return community.Faultf(community.Forbidden, "viewer.app")
		}
	}
	return nil
}

// ask asks a network, for a while and without letting it break us.
func ask[T any](ctx context.Context, f func(context.Context) (T, error)) (out T, err error) {
	ctx, cancel := context.WithTimeout(ctx, connectLong)
	defer cancel()
	err = collectors.Guard(func() (err error) {
		out, err = f(ctx)
		return err
	})
	return out, err
}

// refusedHere says of what somebody just entered that it is refused: of an account
// that speaks already the same fault says to connect it again.
func refusedHere(err error) error {
	if f, ok := errors.AsType[*community.Fault](err); ok && f.Key == "network.unauthorised" {
		return community.Faultf(community.Unauthorised, "connect.not_accepted").Because(err)
	}
	return err
}

// leadsAway checks that a browser may be sent to an address.
func leadsAway(address string) error {
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.User != nil {
		return community.Faultf(community.Unavailable, "network.unreadable")
	}
	return nil
}
