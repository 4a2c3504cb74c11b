package mastodon

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/vigie-hq/vigie/community"
)

// wantedScopes is what Vigie asks a server to be allowed: to read, to answer, to
// like.
func wantedScopes() []string { return []string{"read", "write:statuses", "write:favourites"} }

// Check asks the server whose token it is. What the token may do is known where
// the sign-in said so; what stands of the rate windows is what the last answers
// told.
func (n *Network) Check(ctx context.Context, account community.Account) (community.Health, error) {
	health := community.Health{CheckedAt: n.o.Now().UTC()}
	s, err := n.session(ctx, account)
	if err == nil {
		err = s.whose(ctx)
	}
	if err != nil {
		health.Fault = keyOf(err)
	}
	if s == nil {
		return health, err
	}
	health.Push, _ = s.push.Load().(community.PushState)
	if health.Push == community.PushDown {
		health.PushWhy = "mastodon.stream"
	}
	if scopes, bad := n.o.Vault.Secret(ctx, account.Key(), scopesName); bad == nil {
		health.Missing = missing(string(scopes))
	}
	for _, bucket := range []string{"read", "write"} {
		if left, told := s.budget.Left(bucket); told {
			health.Windows = append(health.Windows, community.Window{Name: bucket, Left: left})
		}
	}
	return health, err
}

// whose asks whose token it is: another account's is as good as none.
func (s *session) whose(ctx context.Context) error {
	found, err := s.rest.GetAccountCurrentUser(ctx)
	if err != nil {
		return asFault(err)
	}
	if string(found.ID) != s.account.NativeID {
		return community.Faultf(community.Unauthorised, "mastodon.other_account", found.Acct)
	}
	return nil
}

// missing lists what of wantedScopes a token's scopes do not hold: "write" holds
// every "write:…".
func missing(granted string) []string {
	held := strings.Fields(granted)
	if len(held) == 0 {
		return nil // not told
	}
	var lacks []string
	for _, want := range wantedScopes() {
		whole, _, _ := strings.Cut(want, ":")
		if !slices.Contains(held, want) && !slices.Contains(held, whole) {
			lacks = append(lacks, want)
		}
	}
	return lacks
}

func pushState(up bool) community.PushState {
	if up {
		return community.PushOn
	}
	return community.PushDown
}

// keyOf is the key of the first fault in err's chain.
func keyOf(err error) string {
	var f *community.Fault
	if errors.As(err, &f) {
		return f.Key
	}
	return "network.unreachable"
}
