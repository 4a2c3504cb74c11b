package blueskytest

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// Pushing is how well the stream works.
type Pushing int

// The ways of pushing.
const (
	PushAll     Pushing = iota // everything, once, in order
	PushNothing                // connected and silent
	PushSome                   // loses about half, without a word
	PushTwice                  // everything twice, the second time late and out of order
	PushRefused                // no stream can be opened
	PushMost                   // loses one in twenty
	PushDeleted                // holds a post back until it is deleted, and tells that first
)

type stream struct {
	out chan []byte
	end chan struct{}
}

// frame is an event as it was streamed.
type frame struct {
	at  int64 // microseconds since 1970
	raw []byte
}

// SetPushing changes how well the stream works from now on.
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

// PushRaw sends a frame as it is to every stream.
func (s *Server) PushRaw(raw string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, st := range s.streams {
		st.send([]byte(raw))
	}
}

// push tells the streams of an event. What is lost is lost for a client that asks
// for it by cursor too.
func (s *Server) push(operation string, r *stored) {
	switch s.pushing {
	case PushNothing:
		return
	case PushSome:
		if rand.IntN(2) == 0 {
			return
		}
	case PushMost:
		if rand.IntN(20) == 0 {
			return
		}
	case PushDeleted:
		if operation == "create" {
			s.held[r.uri] = r
			return
		}
		if late := s.held[r.uri]; operation == "delete" && late != nil {
			delete(s.held, r.uri)
			s.tell("delete", r)
			s.tell("create", late)
			return
		}
	}
	s.tell(operation, r)
}

// tell streams one event.
func (s *Server) tell(operation string, r *stored) {
	parts := strings.Split(r.uri, "/")
	commit := map[string]any{"rev": s.clock.Next().String(), "operation": operation, "collection": parts[3], "rkey": parts[4]}
	if operation != "delete" {
		commit["record"], commit["cid"] = r.value, r.cid
	}
	at := s.now().UnixMicro()
	raw, err := json.Marshal(map[string]any{"did": r.of.did, "time_us": at, "kind": "commit", "commit": commit})
	if err != nil {
		panic(err) // our own maps
	}
	s.events = append(s.events, frame{at, raw})
	for _, st := range s.streams {
		st.send(raw)
		if s.pushing == PushTwice {
			go func() {
				time.Sleep(time.Duration(rand.IntN(40)) * time.Millisecond)
				st.send(raw)
			}()
		}
	}
}

func (st *stream) send(raw []byte) {
	select {
	case st.out <- raw:
	case <-st.end:
	}
}

func (s *Server) subscribe(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	s.mu.Lock()
	refuse := s.pushing == PushRefused
	if !slices.Equal(q["wantedCollections"], []string{posts}) {
		s.blame("a stream of %v", q["wantedCollections"])
	}
	s.mu.Unlock()
	if refuse {
		http.Error(w, "<html>Service Unavailable</html>", http.StatusServiceUnavailable)
		return
	}
	upgrader := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer conn.Close()
	st := &stream{out: make(chan []byte, 20_000), end: make(chan struct{})}
	gone := make(chan struct{})
	go func() { // reading answers pings and notices the end
		defer close(gone)
		for {
			if _, _, err := conn.ReadMessage(); err != nil {
				return
			}
		}
	}()
	s.mu.Lock()
	s.streams = append(s.streams, st)
	if cursor, err := strconv.ParseInt(q.Get("cursor"), 10, 64); err == nil {
		for _, f := range s.events {
			if f.at > cursor {
				st.send(f.raw)
			}
		}
	}
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.streams = slices.DeleteFunc(s.streams, func(o *stream) bool { return o == st })
	}()
	for {
		select {
		case raw := <-st.out:
			if conn.WriteMessage(websocket.TextMessage, raw) != nil {
				return
			}
		case <-st.end:
			return
		case <-gone:
			return
		}
	}
}

// Failure is what goes wrong with a call.
type Failure int

// The failures. From LostAnswer on they hit what is written to people only, the
// others the next call whatever it is.
const (
	TooMany     Failure = iota + 1 // 429 until a second from now
	HTML502                        // a proxy's page
	LostAnswer                     // a post is accepted, and the connection breaks
	PostBusy                       // 503 that says when to come back
	PostTooMany                    // TooMany
	LateAnswer                     // a post is accepted and shown, and answered half a second later
)

// Fail makes the next n calls fail; 0 takes back every failure still to come.
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

func (s *Server) nextFailure(name string) *Failure {
	says := name == "com.atproto.repo.createRecord" || name == "chat.bsky.convo.sendMessage"
	for i, f := range s.fails {
		if f < LostAnswer || says {
			s.fails = slices.Delete(s.fails, i, i+1)
			return &f
		}
	}
	return nil
}

// answerFailure answers a failed call; false if the call is first carried out.
func (s *Server) answerFailure(w http.ResponseWriter, f Failure) bool {
	status := http.StatusTooManyRequests
	body := `{"error":"RateLimitExceeded","message":"Rate Limit Exceeded"}`
	w.Header().Set("Content-Type", "application/json")
	switch f {
	case TooMany, PostTooMany:
		s.rateHeaders(w, 0, time.Now().Add(time.Second))
	case HTML502:
		status, body = http.StatusBadGateway, "<html><body><h1>502 Bad Gateway</h1></body></html>"
		w.Header().Set("Content-Type", "text/html")
	case PostBusy:
		status, body = http.StatusServiceUnavailable, `{"error":"NotEnoughResources","message":"Not Enough Resources"}`
		w.Header().Set("Retry-After", "1")
	default: // LostAnswer, LateAnswer
		w.Header().Del("Content-Type")
		return false
	}
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body))
	return true
}
