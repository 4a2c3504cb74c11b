package graph

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// Where Graph stands, which version is asked where an account names none, and
// where a person signs in.
const (
	DefaultBase    = "https://graph.facebook.com"
	DefaultVersion = "v26.0"
	DefaultDialog  = "https://www.facebook.com"
)

// SecretToken is the name of an account's access token in the vault.
const SecretToken = "token"

// Options is what Graph is built from. Vault is required.
type Options struct {
	Vault  collectors.Vault
	HTTP   *http.Client     // its Transport is used; default http.DefaultTransport
	Now    func() time.Time // default time.Now
	Logger *slog.Logger     // default slog.Default
	// Base and Dialog are the addresses of Graph and of its sign-in page, without
	// a slash at the end; an account's Server replaces Base. Defaults: Meta's.
	Base, Dialog string
	// Timeout is how long one call may take, its body included. Default 30 s.
	Timeout time.Duration
}

// Graph is Meta's API, as every network of Meta's shares it: the app's secrets,
// a client for each account, the app's usage. Build one and give it to all of
// them: Meta counts an app's calls together. It is safe for concurrent use.
type Graph struct {
	o     Options
	calls *meter // what X-App-Usage tells: one figure for the app

	mu      sync.Mutex
	clients map[string]*Client
	apps    map[string]knownApp
}

// New returns Graph.
func New(o Options) *Graph {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.HTTP == nil {
		o.HTTP = &http.Client{}
	}
	o.Base = cmp.Or(o.Base, DefaultBase)
	o.Dialog = cmp.Or(o.Dialog, DefaultDialog)
	return &Graph{o: o, calls: newMeter(o.Now), clients: map[string]*Client{}, apps: map[string]knownApp{}}
}

// Now is the time as Graph was told to tell it.
func (g *Graph) Now() time.Time { return g.o.Now() }

// Logger is where networks on top of Graph write what they notice.
func (g *Graph) Logger() *slog.Logger { return g.o.Logger }

// Client returns the account's client, a new one if its token, version, server
// or app changed. It keeps what the account's usage headers told. An account
// without a token is Unauthorised "network.no_token".
func (g *Graph) Client(ctx context.Context, account community.Account) (*Client, error) {
	app, err := g.App(ctx, account.Network)
	if err != nil {
		return nil, err
	}
	token, err := g.o.Vault.Secret(ctx, account.Key(), SecretToken)
	if community.KindOf(err) == community.NotFound && err != nil || err == nil && len(token) == 0 {
		return nil, community.Faultf(community.Unauthorised, "network.no_token")
	}
	if err != nil {
		return nil, err
	}
	at := address{
		base: cmp.Or(account.Server, g.o.Base), version: cmp.Or(account.API, DefaultVersion),
		token: string(token), app: app,
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if c := g.clients[account.Key()]; c != nil && c.at == at {
		return c, nil
	}
	c, err := g.newClient(at)
	if err == nil {
		g.clients[account.Key()] = c
	}
	return c, err
}

// With returns a client for a token that belongs to no account yet: while
// somebody connects.
func (g *Graph) With(app App, token string) (*Client, error) {
	return g.newClient(address{base: g.o.Base, version: DefaultVersion, token: token, app: app})
}
