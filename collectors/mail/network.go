package mail

import (
	"cmp"
	"context"
	"crypto/tls"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// Name is this network's name in accounts and messages.
const Name = "mail"

// Options is what the network is built from. Vault is required.
type Options struct {
	// Vault keeps each account's secrets (see credential.go). It is asked at
	// every connection, so a new password is used without a restart.
	Vault  collectors.Vault
	TLS    *tls.Config       // roots and the like; default: the system's
	HTTP   http.RoundTripper // to the providers' token endpoints; default http.DefaultTransport
	Now    func() time.Time  // default time.Now
	Logger *slog.Logger      // default slog.Default
	// Providers are the sign-ins by browser that are offered, by name. Default:
	// DefaultProviders.
	Providers map[string]Provider

	// Poll is the time between two polls where the server cannot push, PollIdle
	// while it does. Defaults: 30 s, 60 s.
	Poll, PollIdle time.Duration
	// Away is how long to stay away from a server that says "too many", which
	// neither protocol can say more about. Default 5 minutes.
	Away time.Duration
	// History is how far a first connection reads back. Default 30 days.
	History time.Duration
}

// Network is every mailbox that is read by IMAP and answered by SMTP.
type Network struct {
	o     Options
	mu    sync.Mutex
	boxes map[string]*box
}

var (
	_ collectors.Network   = (*Network)(nil)
	_ collectors.Looker    = (*Network)(nil)
	_ collectors.Checker   = (*Network)(nil)
	_ collectors.Connector = (*Network)(nil)
)

// New returns the network.
func New(o Options) *Network {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.Providers == nil {
		o.Providers = DefaultProviders()
	}
	if o.TLS == nil {
		o.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	o.Poll = cmp.Or(o.Poll, 30*time.Second)
	o.PollIdle = cmp.Or(o.PollIdle, time.Minute)
	o.Away = cmp.Or(o.Away, 5*time.Minute)
	o.History = cmp.Or(o.History, 30*24*time.Hour)
	return &Network{o: o, boxes: map[string]*box{}}
}

// Describe says what a mailbox may do. No call is made: mail tells no limits
// before a letter is sent.
func (n *Network) Describe(_ context.Context, account community.Account) (community.Capability, error) {
	return community.Capability{
		Network: Name, Title: "Mail",
		Collects: true, ReplyPrivate: account.Outgoing != "",
		Unit: community.Codepoints, ReadBack: true, IndexDelay: time.Minute,
	}, nil
}

// Count is the length of text in characters; mail knows no longest.
func (n *Network) Count(_ community.Visibility, text string) int {
	return utf8.RuneCountInString(text)
}

// box is what is kept of one account between calls.
type box struct {
	account community.Account
	address string // lower case: NativeID, and the scope of its ids
	threads memo   // letter to thread
	authors memo   // letter to author and date
	sentTo  memo   // answer to recipient
	tried   memo   // what of the mailbox could not be read, to how often; see poller.fetch
	sealing sync.Mutex
	mu      sync.Mutex
	push    community.PushState
	pushWhy string
	grant   sync.Mutex // one renewal of a token at a time
}

// box returns what is kept of the account, anew if its settings changed.
func (n *Network) box(account community.Account) (*box, error) {
	address := strings.ToLower(strings.TrimSpace(cmp.Or(account.NativeID, account.Handle)))
	if !isAddress(address) {
		return nil, community.Faultf(community.Invalid, "account.native_id", account.NativeID)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	// State and the like change while it runs; what matters here does not.
	if b := n.boxes[account.Key()]; b != nil && b.address == address && b.account.Server == account.Server &&
		b.account.Outgoing == account.Outgoing && b.account.Queries == account.Queries {
		return b, nil
	}
	b := &box{account: account, address: address}
	n.boxes[account.Key()] = b
	return b, nil
}

// scope is where the ids of this mailbox's messages hold: two mailboxes that
// get the same letter each hold their own.
func (b *box) scope() string { return cmp.Or(b.account.Scope, b.address) }

// pushes takes note of whether the server tells of new mail by itself; why is
// the fault's key when it does not.
func (b *box) pushes(state community.PushState, why string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.push, b.pushWhy = state, why
}

func (b *box) pushing() (community.PushState, string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.push, b.pushWhy
}
