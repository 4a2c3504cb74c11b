package graph

import (
	"context"

	"github.com/vigie-hq/vigie/community"
)

// Remove deletes an object. One that is gone already is no error. Graph says "gone"
// of what a token may not delete, too: what can still be read is Refused
// "graph.permission".
func (c *Client) Remove(ctx context.Context, id string) error {
	err := c.Delete(ctx, Path(id), nil)
	if err == nil || community.KindOf(err) != community.NotFound {
		return err
	}
	switch read := c.Get(ctx, Path(id), Params{"fields": "id"}, nil); {
	case read == nil:
		return community.Faultf(community.Refused, "graph.permission").Because(err)
	case community.KindOf(read) == community.NotFound:
		return nil
	default:
		return read
	}
}
