package facebook

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
const Name = "facebook"

// Meta's limits of a text, in characters: of a comment, and of a private
// message. Both are the well-known values; Meta's reference names only the second.
const (
	commentLimit = 8000
	letterLimit  = 2000
)

// Options is what the network is built from. Graph is required.
type Options struct {
	Graph *graph.Graph
	// Poll is the time between two polls of a page that nothing is pushed from,
	// PollPushed of one whose webhook is subscribed. Defaults: 1 and 5 minutes.
	Poll, PollPushed time.Duration
	// Settle is how long a position stays open: what is newer is read again,
	// because Graph may show an earlier item after a later one. Default 2 minutes.
	Settle time.Duration
	// History is how far a first connection reads back, and how old a post may be
	// for its comments to be found by polling. Default 30 days.
	History time.Duration
	// Looks are the ages at which a collected message is looked at again.
	// Default: 2 and 15 minutes, 1, 6 and 24 hours.
	Looks []time.Duration
}

// Network is Facebook. It implements every ability of package collectors.
type Network struct {
	o       Options
	mu      sync.Mutex
	records map[string]*record // by account key
	asking  chan struct{}      // who may ask for a name while a webhook waits
}

var (
	_ collectors.Network   = (*Network)(nil)
	_ collectors.Looker    = (*Network)(nil)
	_ collectors.Moderator = (*Network)(nil)
	_ collectors.Hooker    = (*Network)(nil)
	_ collectors.Connector = (*Network)(nil)
	_ collectors.Checker   = (*Network)(nil)
)

// How many names are asked for at the same time while webhooks wait.
const namesAtOnce = 4

// New returns the network.
func New(o Options) *Network {
	o.Poll = cmp.Or(o.Poll, time.Minute)
	o.PollPushed = cmp.Or(o.PollPushed, 5*time.Minute)
	o.Settle = cmp.Or(o.Settle, 2*time.Minute)
	o.History = cmp.Or(o.History, 30*24*time.Hour)
	if o.Looks == nil {
		o.Looks = []time.Duration{2 * time.Minute, 15 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour}
	}
	return &Network{o: o, records: map[string]*record{}, asking: make(chan struct{}, namesAtOnce)}
}

// Describe tells Facebook's limits. It asks nobody: what this account lacks of
// permissions is Check's to tell.
func (n *Network) Describe(context.Context, community.Account) (community.Capability, error) {
	return community.Capability{
		Network: Name, Title: "Facebook",
		Collects: true, ReplyPublic: true, ReplyPrivate: true,
		Limit: commentLimit, Unit: community.Codepoints,
		PrivateLimit: letterLimit, PrivateUnit: community.Codepoints,
		Deeds: []community.Deed{
			community.DeedPrivate, community.DeedHide, community.DeedUnhide, community.DeedDelete,
			community.DeedLike, community.DeedUnlike,
		},
		ReadBack: true, IndexDelay: 10 * time.Second,
		Edits: true, Deletes: true,
	}, nil
}

// Count is the number of characters, in public and in private.
func (n *Network) Count(_ community.Visibility, text string) int { return utf8.RuneCountInString(text) }

// record is what is kept of one account between calls: what was collected
// lately, and what people are called. Push and poll share it.
type record struct {
	known *known
	mu    sync.Mutex
	names map[string]string // by a person's id for this page
}

// How many names are kept for an account; then they are asked for anew.
const mostNames = 2000

func (n *Network) record(account community.Account) *record {
	n.mu.Lock()
	defer n.mu.Unlock()
	r := n.records[account.Key()]
	if r == nil {
		r = &record{known: newKnown(n.o.Looks), names: map[string]string{}}
		n.records[account.Key()] = r
	}
	return r
}

// call remembers what a person is called; empty: Graph does not tell.
func (r *record) call(id, name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.names) >= mostNames {
		clear(r.names)
	}
	if id != "" && (name != "" || r.names[id] == "") {
		r.names[id] = name
	}
}

func (r *record) asked(id string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, ok := r.names[id]
	return ok
}

func (r *record) name(id string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.names[id]
}

// page is one account at work: its client and what is kept of it.
type page struct {
	o       *Options
	account community.Account
	client  *graph.Client // nil in a webhook of an account whose token is gone
	human   bool          // the app may answer for seven days what a human writes
	asking  chan struct{} // see Network
	*record
}

func (n *Network) page(ctx context.Context, account community.Account) (*page, error) {
	if !graph.ValidID(account.NativeID) {
		return nil, community.Faultf(community.Invalid, "account.native_id", account.NativeID)
	}
	client, err := n.o.Graph.Client(ctx, account)
	if err != nil {
		return nil, err
	}
	return &page{o: &n.o, account: account, client: client, human: client.HumanAgent(), asking: n.asking, record: n.record(account)}, nil
}
