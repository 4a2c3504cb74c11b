package xtest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The parameters that lists of posts take.
func paging(more ...string) []string {
	return append(more, "since_id", "until_id", "max_results", "tweet.fields", "user.fields", "media.fields", "expansions")
}

func (s *Server) version2() []endpoint {
	post := []string{"tweet.fields", "user.fields", "media.fields", "expansions"}
	direct := []string{"dm_event.fields", "user.fields", "media.fields", "expansions", "event_types", "max_results", "pagination_token"}
	return []endpoint{
		{pattern: "GET /2/users/me", h: s.me, params: []string{"user.fields"}},
		{pattern: "GET /2/users/{id}/mentions", h: s.mentions, by: asEither, params: paging("pagination_token")},
		{pattern: "GET /2/users/{id}/tweets", h: s.timeline, by: asEither, params: paging("pagination_token")},
		{pattern: "GET /2/tweets/search/recent", h: s.recent, by: asEither, params: paging("query", "next_token", "sort_order")},
		{pattern: "GET /2/tweets", h: s.lookup, by: asEither, params: append(post, "ids")},
		{pattern: "POST /2/tweets", h: s.create},
		{pattern: "DELETE /2/tweets/{id}", h: s.destroy},
		{pattern: "PUT /2/tweets/{id}/hidden", h: s.hide},
		{pattern: "POST /2/users/{id}/likes", h: s.like},
		{pattern: "DELETE /2/users/{id}/likes/{post}", h: s.unlike},
		{pattern: "GET /2/dm_events", h: s.directEvents, params: direct},
		{pattern: "GET /2/dm_conversations/with/{id}/dm_events", h: s.conversation, params: direct},
		{pattern: "POST /2/dm_conversations/with/{id}/messages", h: s.sendDirect},
		{pattern: "GET /2/tweets/search/stream/rules", h: s.listRules, by: asApp},
		{pattern: "POST /2/tweets/search/stream/rules", h: s.changeRules, by: asApp},
		{pattern: "GET /2/activity/subscriptions", h: s.listSubscriptions, by: asEither},
		{pattern: "POST /2/activity/subscriptions", h: s.subscribe},
	}
}

func (s *Server) me(_ *http.Request, me *user) (int, any) {
	return http.StatusOK, map[string]any{"data": s.userJSON(me)}
}

// own answers a call about another user's own things.
func own(r *http.Request, me *user) bool { return me != nil && r.PathValue("id") == me.id }

func (s *Server) mentions(r *http.Request, me *user) (int, any) {
	u := s.userByID(r.PathValue("id"))
	if u == nil || me == nil {
		return http.StatusNotFound, problem(http.StatusNotFound, "resource-not-found")
	}
	list := s.newest(func(p *Post) bool { return p.Author != u.id && names(p.latest().Text, u.name) })
	return s.page(r, list[:min(len(list), s.o.Reach)], 5)
}

func (s *Server) timeline(r *http.Request, _ *user) (int, any) {
	list := s.newest(func(p *Post) bool { return p.Author == r.PathValue("id") })
	return s.page(r, list, 5)
}

func (s *Server) recent(r *http.Request, _ *user) (int, any) {
	q := r.URL.Query()
	matches, err := parseQuery(q.Get("query"))
	if err != nil || len(q.Get("query")) > 512 {
		s.blame("query " + q.Get("query"))
		return http.StatusBadRequest, problem(http.StatusBadRequest, "invalid-request")
	}
	oldest := idOf(s.clock().Add(-7 * 24 * time.Hour))
	if since := q.Get("since_id"); since != "" && later(oldest, since) {
		s.blame("since_id of more than seven days ago")
		return http.StatusBadRequest, problem(http.StatusBadRequest, "invalid-request")
	}
	if until := q.Get("until_id"); until != "" && !later(until, oldest) {
		s.blame("until_id of more than seven days ago")
		return http.StatusBadRequest, problem(http.StatusBadRequest, "invalid-request")
	}
	return s.page(r, s.newest(func(p *Post) bool { return matches(s, p) }), 10)
}

func idOf(at time.Time) string {
	return strconv.FormatUint(uint64(at.UnixMilli()-1288834974657)<<22, 10)
}

// page answers with one page of posts. A token belongs to the list it was given
// for.
func (s *Server) page(r *http.Request, list []*Post, least int) (int, any) {
	q := r.URL.Query()
	limit := 10
	if v := q.Get("max_results"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < least || n > 100 {
			s.blame("max_results " + v)
			return http.StatusBadRequest, problem(http.StatusBadRequest, "invalid-request")
		}
		limit = n
	}
	bad := s.badFields(q)
	until := q.Get("until_id")
	if token := q.Get("pagination_token") + q.Get("next_token"); token != "" {
		path, id, ok := strings.Cut(token, "~")
		if !ok || path != strconv.Itoa(len(r.URL.Path)) {
			bad = append(bad, "token "+token)
		}
		until = id
	}
	if len(bad) > 0 {
		s.blame(strings.Join(bad, ", ") + " for " + r.URL.Path)
		return http.StatusBadRequest, problem(http.StatusBadRequest, "invalid-request")
	}
	list = slices.DeleteFunc(slices.Clone(list), func(p *Post) bool {
		id := p.latest().ID
		return until != "" && !later(until, id) || q.Get("since_id") != "" && !later(id, q.Get("since_id"))
	})
	meta := map[string]any{"result_count": min(limit, len(list))}
	if len(list) > limit {
		list = list[:limit]
		meta["next_token"] = strconv.Itoa(len(r.URL.Path)) + "~" + list[limit-1].latest().ID
	}
	answer := s.postsJSON(list, q.Get("expansions"))
	answer["meta"] = meta
	return http.StatusOK, answer
}

// badFields lists what is asked for and does not exist.
func (s *Server) badFields(q map[string][]string) (bad []string) {
	for name, known := range map[string]string{
		"tweet.fields":    "attachments,author_id,conversation_id,created_at,edit_history_tweet_ids,entities,in_reply_to_user_id,lang,note_tweet,referenced_tweets,public_metrics,text,id",
		"user.fields":     "name,public_metrics,username,verified,id",
		"media.fields":    "media_key,preview_image_url,type,url",
		"expansions":      "attachments.media_keys,author_id,referenced_tweets.id,sender_id",
		"dm_event.fields": "attachments,created_at,dm_conversation_id,entities,event_type,participant_ids,sender_id,text,id",
	} {
		for _, list := range q[name] {
			for field := range strings.SplitSeq(list, ",") {
				if !slices.Contains(strings.Split(known, ","), field) {
					bad = append(bad, name+" "+field)
				}
			}
		}
	}
	return bad
}

func (s *Server) lookup(r *http.Request, _ *user) (int, any) {
	ids := strings.Split(r.URL.Query().Get("ids"), ",")
	if bad := s.badFields(r.URL.Query()); len(ids) > 100 || len(bad) > 0 {
		s.blame("a look at too much: " + strconv.Itoa(len(ids)) + strings.Join(bad, ","))
		return http.StatusBadRequest, problem(http.StatusBadRequest, "invalid-request")
	}
	var found []any
	var errors []any
	var users []*user
	for _, id := range ids {
		p := s.posts[id]
		if p == nil {
			errors = append(errors, map[string]any{
				"resource_id": id, "value": id, "resource_type": "tweet", "parameter": "ids", "title": "Not Found Error",
				"type": "https://api.twitter.com/2/problems/resource-not-found",
			})
			continue
		}
		i := slices.IndexFunc(p.Versions, func(v Version) bool { return v.ID == id })
		found = append(found, s.postJSON(p, &p.Versions[i]))
		users = append(users, s.userByID(p.Author))
	}
	answer := map[string]any{}
	if len(found) > 0 {
		answer["data"] = found
		answer["includes"] = map[string]any{"users": s.usersJSON(users)}
	}
	if len(errors) > 0 {
		answer["errors"] = errors
	}
	return http.StatusOK, answer
}

func (s *Server) create(r *http.Request, me *user) (int, any) {
	var in struct {
		Text  string `json:"text"`
		Reply struct {
			To string `json:"in_reply_to_tweet_id"`
		} `json:"reply"`
	}
	strict := json.NewDecoder(r.Body)
	strict.DisallowUnknownFields()
	if err := strict.Decode(&in); err != nil || in.Text == "" {
		s.blame("a post that cannot be read")
		return http.StatusBadRequest, problem(http.StatusBadRequest, "invalid-request")
	}
	status, kind := s.refuses(me, in.Text, in.Reply.To)
	if status != 0 {
		return status, problem(status, kind)
	}
	p := s.write(me, in.Text, in.Reply.To, "", time.Time{})
	return http.StatusCreated, map[string]any{"data": map[string]any{
		"id": p.ID(), "text": in.Text, s.named("edit_history_tweet_ids", "edit_history_post_ids"): []string{p.ID()},
	}}
}

// refuses says why a post is not taken; 0: it is.
func (s *Server) refuses(me *user, words, to string) (status int, kind string) {
	parent := s.posts[to]
	switch {
	case tooLong(words):
		s.blame("a text that is too long")
		return http.StatusBadRequest, "invalid-request"
	case to != "" && parent == nil:
		return http.StatusForbidden, ""
	case to != "" && !s.summoned(parent, me):
		s.blame("an answer to who did not summon us")
		return http.StatusForbidden, ""
	case s.said(me, words):
		return http.StatusForbidden, ""
	}
	return 0, ""
}

// said tells whether a user wrote the same words lately.
func (s *Server) said(me *user, words string) bool {
	return slices.ContainsFunc(s.order, func(p *Post) bool {
		return p.Author == me.id && strings.HasSuffix(p.latest().Text, words) && s.clock().Sub(p.latest().At) < time.Hour
	})
}

func (s *Server) destroy(r *http.Request, me *user) (int, any) {
	p := s.posts[r.PathValue("id")]
	if p == nil || p.Author != me.id {
		return http.StatusForbidden, problem(http.StatusForbidden, "")
	}
	s.remove(p)
	return http.StatusOK, map[string]any{"data": map[string]any{"deleted": true}}
}

// hide takes answers in conversations the user began.
func (s *Server) hide(r *http.Request, me *user) (int, any) {
	p := s.posts[r.PathValue("id")]
	var in struct {
		Hidden bool `json:"hidden"`
	}
	if json.NewDecoder(r.Body).Decode(&in) != nil || p == nil || s.posts[p.Conversation] == nil || s.posts[p.Conversation].Author != me.id {
		return http.StatusForbidden, problem(http.StatusForbidden, "")
	}
	p.Hidden = in.Hidden
	return http.StatusOK, map[string]any{"data": map[string]any{"hidden": p.Hidden}}
}

func (s *Server) like(r *http.Request, me *user) (int, any) {
	var in struct {
		ID string `json:"tweet_id"`
	}
	if json.NewDecoder(r.Body).Decode(&in) != nil || s.posts[in.ID] == nil || !own(r, me) || !s.o.Enterprise {
		return http.StatusForbidden, problem(http.StatusForbidden, "")
	}
	s.posts[in.ID].Liked = true
	return http.StatusOK, map[string]any{"data": map[string]any{"liked": true}}
}

func (s *Server) unlike(r *http.Request, me *user) (int, any) {
	p := s.posts[r.PathValue("post")]
	if p == nil || !own(r, me) {
		return http.StatusForbidden, problem(http.StatusForbidden, "")
	}
	p.Liked = false
	return http.StatusOK, map[string]any{"data": map[string]any{"liked": false}}
}
