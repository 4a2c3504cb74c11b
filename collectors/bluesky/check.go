package bluesky

import (
	"context"

	"github.com/vigie-hq/vigie/community"
)

// Check asks the account's server whose session this is. The session renews
// itself for as long as Vigie runs; its end without that is months away.
func (n *Network) Check(ctx context.Context, account community.Account) (community.Health, error) {
	h := community.Health{CheckedAt: n.o.Now().UTC()}
	s, err := n.session(ctx, account)
	if err != nil {
		return h, err
	}
	var who struct {
		DID    string `json:"did"`
		Active *bool  `json:"active"`
		Status string `json:"status"` // takendown, suspended, deactivated
	}
	if err := s.query(ctx, "com.atproto.server.getSession", nil, &who); err != nil {
		return h, err
	}
	c := readClaims(s.tokens().access)
	h.RenewsAt = c.expires
	if !n.o.NoChat && !c.directs() {
		h.Missing = []string{"chat.bsky"}
	}
	if n.o.Jetstream != "" {
		h.Push = community.PushOn
		if !n.hub.up.Load() {
			h.Push, h.PushWhy = community.PushDown, "network.unreachable"
		}
	}
	if left, told := s.budget.Left("read"); told {
		h.Windows = append(h.Windows, community.Window{Name: "read", Left: left})
	}
	if left, told := s.budget.Left("write"); told {
		h.Windows = append(h.Windows, community.Window{Name: "write", Left: left})
	}
	_, bad := readQueries(account.Queries)
	switch {
	case who.DID != account.NativeID:
		return h, community.Faultf(community.Unauthorised, "bluesky.other_account")
	case who.Active != nil && !*who.Active:
		return h, community.Faultf(community.Unauthorised, "bluesky.account_down")
	case len(bad) > 0:
		h.Fault = "bluesky.query"
	}
	return h, nil
}
