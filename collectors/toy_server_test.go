package collectors_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/collectors/collectortest"
	"github.com/vigie-hq/vigie/community"
)

// toyServer is the toy network's server: a fake, with all the suite can ask of
// one that does not push.
type toyServer struct {
	mu     sync.Mutex
	posts  []*toyPost // by id
	keys   map[string]*toyPost
	change int64
	fails  []collectortest.Failure
	dead   bool
	skew   time.Duration
}

const toyPage = 200

func (s *toyServer) put(p toyPost) *toyPost {
	p.ID = strconv.Itoa(len(s.posts))
	p.Thread = p.ID
	if p.InReplyTo != "" {
		parent := s.find(p.InReplyTo)
		p.Thread, p.Private = parent.Thread, p.Private || parent.Private
	}
	if p.At.IsZero() {
		p.At = time.Now().Add(s.skew)
	}
	s.posts = append(s.posts, &p)
	s.touch(&p)
	return &p
}

func (s *toyServer) touch(p *toyPost) { s.change++; p.Change = s.change }

func (s *toyServer) find(id string) *toyPost {
	n, err := strconv.Atoi(id)
	if err != nil || n >= len(s.posts) {
		return nil
	}
	return s.posts[n]
}

// failing takes the next failure that applies to a call.
func (s *toyServer) failing(write bool) collectortest.Failure {
	for i, f := range s.fails {
		if write || f == collectortest.Limited || f == collectortest.Broken {
			s.fails = slices.Delete(s.fails, i, i+1)
			return f
		}
	}
	return ""
}

func (s *toyServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	w.Header().Set("Date", time.Now().Add(s.skew).UTC().Format(http.TimeFormat))
	write := r.Method == http.MethodPost
	failure := s.failing(write)
	switch {
	case s.dead || r.Header.Get("Authorization") != "Bearer toy":
		s.answer(w, http.StatusUnauthorized, nil)
	case failure == collectortest.Limited, failure == collectortest.LimitReply:
		w.Header().Set("Retry-After", "1")
		s.answer(w, http.StatusTooManyRequests, nil)
	case failure == collectortest.Broken, failure == collectortest.BusyReply:
		w.Header().Set("Retry-After", "1")
		s.answer(w, http.StatusServiceUnavailable, nil)
	case write:
		s.write(w, r, failure)
	default:
		s.read(w, r)
	}
}

// answer lets others in before it writes.
func (s *toyServer) answer(w http.ResponseWriter, status int, v any) {
	body, _ := json.Marshal(v)
	s.mu.Unlock()
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

func (s *toyServer) read(w http.ResponseWriter, r *http.Request) {
	out := []toyPost{}
	if key := r.URL.Query().Get("key"); key != "" {
		if p := s.keys[key]; p != nil {
			out = append(out, *p)
		}
		s.answer(w, http.StatusOK, out)
		return
	}
	after, _ := strconv.ParseInt(r.URL.Query().Get("after"), 10, 64)
	for _, p := range s.posts {
		if p.Change > after {
			out = append(out, *p)
		}
	}
	slices.SortFunc(out, func(a, b toyPost) int { return int(a.Change - b.Change) })
	s.answer(w, http.StatusOK, out[:min(len(out), toyPage)])
}

func (s *toyServer) write(w http.ResponseWriter, r *http.Request, failure collectortest.Failure) {
	var sent toyPost
	if err := json.NewDecoder(r.Body).Decode(&sent); err != nil {
		s.answer(w, http.StatusBadRequest, nil)
		return
	}
	key := r.Header.Get("Idempotency-Key")
	p := s.keys[key]
	if p == nil {
		if target := s.find(sent.InReplyTo); target == nil || target.Deleted {
			s.answer(w, http.StatusNotFound, nil)
			return
		}
		sent.Author = "brand"
		p = s.put(sent)
		s.keys[key] = p
	}
	switch copied := *p; failure {
	case collectortest.LostAnswer:
		s.mu.Unlock()
		panic(http.ErrAbortHandler)
	case collectortest.LateAnswer:
		s.mu.Unlock()
		time.Sleep(500 * time.Millisecond)
		s.mu.Lock()
		s.answer(w, http.StatusCreated, copied)
	default:
		s.answer(w, http.StatusCreated, copied)
	}
}

func (s *toyServer) do(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

// TestToyNetwork is the recipe's proof: a network of under a hundred lines passes
// the suite that all networks pass.
func TestToyNetwork(t *testing.T) {
	collectortest.Run(t, func(t testing.TB) collectortest.Bench {
		s := &toyServer{keys: map[string]*toyPost{}}
		server := httptest.NewServer(s)
		t.Cleanup(server.Close)
		return collectortest.Bench{
			Network: &toy{collectors.NewTransport(collectors.TransportOptions{}), "toy", 20 * time.Millisecond},
			Account: community.Account{
				Brand: "shop", Network: "toy", Name: "brand", NativeID: "brand", Server: server.URL,
				Collects: true, Sends: true, State: community.AccountActive,
			},
			Lacks: []collectortest.Trait{collectortest.Paging}, // it goes from the oldest to the newest
			Server: collectortest.Server{
				Post: func(_ testing.TB, p collectortest.Post) (id string) {
					s.do(func() {
						id = s.put(toyPost{Author: "lea", Text: p.Text, Private: p.Private, InReplyTo: p.InReplyTo, At: p.At}).ID
					})
					return id
				},
				Own: func(_ testing.TB, text, inReplyTo string) (id string) {
					s.do(func() { id = s.put(toyPost{Author: "brand", Text: text, InReplyTo: inReplyTo}).ID })
					return id
				},
				Edit:   func(_ testing.TB, id, text string) { s.do(func() { p := s.find(id); p.Text = text; s.touch(p) }) },
				Delete: func(_ testing.TB, id string) { s.do(func() { p := s.find(id); p.Deleted = true; s.touch(p) }) },
				Posted: func(_ testing.TB, text string) (n int) {
					s.do(func() {
						for _, p := range s.posts {
							if p.Author == "brand" && strings.Contains(p.Text, text) {
								n++
							}
						}
					})
					return n
				},
				Fail: func(_ testing.TB, f collectortest.Failure, calls int) {
					s.do(func() { s.fails = slices.Repeat([]collectortest.Failure{f}, calls) })
				},
				Token: func(_ testing.TB, alive bool) { s.do(func() { s.dead = !alive }) },
				Fails: []collectortest.Failure{collectortest.LateAnswer},
				Dates: true,
				Skew:  func(_ testing.TB, ahead time.Duration) { s.do(func() { s.skew = ahead }) },
			},
		}
	})
}
