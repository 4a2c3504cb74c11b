package webtest

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"
)

// Pushing is how well the server pushes.
type Pushing string

// The ways of pushing.
const (
	PushAll     Pushing = "all"
	PushNothing Pushing = "nothing"
	PushSome    Pushing = "some"  // loses about half
	PushMost    Pushing = "most"  // loses one in twenty
	PushTwice   Pushing = "twice" // everything twice, the second time late
	// PushDeleted holds a message back until it is deleted, and pushes the deletion
	// first.
	PushDeleted Pushing = "deleted first"
)

// SetHook says where Vigie takes deliveries; empty: nowhere.
func (s *Server) SetHook(address string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook = address
}

// SetPushing changes how well the server pushes from now on.
func (s *Server) SetPushing(p Pushing) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pushing = p
}

// parcel is one state of a message on its way.
type parcel struct {
	body    []byte
	address string
	twice   bool
}

// send hands a message's state to the pushes, as well as the server pushes now.
func (s *Server) send(m *Message, body []byte) {
	one := parcel{body, s.hook, s.pushing == PushTwice}
	switch {
	case s.queue == nil || s.hook == "" || s.pushing == PushNothing,
		s.pushing == PushSome && rand.IntN(2) == 0, s.pushing == PushMost && rand.IntN(20) == 0:
		return
	case s.pushing == PushDeleted && !m.Deleted:
		s.back[m.ID] = append(s.back[m.ID], one)
		return
	}
	for _, p := range append([]parcel{one}, s.back[m.ID]...) {
		select {
		case s.queue <- p:
		default: // far behind: lost, as the contract allows
		}
	}
	delete(s.back, m.ID)
}

// push delivers what was told, in order, until the queue is closed.
func (s *Server) push(queue <-chan parcel) {
	client := &http.Client{Timeout: 5 * time.Second}
	for one := range queue {
		if s.deliver(client, one.address, one.body) == http.StatusServiceUnavailable {
			drain(queue) // nobody is there: what waits is as lost as this one
			continue
		}
		if one.twice {
			s.done.Go(func() {
				time.Sleep(time.Duration(rand.IntN(40)) * time.Millisecond)
				s.deliver(client, one.address, one.body)
			})
		}
	}
}

func drain(queue <-chan parcel) {
	for {
		select {
		case _, open := <-queue:
			if !open {
				return
			}
		default:
			return
		}
	}
}

// deliver posts one delivery, signed, and returns the answer's status. One that is turned away is lost: a better
// server would deliver it again, and the poll must not need that.
func (s *Server) deliver(client *http.Client, address string, body []byte) int {
	r, err := http.NewRequest(http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return 0
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Vigie-Signature", Sign(string(s.secret), time.Now(), body))
	response, err := client.Do(r)
	if err != nil {
		return 0
	}
	_, _ = io.Copy(io.Discard, response.Body)
	response.Body.Close()
	if response.StatusCode == http.StatusUnauthorized || response.StatusCode == http.StatusBadRequest {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.blame("Vigie refused a delivery: " + response.Status)
	}
	return response.StatusCode
}

// signed does what every request has in common: failures, trust, the signature.
// with is called with the server locked.
func (s *Server) signed(with func(http.ResponseWriter, *http.Request, []byte)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		fail := s.nextFailure(r.Method == http.MethodPost)
		switch fail {
		case Busy, PostBusy:
			w.Header().Set("Retry-After", "1")
			http.Error(w, "slow down", http.StatusTooManyRequests)
			return
		case PostBroken:
			w.Header().Set("Retry-After", "1")
			http.Error(w, "<html>503</html>", http.StatusServiceUnavailable)
			return
		case Broken:
			http.Error(w, "<html>503</html>", http.StatusServiceUnavailable)
			return
		}
		if s.dead {
			http.Error(w, "who are you?", http.StatusUnauthorized)
			return
		}
		payload := body
		if r.Method == http.MethodGet {
			payload = []byte(r.URL.RequestURI())
		}
		given := r.Header.Get("Vigie-Signature")
		seconds, _, _ := strings.Cut(strings.TrimPrefix(given, "t="), ",")
		at, err := parseSeconds(seconds)
		if err != nil || time.Since(at).Abs() > time.Minute || !strings.HasPrefix(given, Sign(string(s.secret), at, payload)) {
			s.blame("a signature that is none: " + given)
			http.Error(w, "signature", http.StatusUnauthorized)
			return
		}
		with(w, r, payload)
		if fail == LateAnswer {
			s.mu.Unlock()
			time.Sleep(500 * time.Millisecond)
			s.mu.Lock()
		}
		if fail == LostAnswer {
			panic(http.ErrAbortHandler) // taken; then the connection breaks
		}
	}
}
