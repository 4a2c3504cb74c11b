package x

import (
	"context"

	"github.com/vigie-hq/vigie/community"
)

// Moderate hides and shows answers below our own posts, deletes posts of ours,
// and likes where the app's plan still allows it.
func (n *Network) Moderate(ctx context.Context, account community.Account, target community.Message, deed community.Deed) error {
	s, err := n.session(ctx, account)
	if err != nil {
		return err
	}
	switch {
	case !validID(target.ID):
		return community.Faultf(community.NotFound, "network.not_found")
	case deed == community.DeedDelete && target.Author.ID != account.NativeID:
		return community.Faultf(community.Forbidden, "x.not_ours")
	case (deed == community.DeedLike || deed == community.DeedUnlike) && !s.enterprise():
		return community.Faultf(community.Forbidden, "x.likes_gone")
	}
	if err := s.within(ctx, priceManage); err != nil {
		return err
	}
	if err := s.api().moderate(ctx, target.ID, deed); err != nil {
		return err
	}
	return s.spend(ctx, managePost, 1, priceManage)
}
