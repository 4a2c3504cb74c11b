package x

import (
	"context"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// What the vault holds for an account: an access token, with the secret that
// OAuth 1.0a signs with, or with what OAuth 2.0 renews it by.
const (
	secretToken       = "token"
	secretTokenSecret = "token_secret"
	secretRefresh     = "refresh"
	secretExpires     = "expires" // RFC 3339
)

// What it holds for the app (collectors.AppOwner); these are names of form
// fields too.
const (
	appClientID       = "client_id" // OAuth 2.0
	appClientSecret   = "client_secret"
	appConsumerKey    = "consumer_key" // OAuth 1.0a; its secret signs webhooks
	appConsumerSecret = "consumer_secret"
	appBearer         = "bearer" // app-only: search, streams
	appPlan           = "plan"
	appOwnerID        = "owner_id"   // whose reads of himself are cheap
	appWebhook        = "webhook_id" // where activity is delivered
)

// The plans of an app.
const (
	planSelf       = "self-serve"
	planEnterprise = "enterprise"
)

// credentials are what an account's calls are signed with.
type credentials struct {
	token, tokenSecret, refresh string
	expires                     time.Time
	app                         application
}

// application is the app registered with X.
type application struct {
	clientID, clientSecret      string
	consumerKey, consumerSecret string
	bearer, plan, owner, hook   string
}

// oauth1 tells whether calls are signed with OAuth 1.0a.
func (c *credentials) oauth1() bool { return c.tokenSecret != "" }

// secret reads one secret; one that is not there is "".
func secret(ctx context.Context, v collectors.Vault, owner, name string) (string, error) {
	b, err := v.Secret(ctx, owner, name)
	if err != nil && community.KindOf(err) == community.NotFound {
		return "", nil
	}
	return string(b), err
}

// readCredentials reads everything the vault holds for an account and the app. An
// account without a token is a Fault Unauthorised.
func readCredentials(ctx context.Context, v collectors.Vault, account string) (c credentials, err error) {
	app := collectors.AppOwner(Name)
	expires := ""
	for _, want := range []struct {
		owner, name string
		into        *string
	}{
		{account, secretToken, &c.token},
		{account, secretTokenSecret, &c.tokenSecret},
		{account, secretRefresh, &c.refresh},
		{account, secretExpires, &expires},
		{app, appClientID, &c.app.clientID},
		{app, appClientSecret, &c.app.clientSecret},
		{app, appConsumerKey, &c.app.consumerKey},
		{app, appConsumerSecret, &c.app.consumerSecret},
		{app, appBearer, &c.app.bearer},
		{app, appPlan, &c.app.plan},
		{app, appOwnerID, &c.app.owner},
		{app, appWebhook, &c.app.hook},
	} {
		if *want.into, err = secret(ctx, v, want.owner, want.name); err != nil {
			return c, err
		}
	}
	if c.token == "" {
		return c, community.Faultf(community.Unauthorised, "network.no_token")
	}
	if c.oauth1() && (c.app.consumerKey == "" || c.app.consumerSecret == "") {
		return c, community.Faultf(community.Unauthorised, "x.app_keys")
	}
	c.expires, err = time.Parse(time.RFC3339, expires)
	if err != nil {
		c.expires = time.Time{} // a token without a known end is used until it is refused
	}
	return c, nil
}
