package xtest

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/vigie-hq/vigie/community/text"
)

// Post is a post on the fake, with its history.
type Post struct {
	Author       string // user id
	Versions     []Version
	Parent       string // first id of what it answers
	Quotes       string
	Conversation string
	Hidden       bool
	Liked        bool
}

// Version is one state of a post; each edit makes a new one.
type Version struct {
	ID, Text string
	At       time.Time
}

// ID is the first id of the post.
func (p *Post) ID() string { return p.Versions[0].ID }

func (p *Post) latest() *Version { return &p.Versions[len(p.Versions)-1] }

// Post writes a post as a user; in reply to a post where that is given. As on X,
// a reply begins with the name of whom it answers. It returns its id, "" if what
// it answers is gone.
func (s *Server) Post(author, words, inReplyTo string) string {
	return s.PostAt(author, words, inReplyTo, time.Time{})
}

// PostAt writes a post as Post does, at another time than now.
func (s *Server) PostAt(author, words, inReplyTo string, at time.Time) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.write(s.user(author), words, inReplyTo, "", at)
	if p == nil {
		return ""
	}
	return p.ID()
}

// Quote writes a post that quotes another.
func (s *Server) Quote(author, words, quoted string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.write(s.user(author), words, "", quoted, time.Time{}).ID()
}

func (s *Server) write(author *user, words, inReplyTo, quoted string, now time.Time) *Post {
	if now.IsZero() {
		now = s.clock()
	}
	p := &Post{Author: author.id, Quotes: quoted}
	id := s.id(now)
	p.Conversation = id
	if inReplyTo != "" {
		parent := s.posts[inReplyTo]
		if parent == nil {
			return nil
		}
		p.Parent, p.Conversation = parent.ID(), parent.Conversation
		if name := s.userByID(parent.Author).name; parent.Author != author.id && !names(words, name) {
			words = "@" + name + " " + words
		}
	}
	p.Versions = []Version{{id, words, now}}
	s.posts[id] = p
	s.order = append(s.order, p)
	s.push(p)
	s.announce(p)
	return p
}

// Edit makes a new version of a post.
func (s *Server) Edit(id, words string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.posts[id]
	now := s.clock()
	// Nobody is as quick: ids tell milliseconds, and an edit comes after its post.
	if least := p.latest().At.Add(2 * time.Millisecond); now.Before(least) {
		now = least
	}
	p.Versions = append(p.Versions, Version{s.id(now), words, now})
	s.posts[p.latest().ID] = p
	s.push(p)
}

// Delete removes a post.
func (s *Server) Delete(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.remove(s.posts[id])
}

func (s *Server) remove(p *Post) {
	for _, v := range p.Versions {
		delete(s.posts, v.ID)
	}
	s.order = slices.DeleteFunc(s.order, func(o *Post) bool { return o == p })
	s.pushDeletion(p)
	s.announceDeletion(p)
	if s.pushing == PushDeleted {
		s.spread(p) // what was held back overtakes nothing any more
	}
}

// By lists what a user wrote, posts and direct messages, oldest first.
func (s *Server) By(name string) (texts []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.user(name)
	for _, p := range s.order {
		if p.Author == u.id {
			texts = append(texts, p.latest().Text)
		}
	}
	for _, d := range s.directs {
		if d.from == u.id {
			texts = append(texts, d.text)
		}
	}
	return texts
}

// Get returns a copy of a post.
func (s *Server) Get(id string) (Post, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.posts[id]
	if p == nil {
		return Post{}, false
	}
	return *p, true
}

// names tells whether words mention a user.
func names(words, name string) bool {
	words, name = strings.ToLower(words), "@"+strings.ToLower(name)
	for at := 0; ; {
		i := strings.Index(words[at:], name)
		if i < 0 {
			return false
		}
		at += i + len(name)
		rest := []rune(words[at:])
		if len(rest) == 0 || !unicode.IsLetter(rest[0]) && !unicode.IsDigit(rest[0]) && rest[0] != '_' {
			return true
		}
	}
}

// mentioned lists the users a post names.
func (s *Server) mentioned(words string) (users []*user) {
	for _, u := range s.users {
		if names(words, u.name) {
			users = append(users, u)
		}
	}
	return users
}

// summoned tells whether a user may answer a post: its author named him, or
// quoted him.
func (s *Server) summoned(p *Post, me *user) bool {
	quoted := s.posts[p.Quotes]
	return s.o.Enterprise || p.Author == me.id || names(p.latest().Text, me.name) || quoted != nil && quoted.Author == me.id
}

// tooLong measures as X does; the name a reply begins with is free.
func tooLong(words string) bool { return text.Weighted(words) > 280 }

// newest lists posts newest first, by their latest version.
func (s *Server) newest(wanted func(*Post) bool) []*Post {
	var found []*Post
	for _, p := range slices.Backward(s.order) {
		if wanted(p) {
			found = append(found, p)
		}
	}
	slices.SortStableFunc(found, func(a, b *Post) int {
		if later(a.latest().ID, b.latest().ID) {
			return -1
		}
		return 1
	})
	return found
}
