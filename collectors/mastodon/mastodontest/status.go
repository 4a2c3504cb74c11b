package mastodontest

import (
	"cmp"
	"fmt"
	"html"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Status is a post on the fake server.
type Status struct {
	ID, Author, Text, Visibility, Spoiler, InReplyTo string
	Created, Edited                                  time.Time
}

type notification struct {
	id, kind, to, status string
	at                   time.Time
}

// Post publishes text as a user and notifies who is mentioned. Visibility is
// public where empty; a zero time is now.
func (s *Server) Post(author, text, visibility, inReplyTo string, at time.Time) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.post(s.user(author), text, visibility, inReplyTo, at).ID
}

func (s *Server) post(author *user, text, visibility, inReplyTo string, at time.Time) *Status {
	if at.IsZero() {
		at = time.Now()
	}
	st := &Status{
		ID: s.id(), Author: author.id, Text: text, Visibility: cmp.Or(visibility, "public"), InReplyTo: inReplyTo,
		Created: at.UTC().Truncate(time.Millisecond),
	}
	s.posts[st.ID] = st
	s.order = append(s.order, st.ID)
	s.written[st.Author] = append(s.written[st.Author], st.ID)
	s.push(author.id, "update", func() any { return s.json(st) })
	s.pushTags(st)
	for _, to := range s.mentioned(st) {
		if to != author.id {
			n := &notification{s.id(), "mention", to, st.ID, st.Created}
			s.notes[to] = append(s.notes[to], n)
			s.push(to, "notification", func() any { return s.noteJSON(n) })
		}
	}
	return st
}

// Quote publishes text that quotes a post, and notifies the author of that post.
func (s *Server) Quote(author, text, quoted string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	st, to := s.post(s.user(author), text, "", "", time.Time{}), s.posts[quoted].Author
	n := &notification{s.id(), "quote", to, st.ID, st.Created}
	s.notes[to] = append(s.notes[to], n)
	s.push(to, "notification", func() any { return s.noteJSON(n) })
	return st.ID
}

// Edit changes a post's words. As on Mastodon, no notification is made for who
// is mentioned; the stream tells.
func (s *Server) Edit(id, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.posts[id]
	st.Text, st.Edited = text, time.Now().UTC().Truncate(time.Millisecond)
	for _, to := range append(s.mentioned(st), st.Author) {
		s.push(to, "status.update", func() any { return s.json(st) })
	}
}

// Delete removes a post and its notifications.
func (s *Server) Delete(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.posts[id]
	to := append(s.mentioned(st), st.Author)
	delete(s.posts, id)
	same := func(o string) bool { return o == id }
	s.order = slices.DeleteFunc(s.order, same)
	s.written[st.Author] = slices.DeleteFunc(s.written[st.Author], same)
	gone := func(n *notification) bool { return n.status == id }
	s.held = slices.DeleteFunc(s.held, gone)
	for u, notes := range s.notes {
		s.notes[u] = slices.DeleteFunc(notes, gone)
	}
	for _, u := range to {
		s.push(u, "delete", func() any { return id })
	}
}

// HideNewest makes a user's newest notification invisible, as one whose transaction
// is not committed yet; Reveal shows what was hidden, among later ones.
func (s *Server) HideNewest(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	notes := s.notes[s.user(name).id]
	last := len(notes) - 1
	s.held, s.notes[s.user(name).id] = append(s.held, notes[last]), notes[:last]
}

// Reveal shows every hidden notification.
func (s *Server) Reveal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range s.held {
		notes := append(s.notes[n.to], n)
		slices.SortFunc(notes, func(a, b *notification) int {
			if less(a.id, b.id) {
				return -1
			}
			return 1
		})
		s.notes[n.to] = notes
	}
	s.held = nil
}

// By lists a user's posts, oldest first.
func (s *Server) By(name string) []Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []Status
	for _, id := range s.order {
		if st := s.posts[id]; st.Author == s.user(name).id {
			found = append(found, *st)
		}
	}
	return found
}

// mentioned lists the ids of the users a post names.
func (s *Server) mentioned(st *Status) []string {
	var ids []string
	for _, u := range s.users {
		if at := strings.Index(st.Text, "@"+u.name); at >= 0 {
			rest := st.Text[at+1+len(u.name):]
			if rest == "" || !unicode.IsLetter(rune(rest[0])) {
				ids = append(ids, u.id)
			}
		}
	}
	return ids
}

func (s *Server) visible(st *Status, me *user) bool {
	if st == nil {
		return false
	}
	open := st.Visibility == "public" || st.Visibility == "unlisted"
	return open || st.Author == me.id || slices.Contains(s.mentioned(st), me.id)
}

func (s *Server) getStatus(_ http.ResponseWriter, r *http.Request, me *user) (int, any) {
	st := s.posts[r.PathValue("id")]
	if !s.visible(st, me) {
		return http.StatusNotFound, failure{"Record not found"}
	}
	return http.StatusOK, s.json(st)
}

func (s *Server) context(_ http.ResponseWriter, r *http.Request, me *user) (int, any) {
	st := s.posts[r.PathValue("id")]
	if !s.visible(st, me) {
		return http.StatusNotFound, failure{"Record not found"}
	}
	ancestors, descendants := []any{}, []any{}
	for up := s.posts[st.InReplyTo]; up != nil; up = s.posts[up.InReplyTo] {
		if s.visible(up, me) {
			ancestors = append([]any{s.json(up)}, ancestors...)
		}
	}
	below := map[string]bool{st.ID: true}
	for _, id := range s.order {
		if down := s.posts[id]; below[down.InReplyTo] && s.visible(down, me) {
			below[id] = true
			descendants = append(descendants, s.json(down))
		}
	}
	return http.StatusOK, map[string]any{"ancestors": ancestors, "descendants": descendants}
}

func (s *Server) accountStatuses(w http.ResponseWriter, r *http.Request, me *user) (int, any) {
	ids := s.written[r.PathValue("id")]
	if r.PathValue("id") != me.id {
		ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !s.visible(s.posts[id], me) })
	}
	return s.statuses(w, r, ids)
}

func (s *Server) notifications(w http.ResponseWriter, r *http.Request, me *user) (int, any) {
	notes, hidden := s.notes[me.id], r.Form["exclude_types[]"]
	if slices.Contains(hidden, "mention") || slices.Contains(hidden, "quote") { // no others are made here
		notes = slices.DeleteFunc(slices.Clone(notes), func(n *notification) bool { return slices.Contains(hidden, n.kind) })
	}
	notes, err := page(s, w, r, notes, func(n *notification) string { return n.id }, 80)
	if err != nil {
		return http.StatusBadRequest, failure{err.Error()}
	}
	list := make([]any, len(notes))
	for i, n := range notes {
		list[i] = s.noteJSON(n)
	}
	return http.StatusOK, list
}

func (s *Server) postStatus(_ http.ResponseWriter, r *http.Request, me *user) (int, any) {
	key := r.Header.Get("Idempotency-Key")
	if s.o.GoToSocial && key != "" {
		s.blame("an idempotency key for a server that ignores them")
	}
	if !s.o.GoToSocial && key != "" {
		if st := s.posts[s.keys[me.id+key]]; st != nil {
			return http.StatusOK, s.json(st)
		}
	}
	text := r.PostForm.Get("status")
	parent := r.PostForm.Get("in_reply_to_id")
	switch v := r.PostForm.Get("visibility"); {
	case strings.TrimSpace(text) == "":
		return http.StatusUnprocessableEntity, failure{"Validation failed: Text can't be blank"}
	case len([]rune(text)) > 2000: // far beyond any way of counting 500
		return http.StatusUnprocessableEntity, failure{"Validation failed: Text character limit of 500 exceeded"}
	case parent != "" && !s.visible(s.posts[parent], me):
		return http.StatusNotFound, failure{"Record not found"}
	case !slices.Contains([]string{"", "public", "unlisted", "private", "direct"}, v):
		return http.StatusUnprocessableEntity, failure{"visibility " + v}
	default:
		st := s.post(me, text, v, parent, time.Time{})
		if key != "" {
			s.keys[me.id+key] = st.ID
		}
		return http.StatusOK, s.json(st)
	}
}

// html writes words as Mastodon does: paragraphs, mentions in h-cards, links
// whose ends are hidden from sight.
func (s *Server) html(st *Status) string {
	var b strings.Builder
	for i, word := range strings.Split(st.Text, " ") {
		if i > 0 {
			b.WriteByte(' ')
		}
		name, isName := strings.CutPrefix(word, "@")
		switch {
		case isName && s.user(strings.TrimRight(name, ".,!?")) != nil:
			fmt.Fprintf(&b, `<span class="h-card" translate="no"><a href="%s/@%s" class="u-url mention">@<span>%s</span></a></span>`, s.URL, name, name)
		case strings.HasPrefix(word, "https://"):
			rest := word[len("https://"):]
			cut := min(len(rest), 12)
			fmt.Fprintf(&b, `<a href="%s" rel="nofollow"><span class="invisible">https://</span><span class="ellipsis">%s</span><span class="invisible">%s</span></a>`,
				html.EscapeString(word), html.EscapeString(rest[:cut]), html.EscapeString(rest[cut:]))
		default:
			b.WriteString(strings.ReplaceAll(html.EscapeString(word), "\n", "<br />"))
		}
	}
	return "<p>" + b.String() + "</p>"
}
