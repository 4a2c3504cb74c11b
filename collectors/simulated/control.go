package simulated

import (
	"slices"
	"strings"

	"github.com/vigie-hq/vigie/community"
)

// Tallies tells how often each reply was handed in and posted, by reply id.
func (s *Server) Tallies() []Tally {
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	out := make([]Tally, 0, len(s.world.tallies))
	for _, t := range s.world.tallies {
		c := *t
		c.Posts = slices.Clone(t.Posts)
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b Tally) int {
		return strings.Compare(a.Reply, b.Reply)
	})
	return out
}

// Say makes somebody say something. Where they are empty, id, thread (that of
// what it replies to) and time are given, and the corporate page is who hears it.
func (s *Server) Say(p Post) (Post, error) {
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	now, err := s.world.look()
	if err != nil {
		return p, err
	}
	if to := s.world.posts[p.InReplyTo]; to != nil && p.Thread == "" {
		p.Thread = to.Thread
	}
	s.world.place(&p, now)
	if _, taken := s.world.posts[p.ID]; taken {
		return p, community.Faultf(community.Conflict, "network.id_taken", p.ID)
	}
	if p.Kind == "" {
		p.Kind = community.KindMention
	}
	if len(p.To) == 0 {
		p.To = []string{pages()[0].id}
	}
	return p, s.do(entry{At: now, Act: actSay, Post: &p})
}

// Edit gives a post new words.
func (s *Server) Edit(id, text string) error { return s.touch(actEdit, Post{ID: id, Text: text}) }

// Delete deletes a post for good.
func (s *Server) Delete(id string) error { return s.touch(actDelete, Post{ID: id}) }

func (s *Server) touch(act string, p Post) error {
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	now, err := s.world.look()
	if err != nil {
		return err
	}
	if s.world.posts[p.ID] == nil {
		return community.Faultf(community.NotFound, "network.not_found")
	}
	return s.do(entry{At: now, Act: act, Post: &p})
}

func (s *Server) do(e entry) error {
	e.Number = s.world.number
	if err := s.world.journal.write(e); err != nil {
		return err
	}
	s.world.apply(e)
	return nil
}

// Revoke refuses a page's every request from now on, or takes it back.
func (s *Server) Revoke(page string, revoked bool) {
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	s.world.revoked[page] = revoked
}
