package instagram

import (
	"context"

	"github.com/vigie-hq/vigie/collectors/graph"
	"github.com/vigie-hq/vigie/community"
)

// Moderate hides, shows or deletes a comment under one of the account's media.
// What is done already is done: deleting what is gone is no error.
func (n *Network) Moderate(ctx context.Context, account community.Account, target community.Message, deed community.Deed) error {
	s, err := n.session(ctx, account)
	if err != nil {
		return err
	}
	switch {
	case !graph.ValidID(target.ID), target.Private:
		return community.Faultf(community.Refused, "deed.unknown", string(deed))
	case target.Kind == community.KindMention:
		return community.Faultf(community.Refused, "instagram.elsewhere")
	}
	path := graph.Path(target.ID)
	switch deed {
	case community.DeedHide:
		return s.client.Post(ctx, path, graph.Params{"hide": "true"}, nil)
	case community.DeedUnhide:
		return s.client.Post(ctx, path, graph.Params{"hide": "false"}, nil)
	case community.DeedDelete:
		return s.client.Remove(ctx, target.ID)
	case community.DeedLike, community.DeedUnlike:
		return community.Faultf(community.Refused, "instagram.no_likes")
	}
	return community.Faultf(community.Refused, "deed.unknown", string(deed))
}
