package main

import (
	"context"
	"flag"
	"fmt"

	"github.com/vigie-hq/vigie/collectors/mastodon"
	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
)

func accountAdd(ctx context.Context, c *call) error {
	fs := flag.NewFlagSet("account add", flag.ContinueOnError)
	p := dataFlags(fs)
	server := fs.String("server", "", "the `URL` of the account's server")
	token := fs.String("token", "", "its access `token`")
	name := fs.String("name", "", "how messages name the account; its handle if empty")
	roleName := fs.String("role", string(community.RoleCorporate), "corporate, support or store")
	brand := fs.String("brand", community.DefaultBrand, "whose account it is")
	sends := fs.Bool("sends", true, "answers may leave from it")
	rest, err := c.parse(fs)
	if err != nil {
		return err
	}
	if len(rest) != 1 || rest[0] != mastodon.Name {
		return usagef("which network? Vigie connects: %s", mastodon.Name)
	}
	role := community.AccountRole(*roleName)
	switch {
	case *server == "" || *token == "":
		return usagef("--server and --token are needed")
	case role != community.RoleCorporate && role != community.RoleSupport && role != community.RoleStore:
		return usagef("there is no role %q: corporate, support or store", *roleName)
	case !community.ValidName(*brand):
		return usagef("--brand %q is not of the form [a-z0-9-]{1,32}", *brand)
	}
	a, err := mastodon.Verify(ctx, *server, *token)
	if err != nil {
		return err
	}
	a.Brand, a.Role, a.Collects, a.Sends, a.State = *brand, role, true, *sends, community.AccountActive
	if *name != "" {
		a.Name = *name
	}
	return withHouse(ctx, c, p, func(ctx context.Context, h *house) error {
		if err := h.ensureBrand(ctx, *brand); err != nil {
			return err
		}
		if err := h.memory.PutSecret(ctx, a.Key(), tokenName, []byte(*token)); err != nil {
			return err
		}
		if err := h.connect(ctx, a); err != nil {
			return err
		}
		fmt.Fprintf(c.out, "@%s on %s is connected as the %s account of %s\n", a.Handle, a.Scope, role, *brand)
		return nil
	})
}

// connect keeps an account; a support account also becomes a sender of every
// channel, the preferred one.
func (h *house) connect(ctx context.Context, a community.Account) error {
	return h.store.Write(ctx, func(tx desk.Tx) error {
		if err := tx.PutAccount(ctx, a); err != nil {
			return err
		}
		if a.Role != community.RoleSupport || !a.Sends {
			return nil
		}
		settings, err := tx.Settings(ctx, a.Brand)
		if err != nil {
			return err
		}
		for _, channel := range settings.Channels {
			channel.Senders = append([]string{a.Key()}, without(channel.Senders, a.Key())...)
			if err := tx.PutChannel(ctx, channel); err != nil {
				return err
			}
		}
		return nil
	})
}

func without(list []string, one string) []string {
	var out []string
	for _, s := range list {
		if s != one {
			out = append(out, s)
		}
	}
	return out
}
