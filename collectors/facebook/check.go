package facebook

import (
	"context"

	"github.com/vigie-hq/vigie/collectors/graph"
	"github.com/vigie-hq/vigie/community"
)

// Check asks how a page stands: its token, the permissions that are missing,
// Meta's limits, and whether its webhook is subscribed; if it is not, it is
// subscribed now.
func (n *Network) Check(ctx context.Context, account community.Account) (community.Health, error) {
	health, err := n.o.Graph.Check(ctx, account, needed)
	if err != nil {
		return health, err
	}
	p, err := n.page(ctx, account)
	if err != nil {
		return health, err
	}
	health.Push = community.PushOn
	on, err := p.client.Subscribe(ctx, account.NativeID, hookFields[:])
	switch {
	case err != nil:
		health.Push, health.PushWhy = community.PushDown, graph.FaultKey(err)
	case !on:
		health.Push, health.PushWhy = community.PushDown, "graph.not_subscribed"
	}
	health.Windows = p.client.Windows()
	return health, nil
}
