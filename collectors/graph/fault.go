package graph

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	fb "github.com/huandu/facebook/v2"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// How long no write is tried after Meta blocked the account (error 368). Meta
// does not say how long a block lasts; one write an hour finds out.
const blockedFor = time.Hour

// Error is what Graph answered instead of what was asked: the cause inside a
// fault. Meta's own sentence is left out on purpose: it may quote the token or a
// customer's words, and nothing is decided by text.
type Error struct {
	Status    int // HTTP; 200 when the error stood in an answer that called itself good
	Code      int
	Subcode   int
	Transient bool
	Type      string
	Trace     string // Meta's support asks for it
}

// Error gives the numbers.
func (e *Error) Error() string {
	return fmt.Sprintf("Graph error %d/%d %s (HTTP %d, trace %s)", e.Code, e.Subcode, e.Type, e.Status, e.Trace)
}

func fromLibrary(e *fb.Error) *Error {
	return &Error{http.StatusOK, e.Code, e.ErrorSubcode, e.IsTransient, e.Type, e.TraceID}
}

// decodeError reads an error body. It is not ok for anything but Graph's own
// JSON: an error page comes from a proxy before Graph.
func decodeError(status int, body string) (*Error, bool) {
	var answer struct {
		Error *struct {
			Code      int    `json:"code"`
			Subcode   int    `json:"error_subcode"`
			Transient bool   `json:"is_transient"`
			Type      string `json:"type"`
			Trace     string `json:"fbtrace_id"`
		} `json:"error"`
	}
	if json.Unmarshal([]byte(body), &answer) != nil || answer.Error == nil {
		return nil, false
	}
	e := answer.Error
	return &Error{status, e.Code, e.Subcode, e.Transient, e.Type, e.Trace}, true
}

// verdict is what an error asks for, of a read and of a write.
type verdict struct {
	read, write community.FaultKind
	key         string
}

func both(kind community.FaultKind, key string) verdict { return verdict{kind, kind, key} }

// classify turns an error into a fault, by its numbers alone.
func classify(e *Error, write bool, now time.Time) *community.Fault {
	v := judge(e)
	kind := v.read
	if write {
		kind = v.write
	}
	return community.Faultf(kind, v.key).Because(e)
}

func judge(e *Error) verdict {
	switch e.Code {
	case 190, 102:
		return both(community.Unauthorised, tokenKey(e.Subcode))
	case 104:
		return both(community.Unauthorised, "graph.proof")
	case 368:
		return verdict{community.Forbidden, community.Limited, "graph.blocked"}
	case 506:
		return both(community.Refused, "graph.duplicate")
	case 551:
		return both(community.Refused, "graph.person")
	case 803:
		return both(community.NotFound, "graph.gone")
	case 1200: // "Temporary send message failure": Messenger took nothing
		return both(community.Unavailable, "network.unavailable")
	case 2635: // a version of Graph that is no more
		return verdict{community.Invalid, community.Refused, "graph.version"}
	case 10900:
		return both(community.Refused, "graph.answered")
	case 4, 17, 32, 341, 613:
		return both(community.Limited, "network.limited")
	case 100:
		return judgeParameter(e)
	case 10:
		return judgePermission(e)
	}
	switch {
	case e.Code >= 80000 && e.Code <= 80014:
		return both(community.Limited, "network.limited")
	case e.Code >= 200 && e.Code <= 299:
		return verdict{community.Forbidden, community.Refused, "graph.permission"}
	case e.Code == 1, e.Code == 2, e.Transient, e.Status >= http.StatusInternalServerError, e.Code <= 0:
		return verdict{community.Unavailable, community.Uncertain, "network.unavailable"}
	}
	return verdict{community.Invalid, community.Refused, "graph.refused"}
}

// tokenKey is why a token is dead.
func tokenKey(subcode int) string {
	switch subcode {
	case 458:
		return "graph.app_removed"
	case 459, 464:
		return "graph.checkpoint"
	case 460:
		return "graph.password_changed"
	case 463:
		return "graph.token_expired"
	}
	return "graph.token_invalid"
}

// judgeParameter is for error 100, "invalid parameter".
func judgeParameter(e *Error) verdict {
	switch e.Subcode {
	case 33: // no such object, or not for us
		return both(community.NotFound, "graph.gone")
	case 2018001, 2018108, 2534014: // nobody there, or nobody who takes messages
		return both(community.Refused, "graph.person")
	}
	return verdict{community.Invalid, community.Refused, "graph.refused"}
}

// judgePermission is for error 10, "permission denied".
func judgePermission(e *Error) verdict {
	switch e.Subcode {
	case 2018278, 2534022: // Messenger's and Instagram's window
		return both(community.Refused, "graph.window")
	case 1893063: // since June 2026
		return verdict{community.Forbidden, community.Refused, "graph.page_restricted"}
	}
	return verdict{community.Forbidden, community.Refused, "graph.permission"}
}

// pageOf is the fault of a refusal that is not Graph's JSON: what its status
// says, without the page.
func pageOf(f *community.Fault, status *collectors.StatusError) error {
	return f.Because(&Error{Status: status.Status, Type: "not Graph's"})
}

// unreadable is the fault of an answer that is not JSON, or not what was asked.
func unreadable(write bool, cause error) error {
	kind := community.Unavailable
	if write {
		kind = community.Uncertain
	}
	return community.Faultf(kind, "network.unreadable").Because(cause)
}

// Reachable tells whether a list that was refused is more than only not for us:
// without one of those the others go on, and Check says what is missing.
func Reachable(err error) bool {
	switch community.KindOf(err) {
	case community.Forbidden, community.NotFound:
		return false
	}
	return true
}

// FaultKey is the key of the first fault in err's chain, empty for none.
func FaultKey(err error) string {
	var f *community.Fault
	if errors.As(err, &f) {
		return f.Key
	}
	return ""
}
