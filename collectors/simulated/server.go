package simulated

import (
	"context"
	"encoding/json"
	"math"
	"net"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// What the server's pages may hold and how long a stream is held open.
const (
	pageSize    = 40
	longestPoll = 25 * time.Second
	stride      = time.Second // the longest sleep between two looks of a held stream
	maxBody     = 1 << 20
	replyHeader = "Reply-Id" // the sender's id of a reply; only counted
)

// Server is a simulated network behind HTTP. It serves a client in the same
// process or, under Serve, in others. Its other methods are for tests: they
// make things happen there, and read what did.
type Server struct {
	world *world
	mux   *http.ServeMux
}

// NewServer starts a world, or takes up the one in o.Dir.
func NewServer(o Options) (*Server, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	t, err := readTalk()
	if err != nil {
		return nil, err
	}
	w, err := openWorld(o, t)
	if err != nil {
		return nil, err
	}
	s := &Server{world: w, mux: http.NewServeMux()}
	s.mux.HandleFunc("GET /pages/{page}", s.about)
	s.mux.HandleFunc("GET /pages/{page}/feed", s.feed)
	s.mux.HandleFunc("GET /pages/{page}/stream", s.stream)
	s.mux.HandleFunc("GET /pages/{page}/threads/{thread}", s.thread)
	s.mux.HandleFunc("POST /pages/{page}/replies", s.reply)
	s.mux.HandleFunc("GET /tallies", s.tallies)
	return s, nil
}

// ServeHTTP serves the network's API.
func (s *Server) ServeHTTP(rw http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(rw, r) }

// Close closes the world's journal.
func (s *Server) Close() error {
	s.world.mu.Lock()
	defer s.world.mu.Unlock()
	return s.world.journal.close()
}

// Serve serves s on l until ctx ends, for networks whose Options have its
// address as URL.
func Serve(ctx context.Context, l net.Listener, s *Server) error {
	server := &http.Server{
		Handler: s, ReadHeaderTimeout: 10 * time.Second,
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	if err := server.Serve(l); ctx.Err() == nil {
		return err
	}
	return nil
}

// enter finds the page a request speaks for and brings the world to the
// present. It leaves the world locked; when ok is false it has answered.
func (s *Server) enter(rw http.ResponseWriter, r *http.Request) (from page, now time.Time, ok bool) {
	s.world.mu.Lock()
	now, err := s.world.look()
	from, known := pageByID(r.PathValue("page"))
	switch {
	case err != nil:
		fail(rw, http.StatusServiceUnavailable, err.Error())
	case !known || s.world.revoked[from.id]:
		fail(rw, http.StatusUnauthorized, "this page is not signed in")
	default:
		return from, now, true
	}
	s.world.mu.Unlock()
	return from, now, false
}

func (s *Server) about(rw http.ResponseWriter, r *http.Request) {
	from, _, ok := s.enter(rw, r)
	if !ok {
		return
	}
	out := limits{Title: from.title, Limit: Limit, IndexDelay: s.world.settings.Trouble.IndexDelay}
	s.world.mu.Unlock()
	give(rw, http.StatusOK, out)
}

func (s *Server) feed(rw http.ResponseWriter, r *http.Request) {
	before := int64(math.MaxInt64)
	if v := r.FormValue("before"); v != "" {
		var err error
		if before, err = strconv.ParseInt(v, 10, 64); err != nil {
			fail(rw, http.StatusBadRequest, "before is no position")
			return
		}
	}
	from, now, ok := s.enter(rw, r)
	if !ok {
		return
	}
	out := s.world.sheet(from.id, before)
	down := s.world.dice("feed", from.id, now.String()).Float64() < s.world.settings.Trouble.Fail
	s.world.mu.Unlock()
	if down {
		fail(rw, http.StatusServiceUnavailable, "over capacity")
		return
	}
	out.Now = now
	give(rw, http.StatusOK, out)
}

// stream is a long poll: it answers as soon as something arrives, and with
// nothing after longestPoll. Without after it tells where the present is.
func (s *Server) stream(rw http.ResponseWriter, r *http.Request) {
	var after, opened time.Time
	if v := r.FormValue("after"); v != "" {
		var err error
		if after, err = time.Parse(time.RFC3339Nano, v); err != nil {
			fail(rw, http.StatusBadRequest, "after is no time")
			return
		}
	}
	for {
		from, now, ok := s.enter(rw, r)
		if !ok {
			return
		}
		if opened.IsZero() {
			opened = now
		}
		out := burst{Items: []item{}, After: now}
		next := now
		if !after.IsZero() {
			var arrived []delivery
			arrived, next = s.world.arrivals(from.id, after, now)
			for _, d := range arrived {
				out.Items = append(out.Items, item{Post: d.notice.then})
			}
			next = s.world.pending(next)
		}
		changed := s.world.changed
		s.world.mu.Unlock()
		if after.IsZero() || len(out.Items) > 0 || now.Sub(opened) >= longestPoll {
			give(rw, http.StatusOK, out)
			return
		}
		if !sleep(r.Context(), changed, now, next) {
			return
		}
	}
}

// sleep waits until next, a change, or one stride; false when ctx has ended.
func sleep(ctx context.Context, changed <-chan struct{}, now, next time.Time) bool {
	d := stride
	if !next.IsZero() {
		d = min(max(next.Sub(now), time.Millisecond), stride)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-changed:
	case <-timer.C:
	}
	return true
}

// thread lists a thread's posts that this page may see, oldest first.
func (s *Server) thread(rw http.ResponseWriter, r *http.Request) {
	from, now, ok := s.enter(rw, r)
	if !ok {
		return
	}
	out := sheet{Now: now, Items: []item{}}
	for _, id := range s.world.threads[r.PathValue("thread")] {
		if p := s.world.posts[id]; !p.Deleted && (!p.Private || slices.Contains(p.To, from.id)) {
			out.Items = append(out.Items, item{Post: *p})
		}
	}
	s.world.mu.Unlock()
	give(rw, http.StatusOK, out)
}

func (s *Server) reply(rw http.ResponseWriter, r *http.Request) {
	var in answer
	if err := json.NewDecoder(http.MaxBytesReader(rw, r.Body, maxBody)).Decode(&in); err != nil {
		fail(rw, http.StatusBadRequest, err.Error())
		return
	}
	in.Reply = r.Header.Get(replyHeader)
	from, now, ok := s.enter(rw, r)
	if !ok {
		return
	}
	what, err := s.world.take(now, from, in)
	var posted Post
	if what.post != nil {
		posted = *what.post
	}
	s.world.mu.Unlock()
	if err != nil {
		fail(rw, http.StatusServiceUnavailable, err.Error())
		return
	}
	if what.stall > 0 && !sleepFor(r.Context(), what.stall) {
		return
	}
	switch {
	case what.status == http.StatusTooManyRequests:
		rw.Header().Set("Retry-After", "5")
		fail(rw, what.status, what.reason)
	case what.status != http.StatusCreated:
		fail(rw, what.status, what.reason)
	default:
		give(rw, what.status, posted)
	}
}

func sleepFor(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

func (s *Server) tallies(rw http.ResponseWriter, _ *http.Request) {
	give(rw, http.StatusOK, s.Tallies())
}

func give(rw http.ResponseWriter, status int, v any) {
	rw.Header().Set("Content-Type", "application/json")
	rw.WriteHeader(status)
	// An error here is the reader having gone; nobody is left to tell.
	_ = json.NewEncoder(rw).Encode(v)
}

func fail(rw http.ResponseWriter, status int, why string) { http.Error(rw, why, status) }
