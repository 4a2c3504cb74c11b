package facebook

import (
	"cmp"
	"context"
	"net/url"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/collectors/graph"
	"github.com/vigie-hq/vigie/community"
)

// The permissions that are asked for, by Meta's names.
var scopes = [...]string{
	"pages_show_list", "pages_read_engagement", "pages_read_user_content", "pages_manage_engagement",
	"pages_manage_metadata", "pages_messaging", "business_management",
}

// The permissions without which something does not work. business_management is
// only needed for pages that belong to a business, and is not missed.
var needed = scopes[:6]

// Form asks for the app once, and for a token from who needs no browser.
func (n *Network) Form() []collectors.Field { return graph.Fields() }

// Connect sends the browser to Facebook, or takes the token that was filled in:
// of a page, of a person, or of a system user, who may have hundreds of pages.
func (n *Network) Connect(ctx context.Context, in collectors.Filled) (collectors.Connection, error) {
	app, token, connection, err := n.o.Graph.Begin(ctx, in, scopes[:])
	if err != nil || token == "" {
		return connection, err
	}
	return n.connected(ctx, app, token)
}

// Complete exchanges what the browser brought back for the pages.
func (n *Network) Complete(ctx context.Context, kept map[string]string, query url.Values) (collectors.Connection, error) {
	app, token, err := n.o.Graph.Finish(ctx, kept, query)
	if err != nil {
		return collectors.Connection{}, err
	}
	return n.connected(ctx, app, token)
}

// connected lists every page behind the token as an account with a token of its
// own. That one does not expire; it dies with its giver's password or role.
func (n *Network) connected(ctx context.Context, app graph.App, token string) (collectors.Connection, error) {
	places, err := n.o.Graph.Places(ctx, app, token, "")
	if err != nil {
		return collectors.Connection{}, err
	}
	if len(places) == 0 {
		return collectors.Connection{}, community.Faultf(community.Invalid, "connect.none")
	}
	var c collectors.Connection
	for _, place := range places {
		c.Accounts = append(c.Accounts, collectors.Connected{
			Account: community.Account{
				// The id and not the name: hundreds of shops are called the same.
				Network: Name, Name: place.ID, NativeID: place.ID, Scope: place.ID,
				Handle: cmp.Or(place.Username, place.ID), Title: place.Name, Role: community.RoleStore,
				Collects: true, Sends: true, State: community.AccountActive,
			},
			Secrets: map[string]string{graph.SecretToken: place.Token},
		})
	}
	return c, nil
}
