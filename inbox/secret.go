package inbox

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// NewToken makes a secret of 256 random bits (43 characters of base64url) and
// its hash. The secret is shown once, to whom it belongs; only the hash is kept.
func NewToken() (secret, hash string) {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the process instead
	secret = base64.RawURLEncoding.EncodeToString(b[:])
	return secret, HashToken(secret)
}

// HashToken is how secrets of sessions, tokens and invitations are kept:
// SHA-256 in hexadecimal. They are random, so a slow hash would add nothing.
func HashToken(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// newID makes a name for a new thing: a letter and 26 letters and figures, 128
// bits of chance.
func newID(prefix string) string { return prefix + strings.ToLower(rand.Text()) }
