package instagram

import (
	"cmp"
	"context"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/collectors/graph"
	"github.com/vigie-hq/vigie/community"
)

// Name is this network's name in accounts and messages.
const Name = "instagram"

// The longest texts, as Meta's documentation gives them: a comment in
// characters, a private message in bytes of UTF-8.
const (
	longestComment = 2200
	longestDirect  = 1000
)

// Options is what the network is built from. Graph is required; give Facebook
// the same one, since Meta counts an app's calls together.
type Options struct {
	Graph *graph.Graph
	// Poll is the time between two rounds. Settle is how long a moment stays open:
	// what was said in it is read again, because Graph may show it late. Defaults:
	// 60 s, 2 min.
	Poll, Settle time.Duration
	// History is how far a first connection reads back; Media how old a media may
	// be whose comments are still followed. Defaults: 30 and 90 days.
	History, Media time.Duration
	// Deep is how often every comment of a media whose count of comments moved is
	// read again, because an answer to an old comment does not bring it to the top.
	// Default: 1 h.
	Deep time.Duration
	// Looks are the ages at which what was collected is looked at again. Default:
	// 2 and 15 minutes, 1, 6 and 24 hours.
	Looks []time.Duration
}

// Network is Instagram. It implements collectors.Network, Looker, Moderator,
// Connector, Checker and Hooker.
type Network struct {
	o        Options
	mu       sync.Mutex
	memories map[string]*memory // by account key
}

var (
	_ collectors.Network   = (*Network)(nil)
	_ collectors.Looker    = (*Network)(nil)
	_ collectors.Moderator = (*Network)(nil)
	_ collectors.Connector = (*Network)(nil)
	_ collectors.Checker   = (*Network)(nil)
	_ collectors.Hooker    = (*Network)(nil)
)

// New returns the network.
func New(o Options) *Network {
	o.Poll = cmp.Or(o.Poll, time.Minute)
	o.Settle = cmp.Or(o.Settle, 2*time.Minute)
	o.History = cmp.Or(o.History, 30*24*time.Hour)
	o.Media = cmp.Or(o.Media, 90*24*time.Hour)
	o.Deep = cmp.Or(o.Deep, time.Hour)
	if o.Looks == nil {
		o.Looks = []time.Duration{2 * time.Minute, 15 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour}
	}
	return &Network{o: o, memories: map[string]*memory{}}
}

// Describe tells Instagram's limits, as Meta publishes them. It asks nobody: what
// this account lacks of permissions is Check's to tell.
func (n *Network) Describe(context.Context, community.Account) (community.Capability, error) {
	return community.Capability{
		Network: Name, Title: "Instagram",
		Collects: true, ReplyPublic: true, ReplyPrivate: true,
		Limit: longestComment, Unit: community.Codepoints, PrivateLimit: longestDirect, PrivateUnit: community.Bytes,
		Deeds:    []community.Deed{community.DeedPrivate, community.DeedHide, community.DeedUnhide, community.DeedDelete},
		ReadBack: true, IndexDelay: 5 * time.Second, Deletes: true,
	}, nil
}

// Count is the length of a comment in characters, of a private message in bytes.
func (n *Network) Count(v community.Visibility, text string) int {
	if v == community.Private {
		return len(text)
	}
	return utf8.RuneCountInString(text)
}

// session is an account with its present token.
type session struct {
	account community.Account
	client  *graph.Client
	*memory
}

// session returns the account's session with its present token.
func (n *Network) session(ctx context.Context, account community.Account) (*session, error) {
	if !graph.ValidID(account.NativeID) {
		return nil, community.Faultf(community.Invalid, "account.native_id", account.NativeID)
	}
	client, err := n.o.Graph.Client(ctx, account)
	if err != nil {
		return nil, err
	}
	return &session{account: account, client: client, memory: n.memory(account)}, nil
}

// memory is the account's, made when first asked for.
func (n *Network) memory(account community.Account) *memory {
	n.mu.Lock()
	defer n.mu.Unlock()
	m := n.memories[account.Key()]
	if m == nil {
		m = newMemory()
		n.memories[account.Key()] = m
	}
	return m
}
