package facebook

import (
	"context"

	"github.com/vigie-hq/vigie/collectors/graph"
	"github.com/vigie-hq/vigie/community"
)

// Moderate hides, shows, deletes or likes somebody's words on the page. What is
// done already is done: deleting what is gone is no error.
func (n *Network) Moderate(ctx context.Context, account community.Account, target community.Message, deed community.Deed) error {
	p, err := n.page(ctx, account)
	if err != nil {
		return err
	}
	if !graph.ValidID(target.ID) || target.Private {
		return community.Faultf(community.Refused, "facebook.not_allowed")
	}
	path := graph.Path(target.ID)
	switch deed {
	case community.DeedHide:
		return p.client.Post(ctx, path, graph.Params{"is_hidden": "true"}, nil)
	case community.DeedUnhide:
		return p.client.Post(ctx, path, graph.Params{"is_hidden": "false"}, nil)
	case community.DeedLike:
		return p.client.Post(ctx, graph.Path(target.ID, "likes"), nil, nil)
	case community.DeedUnlike:
		return p.client.Delete(ctx, graph.Path(target.ID, "likes"), nil)
	case community.DeedDelete:
		return p.client.Remove(ctx, target.ID)
	}
	return community.Faultf(community.Refused, "deed.unknown", string(deed))
}
