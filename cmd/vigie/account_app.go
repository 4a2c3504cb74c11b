package main

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"strings"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// accountApp keeps what belongs to the app that is registered with a network, for
// all of its accounts; without anything to keep it says what is known.
func accountApp(ctx context.Context, c *call) error {
	network, form, err := c.connectable()
	if err != nil {
		return err
	}
	form = slices.DeleteFunc(slices.Clone(form), func(f community.Field) bool { return !f.App })
	fs := flag.NewFlagSet("account app", flag.ContinueOnError)
	p := dataFlags(fs)
	fields := fieldFlags(fs, network, form)
	rest, err := c.parse(fs)
	if err != nil {
		return err
	}
	switch {
	case len(rest) != 1:
		return usagef("%q is too much", rest)
	case len(form) == 0:
		return usagef("%s needs no app", network)
	}
	return withHouse(ctx, c, p, func(ctx context.Context, h *house) error {
		owner, kept := collectors.AppOwner(network), map[string][]byte{}
		for _, f := range form {
			if value := strings.TrimSpace(fields[f.Name].String()); value != "" {
				kept[f.Name] = []byte(value)
			}
		}
		if len(kept) > 0 {
			if err := h.vault.PutSecrets(ctx, owner, kept); err != nil {
				return err
			}
		}
		known, err := h.vault.Known(ctx, owner)
		if err != nil {
			return err
		}
		for _, f := range form {
			fmt.Fprintf(c.out, "%s/%s: %s\n", network, f.Name, map[bool]string{true: "known", false: "not known"}[slices.Contains(known, f.Name)])
		}
		return nil
	})
}

// keyRotate seals every secret under a new key.
func keyRotate(ctx context.Context, c *call) error {
	fs := flag.NewFlagSet("key rotate", flag.ContinueOnError)
	p := dataFlags(fs)
	rest, err := c.parse(fs)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return usagef("%q is too much", rest[0])
	}
	return withHouse(ctx, c, p, func(ctx context.Context, h *house) error {
		n, err := h.vault.Rotate(ctx)
		if err != nil {
			return err
		}
		fmt.Fprintf(c.out, "%d secrets are sealed under the new key\n", n)
		return nil
	})
}

// keyForget drops the secrets that no key opens, once that was asked for plainly.
func keyForget(ctx context.Context, c *call) error {
	fs := flag.NewFlagSet("key forget", flag.ContinueOnError)
	p := dataFlags(fs)
	yes := fs.Bool("yes", false, "do it; without this it is only counted")
	rest, err := c.parse(fs)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return usagef("%q is too much", rest[0])
	}
	return withHouse(ctx, c, p, func(ctx context.Context, h *house) error {
		all, shut, err := h.vault.Sealed(ctx)
		if err == nil && *yes {
			shut, err = h.vault.Forget(ctx)
		}
		if err != nil {
			return err
		}
		if *yes {
			fmt.Fprintf(c.out, "%d of %d secrets are forgotten; their accounts and apps can be connected again\n", shut, all)
			return nil
		}
		fmt.Fprintf(c.out, "the key does not open %d of %d secrets; --yes forgets them for good\n", shut, all)
		return nil
	})
}
