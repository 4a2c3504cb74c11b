package mastodontest

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
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
	PushMost                   // loses one in twenty, without a word
)

type stream struct {
	user string
	tags []string // subscribed to
	out  chan []byte
	end  chan struct{}
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
func (s *Server) PushRaw(frame string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, st := range s.streams {
		st.out <- []byte(frame)
	}
}

// push tells a user's streams of an event. The payload is JSON in a JSON
// string, but for a deletion, which is a bare id.
func (s *Server) push(to, name string, payload func() any) {
	s.send("user", name, payload, func(st *stream) bool { return st.user == to })
}

// send tells those streams of an event that want it; payload is asked for only
// if there are any.
func (s *Server) send(from, name string, payload func() any, wants func(*stream) bool) {
	if s.pushing == PushNothing || s.pushing == PushSome && rand.IntN(2) == 0 || s.pushing == PushMost && rand.IntN(20) == 0 {
		return
	}
	if !slices.ContainsFunc(s.streams, wants) {
		return
	}
	said := payload()
	inner, isText := said.(string)
	if !isText {
		encoded, err := json.Marshal(said)
		if err != nil {
			panic(err) // our own structs
		}
		inner = string(encoded)
	}
	frame, err := json.Marshal(map[string]any{"stream": []string{from}, "event": name, "payload": inner})
	if err != nil {
		panic(err)
	}
	for _, st := range s.streams {
		if !wants(st) {
			continue
		}
		st.out <- frame
		if s.pushing == PushTwice {
			go func() {
				time.Sleep(time.Duration(rand.IntN(40)) * time.Millisecond)
				select {
				case st.out <- frame:
				case <-st.end:
				}
			}()
		}
	}
}

func (s *Server) streaming(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	u := s.users[bearer(r)]
	if r.URL.Query().Has("access_token") {
		s.blame("token in the address of the stream")
	}
	refused := s.pushing == PushRefused
	s.mu.Unlock()
	switch {
	case refused:
		http.Error(w, "<html>Service Unavailable</html>", http.StatusServiceUnavailable)
		return
	case u == nil || u.dead:
		http.Error(w, `{"error":"The access token is invalid"}`, http.StatusUnauthorized)
		return
	case r.URL.Query().Get("stream") != "user":
		http.Error(w, `{"error":"Unknown stream type"}`, http.StatusBadRequest)
		return
	}
	upgrader := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer conn.Close()
	st := &stream{user: u.id, out: make(chan []byte, 10_000), end: make(chan struct{})}
	gone := make(chan struct{})
	go func() { // reading answers pings and notices the end
		defer close(gone)
		for {
			_, frame, err := conn.ReadMessage()
			if err != nil {
				return
			}
			s.subscribe(st, frame)
		}
	}()
	s.mu.Lock()
	s.streams = append(s.streams, st)
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.streams = slices.DeleteFunc(s.streams, func(o *stream) bool { return o == st })
	}()
	for {
		select {
		case frame := <-st.out:
			if conn.WriteMessage(websocket.TextMessage, frame) != nil {
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

// The failures. The last four hit posts only, the others the next call
// whatever it is.
const (
	TooMany     Failure = iota + 1 // 429 until a second from now
	HTML503                        // 503 with a page of HTML and Retry-After twice, in seconds and as a date
	HTML500                        // 500 with a page of HTML
	LostAnswer                     // a post is accepted, and the connection breaks
	LateAnswer                     // a post is accepted and told, and answered half a second later
	PostHTML503                    // HTML503
	PostTooMany                    // TooMany
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

func (s *Server) nextFailure(r *http.Request) *Failure {
	for i, f := range s.fails {
		if f < LostAnswer || r.Method == http.MethodPost {
			s.fails = slices.Delete(s.fails, i, i+1)
			return &f
		}
	}
	return nil
}

// answerFailure answers a failed call; false if the call is first carried out.
func (s *Server) answerFailure(w http.ResponseWriter, f Failure) bool {
	page := func(status int) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		_, _ = w.Write([]byte("<!DOCTYPE html><html><body><h1>" + strconv.Itoa(status) + "</h1></body></html>"))
	}
	switch f {
	case TooMany, PostTooMany:
		s.rateHeaders(w, 0, time.Now().Add(time.Second))
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = w.Write([]byte(`{"error":"Too many requests"}`))
	case HTML503, PostHTML503:
		w.Header().Add("Retry-After", "1")
		w.Header().Add("Retry-After", time.Now().Add(time.Second).UTC().Format(http.TimeFormat))
		page(http.StatusServiceUnavailable)
	case HTML500:
		page(http.StatusInternalServerError)
	default:
		return false
	}
	return true
}
