package graphtest

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Failure is what goes wrong with the server's next calls.
type Failure int

// The failures.
const (
	Limited     Failure = iota + 1 // any call: the business's rate is used up for about a second (error 32)
	HTML502                        // any call: a proxy's error page
	Transient                      // any call: Graph's own passing trouble (error 2)
	BusyReply                      // a reply is turned away: not now (503 with Retry-After, error 1200)
	LimitReply                     // a reply is turned away: too many (error 613)
	LostAnswer                     // a reply is accepted and the connection breaks
	LateAnswer                     // a reply is accepted and shown, and answered half a second later
	HTMLReply                      // a reply is accepted and a proxy answers 502
	SlowBody                       // any read: half of the answer, then silence
	Blocked                        // a reply is turned away: blocked for abuse (error 368)
	PageBlocked                    // a reply is turned away: the Page may not send (error 10, 1893063)
)

// failure is an error of Graph's.
type failure struct {
	status, code, sub int
	transient         bool
	kind, message     string
}

func (f *failure) body() map[string]any {
	e := map[string]any{"message": f.message, "type": f.kind, "code": f.code, "fbtrace_id": "AFakeTrace"}
	if f.sub != 0 {
		e["error_subcode"] = f.sub
	}
	if f.transient {
		e["is_transient"] = true
	}
	return map[string]any{"error": e}
}

func fault(code, sub int, message string) *failure {
	status := http.StatusBadRequest
	switch {
	case code == 190:
		status = http.StatusUnauthorized
	case code == 10 || code >= 200 && code <= 299:
		status = http.StatusForbidden
	}
	return &failure{status: status, code: code, sub: sub, kind: "OAuthException", message: fmt.Sprintf("(#%d) %s", code, message)}
}

// invalid is error 100 for a parameter that Graph does not take.
func (s *Server) invalid(what string) *failure {
	return fault(100, 0, "Invalid parameter: "+what)
}

// nonexisting is error 100 for a field or edge that is not in the specification.
func (s *Server) nonexisting(what, kind string) *failure {
	s.blame("nonexisting field " + what + " of " + kind)
	return fault(100, 0, "Tried accessing nonexisting field ("+what+") on node type ("+kind+")")
}

func gone(id string) *failure {
	return fault(100, 33, "Unsupported request. Object with ID '"+id+"' does not exist, cannot be loaded due to missing permissions, or does not support this operation")
}

// Fail has the next calls go wrong, as many as calls says; 0: no more failures.
func (s *Server) Fail(f Failure, calls int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fails = nil
	for range calls {
		s.fails = append(s.fails, f)
	}
}

// isReply tells whether a call sends words to people.
func isReply(c *call) bool {
	return c.method == http.MethodPost &&
		(strings.HasSuffix(c.path, "/messages") || strings.HasSuffix(c.path, "/comments") ||
			strings.HasSuffix(c.path, "/replies") || strings.HasSuffix(c.path, "/mentions"))
}

// nextFailure takes the failure of this call, if one is due.
func (s *Server) nextFailure(c *call) Failure {
	if len(s.fails) == 0 {
		return 0
	}
	f := s.fails[0]
	switch f {
	case Limited, HTML502, Transient:
	case SlowBody:
		if c.method != http.MethodGet {
			return 0
		}
	default:
		if !isReply(c) {
			return 0
		}
	}
	s.fails = s.fails[1:]
	return f
}

// refuse answers a call that fails before anything was done; false: it is to be
// done first.
func (s *Server) refuse(w http.ResponseWriter, c *call, f Failure) bool {
	switch f {
	case Limited:
		s.limitedUntil = time.Now().Add(time.Second)
		s.answerLimited(w, c)
	case HTML502:
		page(w, http.StatusBadGateway)
	case Transient:
		write(w, http.StatusInternalServerError, (&failure{code: 2, transient: true, kind: "OAuthException", message: "Service temporarily unavailable"}).body())
	case BusyReply:
		if strings.HasSuffix(c.path, "/messages") {
			write(w, http.StatusInternalServerError, fault(1200, 0, "Temporary send message failure. Please try again later.").body())
			return true
		}
		w.Header().Set("Retry-After", "1")
		page(w, http.StatusServiceUnavailable)
	case LimitReply:
		write(w, http.StatusBadRequest, fault(613, 0, "Calls to this api have exceeded the rate limit.").body())
	case Blocked:
		write(w, http.StatusBadRequest, fault(368, 1404078, "The action attempted has been deemed abusive or is otherwise disallowed").body())
	case PageBlocked:
		write(w, http.StatusForbidden, fault(10, 1893063, "The Page is restricted from sending messages").body())
	default:
		return false
	}
	return true
}

func (s *Server) answerLimited(w http.ResponseWriter, c *call) {
	w.Header().Set("X-Business-Use-Case-Usage",
		fmt.Sprintf(`{"%s":[{"type":"pages","call_count":100,"total_cputime":20,"total_time":30,"estimated_time_to_regain_access":%.4f}]}`, c.owner(), time.Until(s.limitedUntil).Minutes()))
	write(w, http.StatusBadRequest, fault(32, 0, "Page request limit reached").body())
}

// page is an error page, as a proxy writes it.
func page(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	fmt.Fprintf(w, "<!DOCTYPE html><html><head><title>Error</title></head><body><h1>Sorry, something went wrong.</h1><p>%d</p></body></html>", status)
}
