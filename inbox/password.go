package inbox

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"github.com/vigie-hq/vigie/community"
)

// What a password costs to check: argon2id with 19 MiB, two passes and one lane,
// the second of the equivalent settings of OWASP's password storage cheat sheet;
// the first (46 MiB, one pass) would not fit a small machine twice. Hashes carry
// their own figures, so these can be raised without asking anybody for a new one.
const (
	argonMemory = 19 << 10 // KiB
	argonPasses = 2
	argonLanes  = 1
	argonKey    = 32 // bytes
	argonSalt   = 16 // bytes
)

// A password has ten characters at least (NIST 800-63B asks for length, not for
// figures and signs), and no more than anybody types.
const (
	passwordLeast = 10   // code points
	passwordMost  = 1024 // bytes
)

// HashPassword returns the argon2id hash of a password in the PHC form
// $argon2id$v=19$m=19456,t=2,p=1$salt$key. A password that is too short, too
// long or a repetition is a Fault Invalid: "password.short", "password.long",
// "password.weak".
func HashPassword(password string) (string, error) {
	password = norm.NFC.String(password)
	switch {
	case utf8.RuneCountInString(password) < passwordLeast:
		return "", community.Faultf(community.Invalid, "password.short", passwordLeast)
	case len(password) > passwordMost:
		return "", community.Faultf(community.Invalid, "password.long", passwordMost)
	case distinct(password) < 4:
		return "", community.Faultf(community.Invalid, "password.weak")
	}
	salt := make([]byte, argonSalt)
	_, _ = rand.Read(salt) // never fails: crypto/rand ends the process instead
	key := argon2.IDKey([]byte(password), salt, argonPasses, argonMemory, argonLanes, argonKey)
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonPasses, argonLanes, b64(salt), b64(key)), nil
}

// CheckPassword tells whether the password belongs to the hash. It takes as long
// for a wrong one as for the right one. A hash in another form, or one that
// would cost more than a machine has, belongs to no password.
func CheckPassword(hash, password string) bool {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return false
	}
	var memory, passes uint32
	var lanes uint8
	if n, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &passes, &lanes); n != 3 || err != nil {
		return false
	}
	if memory > 1<<20 || passes < 1 || passes > 16 || lanes < 1 || lanes > 16 || len(password) > passwordMost {
		return false
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || len(want) < 16 {
		return false
	}
	got := argon2.IDKey([]byte(norm.NFC.String(password)), salt, passes, memory, lanes, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1
}

func distinct(s string) int {
	seen := make(map[rune]bool)
	for _, r := range s {
		seen[r] = true
	}
	return len(seen)
}
