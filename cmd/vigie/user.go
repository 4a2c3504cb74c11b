package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"net/mail"
	"strings"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/inbox"
)

func userAdd(ctx context.Context, c *call) error {
	fs := flag.NewFlagSet("user add", flag.ContinueOnError)
	p := dataFlags(fs)
	email := fs.String("email", "", "the `address` to sign in with")
	name := fs.String("name", "", "the `name` colleagues see")
	roleName := fs.String("role", string(community.RoleAgent), fmt.Sprint("what they may do: ", community.Roles()))
	brand := fs.String("brand", community.DefaultBrand, "in which `brand`")
	lang := fs.String("lang", "fr", "fr or en")
	password := fs.String("password", "", "the `password`; without it, the first line of standard input")
	rest, err := c.parse(fs)
	if err != nil {
		return err
	}
	if len(rest) > 0 || *email == "" || *name == "" {
		return usagef("--email and --name are needed")
	}
	if address, err := mail.ParseAddress(*email); err != nil || address.Address != *email {
		return usagef("--email %q is no address", *email)
	}
	r, err := role(*roleName)
	if err != nil {
		return err
	}
	if *password == "" {
		fmt.Fprint(c.errOut, "Password: ")
		line, err := bufio.NewReader(c.in).ReadString('\n')
		if err != nil && line == "" {
			return usagef("no password")
		}
		*password = strings.TrimRight(line, "\r\n")
	}
	hash, err := inbox.HashPassword(*password)
	if err != nil {
		return err
	}
	agent := community.Agent{
		ID: newID(), Email: *email, Name: *name, Lang: *lang, Active: true,
		Grants: []community.Grant{{Brand: *brand, Role: r}},
	}
	return withHouse(ctx, c, p, func(ctx context.Context, h *house) error {
		if err := h.knownBrand(ctx, *brand); err != nil {
			return err
		}
		if err := h.door.PutAgent(ctx, agent, hash); err != nil {
			return err
		}
		fmt.Fprintf(c.out, "%s can sign in as %s, %s of %s\n", *name, *email, r, *brand)
		return nil
	})
}

func tokenCreate(ctx context.Context, c *call) error {
	fs := flag.NewFlagSet("token create", flag.ContinueOnError)
	p := dataFlags(fs)
	name := fs.String("name", "", "what the token is for")
	roleName := fs.String("role", string(community.RoleAdmin), fmt.Sprint("what it may do: ", community.Roles()))
	brand := fs.String("brand", community.DefaultBrand, "in which `brand`")
	rest, err := c.parse(fs)
	if err != nil {
		return err
	}
	if len(rest) > 0 || *name == "" {
		return usagef("--name is needed")
	}
	r, err := role(*roleName)
	if err != nil {
		return err
	}
	return withHouse(ctx, c, p, func(ctx context.Context, h *house) error {
		if err := h.knownBrand(ctx, *brand); err != nil {
			return err
		}
		secret, err := h.token(ctx, *name, *brand, r)
		if err != nil {
			return err
		}
		fmt.Fprintln(c.errOut, "This is shown once; only a hash of it is kept.")
		fmt.Fprintln(c.out, secret)
		return nil
	})
}

// token makes an API token for a brand.
func (h *house) token(ctx context.Context, name, brand string, r community.Role) (string, error) {
	secret, hash := inbox.NewToken()
	v := community.Viewer{Agent: "token:" + name, Name: name, Grants: []community.Grant{{Brand: brand, Role: r}}}
	return secret, h.door.PutToken(ctx, hash, name, v)
}
