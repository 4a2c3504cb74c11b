// Package feedtest is a fake: a server of feeds written for Vigie's own tests and
// demonstration. It keeps entries, writes them as RSS, Atom or JSON Feed with a
// window of its own, answers conditional requests as RFC 9110 says, and notes what
// a careful reader would not do (Complaints).
package feedtest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Format is how the entries are written.
type Format string

// The formats.
const (
	RSS  Format = "rss"
	Atom Format = "atom"
	JSON Format = "json"
)

// Entry is one entry of the feed. A zero Created or Updated is not told.
type Entry struct {
	ID, Title, HTML, Author, Link string
	Created, Updated              time.Time
}

// Options changes how the server behaves.
type Options struct {
	Format Format        // default RSS
	Window int           // how many entries are shown; default 500
	MaxAge time.Duration // told in Cache-Control
	TTL    int           // minutes, told by RSS
}

// Failure is what goes wrong with a request.
type Failure string

// The failures.
const (
	Busy    Failure = "busy"    // 429 with Retry-After of one second
	Broken  Failure = "broken"  // 503 with a page of HTML
	Page    Failure = "page"    // 200 with a page of HTML
	Half    Failure = "half"    // 200 with the first half of the document
	Gone    Failure = "gone"    // 410
	Missing Failure = "missing" // 404
)

// Server is a fake server with one feed at /feed. Its methods are safe for
// concurrent use.
type Server struct {
	URL string // of the feed

	o       Options
	base    string
	http    *http.Server
	mu      sync.Mutex
	entries []Entry // oldest first
	changed time.Time
	version int
	next    int
	fails   []Failure
	moved   bool
	gets    int
	fresh   int // answers with a document
	blamed  []string
}

// New starts a server on the loopback.
func New(o Options) (*Server, error) {
	if o.Format == "" {
		o.Format = RSS
	}
	if o.Window == 0 {
		o.Window = 500
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	base := "http://" + listener.Addr().String()
	s := &Server{URL: base + "/feed", base: base, o: o, changed: time.Now().Truncate(time.Second)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /feed", s.feed)
	mux.HandleFunc("GET /new", s.feed)
	mux.HandleFunc("GET /page", s.page)
	s.http = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = s.http.Serve(listener) }() // ends with Close
	return s, nil
}

// Close stops the server.
func (s *Server) Close() error { return s.http.Close() }

// PageURL is a web page that names the feed in its head.
func (s *Server) PageURL() string { return s.base + "/page" }

// MovedURL is where Move moves the feed to.
func (s *Server) MovedURL() string { return s.base + "/new" }

// Add publishes an entry and returns its id, a new one if it has none.
func (s *Server) Add(e Entry) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e.ID == "" {
		s.next++
		e.ID = "tag:feed.example,2026:" + strconv.Itoa(s.next)
	}
	s.entries = append(s.entries, e)
	s.touch()
	return e.ID
}

// Edit changes an entry's words; told says whether its date tells of it.
func (s *Server) Edit(id, html string, told bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.entries {
		if s.entries[i].ID == id {
			s.entries[i].HTML = html
			if told {
				s.entries[i].Updated = time.Now().UTC()
			}
		}
	}
	s.touch()
}

// Drop takes an entry off the feed.
func (s *Server) Drop(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.entries = slices.DeleteFunc(s.entries, func(e Entry) bool { return e.ID == id })
	s.touch()
}

func (s *Server) touch() {
	s.version++
	s.changed = time.Now().Truncate(time.Second)
}

// Move moves the feed for good to MovedURL.
func (s *Server) Move() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.moved = true
}

// Fail makes the next n requests fail; 0 takes back every failure to come.
func (s *Server) Fail(f Failure, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n == 0 {
		s.fails = nil
	}
	for range n {
		s.fails = append(s.fails, f)
	}
}

// Requests is how many requests came for the feed, and how many of them were
// answered with a document.
func (s *Server) Requests() (all, documents int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.gets, s.fresh
}

// Complaints lists what a careful reader would not have done.
func (s *Server) Complaints() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.blamed)
}

func (s *Server) blame(what string) { s.blamed = append(s.blamed, what) }

func (s *Server) page(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, `<!doctype html><html><head><title>Shop</title><link rel="alternate" type="application/rss+xml" href="/feed"></head><body>hello</body></html>`)
}

func (s *Server) feed(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gets++
	if r.Header.Get("User-Agent") == "" || r.Header.Get("Accept") == "" {
		s.blame("a request without User-Agent or Accept")
	}
	if s.moved && r.URL.Path == "/feed" {
		http.Redirect(w, r, "/new", http.StatusMovedPermanently)
		return
	}
	var fail Failure
	if len(s.fails) > 0 {
		fail, s.fails = s.fails[0], s.fails[1:]
	}
	switch fail {
	case Busy:
		w.Header().Set("Retry-After", "1")
		http.Error(w, "slow down", http.StatusTooManyRequests)
		return
	case Broken:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprint(w, "<html><body>503</body></html>")
		return
	case Page:
		s.page(w, r)
		return
	case Gone:
		http.Error(w, "gone", http.StatusGone)
		return
	case Missing:
		http.NotFound(w, r)
		return
	}
	s.answer(w, r, fail == Half)
}

// answer writes the document, or 304 where the client has it. A tag it never
// gave out is remarked on.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, half bool) {
	body, kind := s.document()
	sum := sha256.Sum256(body)
	tag := fmt.Sprintf(`W/"%d-%s"`, s.version, hex.EncodeToString(sum[:6]))
	w.Header().Set("ETag", tag)
	w.Header().Set("Last-Modified", s.changed.UTC().Format(http.TimeFormat))
	if s.o.MaxAge > 0 {
		w.Header().Set("Cache-Control", fmt.Sprintf("public, max-age=%d", int(s.o.MaxAge.Seconds())))
	}
	asked := r.Header.Get("If-None-Match")
	if asked != "" && (len(asked) < 4 || asked[:3] != `W/"`) {
		s.blame("an entity tag that was never given: " + asked)
	}
	if asked == tag && !half {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	s.fresh++
	if half {
		w.Header().Del("ETag")
		body = body[:len(body)/2]
	}
	w.Header().Set("Content-Type", kind)
	_, _ = w.Write(body)
}
