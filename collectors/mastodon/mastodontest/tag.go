package mastodontest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"unicode"
)

// tagsOf lists the hashtags of a post, in small letters.
func tagsOf(st *Status) []string {
	var tags []string
	for word := range strings.FieldsSeq(st.Text) {
		if tag, ok := strings.CutPrefix(word, "#"); ok {
			tag = strings.TrimRightFunc(tag, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
			tags = append(tags, strings.ToLower(tag))
		}
	}
	return tags
}

func (s *Server) tagsJSON(st *Status) []tagJSON {
	tags := []tagJSON{}
	for _, tag := range tagsOf(st) {
		tags = append(tags, tagJSON{tag, s.URL + "/tags/" + tag})
	}
	return tags
}

// tagTimeline lists the public posts with a tag.
func (s *Server) tagTimeline(w http.ResponseWriter, r *http.Request, _ *user) (int, any) {
	tag := strings.ToLower(r.PathValue("tag"))
	var ids []string
	for _, id := range s.order {
		if st := s.posts[id]; st.Visibility == "public" && slices.Contains(tagsOf(st), tag) {
			ids = append(ids, id)
		}
	}
	return s.statuses(w, r, ids)
}

// subscribe reads a frame of a client: more to be told over the same stream.
func (s *Server) subscribe(st *stream, frame []byte) {
	var asked struct{ Type, Stream, Tag string }
	s.mu.Lock()
	defer s.mu.Unlock()
	if json.Unmarshal(frame, &asked) != nil || asked.Type != "subscribe" || asked.Stream != "hashtag" || asked.Tag == "" {
		s.blame("a frame that is nothing: " + string(frame))
		return
	}
	st.tags = append(st.tags, strings.ToLower(asked.Tag))
}

// pushTags tells who listens to a tag of a public post.
func (s *Server) pushTags(st *Status) {
	if st.Visibility != "public" {
		return
	}
	for _, tag := range tagsOf(st) {
		s.send("hashtag", "update", func() any { return s.json(st) }, func(to *stream) bool { return slices.Contains(to.tags, tag) })
	}
}

// Liked tells whether a user likes a post.
func (s *Server) Liked(name, id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.likes[id+s.user(name).id]
}

func (s *Server) favourite(_ http.ResponseWriter, r *http.Request, me *user) (int, any) {
	return s.like(r.PathValue("id"), me, true)
}

func (s *Server) unfavourite(_ http.ResponseWriter, r *http.Request, me *user) (int, any) {
	return s.like(r.PathValue("id"), me, false)
}

func (s *Server) like(id string, me *user, yes bool) (int, any) {
	st := s.posts[id]
	if !s.visible(st, me) {
		return http.StatusNotFound, failure{"Record not found"}
	}
	s.likes[id+me.id] = yes
	return http.StatusOK, s.json(st)
}
