package feed

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/text"
)

// Name is this network's name in accounts and messages.
const Name = "feed"

const userAgent = "Vigie (+https://github.com/vigie-hq/vigie)"

// Options is what the network is built from; everything is optional.
type Options struct {
	// HTTP is the way out. Default collectors.PublicTransport: addresses are typed
	// by people and redirected by strangers, and must not lead into our own house.
	HTTP   http.RoundTripper
	Now    func() time.Time // default time.Now
	Logger *slog.Logger     // default slog.Default

	// Poll is the time between two fetches where the feed asks for nothing; Floor
	// and Most bound what it may ask for. Defaults: 15 minutes, 5 minutes, 6 hours.
	Poll, Floor, Most time.Duration
	// MaxBody is the most bytes of a document, unpacked. Default 8 MiB.
	MaxBody int64
	// MaxEntries is how many entries of a document are read, the first ones.
	// Default 1,000.
	MaxEntries int
}

// Network is every feed. It implements collectors.Network, collectors.Connector
// and collectors.Checker.
type Network struct{ o Options }

var (
	_ collectors.Network   = (*Network)(nil)
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
		o.HTTP = collectors.PublicTransport()
	}
	o.Poll = cmp.Or(o.Poll, 15*time.Minute)
	o.Floor = cmp.Or(o.Floor, 5*time.Minute)
	o.Most = cmp.Or(o.Most, 6*time.Hour)
	o.MaxBody = cmp.Or(o.MaxBody, 8<<20)
	o.MaxEntries = cmp.Or(o.MaxEntries, 1000)
	return &Network{o}
}

// Describe says that a feed is read and not answered.
func (n *Network) Describe(context.Context, community.Account) (community.Capability, error) {
	return community.Capability{Network: Name, Title: "RSS, Atom", Collects: true, Unit: community.Codepoints, Edits: true}, nil
}

// Reply refuses: "network.read_only".
func (n *Network) Reply(context.Context, community.Account, community.Message, community.Reply) (community.Receipt, error) {
	return community.Receipt{}, community.Faultf(community.Refused, readOnly)
}

const readOnly = "network.read_only"

// Count is the length of text in characters; nothing is sent that it could limit.
func (n *Network) Count(_ community.Visibility, s string) int { return text.Runes(s) }

// Check fetches the feed once.
func (n *Network) Check(ctx context.Context, account community.Account) (community.Health, error) {
	health := community.Health{CheckedAt: n.o.Now().UTC()}
	s, err := n.source(account)
	if err == nil {
		_, err = s.read(ctx, position{})
	}
	if err != nil {
		health.Fault = faultKey(err)
	}
	return health, err
}

// parseAddress reads a feed's address: https is meant where no scheme stands,
// feed: is what some pages write. A Fault Invalid "account.server" otherwise; its
// argument is the host alone, for an address may hold a secret.
func parseAddress(address string) (*url.URL, error) {
	address = strings.TrimSpace(address)
	if rest, ok := strings.CutPrefix(address, "feed:"); ok {
		address = strings.TrimPrefix(rest, "//")
	}
	if address != "" && !strings.Contains(address, "://") {
		address = "https://" + address
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, community.Faultf(community.Invalid, "account.server", "")
	}
	u.Host, u.Fragment, u.RawFragment = strings.ToLower(u.Host), "", ""
	if u.Hostname() == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
		return nil, community.Faultf(community.Invalid, "account.server", u.Host)
	}
	return u, nil
}
