package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

// signatureHeader carries "t=<Unix seconds>,v1=<hex>": v1 is HMAC-SHA256, under the
// secret, of the seconds as they are written, a dot, and what is signed: the raw
// body of a POST, the path and query of a GET. Several v1 may stand there, one for
// each secret that is good while it is changed; one that is right is enough.
const signatureHeader = "Vigie-Signature"

// tolerance is how far a signature's clock may be from ours, either way.
const tolerance = 5 * time.Minute

// What a header may hold: a line of this length with so many signatures.
const (
	maxSignature  = 1024
	maxSignatures = 8
)

// sign makes the header of what is sent now.
func sign(secrets [][]byte, now time.Time, payload []byte) string {
	seconds := strconv.FormatInt(now.Unix(), 10)
	var b strings.Builder
	b.WriteString("t=" + seconds)
	for _, secret := range secrets {
		b.WriteString(",v1=" + hex.EncodeToString(digest(secret, seconds, payload)))
	}
	return b.String()
}

func digest(secret []byte, seconds string, payload []byte) []byte {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(seconds + "."))
	mac.Write(payload)
	return mac.Sum(nil)
}

// signature is a header as it was read.
type signature struct {
	seconds string
	at      time.Time
	v1      [][]byte
}

// parseSignature reads a header; false if it is not one. Parts it does not know
// are passed over, for later versions.
func parseSignature(header string) (signature, bool) {
	var s signature
	if len(header) > maxSignature {
		return s, false
	}
	for part := range strings.SplitSeq(header, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "t":
			seconds, err := strconv.ParseInt(value, 10, 64)
			if err != nil || seconds < 0 || s.seconds != "" {
				return s, false
			}
			s.seconds, s.at = value, time.Unix(seconds, 0)
		case "v1":
			sum, err := hex.DecodeString(value)
			if err != nil || len(sum) != sha256.Size || len(s.v1) == maxSignatures {
				return s, false
			}
			s.v1 = append(s.v1, sum)
		}
	}
	return s, s.seconds != "" && len(s.v1) > 0
}

// timely tells whether a signature's clock is near enough to ours.
func (s *signature) timely(now time.Time) bool {
	off := now.Sub(s.at)
	return off <= tolerance && off >= -tolerance
}

// by tells whether one of the secrets signed the payload. Every comparison is
// made, each in constant time.
func (s *signature) by(secrets [][]byte, payload []byte) bool {
	right := false
	for _, secret := range secrets {
		want := digest(secret, s.seconds, payload)
		for _, got := range s.v1 {
			if hmac.Equal(want, got) {
				right = true
			}
		}
	}
	return right
}
