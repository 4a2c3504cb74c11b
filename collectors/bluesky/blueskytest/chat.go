package blueskytest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/vigie-hq/vigie/community/text"
)

// convo is a conversation between two.
type convo struct {
	id       string
	members  [2]*user
	messages []message // oldest first
}

type message struct {
	id, rev, text string
	from          *user
	at            time.Time
}

// logged is one thing that happened to a user.
type logged struct {
	rev  string
	body map[string]any
}

// Direct has a user write to another in private; it returns the conversation's id
// and the message's, as Vigie puts them together.
func (s *Server) Direct(from, to, words string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.between(s.named(from), s.named(to))
	return c.id + "/" + s.write(c, s.named(from), words).id
}

// Directs lists the words a user wrote in private, oldest first of each
// conversation.
func (s *Server) Directs(from string) (words []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.convos {
		for _, m := range c.messages {
			if m.from.name == from {
				words = append(words, m.text)
			}
		}
	}
	return words
}

func (s *Server) between(a, b *user) *convo {
	id := digest(min(a.did, b.did) + max(a.did, b.did))[:13]
	if s.convos[id] == nil {
		s.convos[id] = &convo{id: id, members: [2]*user{a, b}}
		for _, u := range s.convos[id].members {
			s.logs(u, "chat.bsky.convo.defs#logBeginConvo", id, nil)
		}
	}
	return s.convos[id]
}

func (s *Server) logs(u *user, kind, convoID string, more map[string]any) {
	rev := s.clock.Next().String()
	body := map[string]any{"$type": kind, "rev": rev, "convoId": convoID}
	for k, v := range more {
		body[k] = v
	}
	s.log[u.did] = append(s.log[u.did], logged{rev, body})
}

func (s *Server) write(c *convo, from *user, words string) message {
	m := message{id: s.clock.Next().String(), rev: s.clock.Next().String(), text: words, from: from, at: s.now()}
	c.messages = append(c.messages, m)
	for _, u := range c.members {
		s.logs(u, "chat.bsky.convo.defs#logCreateMessage", c.id, map[string]any{"message": m.json()})
		s.logs(u, "chat.bsky.convo.defs#logReadMessage", c.id, map[string]any{"message": m.json()})
	}
	return m
}

func (m *message) json() map[string]any {
	return map[string]any{
		"$type": "chat.bsky.convo.defs#messageView", "id": m.id, "rev": m.rev, "text": m.text,
		"sender": map[string]string{"did": m.from.did}, "sentAt": m.at.Format(datetime),
	}
}

// getLog gives what happened after a revision, 100 at most, oldest first; without
// one, the newest and where the log stands.
func (s *Server) getLog(r *request) (int, any) {
	all := s.log[r.me.did]
	from := max(0, len(all)-3)
	if cursor := r.param("cursor"); cursor != "" {
		from = len(all)
		for i, l := range all {
			if l.rev > cursor {
				from = i
				break
			}
		}
	}
	some := all[from:min(len(all), from+100)]
	out := []any{}
	body := map[string]any{}
	if c := r.param("cursor"); c != "" {
		body["cursor"] = c
	}
	for _, l := range some {
		out = append(out, l.body)
		body["cursor"] = l.rev
	}
	body["logs"] = out
	return http.StatusOK, body
}

func (s *Server) mine(r *request, id string) *convo {
	if c := s.convos[id]; c != nil && slices.Contains(c.members[:], r.me) {
		return c
	}
	return nil
}

func (s *Server) listConvos(r *request) (int, any) {
	var list []item
	for _, c := range s.convos {
		if s.mine(r, c.id) != nil {
			list = append(list, item{time.Time{}, c.id, func() any { return s.convoJSON(c, r.me) }})
		}
	}
	return s.listed(r, 100, "convos", list)
}

func (s *Server) convoJSON(c *convo, me *user) map[string]any {
	return map[string]any{
		"$type": "chat.bsky.convo.defs#convoView", "id": c.id, "rev": "2222222222222", "muted": false, "unreadCount": 0,
		"members": []any{s.profile(c.members[0], me), s.profile(c.members[1], me)}, "status": "accepted",
	}
}

func (s *Server) getConvo(r *request) (int, any) {
	c := s.mine(r, r.param("convoId"))
	if c == nil {
		return refused("InvalidConvo", "Convo not found")
	}
	return http.StatusOK, map[string]any{"convo": s.convoJSON(c, r.me)}
}

func (s *Server) getConvoForMembers(r *request) (int, any) {
	if len(r.params["members"]) != 1 {
		s.blame("%d members", len(r.params["members"]))
	}
	other := s.users[r.param("members")]
	switch {
	case other == nil:
		return refused("RecipientNotFound", "recipient not found")
	case other.closed:
		return refused("MessagesDisabled", "recipient has disabled incoming messages")
	}
	return http.StatusOK, map[string]any{"convo": s.convoJSON(s.between(r.me, other), r.me)}
}

func (s *Server) getMessages(r *request) (int, any) {
	c := s.mine(r, r.param("convoId"))
	if c == nil {
		return refused("InvalidConvo", "Convo not found")
	}
	var list []item
	for i := range c.messages {
		list = append(list, item{c.messages[i].at, c.messages[i].id, func() any { return c.messages[i].json() }})
	}
	return s.listed(r, 100, "messages", list)
}

func (s *Server) sendMessage(r *request) (int, any) {
	c := s.mine(r, r.text("convoId"))
	var in post
	if err := json.Unmarshal(r.body["message"], &in); err != nil || strings.TrimSpace(in.Text) == "" {
		return refused("InvalidRequest", "message")
	}
	switch {
	case c == nil:
		return refused("InvalidConvo", "Convo not found")
	case text.Graphemes(in.Text) > 1000 || len(in.Text) > 10_000:
		s.blame("a direct message of %d bytes", len(in.Text))
		return refused("InvalidRequest", "text too big")
	}
	for _, f := range in.Facets {
		if problem := s.facet(in.Text, f.Index.Start, f.Index.End); problem != "" {
			s.blame("%s", problem)
			return refused("InvalidRequest", problem)
		}
	}
	m := s.write(c, r.me, in.Text)
	return http.StatusOK, m.json()
}
