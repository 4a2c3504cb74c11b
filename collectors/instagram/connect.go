package instagram

import (
	"cmp"
	"context"
	"net/url"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/collectors/graph"
	"github.com/vigie-hq/vigie/community"
)

// The permissions that are asked for, by Meta's names. The first ones are those
// without which something does not work.
var scopes = [...]string{
	"instagram_basic", "instagram_manage_comments", "instagram_manage_messages", "pages_show_list", "pages_manage_metadata",
	"pages_read_engagement", "business_management",
}

var needed = scopes[:5]

// The webhook fields of the page behind an account. A page with any subscription
// of the app has its Instagram account's events delivered too; which ones is the
// app's own setting, in Meta's dashboard.
var pageFields = []string{"messages"}

// What is asked of a page to find its account.
const placeFields = "instagram_business_account{id,username,name}"

// Form asks for the app once, and for a token from who needs no browser.
func (n *Network) Form() []collectors.Field { return graph.Fields() }

// SharesApp says that Facebook's app is Instagram's too (collectors.AppSharer).
func (n *Network) SharesApp() string { return graph.SharedApp }

// Connect sends the browser to Facebook, or takes the token that was filled in.
func (n *Network) Connect(ctx context.Context, in collectors.Filled) (collectors.Connection, error) {
	app, token, connection, err := n.o.Graph.Begin(ctx, in, scopes[:])
	if err != nil || token == "" {
		return connection, err
	}
	return n.connected(ctx, app, token)
}

// Complete exchanges what the browser brought back for the accounts.
func (n *Network) Complete(ctx context.Context, kept map[string]string, query url.Values) (collectors.Connection, error) {
	app, token, err := n.o.Graph.Finish(ctx, kept, query)
	if err != nil {
		return collectors.Connection{}, err
	}
	return n.connected(ctx, app, token)
}

// connected lists the professional account of every page behind the token, with
// that page's token: it is the one that speaks for the account.
func (n *Network) connected(ctx context.Context, app graph.App, token string) (collectors.Connection, error) {
	places, err := n.o.Graph.Places(ctx, app, token, placeFields)
	if err != nil {
		return collectors.Connection{}, err
	}
	var c collectors.Connection
	for _, place := range places {
		who := place.Instagram
		if !graph.ValidID(who.ID) {
			continue // a page without Instagram
		}
		c.Accounts = append(c.Accounts, collectors.Connected{
			Account: community.Account{
				Network: Name, Name: cmp.Or(who.Username, who.ID), NativeID: who.ID, Scope: who.ID,
				Handle: cmp.Or(who.Username, who.ID), Title: cmp.Or(who.Name, place.Name),
				Collects: true, Sends: true, State: community.AccountActive,
			},
			Secrets: map[string]string{graph.SecretToken: place.Token},
		})
	}
	if len(c.Accounts) == 0 {
		return c, community.Faultf(community.Invalid, "instagram.no_accounts")
	}
	return c, nil
}

// Check asks how an account stands: its token, the permissions that are missing,
// Meta's limits, and whether its page is subscribed; if it is not, it is
// subscribed now.
func (n *Network) Check(ctx context.Context, account community.Account) (community.Health, error) {
	health, err := n.o.Graph.Check(ctx, account, needed)
	if err != nil {
		return health, err
	}
	s, err := n.session(ctx, account)
	if err != nil {
		return health, err
	}
	health.Push = community.PushOn
	on, err := s.client.Subscribe(ctx, "me", pageFields)
	switch {
	case err != nil:
		health.Push, health.PushWhy = community.PushDown, graph.FaultKey(err)
	case !on:
		health.Push, health.PushWhy = community.PushDown, "graph.not_subscribed"
	}
	health.Windows = s.client.Windows()
	return health, nil
}
