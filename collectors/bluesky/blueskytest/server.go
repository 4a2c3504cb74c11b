// Package blueskytest is a fake: a server written for Vigie's own tests that
// behaves as the lexicons say and as Bluesky's own dev network (PDS and AppView)
// was seen to behave; its direct messages follow the lexicons alone, because the
// real chat server is closed. It is a PDS, an AppView, a chat server and a
// Jetstream in one. It is strict where a client may be careless: a parameter the
// lexicon does not know, a facet that cuts a letter in two, a reply whose root is
// not its thread's, a refresh token used twice are answered with an error and
// remembered (Complaints). It proves what Vigie does, not what Bluesky does; for
// that, the same suite is pointed at the dev network.
package blueskytest

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/bluesky-social/indigo/atproto/syntax"
)

// Options changes how the server behaves.
type Options struct {
	RateLimit int           // calls in five minutes; default 1,000,000
	Access    time.Duration // how long an access token lives; default 2 h
	ChatDown  bool          // the chat server does not answer
}

// Server is a fake Bluesky on the loopback. All its methods are safe for
// concurrent use.
type Server struct {
	URL string

	o       Options
	http    *http.Server
	clock   syntax.TIDClock
	mu      sync.Mutex
	users   map[string]*user // by DID
	tokens  map[string]*token
	records map[string]*stored // by at:// address
	order   []string           // addresses of posts, in the order the AppView saw them
	notes   []note
	convos  map[string]*convo
	log     map[string][]logged // by DID
	streams []*stream
	events  []frame
	pushing Pushing
	held    map[string]*stored // by PushDeleted
	fails   []Failure
	liked   map[string]string // address of a like by who likes and what
	ahead   time.Duration
	calls   int
	reset   time.Time
	blamed  []string
}

type user struct {
	did, handle, name string
	dead              bool
	closed            bool // takes no direct messages
}

// New starts a server with the users named: NAME.test, with the app password
// "app-NAME", one that is not for direct messages "plain-NAME", and the account's
// own "full-NAME".
func New(o Options, names ...string) (*Server, error) {
	if o.RateLimit == 0 {
		o.RateLimit = 1_000_000
	}
	if o.Access == 0 {
		o.Access = 2 * time.Hour
	}
	s := &Server{
		o: o, users: map[string]*user{}, tokens: map[string]*token{}, records: map[string]*stored{},
		convos: map[string]*convo{}, log: map[string][]logged{}, liked: map[string]string{}, held: map[string]*stored{}, reset: time.Now().Add(5 * time.Minute),
		clock: syntax.TIDClock{ClockID: 7},
	}
	for _, name := range names {
		u := &user{did: "did:plc:" + digest(name)[:24], handle: name + ".test", name: name}
		s.users[u.did] = u
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s.URL = "http://" + listener.Addr().String()
	s.http = &http.Server{Handler: s.routes(), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = s.http.Serve(listener) }() // ends with Close
	return s, nil
}

// Close stops the server and its streams.
func (s *Server) Close() {
	s.Cut()
	_ = s.http.Close()
}

// DID is the id of a user.
func (s *Server) DID(name string) string { return s.named(name).did }

func (s *Server) named(name string) *user { return s.users["did:plc:"+digest(name)[:24]] }

// SetToken makes all of a user's tokens die or live again.
func (s *Server) SetToken(name string, alive bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.named(name).dead = !alive
}

// CloseDirects has a user take no direct messages from now on.
func (s *Server) CloseDirects(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.named(name).closed = true
}

// SetChat has the chat server go down or come back.
func (s *Server) SetChat(up bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.o.ChatDown = !up
}

// Skew has the server's clock be ahead of ours from now on, or behind.
func (s *Server) Skew(ahead time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ahead = ahead
}

// now is the server's own time.
func (s *Server) now() time.Time { return time.Now().Add(s.ahead).UTC() }

// Complaints lists what clients did that a strict server would not take.
func (s *Server) Complaints() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.blamed)
}

func (s *Server) blame(format string, args ...any) {
	s.blamed = append(s.blamed, fmt.Sprintf(format, args...))
}

var base32Lower = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return base32Lower.EncodeToString(sum[:])
}

// cidOf is a CID in form, and a different one for each content.
func cidOf(value any) string {
	raw, err := json.Marshal(value)
	if err != nil {
		panic(err) // our own maps
	}
	return "bafyrei" + digest(string(raw))
}

// handler answers one call. me is nil for open calls; the server is locked.
type handler func(r *request) (status int, body any)

// request is a call that was let in.
type request struct {
	*http.Request
	me     *user
	params map[string][]string
	body   map[string]json.RawMessage
}

func (r *request) param(name string) string {
	if v := r.params[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// text reads a string of the body; "" where there is none.
func (r *request) text(name string) string {
	var v string
	_ = json.Unmarshal(r.body[name], &v)
	return v
}

type failure struct {
	Error   string `json:"error"`
	Message string `json:"message"`
}

func refused(name, message string) (int, any) {
	return http.StatusBadRequest, failure{name, message}
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	for _, m := range []struct {
		verb, name string
		signed     bool
		handle     handler
		knows      string // parameters of a query, fields of a procedure
	}{
		{"POST", "com.atproto.server.createSession", false, s.createSession, "identifier password"},
		{"POST", "com.atproto.server.refreshSession", false, s.refreshSession, ""},
		{"GET", "com.atproto.server.getSession", true, s.getSession, ""},
		{"GET", "com.atproto.identity.resolveHandle", true, s.resolveHandle, "handle"},
		{"GET", "com.atproto.repo.getRecord", true, s.getRecord, "repo collection rkey cid"},
		{"POST", "com.atproto.repo.createRecord", true, s.createRecord, "repo collection rkey record validate swapCommit"},
		{"POST", "com.atproto.repo.putRecord", true, s.putRecord, "repo collection rkey record validate swapCommit swapRecord"},
		{"POST", "com.atproto.repo.deleteRecord", true, s.deleteRecord, "repo collection rkey swapCommit swapRecord"},
		{"GET", "app.bsky.notification.listNotifications", true, s.listNotifications, "reasons limit priority cursor seenAt"},
		{"GET", "app.bsky.feed.getAuthorFeed", true, s.authorFeed, "actor limit cursor filter includePins"},
		{"GET", "app.bsky.feed.searchPosts", true, s.searchPosts, "q sort since until mentions author lang domain url tag limit cursor"},
		{"GET", "app.bsky.feed.getPosts", true, s.getPosts, "uris"},
		{"GET", "app.bsky.actor.getProfiles", true, s.getProfiles, "actors"},
		{"GET", "chat.bsky.convo.getLog", true, s.getLog, "cursor"},
		{"GET", "chat.bsky.convo.listConvos", true, s.listConvos, "limit cursor readState status kind lockStatus"},
		{"GET", "chat.bsky.convo.getConvo", true, s.getConvo, "convoId"},
		{"GET", "chat.bsky.convo.getConvoForMembers", true, s.getConvoForMembers, "members"},
		{"GET", "chat.bsky.convo.getMessages", true, s.getMessages, "convoId limit cursor"},
		{"POST", "chat.bsky.convo.sendMessage", true, s.sendMessage, "convoId message"},
	} {
		mux.HandleFunc(m.verb+" /xrpc/"+m.name, s.wrap(m.name, m.handle, strings.Fields(m.knows), m.signed))
	}
	mux.HandleFunc("GET /subscribe", s.subscribe)
	return mux
}

// wrap does what every call has in common: injected failures, strictness, the
// token, the rate window.
func (s *Server) wrap(name string, h handler, knows []string, signed bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		fail := s.nextFailure(name)
		if fail != nil && s.answerFailure(w, *fail) {
			s.mu.Unlock()
			return
		}
		in := &request{Request: r}
		status, body := s.admit(w, in, name, knows, signed)
		if status == 0 {
			status, body = h(in)
		}
		w.Header().Set("Date", s.now().Format(http.TimeFormat))
		s.mu.Unlock()
		if fail != nil {
			switch *fail {
			case LostAnswer:
				panic(http.ErrAbortHandler) // accepted; then the connection breaks
			case LateAnswer:
				time.Sleep(500 * time.Millisecond)
			}
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(body)
	}
}

func (s *Server) admit(w http.ResponseWriter, r *request, name string, knows []string, signed bool) (int, any) {
	r.params = r.URL.Query()
	for p := range r.params {
		if r.Method == http.MethodPost || !slices.Contains(knows, p) {
			s.blame("unknown parameter %s for %s", p, name)
			return refused("InvalidRequest", "unknown parameter "+p)
		}
	}
	if r.Method == http.MethodPost && len(knows) > 0 {
		if err := json.NewDecoder(r.Body).Decode(&r.body); err != nil || r.Header.Get("Content-Type") != "application/json" {
			s.blame("%s without a JSON body", name)
			return refused("InvalidRequest", "Request encoding (Content-Type) required but not provided")
		}
		for field := range r.body {
			if !slices.Contains(knows, field) {
				s.blame("unknown field %s for %s", field, name)
			}
		}
	}
	if now := time.Now(); now.After(s.reset) {
		s.calls, s.reset = 0, now.Add(5*time.Minute)
	}
	s.calls++
	s.rateHeaders(w, max(0, s.o.RateLimit-s.calls), s.reset)
	if s.calls > s.o.RateLimit {
		s.blame("called on after the rate window was used up")
		return http.StatusTooManyRequests, failure{"RateLimitExceeded", "Rate Limit Exceeded"}
	}
	if signed {
		if status, body := s.authorise(r, name); status != 0 {
			return status, body
		}
	}
	if strings.HasPrefix(name, "chat.") {
		if got := r.Header.Get("Atproto-Proxy"); got != "did:web:api.bsky.chat#bsky_chat" {
			s.blame("%s without a proxy: %q", name, got)
			return http.StatusNotImplemented, failure{"MethodNotImplemented", "Method Not Implemented"}
		}
		if s.o.ChatDown {
			return http.StatusBadGateway, failure{"UpstreamFailure", "Upstream service unreachable"}
		}
	}
	return 0, nil
}

func (s *Server) rateHeaders(w http.ResponseWriter, left int, reset time.Time) {
	w.Header().Set("RateLimit-Limit", strconv.Itoa(s.o.RateLimit))
	w.Header().Set("RateLimit-Remaining", strconv.Itoa(left))
	w.Header().Set("RateLimit-Reset", strconv.FormatInt(reset.Unix(), 10))
	w.Header().Set("RateLimit-Policy", strconv.Itoa(s.o.RateLimit)+";w=300")
}
