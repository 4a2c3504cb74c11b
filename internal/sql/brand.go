package sql

import (
	"context"
	"slices"

	"github.com/vigie-hq/vigie/community"
)

// Brands lists the brands a viewer reads something of.
func (in *Inbox) Brands(ctx context.Context, v community.Viewer) (out []community.Brand, err error) {
	err = in.db.read(ctx, func(s *snapshot) error {
		all, err := bodies[community.Brand](ctx, s, `SELECT body FROM brand ORDER BY id`)
		mine := v.Brands()
		out = slices.DeleteFunc(all, func(b community.Brand) bool { return !v.System && !slices.Contains(mine, b.ID) })
		return err
	})
	return out, err
}

// Channels lists the channels a viewer reads, in their order.
func (in *Inbox) Channels(ctx context.Context, v community.Viewer, brand string) (out []community.Channel, err error) {
	err = in.db.read(ctx, func(s *snapshot) error {
		all, err := bodies[community.Channel](ctx, s, `SELECT body FROM channel WHERE brand = $1 ORDER BY position, id`, brand)
		out = slices.DeleteFunc(all, func(c community.Channel) bool { return !v.May(community.ActionRead, brand, c.ID) })
		return err
	})
	return out, err
}

// reads tells whether a viewer reads anything of a brand.
func reads(v community.Viewer, brand string) bool {
	channels, all := v.Channels(brand)
	return all || len(channels) > 0
}

// Accounts lists a brand's accounts.
func (in *Inbox) Accounts(ctx context.Context, v community.Viewer, brand string) (out []community.Account, err error) {
	if !reads(v, brand) {
		return nil, nil
	}
	err = in.db.read(ctx, func(s *snapshot) (err error) {
		out, err = bodies[community.Account](ctx, s, `SELECT body FROM account WHERE brand = $1 ORDER BY network, name`, brand)
		return err
	})
	for i := range out {
		out[i] = out[i].Shown(v)
	}
	return out, err
}

// Agents lists the active colleagues who work on a brand, with what they may do
// in it.
func (in *Inbox) Agents(ctx context.Context, v community.Viewer, brand string) (out []community.Agent, err error) {
	if !reads(v, brand) {
		return nil, nil
	}
	err = in.db.read(ctx, func(s *snapshot) error {
		all, err := bodies[community.Agent](ctx, s, `SELECT body FROM agent ORDER BY email`)
		for _, a := range all {
			a.Grants = slices.DeleteFunc(a.Grants, func(g community.Grant) bool { return g.Brand != brand })
			if len(a.Grants) > 0 && a.Active {
				out = append(out, a)
			}
		}
		return err
	})
	return out, err
}
