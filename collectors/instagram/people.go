package instagram

import (
	"context"
	"time"

	"github.com/vigie-hq/vigie/collectors/graph"
)

// How many people are remembered by name, how many names are asked for at the same
// time while pushes wait, and how long one may take.
const (
	peopleMost  = 4096
	namesAtOnce = 4
	nameWait    = 2 * time.Second
)

// call takes note of who somebody is. Beyond peopleMost all are forgotten: a name
// is asked for again.
func (k *memory) call(p graph.Person) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.people) >= peopleMost {
		clear(k.people)
	}
	k.people[p.ID] = p
}

func (k *memory) person(id string) (graph.Person, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	p, ok := k.people[id]
	return p, ok
}

// named is somebody who wrote in private, with the name Instagram knows. When many
// ask at once, or the answer takes its time, it goes without: nothing is held up
// for a name.
func (s *session) named(ctx context.Context, p graph.Person) graph.Person {
	if known, ok := s.person(p.ID); ok || s.client == nil {
		if ok {
			return known
		}
		return p
	}
	select {
	case s.asking <- struct{}{}:
		defer func() { <-s.asking }()
	default:
		return p
	}
	ctx, cancel := context.WithTimeout(ctx, nameWait)
	defer cancel()
	var who graph.Person
	if s.client.Get(ctx, graph.Path(p.ID), graph.Params{"fields": "id,name,username"}, &who) != nil {
		return p
	}
	who.ID = p.ID
	s.call(who)
	return who
}
