package bluesky

import (
	"encoding/json"
	"errors"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// Names of errors, as XRPC servers give them, on which code here depends.
const (
	expiredToken   = "ExpiredToken"
	invalidToken   = "InvalidToken"
	recordNotFound = "RecordNotFound"
	invalidSwap    = "InvalidSwap"
)

// verdict is what an error's name asks for: for a call that reads and for one
// that writes.
type verdict struct {
	read, write community.FaultKind
	key         string
}

// verdicts are the errors whose name says more than their status. Names come from
// the lexicons (com.atproto.*, app.bsky.*, chat.bsky.*) and from what a PDS and an
// AppView answered; a dead token is 400 here, not 401. A name that is not listed
// is judged by its status.
var verdicts = map[string]verdict{
	expiredToken:              {community.Unauthorised, community.Unauthorised, "network.unauthorised"},
	invalidToken:              {community.Unauthorised, community.Unauthorised, "network.unauthorised"},
	"AuthenticationRequired":  {community.Unauthorised, community.Unauthorised, "network.unauthorised"},
	"AuthMissing":             {community.Unauthorised, community.Unauthorised, "network.unauthorised"},
	"AccountTakedown":         {community.Unauthorised, community.Unauthorised, "bluesky.account_down"},
	"AccountSuspended":        {community.Unauthorised, community.Unauthorised, "bluesky.account_down"},
	"AccountDeactivated":      {community.Unauthorised, community.Unauthorised, "bluesky.account_down"},
	"AuthFactorTokenRequired": {community.Invalid, community.Invalid, "bluesky.app_password"},
	"RateLimitExceeded":       {community.Limited, community.Limited, "network.limited"},
	"NotFound":                {community.NotFound, community.Refused, "network.not_found"},
	recordNotFound:            {community.NotFound, community.Refused, "network.not_found"},
	"RepoNotFound":            {community.NotFound, community.Refused, "network.not_found"},
	"ProfileNotFound":         {community.NotFound, community.Refused, "network.not_found"},
	"HandleNotFound":          {community.NotFound, community.Refused, "network.not_found"},
	"BlockedActor":            {community.Forbidden, community.Refused, "bluesky.blocked"},
	"BlockedByActor":          {community.Forbidden, community.Refused, "bluesky.blocked"},
	"MessagesDisabled":        {community.Forbidden, community.Refused, "bluesky.dm_closed"},
	"NotFollowedBySender":     {community.Forbidden, community.Refused, "bluesky.dm_closed"},
	"RecipientNotFound":       {community.NotFound, community.Refused, "reply.target_gone"},
	"InvalidConvo":            {community.NotFound, community.Refused, "reply.target_gone"},
	"ConvoLocked":             {community.Forbidden, community.Refused, "bluesky.dm_closed"},
	invalidSwap:               {community.Conflict, community.Conflict, "network.refused"},
	"MethodNotImplemented":    {community.Invalid, community.Refused, "network.refused"},
	"XRPCNotSupported":        {community.Invalid, community.Refused, "network.refused"},
}

// nameOf is the name a server gave its error; "" if it gave none, as a proxy's
// HTML page does not.
func nameOf(err error) string {
	var status *collectors.StatusError
	if !errors.As(err, &status) {
		return ""
	}
	var body struct {
		Error string `json:"error"`
	}
	if json.Unmarshal([]byte(status.Reason), &body) != nil {
		return ""
	}
	return body.Error
}

// named is a transport's fault, judged again by the error's name where that says
// more. The moment to come back is kept.
func named(err error, write bool) error {
	if err == nil {
		return nil
	}
	v, known := verdicts[nameOf(err)]
	if !known {
		return err
	}
	kind := v.read
	if write {
		kind = v.write
	}
	if at, told := collectors.RetryAt(err); told && (kind == community.Limited || kind == community.Unavailable) {
		return community.Faultf(kind, v.key, at).Because(err)
	}
	return community.Faultf(kind, v.key).Because(err)
}

// tokenRefused tells whether a call was turned away for its token alone: then it
// was certainly not done.
func tokenRefused(err error) bool {
	name := nameOf(err)
	return name == expiredToken || name == invalidToken
}
