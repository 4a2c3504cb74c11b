package xtest

import (
	"net/http"
	"strings"
	"time"
)

// Failure is what goes wrong with the next calls.
type Failure int

// The failures.
const (
	NoFailure   Failure = iota
	TooMany             // 429 for about a second, any call
	HTML503             // an error page, any call
	Problem500          // a problem document, any call
	PostTooMany         // 429, writes only
	PostBusy            // 503 that says when to come back, writes only
	LostAnswer          // a write is accepted, then the connection breaks
	LateAnswer          // a write is accepted and shown, and answered late
	UsageCapped         // the plan's budget is used up, reads only
	BareRefused         // 403 without a word, writes only
	EmptyAnswer         // 200 and nothing, reads only
	SlowBody            // a body that stops in the middle, reads only
	LegacyCode          // a version 1.1 code in a version 2 status, any call
)

const lateBy = 500 * time.Millisecond

// writes tells whether a failure waits for a write.
func (f Failure) writes() bool {
	return f == PostTooMany || f == PostBusy || f == LostAnswer || f == LateAnswer || f == BareRefused
}

func (f Failure) reads() bool { return f == UsageCapped || f == EmptyAnswer || f == SlowBody }

// Fail has the next calls that f is about fail; 0 calls ends every failure.
func (s *Server) Fail(f Failure, calls int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if calls == 0 {
		s.fails = nil
	}
	for range calls {
		s.fails = append(s.fails, f)
	}
}

// nextFailure takes the failure of this call.
func (s *Server) nextFailure(r *http.Request) Failure {
	write := r.Method == http.MethodPost && !strings.Contains(r.URL.Path, "stream/rules") && !strings.Contains(r.URL.Path, "oauth2")
	for i, f := range s.fails {
		if f.writes() && !write || f.reads() && r.Method != http.MethodGet {
			continue
		}
		s.fails = append(s.fails[:i:i], s.fails[i+1:]...)
		return f
	}
	return NoFailure
}

// answerFailure answers instead of the call; false: the call goes on.
func (s *Server) answerFailure(w http.ResponseWriter, f Failure, v1 bool) bool {
	e := endpoint{v1: v1}
	switch f {
	case TooMany, PostTooMany:
		windowHeaders(w, 15, 14, time.Now().Add(time.Second)) // a real 429 tells defaults too
		status, body := e.fault(http.StatusTooManyRequests, "", 88)
		reply(w, status, body)
	case HTML503:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte("<html><body>Something is technically wrong.</body></html>"))
	case Problem500:
		status, body := e.fault(http.StatusInternalServerError, "", 131)
		reply(w, status, body)
	case PostBusy:
		w.Header().Set("Retry-After", "1")
		reply(w, http.StatusServiceUnavailable, problem(http.StatusServiceUnavailable, ""))
	case UsageCapped:
		reply(w, http.StatusTooManyRequests, problem(http.StatusTooManyRequests, "usage-capped"))
	case BareRefused:
		reply(w, http.StatusForbidden, problem(http.StatusForbidden, ""))
	case EmptyAnswer:
		w.WriteHeader(http.StatusOK)
	case SlowBody:
		w.Header().Set("Content-Length", "1000")
		w.WriteHeader(http.StatusOK)
		_, _ = w.Write([]byte(`{"data":[`))
	case LegacyCode:
		reply(w, http.StatusForbidden, codes(326))
	default:
		return false
	}
	return true
}
