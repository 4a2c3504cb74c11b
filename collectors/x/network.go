package x

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// Name is this network's name in accounts and messages.
const Name = "x"

// The interfaces an account may use (community.Account.API); version 2 where
// nothing is said.
const (
	Version2  = "2"
	Version11 = "1.1"
)

const (
	apiServer = "https://api.x.com"
	siteURL   = "https://x.com"
	userAgent = "Vigie (+https://github.com/vigie-hq/vigie)"
)

// Options is what the network is built from. Vault is required.
type Options struct {
	// Vault keeps what accounts and the app sign their calls with; the names
	// stand in secret.go. It is read each time collecting starts and before each
	// reply, so a new token is used without a restart.
	Vault collectors.Vault
	Meter collectors.Meter // nil: nothing is counted, nothing capped
	HTTP  *http.Client     // its Transport is used; default http.DefaultTransport
	// Server is where the API of accounts is that name none; Site is where people
	// sign in. Defaults: https://api.x.com and https://x.com.
	Server, Site string
	Now          func() time.Time // default time.Now
	Logger       *slog.Logger     // default slog.Default

	// Poll is the time between two polls while nothing is pushed, PollStreaming
	// while a stream is open, PollDirect between two looks at direct messages: X
	// allows 15 in 15 minutes. Defaults: 30 s, 2 min, 70 s.
	Poll, PollStreaming, PollDirect time.Duration
	// Settle is how long a position stays open: what is newer is read again,
	// which X does not charge twice. Default 30 s.
	Settle time.Duration
	// History is how far a first connection reads back; each post of it costs.
	// Default 7 days, the reach of X's search.
	History time.Duration
	// Looks are the ages at which a collected post is looked at again. Default: 2
	// and 15 minutes, 1, 6 and 23 hours: mostly within the UTC day that paid for
	// it.
	Looks []time.Duration
	// Retry are the waits between two attempts to open a stream. Default: what X
	// documents.
	Retry RetryWaits
	// Silence is how long a stream may say nothing, keep-alives included. X sends
	// one every 20 seconds. Default 21 s.
	Silence time.Duration
}

// Network is X. It implements collectors.Network, Looker, Hooker, Connector,
// Moderator and Checker.
type Network struct {
	o        Options
	mu       sync.Mutex
	sessions map[string]*session
	streams  map[string]*stream
	seen     deliveries
	consumer consumerSecret
}

var (
	_ collectors.Network   = (*Network)(nil)
	_ collectors.Looker    = (*Network)(nil)
	_ collectors.Hooker    = (*Network)(nil)
	_ collectors.Connector = (*Network)(nil)
	_ collectors.Moderator = (*Network)(nil)
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
	o.Site = cmp.Or(strings.TrimRight(o.Site, "/"), siteURL)
	o.Poll = cmp.Or(o.Poll, 30*time.Second)
	o.PollStreaming = cmp.Or(o.PollStreaming, 2*time.Minute)
	o.PollDirect = cmp.Or(o.PollDirect, 70*time.Second)
	o.Settle = cmp.Or(o.Settle, 30*time.Second)
	o.History = cmp.Or(o.History, 7*24*time.Hour)
	o.Silence = cmp.Or(o.Silence, 21*time.Second)
	o.Retry = o.Retry.orDocumented()
	if o.Looks == nil {
		o.Looks = []time.Duration{2 * time.Minute, 15 * time.Minute, time.Hour, 6 * time.Hour, 23 * time.Hour}
	}
	return &Network{o: o, sessions: map[string]*session{}, streams: map[string]*stream{}}
}

// Describe says what the account may do; X tells no limits of its own. LinkMicros
// is what a link in a reply costs on top of it.
func (n *Network) Describe(ctx context.Context, account community.Account) (community.Capability, error) {
	s, err := n.session(ctx, account)
	if err != nil {
		return community.Capability{}, err
	}
	c := community.Capability{
		Network: Name, Title: "X",
		Collects: true, ReplyPublic: true, ReplyPrivate: true,
		Limit: postLimit, Unit: community.Weighted, PrivateLimit: directLimit, PrivateUnit: community.Codepoints,
		Deeds:    []community.Deed{community.DeedPrivate, community.DeedDelete},
		ReadBack: true, IndexDelay: 10 * time.Second, Edits: true, Deletes: true,
	}
	if !s.legacy() {
		c.Deeds = append(c.Deeds, community.DeedHide, community.DeedUnhide)
		c.LinkMicros = priceLink - priceSummons
	}
	if s.enterprise() {
		c.Deeds = append(c.Deeds, community.DeedLike, community.DeedUnlike)
	}
	return c, nil
}

// Count is the weighted length of a post, or the code points of a direct
// message.
func (n *Network) Count(v community.Visibility, text string) int { return count(v, text) }

// session returns the account's session with the secrets the vault holds now, a
// new one if the account changed.
func (n *Network) session(ctx context.Context, account community.Account) (*session, error) {
	s, err := n.sessionOf(account)
	if err != nil {
		return nil, err
	}
	return s, s.reload(ctx)
}

func (n *Network) sessionOf(account community.Account) (*session, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	before := n.sessions[account.Key()]
	if before != nil && before.account == account {
		return before, nil
	}
	s, err := newSession(&n.o, account, before)
	if err == nil {
		n.sessions[account.Key()] = s
	}
	return s, err
}

// serverOf is where an account's API is: https is meant where no scheme stands.
// told is false for X's own.
func serverOf(o *Options, account community.Account) (server *url.URL, told bool, err error) {
	address := strings.TrimSpace(cmp.Or(account.Server, o.Server))
	told = address != "" && address != apiServer
	if address == "" {
		address = apiServer
	}
	if !strings.Contains(address, "://") {
		address = "https://" + address
	}
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, false, community.Faultf(community.Invalid, "account.server", address)
	}
	u.Path = strings.TrimRight(u.Path, "/")
	return u, told, nil
}
