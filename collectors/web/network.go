package web

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/text"
)

// Name is this network's name in accounts and messages.
const Name = "web"

const userAgent = "Vigie (+https://github.com/vigie-hq/vigie)"

// The names under which the vault keeps an account's secrets: the one that signs,
// and the one before it, which is honoured as long as it is kept.
const (
	secretName   = "secret"
	previousName = "previous"
)

// What the other side promised of answers, as Account.API holds it.
const (
	promiseNone = "plain"
	promiseKeys = "keys"      // the same key twice is one answer
	promiseLook = "look"      // a key can be asked for
	promiseBoth = "keys+look" // both
)

// Options is what the network is built from. Vault is required.
type Options struct {
	Vault collectors.Vault
	// HTTP is the way out. Default: a transport without proxy that reaches private
	// networks too, for the other side is often a system of one's own; who may
	// connect accounts chooses the address. Redirects are never followed.
	HTTP   http.RoundTripper
	Now    func() time.Time // default time.Now
	Logger *slog.Logger     // default slog.Default
	Poll   time.Duration    // between two polls; default one minute
}

// Network is every system that speaks the contract. It implements
// collectors.Network, Looker, Hooker, Connector and Checker.
type Network struct {
	o      Options
	mu     sync.Mutex
	budget map[string]*collectors.Transport // by account
}

var (
	_ collectors.Network   = (*Network)(nil)
	_ collectors.Looker    = (*Network)(nil)
	_ collectors.Hooker    = (*Network)(nil)
	_ collectors.Connector = (*Network)(nil)
	_ collectors.Checker   = (*Network)(nil)
)

// New returns the network.
func New(o Options) *Network {
	if o.HTTP == nil {
		o.HTTP = &http.Transport{ForceAttemptHTTP2: true, IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: 15 * time.Second}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	o.Poll = cmp.Or(o.Poll, time.Minute)
	return &Network{o: o, budget: map[string]*collectors.Transport{}}
}

// Describe says what the other side promised. Where no address for answers was
// given, nothing can be answered.
func (n *Network) Describe(_ context.Context, account community.Account) (community.Capability, error) {
	answers := account.Outgoing != ""
	return community.Capability{
		Network: Name, Title: "Web", Collects: true, ReplyPublic: answers, ReplyPrivate: answers,
		Limit: community.MaxText, Unit: community.Codepoints,
		IdempotencyKey: promised(&account, promiseKeys), ReadBack: promised(&account, promiseLook),
		IndexDelay: 2 * time.Second, Edits: true, Deletes: true,
	}, nil
}

// Count is the length of text in characters.
func (n *Network) Count(_ community.Visibility, s string) int { return text.Runes(s) }

// Check looks whether the account has its secret, and asks for what was missed
// where it can, without taking it.
func (n *Network) Check(ctx context.Context, account community.Account) (community.Health, error) {
	health := community.Health{CheckedAt: n.o.Now().UTC()}
	_, err := n.secrets(ctx, &account)
	if err == nil && account.Server != "" {
		_, err = n.ask(ctx, &account, "", 1)
	}
	if err != nil {
		health.Fault = "network.unreachable"
		var f *community.Fault
		if errors.As(err, &f) {
			health.Fault = f.Key
		}
	}
	return health, err
}

func promised(account *community.Account, what string) bool {
	for p := range strings.SplitSeq(account.API, "+") {
		if p == what {
			return true
		}
	}
	return false
}

// secrets are the account's: the one that signs first.
func (n *Network) secrets(ctx context.Context, account *community.Account) ([][]byte, error) {
	current, err := n.o.Vault.Secret(ctx, account.Key(), secretName)
	switch {
	case community.KindOf(err) == community.NotFound && err != nil, err == nil && len(current) == 0:
		return nil, community.Faultf(community.Unauthorised, "network.no_token")
	case err != nil:
		return nil, err
	}
	previous, err := n.o.Vault.Secret(ctx, account.Key(), previousName)
	switch {
	case err == nil && len(previous) > 0:
		return [][]byte{current, previous}, nil
	case err != nil && community.KindOf(err) != community.NotFound:
		return nil, err
	}
	return [][]byte{current}, nil
}

// transport is the account's own: its server's rate windows are no other's.
func (n *Network) transport(account *community.Account) *collectors.Transport {
	n.mu.Lock()
	defer n.mu.Unlock()
	key := account.Key()
	if n.budget[key] == nil {
		n.budget[key] = collectors.NewTransport(collectors.TransportOptions{Base: n.o.HTTP, Now: n.o.Now})
	}
	return n.budget[key]
}
