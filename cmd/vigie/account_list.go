package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/inbox"
)

// accountList says how the accounts stand, as was last seen.
func accountList(ctx context.Context, c *call) error {
	return c.accounts(ctx, "account list", func(ctx context.Context, h *house, s community.Standing) (community.Standing, error) {
		return s, nil
	})
}

// accountCheck asks the networks how the accounts stand.
func accountCheck(ctx context.Context, c *call) error {
	return c.accounts(ctx, "account check", func(ctx context.Context, h *house, s community.Standing) (community.Standing, error) {
		return connector{h: h}.Check(ctx, commander(), s.Key)
	})
}

// accountSwitch deactivates accounts, or activates them again.
func accountSwitch(name string, active bool) func(context.Context, *call) error {
	return func(ctx context.Context, c *call) error {
		return c.accounts(ctx, name, func(ctx context.Context, h *house, s community.Standing) (community.Standing, error) {
			if _, err := (connector{h: h}).Change(ctx, commander(), s.Key, community.AccountEdit{Active: &active}); err != nil {
				return s, err
			}
			return h.reader.Standing(ctx, commander(), s.Key)
		}, "which account? NETWORK/NAME")
	}
}

// accounts does something to the accounts that are named (NETWORK/NAME, or a
// key), and says how they stand then. Without a name it means all of them,
// unless naming is what the command says it needs.
func (c *call) accounts(ctx context.Context, name string, do func(context.Context, *house, community.Standing) (community.Standing, error), needs ...string) error {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	p := dataFlags(fs)
	brand := fs.String("brand", "", "of which `brand`; of all if empty")
	asJSON := fs.Bool("json", false, "a line of JSON an account")
	wanted, err := c.parse(fs)
	if err != nil {
		return err
	}
	if len(wanted) == 0 && len(needs) > 0 {
		return usage{needs[0]}
	}
	return withHouse(ctx, c, p, func(ctx context.Context, h *house) error {
		found, err := h.named(ctx, *brand, wanted)
		if err != nil {
			return err
		}
		for _, s := range found {
			if s, err = do(ctx, h, s); err != nil {
				return fmt.Errorf("%s/%s: %w", s.Network, s.Name, err)
			}
			if *asJSON {
				err = json.NewEncoder(c.out).Encode(s)
			} else {
				_, err = io.WriteString(c.out, stands(&s, h.now())+"\n")
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// named finds accounts by their names; each name must have one.
func (h *house) named(ctx context.Context, brand string, wanted []string) ([]community.Standing, error) {
	brands, err := h.reader.Brands(ctx, commander())
	if err != nil {
		return nil, err
	}
	var all []community.Standing
	for _, b := range brands {
		if brand != "" && b.ID != brand {
			continue
		}
		list, err := h.reader.Standings(ctx, commander(), b.ID)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	if len(wanted) == 0 {
		return all, nil
	}
	var out []community.Standing
	for _, name := range wanted {
		is := func(s community.Standing) bool { return s.Key == name || s.Network+"/"+s.Name == name }
		i := slices.IndexFunc(all, is)
		switch {
		case i < 0:
			return nil, usagef("there is no account %q", name)
		case slices.ContainsFunc(all[i+1:], is):
			return nil, usagef("several brands have an account %q: which --brand?", name)
		}
		out = append(out, all[i])
	}
	return out, nil
}

// stands says on one line how an account stands.
func stands(s *community.Standing, now time.Time) string {
	parts := []string{string(s.Role), string(s.State)}
	add := func(yes bool, format string, args ...any) {
		if yes {
			parts = append(parts, fmt.Sprintf(format, args...))
		}
	}
	add(s.Why != "", "%s", sayKey(s.Why))
	add(!s.Collects, "collects nothing")
	add(!s.Sends, "sends nothing")
	h := &s.Health
	add(h.Fault != "" && h.Fault != s.Why, "%s", sayKey(h.Fault))
	add(h.Ending(now), "its sign-in ends in %d days", max(0, int(h.ExpiresAt.Sub(now)/(24*time.Hour))))
	add(len(h.Missing) > 0, "permissions missing: %s", strings.Join(h.Missing, ", "))
	add(h.Push == community.PushDown, "not told what happens, only asking (%s)", sayKey(h.PushWhy))
	add(s.Waiting > 0, "%d answers wait", s.Waiting)
	add(!s.Complete.IsZero(), "complete until %s", s.Complete.UTC().Format("2006-01-02 15:04 UTC"))
	return fmt.Sprintf("%s/%s of %s: %s", s.Network, s.Name, s.Brand, strings.Join(parts, ", "))
}

// sayKey is a fault's sentence.
func sayKey(key string) string {
	if key == "" {
		return "why is not known"
	}
	return strings.TrimSuffix(inbox.T("en", "fault."+key), ".")
}
