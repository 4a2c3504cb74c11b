package xtest

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Pushing is how well streams work.
type Pushing int

// The ways of pushing.
const (
	PushAll     Pushing = iota // everything, once, in order
	PushNothing                // connected; keep-alives only
	PushSome                   // loses about half, without a word
	PushTwice                  // everything twice, the second time late and out of order
	PushRefused                // no stream can be opened
	PushMost                   // loses one in twenty
	PushDeleted                // holds a post back until it is deleted, and tells that first
)

type rule struct {
	ID    string `json:"id"`
	Value string `json:"value"`
	Tag   string `json:"tag"`
}

// stream is one open connection: of the app, or of a user of version 1.1.
type stream struct {
	follow string // version 1.1: the user who listens
	out    chan []byte
	end    chan struct{}
}

// SetPushing changes how well streams work from now on.
func (s *Server) SetPushing(p Pushing) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pushing = p
	if p == PushRefused {
		s.cut()
	}
}

// Cut hangs up on every stream; clients may connect again.
func (s *Server) Cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cut()
}

func (s *Server) cut() {
	for _, st := range s.streams {
		close(st.end)
	}
	s.streams = nil
}

// Streams is how many streams are open.
func (s *Server) Streams() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.streams)
}

// PushRaw sends a line as it is to every stream.
func (s *Server) PushRaw(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, st := range s.streams {
		s.send(st, []byte(line+"\r\n"))
	}
}

// Rules lists the values of the app's rules.
func (s *Server) Rules() (values []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.rules {
		values = append(values, r.Value)
	}
	slices.Sort(values)
	return values
}

// AddRule adds a rule that another program of the same app made.
func (s *Server) AddRule(value, tag string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules = append(s.rules, rule{s.id(time.Now()), value, tag})
}

func (s *Server) listRules(*http.Request, *user) (int, any) {
	answer := map[string]any{"meta": map[string]any{"result_count": len(s.rules)}}
	if len(s.rules) > 0 {
		answer["data"] = s.rules
	}
	return http.StatusOK, answer
}

func (s *Server) changeRules(r *http.Request, _ *user) (int, any) {
	var in struct {
		Add    []rule `json:"add"`
		Delete struct {
			IDs []string `json:"ids"`
		} `json:"delete"`
	}
	if json.NewDecoder(r.Body).Decode(&in) != nil || len(in.Add) == 0 && len(in.Delete.IDs) == 0 || len(in.Add) > 0 && len(in.Delete.IDs) > 0 {
		s.blame("rules that cannot be read")
		return http.StatusBadRequest, problem(http.StatusBadRequest, "invalid-request")
	}
	s.rules = slices.DeleteFunc(s.rules, func(r rule) bool { return slices.Contains(in.Delete.IDs, r.ID) })
	var added, errors []any
	for _, want := range in.Add {
		if _, err := parseQuery(want.Value); err != nil || len(want.Value) > 1024 {
			s.blame("rule " + want.Value)
			errors = append(errors, map[string]any{"value": want.Value, "title": "UnprocessableEntity", "type": "https://api.twitter.com/2/problems/invalid-rules"})
			continue
		}
		if i := slices.IndexFunc(s.rules, func(r rule) bool { return r.Value == want.Value && r.Tag == want.Tag }); i >= 0 {
			errors = append(errors, map[string]any{"value": want.Value, "id": s.rules[i].ID, "title": "DuplicateRule", "type": "https://api.twitter.com/2/problems/duplicate-rules"})
			continue
		}
		want.ID = s.id(time.Now())
		s.rules = append(s.rules, want)
		added = append(added, want)
	}
	answer := map[string]any{"meta": map[string]any{"summary": map[string]any{"created": len(added), "not_created": len(errors)}}}
	if added != nil {
		answer["data"] = added
	}
	if errors != nil {
		answer["errors"] = errors
	}
	return http.StatusOK, answer
}

// filtered is the app's stream: one connection, and none without rules.
func (s *Server) filtered(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	_, app := s.caller(r, nil)
	open := slices.ContainsFunc(s.streams, func(st *stream) bool { return st.follow == "" })
	status, kind := 0, ""
	switch {
	case s.pushing == PushRefused:
		status = http.StatusServiceUnavailable
	case !app:
		s.blame("a stream without the app's token")
		status, kind = http.StatusForbidden, "unsupported-authentication"
	case len(s.rules) == 0:
		s.blame("a stream without rules")
		status = http.StatusConflict
	case open:
		status, kind = http.StatusTooManyRequests, "streaming-connection"
	}
	for name := range r.URL.Query() {
		if !slices.Contains(paging(), name) || strings.HasSuffix(name, "_id") {
			s.blame("unknown parameter " + name + " for the stream")
		}
	}
	if status != 0 {
		s.mu.Unlock()
		reply(w, status, problem(status, kind))
		return
	}
	st := s.connect("")
	s.mu.Unlock()
	s.stream(w, r, st)
}

func (s *Server) legacyFiltered(w http.ResponseWriter, r *http.Request) {
	body := readBody(r)
	form, _ := url.ParseQuery(string(body)) // none is blamed below
	for name, values := range r.URL.Query() {
		form[name] = values
	}
	s.mu.Lock()
	me, _ := s.caller(r, body)
	if s.pushing == PushRefused {
		s.mu.Unlock()
		reply(w, http.StatusServiceUnavailable, codes(130))
		return
	}
	if me == nil || me.dead || form.Get("follow") != me.id {
		s.mu.Unlock()
		reply(w, http.StatusUnauthorized, codes(32))
		return
	}
	st := s.connect(me.id)
	s.mu.Unlock()
	s.stream(w, r, st)
}

func (s *Server) connect(follow string) *stream {
	st := &stream{follow: follow, out: make(chan []byte, 1024), end: make(chan struct{})}
	s.streams = append(s.streams, st)
	return st
}

// stream writes until somebody hangs up.
func (s *Server) stream(w http.ResponseWriter, r *http.Request, st *stream) {
	defer s.disconnect(st)
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	flusher, _ := w.(http.Flusher)
	w.WriteHeader(http.StatusOK)
	alive := time.NewTicker(s.o.KeepAlive)
	defer alive.Stop()
	for {
		flusher.Flush()
		line := []byte("\r\n")
		select {
		case <-r.Context().Done():
			return
		case <-st.end:
			panic(http.ErrAbortHandler)
		case <-alive.C:
		case line = <-st.out:
		}
		if _, err := w.Write(line); err != nil {
			return
		}
	}
}

func (s *Server) disconnect(st *stream) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.streams = slices.DeleteFunc(s.streams, func(o *stream) bool { return o == st })
}

// push tells the streams of a new version of a post.
func (s *Server) push(p *Post) {
	if s.lost() || s.pushing == PushDeleted {
		return
	}
	s.spread(p)
}

// lost tells whether what is to be pushed now is lost on its way.
func (s *Server) lost() bool {
	return s.pushing == PushNothing || s.pushing == PushRefused || s.pushing == PushSome && rand.IntN(2) == 0 ||
		s.pushing == PushMost && rand.IntN(20) == 0
}

// spread gives a post to every stream it concerns.
func (s *Server) spread(p *Post) {
	for _, st := range s.streams {
		var body any
		if st.follow != "" {
			me := s.userByID(st.follow)
			parent := s.posts[p.Parent]
			if p.Author != me.id && !names(p.latest().Text, me.name) && (parent == nil || parent.Author != me.id) {
				continue
			}
			body = s.legacyPost(p, p.latest())
		} else if body = s.matched(p); body == nil {
			continue
		}
		s.frame(st, body)
	}
}

// matched is a frame of the app's stream, nil if no rule matches.
func (s *Server) matched(p *Post) any {
	var matching []any
	for _, r := range s.rules {
		if m, err := parseQuery(r.Value); err == nil && m(s, p) {
			matching = append(matching, map[string]any{"id": r.ID, "tag": r.Tag})
		}
	}
	if matching == nil {
		return nil
	}
	return map[string]any{
		"data": s.postJSON(p, p.latest()), "matching_rules": matching,
		"includes": map[string]any{"users": s.usersJSON([]*user{s.userByID(p.Author)})},
	}
}

// pushDeletion tells version 1.1's streams; version 2's tell nothing.
func (s *Server) pushDeletion(p *Post) {
	if s.lost() {
		return
	}
	for _, st := range s.streams {
		if st.follow == "" {
			continue
		}
		for _, v := range p.Versions {
			s.frame(st, map[string]any{"delete": map[string]any{
				"status": map[string]any{"id_str": v.ID, "id": number(v.ID), "user_id_str": p.Author},
			}})
		}
	}
}

func number(id string) uint64 {
	n, _ := strconv.ParseUint(id, 10, 64) // our own ids
	return n
}

// frame sends a frame, twice where streams do that.
func (s *Server) frame(st *stream, body any) {
	line, err := json.Marshal(body)
	if err != nil {
		s.blame("our own frame: " + err.Error())
		return
	}
	line = append(line, '\r', '\n')
	s.send(st, line)
	if s.pushing != PushTwice {
		return
	}
	s.pending.Go(func() {
		select {
		case <-time.After(time.Duration(rand.IntN(40)) * time.Millisecond):
			s.send(st, line)
		case <-s.stopped:
		}
	})
}

// send gives a line to a connection; one that does not read loses it.
func (s *Server) send(st *stream, line []byte) {
	select {
	case st.out <- line:
	default:
	}
}
