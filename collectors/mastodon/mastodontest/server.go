// Package mastodontest is a fake: a server written for Vigie's own tests that
// behaves as Mastodon's documentation and a running GoToSocial showed the real
// ones to behave. It is strict where a client may be careless: an unknown
// parameter, a token in an address, a page that is too long are answered with an
// error and remembered (Complaints). It proves what Vigie does, not what Mastodon
// does; for that, the same suite is pointed at a real server.
package mastodontest

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Options changes how the server behaves.
type Options struct {
	GoToSocial bool // its version, its 25 characters a link, its deafness to idempotency keys
	RateLimit  int  // calls in five minutes; default 1,000,000
}

// Server is a fake Mastodon server on the loopback. All its methods are safe
// for concurrent use.
type Server struct {
	URL string

	o       Options
	http    *http.Server
	mu      sync.Mutex
	users   map[string]*user // by token
	next    int64
	posts   map[string]*Status
	order   []string                   // ids of posts, oldest first
	written map[string][]string        // the same, by author
	notes   map[string][]*notification // by whom they are for, oldest first
	held    []*notification            // made and not shown
	keys    map[string]string          // idempotency key to status id
	likes   map[string]bool            // status id and user id
	apps    map[string]*app            // by client id
	codes   map[string]*code
	streams []*stream
	pushing Pushing
	fails   []Failure
	calls   int
	reset   time.Time
	blamed  []string
}

type user struct {
	id, name, token string
	dead            bool
}

// New starts a server with the users named, each with the token "token-NAME".
// It panics if the loopback has no port left: nothing can be tested then.
func New(o Options, names ...string) *Server {
	if o.RateLimit == 0 {
		o.RateLimit = 1_000_000
	}
	s := &Server{
		o: o, users: map[string]*user{}, posts: map[string]*Status{}, keys: map[string]string{},
		written: map[string][]string{}, notes: map[string][]*notification{},
		likes: map[string]bool{}, apps: map[string]*app{}, codes: map[string]*code{},
		next: 110_000_000_000_000_000, reset: time.Now().Add(5 * time.Minute),
	}
	for i, name := range names {
		u := &user{id: strconv.Itoa(1000 + i), name: name, token: "token-" + name}
		s.users[u.token] = u
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	s.URL = "http://" + listener.Addr().String()
	s.http = &http.Server{Handler: s.routes(), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = s.http.Serve(listener) }() // ends with Close
	return s
}

// Close stops the server and its streams.
func (s *Server) Close() {
	s.Cut()
	_ = s.http.Close() // what is under way ends with an error, as it should
}

// Host is the server's name and port: the scope of its ids.
func (s *Server) Host() string { return strings.TrimPrefix(s.URL, "http://") }

// UserID is the id of a user.
func (s *Server) UserID(name string) string { return s.user(name).id }

// SetToken makes a user's token die or live again.
func (s *Server) SetToken(name string, alive bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.user(name).dead = !alive
	if !alive {
		s.cut()
	}
}

// Complaints lists what clients did that a strict server would not take.
func (s *Server) Complaints() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.blamed)
}

func (s *Server) user(name string) *user { return s.users["token-"+name] }

func (s *Server) userByID(id string) *user {
	for _, u := range s.users {
		if u.id == id {
			return u
		}
	}
	return nil
}

// id gives the next id; the steps differ so that nobody can count on them.
func (s *Server) id() string {
	s.next += 1 + s.next%7
	return strconv.FormatInt(s.next, 10)
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	open := func(pattern string, h handler, params ...string) { mux.HandleFunc(pattern, s.wrap(h, params, false)) }
	signed := func(pattern string, h handler, params ...string) { mux.HandleFunc(pattern, s.wrap(h, params, true)) }
	open("GET /api/v1/instance", s.instanceV1)
	if !s.o.GoToSocial {
		open("GET /api/v2/instance", s.instanceV2)
	}
	paging := []string{"max_id", "min_id", "since_id", "limit"}
	signed("GET /api/v1/accounts/verify_credentials", s.verify)
	signed("GET /api/v1/accounts/{id}/statuses", s.accountStatuses, append(paging, "exclude_reblogs")...)
	signed("GET /api/v1/notifications", s.notifications, append(paging, "exclude_types[]", "types[]")...)
	signed("GET /api/v1/statuses/{id}", s.getStatus)
	signed("GET /api/v1/statuses/{id}/context", s.context)
	signed("POST /api/v1/statuses", s.postStatus, "status", "in_reply_to_id", "visibility", "spoiler_text", "language")
	signed("GET /api/v1/timelines/tag/{tag}", s.tagTimeline, append(paging, "local")...)
	signed("POST /api/v1/statuses/{id}/favourite", s.favourite)
	signed("POST /api/v1/statuses/{id}/unfavourite", s.unfavourite)
	open("POST /api/v1/apps", s.newApp, "client_name", "redirect_uris", "scopes", "website")
	open("POST /oauth/token", s.token, "grant_type", "code", "client_id", "client_secret", "redirect_uri", "scope", "code_verifier")
	if !s.o.GoToSocial {
		open("GET /.well-known/oauth-authorization-server", s.metadata)
	}
	mux.HandleFunc("GET /oauth/authorize", s.authorize)
	mux.HandleFunc("GET /api/v1/streaming", s.streaming)
	return mux
}

// handler answers one call. me is nil for open calls; the server is locked.
type handler func(w http.ResponseWriter, r *http.Request, me *user) (status int, body any)

type failure struct {
	Error string `json:"error"`
}

// wrap does what every call has in common: injected failures, strictness,
// the token, the rate window.
func (s *Server) wrap(h handler, params []string, signed bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		fail := s.nextFailure(r)
		if fail != nil && s.answerFailure(w, *fail) {
			s.mu.Unlock()
			return
		}
		status, body := s.admit(w, r, params, signed)
		if status == 0 {
			status, body = h(w, r, s.users[bearer(r)])
		}
		s.mu.Unlock()
		if fail != nil && *fail == LateAnswer {
			time.Sleep(500 * time.Millisecond)
		}
		if fail != nil && *fail == LostAnswer {
			// Accepted; then the connection breaks.
			panic(http.ErrAbortHandler)
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(body)
	}
}

func (s *Server) admit(w http.ResponseWriter, r *http.Request, params []string, signed bool) (int, any) {
	if err := r.ParseForm(); err != nil {
		return http.StatusBadRequest, failure{err.Error()}
	}
	if r.URL.Query().Has("access_token") {
		s.blame("token in the address: " + r.URL.Path)
	}
	for name := range r.Form {
		if !slices.Contains(params, name) {
			s.blame("unknown parameter " + name + " for " + r.URL.Path)
			return http.StatusBadRequest, failure{"unknown parameter " + name}
		}
	}
	u := s.users[bearer(r)]
	if signed && (u == nil || u.dead) {
		return http.StatusUnauthorized, failure{"The access token is invalid"}
	}
	if now := time.Now(); now.After(s.reset) {
		s.calls, s.reset = 0, now.Add(5*time.Minute)
	}
	s.calls++
	s.rateHeaders(w, max(0, s.o.RateLimit-s.calls), s.reset)
	if s.calls > s.o.RateLimit {
		s.blame("called on after the rate window was used up")
		return http.StatusTooManyRequests, failure{"Too many requests"}
	}
	return 0, nil
}

func (s *Server) rateHeaders(w http.ResponseWriter, left int, reset time.Time) {
	w.Header().Set("X-RateLimit-Limit", strconv.Itoa(s.o.RateLimit))
	w.Header().Set("X-RateLimit-Remaining", strconv.Itoa(left))
	w.Header().Set("X-RateLimit-Reset", reset.UTC().Format("2006-01-02T15:04:05.000000Z"))
}

func (s *Server) blame(what string) { s.blamed = append(s.blamed, what) }

func bearer(r *http.Request) string {
	return strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
}

func (s *Server) verify(_ http.ResponseWriter, _ *http.Request, me *user) (int, any) {
	return http.StatusOK, s.accountOf(me)
}

func (s *Server) instanceV1(http.ResponseWriter, *http.Request, *user) (int, any) {
	version, perURL := "4.4.1", 23
	if s.o.GoToSocial {
		version, perURL = "0.20.0-SNAPSHOT+git-1a2b3c", 25
	}
	return http.StatusOK, map[string]any{
		"uri": s.Host(), "version": version,
		"urls":          map[string]any{"streaming_api": "ws://" + s.Host()},
		"configuration": map[string]any{"statuses": map[string]any{"max_characters": 500, "characters_reserved_per_url": perURL}},
	}
}

func (s *Server) instanceV2(http.ResponseWriter, *http.Request, *user) (int, any) {
	return http.StatusOK, map[string]any{
		"domain": s.Host(), "version": "4.4.1", "source_url": "https://github.com/mastodon/mastodon",
		"configuration": map[string]any{
			"urls":     map[string]any{"streaming": "ws://" + s.Host()},
			"statuses": map[string]any{"max_characters": 500, "characters_reserved_per_url": 23},
		},
	}
}

// page answers with one page of a list and its Link header. list is oldest first,
// the page newest first; most is the greatest limit a client may ask for.
func page[T any](s *Server, w http.ResponseWriter, r *http.Request, list []T, id func(T) string, most int) ([]T, error) {
	q := r.Form
	limit := 20
	if v := q.Get("limit"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 || n > most {
			s.blame("limit " + v)
			return nil, fmt.Errorf("limit %s", v)
		}
		limit = n
	}
	// Where the first item that is newer than an id stands, or not older.
	after := func(than string) int {
		return sort.Search(len(list), func(i int) bool { return less(than, id(list[i])) })
	}
	from, to := max(after(q.Get("since_id")), after(q.Get("min_id"))), len(list)
	if most := q.Get("max_id"); most != "" {
		to = sort.Search(len(list), func(i int) bool { return !less(id(list[i]), most) })
	}
	switch from = min(from, to); {
	case to-from <= limit:
	case q.Get("min_id") != "":
		to = from + limit // just above min_id
	default:
		from = to - limit
	}
	within := slices.Clone(list[from:to])
	slices.Reverse(within)
	if len(within) > 0 {
		link := func(param, id, rel string) string {
			u := url.URL{Scheme: "http", Host: s.Host(), Path: r.URL.Path, RawQuery: url.Values{param: {id}, "limit": {strconv.Itoa(limit)}}.Encode()}
			return fmt.Sprintf("<%s>; rel=%q", u.String(), rel)
		}
		w.Header().Set("Link", link("max_id", id(within[len(within)-1]), "next")+", "+link("min_id", id(within[0]), "prev"))
	}
	return within, nil
}

// statuses answers with one page of a list of posts, oldest first.
func (s *Server) statuses(w http.ResponseWriter, r *http.Request, ids []string) (int, any) {
	within, err := page(s, w, r, ids, func(id string) string { return id }, 40)
	if err != nil {
		return http.StatusBadRequest, failure{err.Error()}
	}
	list := make([]any, len(within))
	for i, id := range within {
		list[i] = s.json(s.posts[id])
	}
	return http.StatusOK, list
}

// less compares ids as numbers.
func less(a, b string) bool {
	if len(a) != len(b) {
		return len(a) < len(b)
	}
	return a < b
}
