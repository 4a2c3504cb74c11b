package graphtest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// The fake's app.
const (
	AppID       = "190000000000001"
	AppSecret   = "fake-app-secret"
	VerifyToken = "fake-verify-token"
)

// Options changes how the server behaves.
type Options struct {
	Gaps       bool             // pages come short or empty with more behind them
	HumanAgent bool             // the app has the Human Agent permission
	Now        func() time.Time // default time.Now
	Skew       time.Duration    // how far the server's clock is ahead of Now
	First      int64            // where ids begin; a server that follows another must not repeat its ids
}

// Server is a fake Graph on the loopback. Its methods are safe for concurrent
// use.
type Server struct {
	URL string

	o      Options
	kinds  map[string]kind
	http   *http.Server
	ctx    context.Context // ends with Close
	cancel context.CancelFunc
	work   sync.WaitGroup

	mu           sync.Mutex
	next, seq    int64
	pages        int
	objects      map[string]*object
	tokens       map[string]*token
	codes        map[string]login
	people       map[string]*object
	user         string // who signs in at the dialog
	fails        []Failure
	limitedUntil time.Time
	usage        int
	blamed       []string
	calls        int
	signatures   int
	hook         *subscriber
	conns        map[net.Conn]struct{}
}

// New starts a server that runs until Close; ctx ends what it does by itself.
func New(ctx context.Context, o Options) (*Server, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("starting the fake Graph: %w", err)
	}
	s := &Server{
		URL: "http://" + listener.Addr().String(), o: o, next: cmp.Or(o.First, 100_000_000_000_000),
		objects: map[string]*object{}, tokens: map[string]*token{}, codes: map[string]login{}, people: map[string]*object{},
		conns: map[net.Conn]struct{}{},
	}
	s.kinds = facebookKinds()
	maps.Copy(s.kinds, instagramKinds())
	s.ctx, s.cancel = context.WithCancel(ctx)
	s.hook = newSubscriber(s)
	s.tokens[AppID+"|"+AppSecret] = &token{value: AppID + "|" + AppSecret, kind: "APP"}
	s.http = &http.Server{Handler: http.HandlerFunc(s.serve), ReadHeaderTimeout: 10 * time.Second, ConnState: s.track}
	s.work.Go(func() {
		if err := s.http.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.blame("the server ended: " + err.Error())
		}
	})
	return s, nil
}

// Close stops the server and its webhooks.
func (s *Server) Close() {
	s.cancel()
	_ = s.http.Close()
	s.work.Wait()
}

func (s *Server) track(c net.Conn, state http.ConnState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch state {
	case http.StateNew:
		s.conns[c] = struct{}{}
	case http.StateClosed, http.StateHijacked:
		delete(s.conns, c)
	}
}

// Cut breaks every connection, whatever is under way on it.
func (s *Server) Cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		_ = c.Close()
	}
}

// Skew puts the server's clock ahead of Now, or behind.
func (s *Server) Skew(ahead time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.o.Skew = ahead
}

// Complaints lists what clients did that a careful one would not.
func (s *Server) Complaints() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.blamed)
}

// Calls is how many calls were made so far.
func (s *Server) Calls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

// SetUsage sets the share of the app's limit that the answers tell, in per cent.
func (s *Server) SetUsage(percent int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.usage = percent
}

func (s *Server) now() time.Time { return s.o.Now().Add(s.o.Skew).UTC() }

func (s *Server) blame(what string) {
	if len(s.blamed) < 100 {
		s.blamed = append(s.blamed, what)
	}
}
