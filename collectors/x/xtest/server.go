// Package xtest is a fake: a server written for Vigie's own tests and its demo
// that behaves as X's documentation says X does, in both versions of its API. It
// is strict where a client may be careless: an unknown field, the wrong kind of
// token, a signature that does not verify, a text that is too long, a hundred and
// one ids, a refresh token used twice are refused and remembered (Complaints). It
// proves what Vigie does, not what X does.
//
// What it knows: users with posts, threads, edits, deletions and direct messages;
// the rule that only who was summoned may reply; the operators of search that
// Vigie uses; the filtered stream with its rules; the Activity API's subscriptions
// with signed deliveries and their check; sign-in with OAuth 2.0 and calls signed
// with OAuth 1.0a; rate windows of each endpoint; and failures, when asked to
// (Fail, SetPushing, SetToken).
package xtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The app registered with the fake.
const (
	ClientID       = "client-id"
	ClientSecret   = "client-secret"
	ConsumerKey    = "consumer-key"
	ConsumerSecret = "consumer-secret"
	Bearer         = "app-bearer"
)

// Options changes how the server behaves.
type Options struct {
	Reach      int            // how far timelines reach back; default 800
	Enterprise bool           // no rule about replies, likes allowed
	NewNames   bool           // fields as the description of August 2026 names them
	Windows    map[string]int // calls in 15 minutes by endpoint, e.g. "GET /2/dm_events"
	KeepAlive  time.Duration  // of streams; default 20 s
	HookGap    time.Duration  // between two attempts to deliver; default 1 s
	TokenLife  time.Duration  // of an access token; default 2 h
}

// Server is a fake of X on the loopback. All its methods are safe for concurrent
// use.
type Server struct {
	URL string

	o       Options
	http    *http.Server
	mu      sync.Mutex
	users   []*user
	count   uint64
	posts   map[string]*Post // by the id of any version
	order   []*Post          // oldest first
	directs []*direct
	rules   []rule
	streams []*stream
	pushing Pushing
	fails   []Failure
	calls   map[string]int
	reset   time.Time
	skew    time.Duration
	grants  map[string]string // authorization code to user
	subs    []subscription
	hooks   map[string]string // webhook id to address
	pending sync.WaitGroup
	stopped chan struct{}
	blamed  []string
}

type user struct {
	id, name, title string
	token, refresh  string
	expires         time.Time
	dead            bool
}

// New starts a server with the users named.
func New(o Options, names ...string) (*Server, error) {
	if o.Reach == 0 {
		o.Reach = 800
	}
	if o.KeepAlive == 0 {
		o.KeepAlive = 20 * time.Second
	}
	if o.HookGap == 0 {
		o.HookGap = time.Second
	}
	if o.TokenLife == 0 {
		o.TokenLife = 2 * time.Hour
	}
	s := &Server{
		o: o, posts: map[string]*Post{}, calls: map[string]int{}, grants: map[string]string{}, hooks: map[string]string{},
		reset: time.Now().Add(15 * time.Minute), stopped: make(chan struct{}),
	}
	for i, name := range names {
		s.users = append(s.users, &user{
			id: strconv.Itoa(1_500_000_000 + i*7), name: name, title: strings.ToUpper(name[:1]) + name[1:],
			token: "token-" + name, refresh: "refresh-" + name, expires: time.Now().Add(o.TokenLife),
		})
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s.URL = "http://" + listener.Addr().String()
	s.http = &http.Server{Handler: s.routes(), ReadHeaderTimeout: 10 * time.Second}
	go func() {
		if err := s.http.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			s.Blame("the server ended: " + err.Error())
		}
	}()
	return s, nil
}

// Close stops the server and its streams.
func (s *Server) Close() {
	close(s.stopped)
	s.Cut()
	_ = s.http.Close() // nothing is lost that a test would miss
	s.pending.Wait()
}

// Secrets are what an account's vault holds: with OAuth 2.0, or 1.0a.
func (s *Server) Secrets(name string, oauth1 bool) map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.user(name)
	if oauth1 {
		return map[string]string{"token": u.oauthToken(), "token_secret": u.oauthSecret()}
	}
	return map[string]string{"token": u.token, "refresh": u.refresh, "expires": u.expires.UTC().Format(time.RFC3339)}
}

// AppSecrets are what the vault holds for the app.
func AppSecrets() map[string]string {
	return map[string]string{
		"client_id": ClientID, "client_secret": ClientSecret,
		"consumer_key": ConsumerKey, "consumer_secret": ConsumerSecret, "bearer": Bearer,
	}
}

func (u *user) oauthToken() string  { return u.id + "-" + u.name }
func (u *user) oauthSecret() string { return "oauth-secret-" + u.name }

// UserID is the id of a user.
func (s *Server) UserID(name string) string { return s.user(name).id }

// SetToken makes a user's tokens die or live again.
func (s *Server) SetToken(name string, alive bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.user(name).dead = !alive
}

// Complaints lists what clients did that X would not take.
func (s *Server) Complaints() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.blamed)
}

// Blame adds a complaint.
func (s *Server) Blame(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.blame(what)
}

func (s *Server) blame(what string) { s.blamed = append(s.blamed, what) }

func (s *Server) user(name string) *user {
	return s.find(func(u *user) bool { return u.name == name })
}

func (s *Server) userByID(id string) *user {
	return s.find(func(u *user) bool { return u.id == id })
}

func (s *Server) find(is func(*user) bool) *user {
	if i := slices.IndexFunc(s.users, is); i >= 0 {
		return s.users[i]
	}
	return nil
}

// id gives the next id of that moment: its milliseconds above 22 other bits.
func (s *Server) id(at time.Time) string {
	s.count++
	return strconv.FormatUint(uint64(at.UnixMilli()-1288834974657)<<22|s.count&(1<<22-1), 10)
}

// clock is the server's time.
func (s *Server) clock() time.Time { return time.Now().Add(s.skew) }

// Skew puts the server's clock ahead of ours, or behind.
func (s *Server) Skew(ahead time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.skew = ahead
}

// later compares ids as numbers.
func later(a, b string) bool {
	if len(a) != len(b) {
		return len(a) > len(b)
	}
	return a > b
}

// handler answers one call. me is nil for calls the app makes; the server is
// locked.
type handler func(r *http.Request, me *user) (status int, body any)

// who may make a call.
type signer int

const (
	asUser signer = iota // OAuth 1.0a, or a user's token of OAuth 2.0
	asApp                // the app's bearer token
	asEither
)

// endpoint is one call of the API.
type endpoint struct {
	pattern string
	h       handler
	by      signer
	params  []string // of the query
	v1      bool
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	for _, e := range append(s.version2(), s.version11()...) {
		mux.HandleFunc(e.pattern, s.wrap(e))
	}
	mux.HandleFunc("POST /2/oauth2/token", s.tokenEndpoint)
	mux.HandleFunc("GET /i/oauth2/authorize", s.authorize)
	mux.HandleFunc("GET /2/tweets/search/stream", s.filtered)
	mux.HandleFunc("POST /1.1/statuses/filter.json", s.legacyFiltered)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.Blame("no such endpoint: " + r.Method + " " + r.URL.Path)
		w.WriteHeader(http.StatusNotFound)
	})
	return mux
}

// wrap does what every call has in common: injected failures, the signature, the
// window, strictness.
func (s *Server) wrap(e endpoint) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body := readBody(r)
		s.mu.Lock()
		w.Header().Set("Date", s.clock().UTC().Format(http.TimeFormat))
		fail := s.nextFailure(r)
		if s.answerFailure(w, fail, e.v1) {
			s.mu.Unlock()
			return
		}
		status, answer := s.admit(w, r, body, e)
		if status == 0 {
			me, _ := s.caller(r, body)
			status, answer = e.h(r, me)
		}
		s.mu.Unlock()
		switch fail {
		case LostAnswer:
			panic(http.ErrAbortHandler) // accepted; then the connection breaks
		case LateAnswer:
			time.Sleep(lateBy)
		}
		reply(w, status, answer)
	}
}

func reply(w http.ResponseWriter, status int, answer any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer) // the client is gone: nothing to say to it
}

// admit answers what may not pass; 0: it may.
func (s *Server) admit(w http.ResponseWriter, r *http.Request, body []byte, e endpoint) (int, any) {
	for name := range r.URL.Query() {
		if !slices.Contains(e.params, name) {
			s.blame("unknown parameter " + name + " for " + r.URL.Path)
			return e.fault(http.StatusBadRequest, "invalid-request", 25)
		}
		if strings.Contains(name, "token") && name != "pagination_token" && name != "next_token" {
			s.blame("a token in the address of " + r.URL.Path)
		}
	}
	me, app := s.caller(r, body)
	switch {
	case me == nil && !app, me != nil && me.dead:
		return e.fault(http.StatusUnauthorized, "", 89)
	case e.by == asUser && me == nil, e.by == asApp && !app:
		s.blame("the wrong kind of token for " + r.Method + " " + r.URL.Path)
		return e.fault(http.StatusForbidden, "unsupported-authentication", 220)
	}
	if now := time.Now(); now.After(s.reset) {
		clear(s.calls)
		s.reset = now.Add(15 * time.Minute)
	}
	limit, known := s.o.Windows[e.pattern]
	if !known {
		limit = 1_000_000
	}
	key := e.pattern
	if me != nil {
		key += me.id
	}
	s.calls[key]++
	windowHeaders(w, limit, max(0, limit-s.calls[key]), s.reset)
	if s.calls[key] > limit {
		s.blame("called on after the window of " + e.pattern + " was used up")
		return e.fault(http.StatusTooManyRequests, "", 88)
	}
	return 0, nil
}

// Calls is how often an endpoint was called by a user (by the app where name is
// empty) in this window.
func (s *Server) Calls(pattern, name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if name == "" {
		return s.calls[pattern]
	}
	return s.calls[pattern+s.user(name).id]
}

func windowHeaders(w http.ResponseWriter, limit, left int, reset time.Time) {
	w.Header().Set("x-rate-limit-limit", strconv.Itoa(limit))
	w.Header().Set("x-rate-limit-remaining", strconv.Itoa(left))
	w.Header().Set("x-rate-limit-reset", strconv.FormatInt(reset.Unix(), 10))
}

// fault is an error as the version writes it.
func (e *endpoint) fault(status int, kind string, code int) (int, any) {
	if e.v1 {
		return status, codes(code)
	}
	return status, problem(status, kind)
}

// problem is an error of version 2.
func problem(status int, kind string) map[string]any {
	t := "about:blank"
	if kind != "" {
		t = "https://api.twitter.com/2/problems/" + kind
	}
	return map[string]any{"title": http.StatusText(status), "detail": fmt.Sprintf("refused: %d", status), "type": t, "status": status}
}

// codes is an error of version 1.1.
func codes(code int) map[string]any {
	return map[string]any{"errors": []any{map[string]any{"code": code, "message": "refused"}}}
}
