package x

import (
	"context"

	"github.com/vigie-hq/vigie/community"
)

// Check asks X whose token the account has: one call, which is not charged when
// it fails and once a day when it does not. An access token of OAuth 2.0 renews
// itself, so that nothing of it ends; how long its refresh token lives X does not
// tell.
func (n *Network) Check(ctx context.Context, account community.Account) (community.Health, error) {
	health := community.Health{CheckedAt: n.o.Now().UTC()}
	s, err := n.session(ctx, account)
	if err == nil {
		err = s.whose(ctx)
	}
	if s != nil {
		c := s.credentials()
		if !c.oauth1() && c.refresh != "" && !c.expires.IsZero() {
			health.RenewsAt = c.expires.Add(-renewBefore)
		}
		if !c.oauth1() && c.refresh == "" {
			health.ExpiresAt = c.expires
		}
		health.Windows = s.budget.Windows()
		health.Push, health.PushWhy = n.pushed(s)
	}
	switch key := keyOf(err); {
	case key == "x.permissions":
		health.Missing = append(health.Missing, "users.read")
		fallthrough
	case err != nil:
		health.Fault = key
	}
	return health, err
}

// whose asks whose token it is: one of somebody else must not answer in the
// account's name.
func (s *session) whose(ctx context.Context) error {
	who, err := s.api().me(ctx)
	if err == nil && who.ID != s.account.NativeID {
		return community.Faultf(community.Unauthorised, "x.other_account", who.Handle)
	}
	if err == nil {
		err = s.paid(ctx, readPerson, nil, []string{who.ID})
	}
	return err
}

// pushed says whether a stream is open for the account.
func (n *Network) pushed(s *session) (community.PushState, string) {
	c := s.credentials()
	if s.legacy() || c.app.bearer == "" {
		if c.app.hook != "" && !s.legacy() {
			return community.PushOn, ""
		}
		return community.PushOff, ""
	}
	st := n.streamOf(s)
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.open {
		return community.PushOn, ""
	}
	return community.PushDown, "network.unreachable"
}
