package main

import (
	"context"
	"sync"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/collectors/bluesky"
	"github.com/vigie-hq/vigie/collectors/facebook"
	"github.com/vigie-hq/vigie/collectors/feed"
	"github.com/vigie-hq/vigie/collectors/graph"
	"github.com/vigie-hq/vigie/collectors/instagram"
	"github.com/vigie-hq/vigie/collectors/mail"
	"github.com/vigie-hq/vigie/collectors/mastodon"
	"github.com/vigie-hq/vigie/collectors/web"
	"github.com/vigie-hq/vigie/collectors/x"
	"github.com/vigie-hq/vigie/community"
)

// networksOf is every network Vigie speaks to, one line each. Calls that cost are
// counted by one budget; Facebook and Instagram are one app of Meta's.
func networksOf(h *house) map[string]collectors.Network {
	budget := collectors.NewBudget(h.memory, h.now, h.log)
	meta := graph.New(graph.Options{Vault: h.vault, Now: h.now, Logger: h.log})
	return map[string]collectors.Network{
		x.Name:         x.New(x.Options{Vault: h.vault, Meter: budget, Now: h.now, Logger: h.log}),
		facebook.Name:  facebook.New(facebook.Options{Graph: meta}),
		instagram.Name: instagram.New(instagram.Options{Graph: meta}),
		bluesky.Name:   bluesky.New(bluesky.Options{Vault: h.vault, Now: h.now, Logger: h.log, Jetstream: bluesky.DefaultJetstream}),
		mail.Name:      mail.New(mail.Options{Vault: h.vault, Now: h.now, Logger: h.log}),
		feed.Name:      feed.New(feed.Options{Now: h.now, Logger: h.log}),
		web.Name:       web.New(web.Options{Vault: h.vault, Now: h.now, Logger: h.log}),
		mastodon.Name:  mastodon.New(mastodon.Options{Vault: h.vault, Now: h.now, Logger: h.log}),
	}
}

// senders is the networks as the desk sees them. What an account may do is
// asked once in capabilityFor and remembered: a composer must not wait for a
// network.
type senders struct {
	networks map[string]collectors.Network
	now      func() time.Time

	mu    sync.Mutex
	known map[string]described
}

type described struct {
	capability community.Capability
	err        error
	until      time.Time
}

// How long an answer of Describe is good for, and how long a failure is.
const (
	capabilityFor = 10 * time.Minute
	failureFor    = 15 * time.Second
	describeWait  = 5 * time.Second
)

func newSenders(networks map[string]collectors.Network, now func() time.Time) *senders {
	return &senders{networks: networks, now: now, known: map[string]described{}}
}

func (s *senders) of(name string) (collectors.Network, error) {
	n, ok := s.networks[name]
	if !ok {
		return nil, community.Faultf(community.NotFound, "network.unknown", name)
	}
	return n, nil
}

// Reply sends through the account's network.
func (s *senders) Reply(ctx context.Context, account community.Account, target community.Message, reply community.Reply) (community.Receipt, error) {
	n, err := s.of(account.Network)
	if err != nil {
		return community.Receipt{}, err
	}
	return n.Reply(ctx, account, target, reply)
}

// Look reads the thread back, where the network can.
func (s *senders) Look(ctx context.Context, account community.Account, target community.Message, reply community.Reply) (community.Receipt, bool, error) {
	n, err := s.of(account.Network)
	if err != nil {
		return community.Receipt{}, false, err
	}
	looker, ok := n.(collectors.Looker)
	if !ok {
		return community.Receipt{}, false, community.Faultf(community.Unavailable, "network.no_look", account.Network)
	}
	return looker.Look(ctx, account, target, reply)
}

// Moderate does a deed to a message, where the network can.
func (s *senders) Moderate(ctx context.Context, account community.Account, target community.Message, deed community.Deed) error {
	n, err := s.of(account.Network)
	if err != nil {
		return err
	}
	moderator, ok := n.(collectors.Moderator)
	if !ok {
		return community.Faultf(community.Forbidden, "deed.none", account.Network)
	}
	return moderator.Moderate(ctx, account, target, deed)
}

// Describe says what the account may do there.
func (s *senders) Describe(ctx context.Context, account community.Account) (community.Capability, error) {
	n, err := s.of(account.Network)
	if err != nil {
		return community.Capability{}, err
	}
	key := account.Key()
	s.mu.Lock()
	d, ok := s.known[key]
	s.mu.Unlock()
	if ok && s.now().Before(d.until) {
		return d.capability, d.err
	}
	ask, cancel := context.WithTimeout(ctx, describeWait)
	defer cancel()
	d.capability, d.err = n.Describe(ask, account)
	d.until = s.now().Add(capabilityFor)
	if d.err != nil {
		d.until = s.now().Add(failureFor)
	}
	s.mu.Lock()
	s.known[key] = d
	s.mu.Unlock()
	return d.capability, d.err
}

// forget has an account's abilities asked anew: it was changed.
func (s *senders) forget(account string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.known, account)
}

// Count is the text's length as the network counts it; where there is no such
// network, nothing can be sent and nothing is counted.
func (s *senders) Count(network string, v community.Visibility, text string) int {
	n, err := s.of(network)
	if err != nil {
		return 0
	}
	return n.Count(v, text)
}
