package x

import (
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// problem is what X says of an error: version 2 as a problem document, version
// 1.1 as a list of codes, the token endpoint in OAuth's own words.
type problem struct {
	Type   string `json:"type"`
	Status int    `json:"status"`
	Error  string `json:"error"`
	Errors []struct {
		Code int    `json:"code"`
		Type string `json:"type"`
	} `json:"errors"`
}

func (p *problem) code() int {
	for _, e := range p.Errors {
		if e.Code != 0 {
			return e.Code
		}
	}
	return 0
}

// kind is the last part of the problem's type, "" for about:blank.
func (p *problem) kind() string {
	t := p.Type
	if (t == "" || t == "about:blank") && len(p.Errors) > 0 {
		t = p.Errors[0].Type
	}
	if !strings.Contains(t, "/problems/") {
		return ""
	}
	return t[strings.LastIndexByte(t, '/')+1:]
}

// verdict is what an error asks for: of a read, and of a write. No kind: what the
// status says.
type verdict struct {
	read, write community.FaultKind
	key         string
}

// The types of problem that version 2 documents (docs.x.com, "Response codes and
// errors").
var byType = map[string]verdict{
	"usage-capped":                {community.Limited, community.Limited, "x.usage_capped"},
	"credits":                     {community.Limited, community.Limited, "x.credits"},
	"credits-depleted":            {community.Limited, community.Limited, "x.credits"},
	"rate-limits":                 {community.Limited, community.Limited, "network.limited"},
	"streaming-connection":        {community.Limited, community.Limited, "x.stream_taken"},
	"client-forbidden":            {community.Forbidden, community.Refused, "x.not_enrolled"},
	"client-not-enrolled":         {community.Forbidden, community.Refused, "x.not_enrolled"},
	"oauth1-permissions":          {community.Forbidden, community.Refused, "x.permissions"},
	"unsupported-authentication":  {community.Forbidden, community.Refused, "x.authentication"},
	"resource-not-found":          {community.NotFound, community.Refused, "network.not_found"},
	"resource-unavailable":        {community.NotFound, community.Refused, "network.not_found"},
	"not-authorized-for-resource": {community.Forbidden, community.Refused, "network.forbidden"},
	"not-authorized-for-field":    {community.Forbidden, community.Refused, "x.permissions"},
	"disallowed-resource":         {community.Forbidden, community.Refused, "network.forbidden"},
	"user-suspended":              {community.Unauthorised, community.Unauthorised, "x.suspended"},
	"rule-cap":                    {community.Conflict, community.Refused, "x.rules"},
	"invalid-rules":               {community.Invalid, community.Refused, "x.rules"},
	"duplicate-rules":             {community.Conflict, community.Refused, "x.rules"},
	"operational-disconnect":      {community.Unavailable, community.Unavailable, "network.unavailable"},
}

// The codes of version 1.1 (developer.x.com, "Response codes", archived 2023).
var byCode = map[int]verdict{
	32:  {community.Unauthorised, community.Unauthorised, "network.unauthorised"},
	34:  {community.NotFound, community.Refused, "network.not_found"},
	50:  {community.NotFound, community.Refused, "network.not_found"},
	63:  {community.NotFound, community.Refused, "network.not_found"},
	64:  {community.Unauthorised, community.Unauthorised, "x.suspended"},
	87:  {community.Forbidden, community.Refused, "x.permissions"},
	88:  {community.Limited, community.Limited, "network.limited"},
	89:  {community.Unauthorised, community.Unauthorised, "network.unauthorised"},
	93:  {community.Forbidden, community.Refused, "x.permissions"},
	99:  {community.Unauthorised, community.Unauthorised, "network.unauthorised"},
	130: {community.Unavailable, community.Uncertain, "network.unavailable"},
	131: {community.Unavailable, community.Uncertain, "network.unavailable"},
	135: {community.Unavailable, community.Unavailable, "x.clock"},
	136: {community.Forbidden, community.Refused, "x.blocked"},
	144: {community.NotFound, community.Refused, "reply.target_gone"},
	150: {community.Forbidden, community.Refused, "x.no_direct"},
	151: {community.Forbidden, community.Refused, "x.no_direct"},
	179: {community.Forbidden, community.Refused, "network.forbidden"},
	185: {community.Limited, community.Limited, "x.daily_posts"},
	186: {community.Invalid, community.Refused, "x.too_long"},
	187: {community.Conflict, community.Refused, "x.duplicate"},
	205: {community.Limited, community.Limited, "network.limited"},
	215: {community.Unauthorised, community.Unauthorised, "network.unauthorised"},
	220: {community.Forbidden, community.Refused, "x.permissions"},
	226: {community.Forbidden, community.Refused, "x.automated"},
	231: {community.Unauthorised, community.Unauthorised, "x.locked"},
	261: {community.Forbidden, community.Refused, "x.app_read_only"},
	326: {community.Unauthorised, community.Unauthorised, "x.locked"},
	349: {community.Forbidden, community.Refused, "x.no_direct"},
	354: {community.Invalid, community.Refused, "x.too_long"},
	385: {community.NotFound, community.Refused, "reply.target_gone"},
	416: {community.Unauthorised, community.Unauthorised, "x.app_suspended"},
	433: {community.Forbidden, community.Refused, "x.not_invited"},
	453: {community.Forbidden, community.Refused, "x.not_enrolled"},
}

// How long a budget that X itself declares used up is left alone: it tells no
// time, and asking costs nothing but is pointless.
const cappedFor = 6 * time.Hour

// At the least this long after a 429, whatever its headers say (docs.x.com,
// "Rate limits").
const limitedFor = time.Second

// classify makes of an error of a call the fault that X's own code or type asks
// for; what X does not explain keeps what the status says. write is true for a
// call that changes something.
func classify(err error, write bool, now time.Time) error {
	if err == nil {
		return nil
	}
	var f *community.Fault
	if !errors.As(err, &f) {
		return community.Faultf(community.Unavailable, "network.unreadable").Because(err)
	}
	var status *collectors.StatusError
	p, told := problemOf(err)
	if !told || !errors.As(err, &status) {
		return f
	}
	v, known := byType[p.kind()]
	if !known {
		v, known = byCode[p.code()]
	}
	if !known && status.Status == 402 {
		v, known = byType["credits"], true
	}
	if !known {
		return f
	}
	kind := v.read
	if write {
		kind = v.write
	}
	var args []any
	if kind == community.Limited {
		until, told := collectors.RetryAt(f)
		switch {
		case v.key == "x.usage_capped" || v.key == "x.credits":
			until = now.Add(cappedFor)
		case !told:
			until = now.Add(time.Minute)
		default:
			until = maxTime(until, now.Add(limitedFor))
		}
		args = []any{until}
	}
	return community.Faultf(kind, v.key, args...).Because(status)
}

// problemOf is what X said inside an error, if it said anything.
func problemOf(err error) (p problem, told bool) {
	var status *collectors.StatusError
	if !errors.As(err, &status) {
		return p, false
	}
	return p, json.Unmarshal([]byte(status.Reason), &p) == nil
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// keyOf is the key of the first fault in err's chain.
func keyOf(err error) string {
	var f *community.Fault
	if errors.As(err, &f) {
		return f.Key
	}
	return ""
}
