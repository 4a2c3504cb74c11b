package mastodon

import (
	"context"
	"strings"

	"github.com/vigie-hq/vigie/community"
)

// verify asks a server whose token this is and returns that account, active,
// collecting and sending; brand and role are the caller's to set. server is
// an address such as https://mastodon.social; https is meant where no scheme
// stands. Faults: Invalid (no such address), Unauthorised (not a token there),
// Unavailable.
func verify(ctx context.Context, o *Options, server, token string) (community.Account, error) {
	token = strings.TrimSpace(token)
	if token == "" {
		return community.Account{}, community.Faultf(community.Unauthorised, "network.no_token")
	}
	s, err := newSession(o, community.Account{Network: Name, Server: server}, token)
	if err != nil {
		return community.Account{}, err
	}
	found, err := s.rest.GetAccountCurrentUser(ctx)
	if err != nil {
		return community.Account{}, asFault(err)
	}
	if !validID(string(found.ID)) {
		return community.Account{}, community.Faultf(community.Unavailable, "network.unreadable")
	}
	title := found.DisplayName
	if title == "" {
		title = found.Username
	}
	return community.Account{
		Network: Name, Name: strings.ToLower(found.Username),
		NativeID: string(found.ID), Handle: found.Acct, Title: title,
		Scope: s.scope, Server: s.server.String(),
		Collects: true, Sends: true, State: community.AccountActive,
	}, nil
}
