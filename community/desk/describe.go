package desk

import (
	"context"

	"github.com/vigie-hq/vigie/community"
)

// Describe says what a network lets an account do, to who may see how the
// brand's accounts stand. The network is asked about the account as it is kept,
// not as the viewer was shown it. Faults: those of Sender.Describe, Forbidden
// "viewer.account", NotFound "account.unknown".
func (d *Desk) Describe(ctx context.Context, v community.Viewer, account community.Account) (community.Capability, error) {
	if !v.May(community.ActionReport, account.Brand, "") && !v.May(community.ActionSettings, account.Brand, "") {
		return community.Capability{}, community.Faultf(community.Forbidden, "viewer.account")
	}
	var held *community.Account
	err := d.store.Read(ctx, func(r Reader) error {
		settings, err := r.Settings(ctx, account.Brand)
		if err == nil && settings != nil {
			held = accountOf(settings, account.Key())
		}
		return err
	})
	switch {
	case err != nil:
		return community.Capability{}, err
	case held == nil:
		return community.Capability{}, community.Faultf(community.NotFound, "account.unknown", account.Key())
	}
	return d.sender.Describe(ctx, *held)
}
