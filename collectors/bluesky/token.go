package bluesky

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"
)

// Names of an account's secrets in the vault.
const (
	accessSecret  = "access"
	refreshSecret = "refresh"
)

// Scopes that a PDS writes into access tokens.
const (
	appPasswordScope = "com.atproto.appPass" // an app password without direct messages
	fullScope        = "com.atproto.access"  // the account's own password was given
)

// tokens is a session with a PDS: the access token lives for minutes to hours,
// the refresh token for months and is exchanged for a new one each time.
type tokens struct{ access, refresh string }

// claims is what a token tells about itself. It is read, not verified: it is the
// server's own token, and only says when to renew it and what to offer.
type claims struct {
	expires time.Time
	scope   string
}

// readClaims reads the middle part of a JWT. A token in any other form tells
// nothing: it is used until it is refused.
func readClaims(token string) claims {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return claims{}
	}
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return claims{}
	}
	var body struct {
		Expires json.Number `json:"exp"`
		Scope   string      `json:"scope"`
	}
	if json.Unmarshal(raw, &body) != nil {
		return claims{}
	}
	c := claims{scope: body.Scope}
	if seconds, err := body.Expires.Int64(); err == nil && seconds > 0 && seconds < 1<<40 {
		c.expires = time.Unix(seconds, 0).UTC()
	}
	return c
}

// directs tells whether a token may read and write direct messages.
func (c claims) directs() bool { return c.scope != appPasswordScope }
