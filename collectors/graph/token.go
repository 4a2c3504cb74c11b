package graph

import (
	"context"
	"slices"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// Token is what Graph says of an access token.
type Token struct {
	Valid bool
	Type  string // USER, PAGE, SYSTEM_USER, APP
	AppID string
	// Expires is when it, or its leave to read (90 days after somebody last
	// signed in), ends; zero: never.
	Expires time.Time
	Scopes  []string
	Fault   string // key of why it is not valid
}

// Inspect asks Graph about a token (debug_token), with the app's own.
func (g *Graph) Inspect(ctx context.Context, app App, token string) (Token, error) {
	c, err := g.With(app, app.access())
	if err != nil {
		return Token{}, err
	}
	return c.inspect(ctx, token)
}

func (c *Client) inspect(ctx context.Context, token string) (Token, error) {
	var got struct {
		Data struct {
			Valid   bool     `json:"is_valid"`
			Type    string   `json:"type"`
			AppID   string   `json:"app_id"`
			Expires Time     `json:"expires_at"`
			Access  Time     `json:"data_access_expires_at"`
			Scopes  []string `json:"scopes"`
			Error   struct {
				Code    int `json:"code"`
				Subcode int `json:"subcode"`
			} `json:"error"`
		} `json:"data"`
	}
	// Graph takes the token to be looked at in the address and nowhere else. No
	// fault holds the address of a call, and nothing here logs one.
	if err := c.Get(ctx, "debug_token", Params{"input_token": token}, &got); err != nil {
		return Token{}, err
	}
	d := got.Data
	t := Token{Valid: d.Valid, Type: d.Type, AppID: d.AppID, Scopes: d.Scopes}
	for _, at := range []time.Time{d.Expires.Time, d.Access.Time} {
		if !at.IsZero() && (t.Expires.IsZero() || at.Before(t.Expires)) {
			t.Expires = at
		}
	}
	if !t.Valid {
		t.Fault = tokenKey(d.Error.Subcode)
	}
	return t, nil
}

// Check tells how an account stands: its token, what it lacks of the permissions
// named, Meta's limits. Push is the caller's to add. An account that is blocked
// is told as such.
func (g *Graph) Check(ctx context.Context, account community.Account, scopes []string) (community.Health, error) {
	health := community.Health{CheckedAt: g.o.Now().UTC()}
	c, err := g.Client(ctx, account)
	if err != nil {
		return faulty(health, err), err
	}
	asker, err := g.newClient(address{base: c.at.base, version: c.at.version, token: c.at.app.access(), app: c.at.app})
	if err != nil {
		return faulty(health, err), err
	}
	t, err := asker.inspect(ctx, c.at.token)
	health.Windows = c.Windows()
	if err != nil {
		return faulty(health, err), err
	}
	health.ExpiresAt = t.Expires
	switch {
	case !t.Valid:
		health.Fault = t.Fault
		return health, community.Faultf(community.Unauthorised, t.Fault)
	case !c.Blocked().IsZero():
		health.Fault = "graph.blocked"
	}
	for _, scope := range scopes {
		if !slices.Contains(t.Scopes, scope) {
			health.Missing = append(health.Missing, scope)
		}
	}
	switch {
	case health.Fault != "":
	case len(health.Missing) > 0:
		health.Fault = "graph.permission"
	case asker.answered() != "" && asker.answered() != c.at.version:
		health.Fault = "graph.version" // an expired version is answered by the next one, without a word
	}
	return health, nil
}

func faulty(h community.Health, err error) community.Health {
	h.Fault = FaultKey(err)
	return h
}
