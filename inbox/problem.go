package inbox

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/vigie-hq/vigie/community"
)

// Problem is an error as the API tells it (RFC 9457). Type is about:blank: what
// happened is told by Status and, exactly, by Key. Version is the present
// version of a conversation or complaint that somebody changed meanwhile.
type Problem struct {
	Type    string `json:"type"`
	Title   string `json:"title"`
	Status  int    `json:"status"`
	Detail  string `json:"detail"`
	Key     string `json:"key"`
	Version int64  `json:"version,omitempty"`
}

// problemType is the media type of a Problem.
const problemType = "application/problem+json"

// retryAfter is how long a client is asked to wait when we cannot keep up, or a
// part is down, in seconds.
const retryAfter = 5

// statusOf maps kinds of fault to statuses of HTTP. A network's refusal or
// silence is a bad gateway: our part worked.
func statusOf(kind community.FaultKind) int {
	switch kind {
	case community.Invalid:
		return http.StatusBadRequest
	case community.NotFound:
		return http.StatusNotFound
	case community.Forbidden:
		return http.StatusForbidden
	case community.Unauthorised:
		return http.StatusUnauthorized
	case community.Conflict:
		return http.StatusConflict
	case community.Limited:
		return http.StatusTooManyRequests
	case community.Refused, community.Uncertain:
		return http.StatusBadGateway
	}
	return http.StatusServiceUnavailable
}

// fault turns any error into a fault and a status. What fiber itself refuses
// (no such route, too large ...) is named http.<status>; what nobody foresaw is
// "unavailable", its cause for the log only.
func fault(err error) (*community.Fault, int) {
	var web *fiber.Error
	if errors.As(err, &web) {
		kind := community.Invalid
		switch {
		case web.Code == http.StatusNotFound:
			kind = community.NotFound
		case web.Code >= http.StatusInternalServerError:
			kind = community.Unavailable
		}
		return community.Faultf(kind, "http."+strconv.Itoa(web.Code)).Because(err), web.Code
	}
	var f *community.Fault
	if errors.As(err, &f) {
		return f, statusOf(f.Kind)
	}
	return community.Faultf(community.Unavailable, "unavailable").Because(err), http.StatusServiceUnavailable
}

// fail answers with what went wrong: a Problem under /api, a page elsewhere. It
// logs what is our own fault, once; handlers just return the error.
func (s *Server) fail(c *fiber.Ctx, err error) error {
	f, status := fault(err)
	if status >= http.StatusInternalServerError {
		s.log.Error("request failed", "method", c.Method(), "path", c.Path(), "status", status, "error", err)
	}
	if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(retryAfter))
	}
	if !isAPI(c) {
		return s.failPage(c, status, f)
	}
	return s.problem(c, f, status)
}

// problem writes a Problem in the reader's language.
func (s *Server) problem(c *fiber.Ctx, f *community.Fault, status int) error {
	return s.writeProblem(c, status, problemOf(langOf(c), f, status))
}

func problemOf(lang string, f *community.Fault, status int) Problem {
	return Problem{
		Type: "about:blank", Title: http.StatusText(status), Status: status,
		Detail: sayFault(lang, f), Key: f.Key, Version: versionOf(f),
	}
}

// writeProblem writes p, a Problem or one with more members.
func (s *Server) writeProblem(c *fiber.Ctx, status int, p any) error {
	body, err := json.Marshal(p)
	if err != nil {
		return err
	}
	if status == http.StatusUnauthorized {
		c.Set(fiber.HeaderWWWAuthenticate, `Bearer realm="vigie"`)
	}
	c.Set(fiber.HeaderContentType, problemType)
	c.Set(fiber.HeaderContentLanguage, langOf(c))
	c.Vary(fiber.HeaderAcceptLanguage)
	return c.Status(status).Send(body)
}

// versionOf is the present version that a fault of a stale one carries.
func versionOf(f *community.Fault) int64 {
	if f.Kind == community.Conflict && strings.HasSuffix(f.Key, ".version") && len(f.Args) > 0 {
		version, _ := f.Args[0].(int64)
		return version
	}
	return 0
}

// isAPI tells whether a program asks: it gets problems, not pages.
func isAPI(c *fiber.Ctx) bool { return strings.HasPrefix(c.Path(), "/api/") }
