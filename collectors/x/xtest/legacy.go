package xtest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

func (s *Server) version11() []endpoint {
	list := []string{"count", "since_id", "max_id", "tweet_mode", "include_rts", "trim_user"}
	one := []string{"id", "tweet_mode"}
	return []endpoint{
		{pattern: "GET /1.1/account/verify_credentials.json", h: s.verify, params: []string{"skip_status"}, v1: true},
		{pattern: "GET /1.1/statuses/mentions_timeline.json", h: s.legacyMentions, params: list, v1: true},
		{pattern: "GET /1.1/statuses/user_timeline.json", h: s.legacyTimeline, params: list, v1: true},
		{pattern: "GET /1.1/search/tweets.json", h: s.legacySearch, params: append(list, "q", "result_type"), v1: true},
		{pattern: "GET /1.1/statuses/lookup.json", h: s.legacyLookup, params: one, v1: true},
		{pattern: "POST /1.1/statuses/update.json", h: s.legacyUpdate, v1: true},
		{pattern: "POST /1.1/statuses/destroy/{id}", h: s.legacyDestroy, v1: true},
		{pattern: "POST /1.1/favorites/create.json", h: s.legacyLike, params: one, v1: true},
		{pattern: "POST /1.1/favorites/destroy.json", h: s.legacyUnlike, params: one, v1: true},
		{pattern: "GET /1.1/direct_messages/events/list.json", h: s.legacyDirects, params: []string{"count", "cursor"}, v1: true},
		{pattern: "POST /1.1/direct_messages/events/new.json", h: s.legacySend, v1: true},
	}
}

func (s *Server) verify(_ *http.Request, me *user) (int, any) {
	return http.StatusOK, s.legacyUser(me)
}

func (s *Server) legacyMentions(r *http.Request, me *user) (int, any) {
	list := s.newest(func(p *Post) bool { return p.Author != me.id && names(p.latest().Text, me.name) })
	return s.legacyPage(r, list[:min(len(list), s.o.Reach)], 200)
}

func (s *Server) legacyTimeline(r *http.Request, me *user) (int, any) {
	return s.legacyPage(r, s.newest(func(p *Post) bool { return p.Author == me.id }), 200)
}

func (s *Server) legacySearch(r *http.Request, _ *user) (int, any) {
	matches, err := parseQuery(r.URL.Query().Get("q"))
	if err != nil {
		s.blame("query " + r.URL.Query().Get("q"))
		return http.StatusBadRequest, codes(195)
	}
	status, list := s.legacyPage(r, s.newest(func(p *Post) bool { return matches(s, p) }), 100)
	if status != http.StatusOK {
		return status, list
	}
	return status, map[string]any{"statuses": list, "search_metadata": map[string]any{"query": r.URL.Query().Get("q")}}
}

// legacyPage bounds a list by since_id (exclusive) and max_id (inclusive).
func (s *Server) legacyPage(r *http.Request, list []*Post, most int) (int, any) {
	q := r.URL.Query()
	count, err := strconv.Atoi(q.Get("count"))
	if err != nil || count < 1 || count > most || q.Get("tweet_mode") != "extended" {
		s.blame("a list asked for without tweet_mode=extended, or too much of it: " + r.URL.RawQuery)
		return http.StatusBadRequest, codes(25)
	}
	found := []any{}
	for _, p := range list {
		id := p.latest().ID
		if q.Get("since_id") != "" && !later(id, q.Get("since_id")) || q.Get("max_id") != "" && later(id, q.Get("max_id")) {
			continue
		}
		if len(found) < count {
			found = append(found, s.legacyPost(p, p.latest()))
		}
	}
	return http.StatusOK, found
}

func (s *Server) legacyLookup(r *http.Request, _ *user) (int, any) {
	ids := strings.Split(r.URL.Query().Get("id"), ",")
	if len(ids) > 100 {
		s.blame("a look at more than a hundred")
		return http.StatusForbidden, codes(18)
	}
	found := []any{}
	for _, id := range ids {
		p := s.posts[id]
		if p == nil {
			continue
		}
		i := slices.IndexFunc(p.Versions, func(v Version) bool { return v.ID == id })
		found = append(found, s.legacyPost(p, &p.Versions[i]))
	}
	return http.StatusOK, found
}

func (s *Server) legacyUpdate(r *http.Request, me *user) (int, any) {
	form, err := url.ParseQuery(string(readBody(r)))
	words, to := form.Get("status"), form.Get("in_reply_to_status_id")
	switch {
	case err != nil || words == "":
		s.blame("a post that cannot be read")
		return http.StatusForbidden, codes(170)
	case tooLong(words):
		s.blame("a text that is too long")
		return http.StatusForbidden, codes(186)
	case to != "" && form.Get("auto_populate_reply_metadata") != "true":
		s.blame("an answer that names nobody")
		return http.StatusForbidden, codes(385)
	case to != "" && s.posts[to] == nil:
		return http.StatusForbidden, codes(385)
	case s.said(me, words):
		return http.StatusForbidden, codes(187)
	}
	p := s.write(me, words, to, "", time.Time{})
	return http.StatusOK, s.legacyPost(p, p.latest())
}

func (s *Server) legacyDestroy(r *http.Request, me *user) (int, any) {
	p := s.posts[strings.TrimSuffix(r.PathValue("id"), ".json")]
	if p == nil || p.Author != me.id {
		return http.StatusNotFound, codes(144)
	}
	out := s.legacyPost(p, p.latest())
	s.remove(p)
	return http.StatusOK, out
}

func (s *Server) legacyLike(r *http.Request, _ *user) (int, any) {
	form, _ := url.ParseQuery(string(readBody(r))) // an id that is missing is unknown
	p := s.posts[form.Get("id")+r.URL.Query().Get("id")]
	switch {
	case p == nil:
		return http.StatusNotFound, codes(144)
	case p.Liked:
		return http.StatusForbidden, codes(139)
	}
	p.Liked = true
	return http.StatusOK, s.legacyPost(p, p.latest())
}

func (s *Server) legacyUnlike(r *http.Request, _ *user) (int, any) {
	form, _ := url.ParseQuery(string(readBody(r))) // an id that is missing is unknown
	p := s.posts[form.Get("id")+r.URL.Query().Get("id")]
	if p == nil {
		return http.StatusNotFound, codes(144)
	}
	p.Liked = false
	return http.StatusOK, s.legacyPost(p, p.latest())
}

func (s *Server) legacyDirects(r *http.Request, me *user) (int, any) {
	q := r.URL.Query()
	count, err := strconv.Atoi(q.Get("count"))
	if err != nil || count < 1 || count > 50 {
		s.blame("direct messages: count " + q.Get("count"))
		return http.StatusBadRequest, codes(25)
	}
	events := []any{}
	answer := map[string]any{}
	for _, d := range slices.Backward(s.directs) {
		if d.from != me.id && d.to != me.id || q.Get("cursor") != "" && !later(q.Get("cursor"), d.id) {
			continue
		}
		if len(events) == count {
			last, _ := events[count-1].(map[string]any)
			answer["next_cursor"] = last["id"]
			break
		}
		events = append(events, legacyDirect(d))
	}
	answer["events"] = events
	return http.StatusOK, answer
}

func (s *Server) legacySend(r *http.Request, me *user) (int, any) {
	var in struct {
		Event struct {
			Type    string `json:"type"`
			Message struct {
				Target struct {
					ID string `json:"recipient_id"`
				} `json:"target"`
				Data struct {
					Text string `json:"text"`
				} `json:"message_data"`
			} `json:"message_create"`
		} `json:"event"`
	}
	err := json.NewDecoder(r.Body).Decode(&in)
	to := s.userByID(in.Event.Message.Target.ID)
	if err != nil || in.Event.Type != "message_create" || to == nil || in.Event.Message.Data.Text == "" {
		s.blame("a direct message that X would refuse")
		return http.StatusForbidden, codes(151)
	}
	return http.StatusOK, map[string]any{"event": legacyDirect(s.tell(me, to, in.Event.Message.Data.Text))}
}

// legacyDirect is a direct message as version 1.1 and webhooks write it.
func legacyDirect(d *direct) map[string]any {
	return map[string]any{
		"type": "message_create", "id": d.id, "created_timestamp": strconv.FormatInt(d.at.UnixMilli(), 10),
		"message_create": map[string]any{
			"sender_id": d.from, "target": map[string]any{"recipient_id": d.to},
			"message_data": map[string]any{"text": escape(d.text), "entities": map[string]any{"urls": []any{}}},
		},
	}
}

func (s *Server) legacyUser(u *user) map[string]any {
	return map[string]any{
		"id": number(u.id), "id_str": u.id, "screen_name": u.name, "name": u.title, "followers_count": 12, "verified": false,
	}
}

// legacyPost is one version of a post as version 1.1 writes it in extended mode.
func (s *Server) legacyPost(p *Post, v *Version) map[string]any {
	mentions := []any{}
	for _, u := range s.mentioned(v.Text) {
		mentions = append(mentions, map[string]any{"id": number(u.id), "id_str": u.id, "screen_name": u.name, "name": u.title})
	}
	out := map[string]any{
		"id": number(v.ID), "id_str": v.ID, "full_text": escape(v.Text), "truncated": false, "lang": "fr",
		"created_at": v.At.UTC().Format(time.RubyDate), "user": s.legacyUser(s.userByID(p.Author)),
		"entities": map[string]any{"user_mentions": mentions, "urls": []any{}}, "retweet_count": 0,
		"in_reply_to_status_id_str": nil, "in_reply_to_user_id_str": nil,
	}
	if p.Parent != "" {
		out["in_reply_to_status_id"], out["in_reply_to_status_id_str"] = number(p.Parent), p.Parent
		if parent := s.posts[p.Parent]; parent != nil {
			out["in_reply_to_user_id"], out["in_reply_to_user_id_str"] = number(parent.Author), parent.Author
		}
	}
	if p.Quotes != "" {
		out["is_quote_status"], out["quoted_status_id_str"] = true, p.Quotes
		if quoted := s.posts[p.Quotes]; quoted != nil {
			out["quoted_status"] = s.legacyPost(quoted, quoted.latest())
		}
	}
	if len(p.Versions) > 1 {
		ids := []string{}
		for _, each := range p.Versions {
			ids = append(ids, each.ID)
		}
		out["edit_history"] = map[string]any{"initial_tweet_id": p.ID(), "edit_tweet_ids": ids}
	}
	return out
}
