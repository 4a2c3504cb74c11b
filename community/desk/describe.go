package desk

import (
	"context"

	"github.com/vigie-hq/vigie/community"
)

// Describe says what a network lets an account do, to who may see how the
// brand's accounts stand. Faults: those of Sender.Describe, Forbidden
// "viewer.account".
func (d *Desk) Describe(ctx context.Context, v community.Viewer, account community.Account) (community.Capability, error) {
	if !v.May(community.ActionReport, account.Brand, "") && !v.May(community.ActionSettings, account.Brand, "") {
		return community.Capability{}, community.Faultf(community.Forbidden, "viewer.account")
	}
	return d.sender.Describe(ctx, account)
}
