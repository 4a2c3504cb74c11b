package bluesky

import (
	"context"
	"net/url"
	"sync"
	"time"
)

// How many profiles are remembered, for how long, and how many one call
// may ask for (app.bsky.actor.getProfiles).
const (
	profileMemory = 20_000
	profileFor    = 24 * time.Hour
	profileBatch  = 25
)

// profiles remembers what posts do not tell of their authors: how many follow
// them. It is safe for concurrent use.
type profiles struct {
	mu    sync.Mutex
	known map[string]seenProfile
	order []string // a ring once it is full
	next  int
}

type seenProfile struct {
	profile
	until time.Time
}

func (p *profiles) get(did string, now time.Time) (profile, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	k, ok := p.known[did]
	return k.profile, ok && now.Before(k.until)
}

func (p *profiles) put(found profile, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known == nil {
		p.known = map[string]seenProfile{}
	}
	if _, known := p.known[found.DID]; !known {
		if len(p.order) < profileMemory {
			p.order = append(p.order, found.DID)
		} else {
			delete(p.known, p.order[p.next])
			p.order[p.next] = found.DID
			p.next = (p.next + 1) % profileMemory
		}
	}
	p.known[found.DID] = seenProfile{found, now.Add(profileFor)}
}

// meet asks for the profiles of accounts that are not remembered.
func (s *session) meet(ctx context.Context, dids []string) error {
	var strangers []string
	asked := map[string]bool{}
	now := s.o.Now()
	for _, did := range dids {
		if _, known := s.profiles.get(did, now); !known && !asked[did] {
			asked[did] = true
			strangers = append(strangers, did)
		}
	}
	for len(strangers) > 0 {
		some := strangers[:min(profileBatch, len(strangers))]
		strangers = strangers[len(some):]
		var out struct {
			Profiles []profile `json:"profiles"`
		}
		if err := s.query(ctx, "app.bsky.actor.getProfiles", url.Values{"actors": some}, &out); err != nil {
			return err
		}
		for _, found := range out.Profiles {
			s.profiles.put(found, now)
		}
		for _, did := range some { // who is not shown is not asked for again at once
			if _, known := s.profiles.get(did, now); !known {
				s.profiles.put(profile{DID: did}, now)
			}
		}
	}
	return nil
}

// posts reads posts by address, in no particular order; what cannot be seen is
// missing, what cannot be decoded is counted.
func (s *session) posts(ctx context.Context, uris []string) (views map[string]*postView, unreadable int, err error) {
	const most = 25 // app.bsky.feed.getPosts
	views = make(map[string]*postView, len(uris))
	for len(uris) > 0 {
		some := uris[:min(most, len(uris))]
		uris = uris[len(some):]
		var out struct {
			Posts []tolerant[postView] `json:"posts"`
		}
		if err := s.query(ctx, "app.bsky.feed.getPosts", url.Values{"uris": some}, &out); err != nil {
			return nil, unreadable, err
		}
		for i := range out.Posts {
			if v := &out.Posts[i]; v.broken || !v.value.readable() {
				unreadable++
			} else {
				views[v.value.URI] = &v.value
			}
		}
	}
	return views, unreadable, nil
}
