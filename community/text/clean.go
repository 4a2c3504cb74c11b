package text

import (
	"strings"
	"unicode/utf8"
)

// Clean makes a text from outside safe to keep: each run of bytes that is not
// UTF-8, and each NUL (which PostgreSQL refuses and C strings end at), becomes
// U+FFFD. Nothing else is touched. A safe text is returned as it is.
func Clean(s string) string {
	if strings.IndexByte(s, 0) < 0 && utf8.ValidString(s) {
		return s
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}
