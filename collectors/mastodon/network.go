package mastodon

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	client "github.com/mattn/go-mastodon"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// Name is this network's name in accounts and messages.
const Name = "mastodon"

const userAgent = "Vigie (+https://github.com/vigie-hq/vigie)"

// How many calls of a rate window (300 in five minutes on Mastodon) collecting
// leaves over for answers.
const reserve = 30

// What is kept free of the limit for the @name put before a reply: Mastodon's
// names have at most 30 characters, and a host counts nothing.
const mentionLength = len("@") + 30 + len(" ")

// Under which names the vault keeps what belongs to an account: its access token,
// and what the server allows that token, as it said when it gave it out.
const (
	tokenName  = "token"
	scopesName = "scopes"
)

// Options is what the network is built from. Vault is required.
type Options struct {
	// Vault keeps the accounts' tokens, and the app that Vigie registers with each
	// server. It is asked each time collecting starts and before each reply, so a
	// new token is used without a restart.
	Vault  collectors.Vault
	HTTP   *http.Client     // its Transport is used; default http.DefaultTransport
	Now    func() time.Time // default time.Now
	Logger *slog.Logger     // default slog.Default

	// Poll is the time between two polls while nothing streams, PollStreaming
	// while something does. Settle is how long a position stays open: what is
	// newer is read again, because a server may show a later id before an
	// earlier one. Defaults: 15 s, 60 s, 30 s.
	Poll, PollStreaming, Settle time.Duration
	// History is how far a first connection reads back. Default 30 days.
	History time.Duration
	// Looks are the ages at which a collected status is looked at again.
	// Default: 2 and 15 minutes, 1, 6 and 24 hours.
	Looks []time.Duration
}

// Network is every server that speaks the Mastodon API. It implements
// collectors.Network, Looker, Moderator, Connector and Checker.
type Network struct {
	o        Options
	mu       sync.Mutex
	sessions map[string]*session
	// urlLength is the longest length of a link on any server asked so far:
	// Count knows no account, and must not promise room that is not there.
	urlLength atomic.Int64
}

var (
	_ collectors.Network   = (*Network)(nil)
	_ collectors.Looker    = (*Network)(nil)
	_ collectors.Moderator = (*Network)(nil)
	_ collectors.Connector = (*Network)(nil)
	_ collectors.Checker   = (*Network)(nil)
)

// New returns the network.
func New(o Options) *Network {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.HTTP == nil {
		o.HTTP = &http.Client{}
	}
	o.Poll = cmp.Or(o.Poll, 15*time.Second)
	o.PollStreaming = cmp.Or(o.PollStreaming, time.Minute)
	o.Settle = cmp.Or(o.Settle, 30*time.Second)
	o.History = cmp.Or(o.History, 30*24*time.Hour)
	if o.Looks == nil {
		o.Looks = []time.Duration{2 * time.Minute, 15 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour}
	}
	n := &Network{o: o, sessions: map[string]*session{}}
	n.urlLength.Store(defaultURLLength)
	return n
}

// Describe asks the account's server for its limits. Limit leaves room for the
// @name that a reply begins with.
func (n *Network) Describe(ctx context.Context, account community.Account) (community.Capability, error) {
	s, err := n.session(ctx, account)
	if err != nil {
		return community.Capability{}, err
	}
	i, err := n.limits(ctx, s)
	if err != nil {
		return community.Capability{}, err
	}
	return community.Capability{
		Network: Name, Title: "Mastodon",
		Collects: true, ReplyPublic: true, ReplyPrivate: true,
		Limit: max(1, i.limit-mentionLength), Unit: community.Graphemes,
		IdempotencyKey: i.keys, ReadBack: true, IndexDelay: 5 * time.Second,
		Deeds: []community.Deed{community.DeedPrivate, community.DeedLike, community.DeedUnlike},
		Edits: true, Deletes: true,
	}, nil
}

// Count is the length of text in graphemes, as Mastodon counts them: a link is
// 23 (more if a server asked so far says more), of @name@host only @name counts.
func (n *Network) Count(_ community.Visibility, text string) int {
	return count(text, int(n.urlLength.Load()))
}

// limits reads the server's limits and lets Count know of them.
func (n *Network) limits(ctx context.Context, s *session) (instance, error) {
	i, err := s.instance(ctx)
	if err != nil {
		return i, err
	}
	for {
		longest := n.urlLength.Load()
		if int64(i.urlLength) <= longest || n.urlLength.CompareAndSwap(longest, int64(i.urlLength)) {
			return i, nil
		}
	}
}

// session is what is kept of one account between calls: its rate windows, its
// threads, its server's limits.
type session struct {
	o       *Options
	account community.Account
	token   string
	server  *url.URL
	scope   string
	http    *http.Client
	budget  *collectors.Transport
	rest    *client.Client // safe for concurrent use
	threads threads
	tags    []string
	push    atomic.Value // community.PushState, as it stands now

	mu    sync.Mutex
	known instance
}

// session returns the account's session, a new one if its server or token
// changed.
func (n *Network) session(ctx context.Context, account community.Account) (*session, error) {
	sealed, err := n.o.Vault.Secret(ctx, account.Key(), tokenName)
	if err != nil && community.KindOf(err) != community.NotFound {
		return nil, err
	}
	token := string(sealed)
	if token == "" {
		return nil, community.Faultf(community.Unauthorised, "network.no_token")
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if s := n.sessions[account.Key()]; s != nil && s.token == token && s.account == account {
		return s, nil
	}
	s, err := newSession(&n.o, account, token)
	if err == nil {
		n.sessions[account.Key()] = s
	}
	return s, err
}

func newSession(o *Options, account community.Account, token string) (*session, error) {
	server, err := parseServer(account.Server)
	if err != nil {
		return nil, err
	}
	tags, err := parseTags(account.Queries)
	if err != nil {
		return nil, err
	}
	budget := collectors.NewTransport(collectors.TransportOptions{
		Base: keyed{o.HTTP.Transport}, Now: o.Now, Reserve: reserve,
	})
	s := &session{
		o: o, account: account, token: token, server: server, scope: account.Scope, tags: tags,
		budget: budget, http: &http.Client{Transport: budget, CheckRedirect: stay},
	}
	if s.scope == "" {
		s.scope = server.Host
	}
	s.rest = s.client()
	return s, nil
}

// stay follows no redirect: the API has none, and the token would go along, even
// from https to http, or the call to where only this machine can reach.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// client returns a new REST client over the session's transport.
func (s *session) client() *client.Client {
	c := client.NewClient(&client.Config{Server: s.server.String(), AccessToken: s.token})
	c.Client = *s.http
	c.UserAgent = userAgent
	return c
}

// parseServer reads a server's address: https is meant where no scheme stands.
func parseServer(address string) (*url.URL, error) {
	address = strings.TrimSpace(address)
	if address != "" && !strings.Contains(address, "://") {
		address = "https://" + address
	}
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, community.Faultf(community.Invalid, "account.server", address)
	}
	// One server has one name: ids and the app registered there are kept under it.
	u.Host, u.Path = strings.ToLower(u.Host), strings.TrimRight(u.Path, "/")
	if port := u.Port(); port == "443" && u.Scheme == "https" || port == "80" && u.Scheme == "http" {
		u.Host = strings.TrimSuffix(u.Host, ":"+port)
	}
	return u, nil
}
