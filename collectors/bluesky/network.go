package bluesky

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/bluesky-social/indigo/atproto/syntax"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// Name is this network's name in accounts and messages.
const Name = "bluesky"

// DefaultServer is where most accounts live, and DefaultJetstream a public stream
// of everything that is posted.
const (
	DefaultServer    = "https://bsky.social"
	DefaultJetstream = "wss://jetstream2.us-east.bsky.network/subscribe"
)

// Bluesky's own chat server, as a PDS is told to call it.
const chatService = "did:web:api.bsky.chat#bsky_chat"

// How long a text may be, in graphemes: app.bsky.feed.post and
// chat.bsky.convo.defs#messageInput. Both also bound bytes, at ten times that
// (see Count).
const (
	postLimit   = 300
	directLimit = 1000
)

// Options is what the network is built from. Vault is required.
type Options struct {
	// Vault keeps each account's session, under Account.Key: "access" and
	// "refresh". It is read each time collecting starts and before each reply, so
	// an account that was connected again works without a restart.
	Vault  collectors.Vault
	HTTP   *http.Client     // its Transport is used; default http.DefaultTransport
	Now    func() time.Time // default time.Now
	Logger *slog.Logger     // default slog.Default

	// Jetstream is a stream of everything that is posted; "": no push, polling
	// alone. One connection serves all accounts.
	Jetstream string
	// Chat is the service direct messages go through, as the header atproto-proxy
	// names it. Default: Bluesky's own. NoChat leaves direct messages out.
	Chat   string
	NoChat bool

	// Poll is the time between two polls while nothing streams, PollStreaming
	// while something does. Defaults: 20 s, 60 s.
	Poll, PollStreaming time.Duration
	// History is how far a first connection reads back. Default 30 days.
	History time.Duration
	// Looks are the ages at which a collected post is looked at again.
	// Default: 2 and 15 minutes, 1, 6 and 24 hours.
	Looks []time.Duration
}

// Network is Bluesky: any PDS, the AppView behind it, and Jetstream.
type Network struct {
	o        Options
	hub      hub
	profiles profiles
	mu       sync.Mutex
	sessions map[string]*session
}

var (
	_ collectors.Network   = (*Network)(nil)
	_ collectors.Looker    = (*Network)(nil)
	_ collectors.Moderator = (*Network)(nil)
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
	if o.HTTP == nil {
		o.HTTP = &http.Client{}
	}
	o.Chat = cmp.Or(o.Chat, chatService)
	o.Poll = cmp.Or(o.Poll, 20*time.Second)
	o.PollStreaming = cmp.Or(o.PollStreaming, time.Minute)
	o.History = cmp.Or(o.History, 30*24*time.Hour)
	if o.Looks == nil {
		o.Looks = []time.Duration{2 * time.Minute, 15 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour}
	}
	n := &Network{o: o, sessions: map[string]*session{}}
	n.hub.o = &n.o
	return n
}

// Describe says what the account may do. Only direct messages depend on it: an
// app password must have been allowed them when it was made.
func (n *Network) Describe(ctx context.Context, account community.Account) (community.Capability, error) {
	s, err := n.session(ctx, account)
	if err != nil {
		return community.Capability{}, err
	}
	c := community.Capability{
		Network: Name, Title: "Bluesky", Collects: true, ReplyPublic: true,
		Limit: postLimit, Unit: community.Graphemes,
		Deeds:          []community.Deed{community.DeedHide, community.DeedUnhide, community.DeedLike, community.DeedUnlike},
		IdempotencyKey: true, ReadBack: true, IndexDelay: 2 * time.Second,
		Edits: true, Deletes: true,
	}
	if s.directs() {
		c.ReplyPrivate = true
		c.PrivateLimit, c.PrivateUnit = directLimit, community.Graphemes
		c.Deeds = append(c.Deeds, community.DeedPrivate)
	}
	return c, nil
}

// session returns the account's session, a new one if the account changed.
func (n *Network) session(ctx context.Context, account community.Account) (*session, error) {
	if _, err := syntax.ParseDID(account.NativeID); err != nil {
		return nil, community.Faultf(community.Invalid, "account.native_id", account.NativeID)
	}
	n.mu.Lock()
	s := n.sessions[account.Key()]
	if s == nil || s.account != account {
		var err error
		if s, err = n.newSession(account); err != nil {
			n.mu.Unlock()
			return nil, err
		}
		n.sessions[account.Key()] = s
	}
	n.mu.Unlock()
	return s, s.load(ctx)
}
