package simulated

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"github.com/rivo/uniseg"
	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// Network is the client of a simulated network. It is safe for concurrent use.
type Network struct {
	name   string
	base   *url.URL
	client *http.Client
	poll   time.Duration
	server *Server // nil when it is in another process
}

var _ interface {
	collectors.Network
	collectors.Looker
} = (*Network)(nil)

const (
	defaultPoll = 10 * time.Second
	longestRead = longestPoll + 15*time.Second // after which a server counts as gone
)

// New makes a network: of its own in this process, or reaching the one at o.URL.
func New(o Options) (*Network, error) {
	if o.URL == "" {
		server, err := NewServer(o)
		if err != nil {
			return nil, err
		}
		return server.Network(o), nil
	}
	base, err := url.Parse(o.URL)
	if err != nil {
		return nil, err
	}
	return client(o, base, http.DefaultTransport), nil
}

// Network is a client of this server in the same process; of o it takes Name,
// Now and Poll.
func (s *Server) Network(o Options) *Network {
	n := client(o, &url.URL{Scheme: "http", Host: "simulated.invalid"}, inProcess{s})
	n.server = s
	return n
}

func client(o Options, base *url.URL, wire http.RoundTripper) *Network {
	if o.Name == "" {
		o.Name = Name
	}
	if o.Poll <= 0 {
		o.Poll = defaultPoll
	}
	transport := collectors.NewTransport(collectors.TransportOptions{
		Base: wire, Now: o.Now,
		// Each page has its own budget for each thing it does.
		Bucket: func(r *http.Request) string { return r.Method + r.URL.Path },
	})
	return &Network{name: o.Name, base: base, client: &http.Client{Transport: transport}, poll: o.Poll}
}

// Server is the network's server when it is in this process, else nil.
func (n *Network) Server() *Server { return n.server }

// Close releases what the network keeps in this process.
func (n *Network) Close() error {
	if n.server == nil {
		return nil
	}
	return n.server.Close()
}

// Describe asks the network for the account's limits.
func (n *Network) Describe(ctx context.Context, account community.Account) (community.Capability, error) {
	var told limits
	if err := n.get(ctx, &told, nil, "pages", account.NativeID); err != nil {
		return community.Capability{}, err
	}
	return community.Capability{
		Network: n.name, Title: "Simulé / Démo", Collects: account.Collects,
		ReplyPublic: account.Sends, ReplyPrivate: account.Sends,
		Limit: told.Limit, Unit: community.Graphemes,
		ReadBack: true, IndexDelay: told.IndexDelay, Edits: true, Deletes: true,
	}, nil
}

// Count is the length of text in graphemes: what readers call characters.
func (n *Network) Count(_ community.Visibility, text string) int {
	return uniseg.GraphemeClusterCount(text)
}

// get reads one answer of the network's API.
func (n *Network) get(ctx context.Context, into any, query url.Values, path ...string) error {
	ctx, cancel := context.WithTimeout(ctx, longestRead)
	defer cancel()
	u := n.base.JoinPath(path...)
	u.RawQuery = query.Encode()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return err
	}
	return n.do(r, into)
}

// post changes something there.
func (n *Network) post(ctx context.Context, into, body any, header http.Header, path ...string) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, n.base.JoinPath(path...).String(), bytes.NewReader(data))
	if err != nil {
		return err
	}
	// A body that cannot be read again is never sent again by net/http.
	r.Header, r.GetBody = header, nil
	return n.do(r, into)
}

// do sends a request and decodes its answer. The transport has already made
// faults of refusals and broken connections; an answer that cannot be read to
// a write leaves its fate unknown.
func (n *Network) do(r *http.Request, into any) error {
	response, err := n.client.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(into); err != nil {
		return collectors.FromNetwork(err, r.Method == http.MethodPost, true)
	}
	return nil
}
