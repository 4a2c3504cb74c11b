package xtest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// direct is one direct message.
type direct struct {
	id, from, to, text string
	at                 time.Time
}

func (d *direct) conversation() string {
	if later(d.from, d.to) {
		return d.to + "-" + d.from
	}
	return d.from + "-" + d.to
}

// Direct sends a direct message from one user to another.
func (s *Server) Direct(from, to, words string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tell(s.user(from), s.user(to), words).id
}

func (s *Server) tell(from, to *user, words string) *direct {
	now := s.clock()
	d := &direct{s.id(now), from.id, to.id, words, now}
	s.directs = append(s.directs, d)
	s.announceDirect(d)
	return d
}

func (s *Server) directEvents(r *http.Request, me *user) (int, any) {
	return s.directPage(r, func(d *direct) bool { return d.from == me.id || d.to == me.id })
}

func (s *Server) conversation(r *http.Request, me *user) (int, any) {
	with := r.PathValue("id")
	return s.directPage(r, func(d *direct) bool {
		return d.from == me.id && d.to == with || d.from == with && d.to == me.id
	})
}

func (s *Server) directPage(r *http.Request, wanted func(*direct) bool) (int, any) {
	q := r.URL.Query()
	limit, err := strconv.Atoi(q.Get("max_results"))
	if bad := s.badFields(q); err != nil || limit < 1 || limit > 100 || len(bad) > 0 || q.Get("event_types") != "MessageCreate" {
		s.blame("direct messages asked for as X does not answer: " + r.URL.RawQuery)
		return http.StatusBadRequest, problem(http.StatusBadRequest, "invalid-request")
	}
	var data []any
	var users []*user
	meta := map[string]any{}
	for _, d := range slices.Backward(s.directs) {
		if !wanted(d) || q.Get("pagination_token") != "" && !later(q.Get("pagination_token"), d.id) {
			continue
		}
		if len(data) == limit {
			last, _ := data[limit-1].(map[string]any)
			meta["next_token"] = last["id"]
			break
		}
		data = append(data, s.directJSON(d))
		users = append(users, s.userByID(d.from))
	}
	answer := map[string]any{"meta": meta}
	if len(data) > 0 {
		answer["data"], answer["includes"] = data, map[string]any{"users": s.usersJSON(users)}
	}
	meta["result_count"] = len(data)
	return http.StatusOK, answer
}

func (s *Server) directJSON(d *direct) map[string]any {
	return map[string]any{
		"id": d.id, "event_type": "MessageCreate", "text": escape(d.text), "sender_id": d.from,
		"dm_conversation_id": d.conversation(), "created_at": d.at.UTC().Truncate(1e9).Format(secondsUTC),
	}
}

// sendDirect answers with ids, or with a whole event (Options.NewNames): X's
// documentation and its playground differ.
func (s *Server) sendDirect(r *http.Request, me *user) (int, any) {
	to := s.userByID(r.PathValue("id"))
	var in struct {
		Text string `json:"text"`
	}
	if json.NewDecoder(r.Body).Decode(&in) != nil || to == nil || strings.TrimSpace(in.Text) == "" || utf8.RuneCountInString(in.Text) > 10_000 {
		s.blame("a direct message that X would refuse")
		return http.StatusBadRequest, problem(http.StatusBadRequest, "invalid-request")
	}
	d := s.tell(me, to, in.Text)
	if s.o.NewNames {
		return http.StatusCreated, map[string]any{"data": s.directJSON(d)}
	}
	return http.StatusCreated, map[string]any{"data": map[string]any{"dm_conversation_id": d.conversation(), "dm_event_id": d.id}}
}
