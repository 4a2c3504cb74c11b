package mastodon

import (
	"strings"
	"unicode"

	"github.com/rivo/uniseg"
)

// What Mastodon takes off the limit for every link, however long
// (StatusLengthValidator::URL_PLACEHOLDER_CHARS); other servers tell theirs.
const defaultURLLength = 23

// count is the length of a text as Mastodon's StatusLengthValidator counts it:
// grapheme clusters, each http(s) link as urlLength of them, and of a mention of
// somebody elsewhere (@user@host) only @user.
func count(text string, urlLength int) int {
	total := 0
	var plain strings.Builder
	for i := 0; i < len(text); {
		atStart := i == 0 || !isWordByte(text[i-1])
		switch {
		case atStart && isURL(text[i:]):
			total += urlLength
			i += urlEnd(text[i:])
			continue
		case text[i] == '@' && atStart:
			user, whole := mention(text[i:])
			plain.WriteString(text[i : i+user])
			i += whole
			continue
		}
		plain.WriteByte(text[i])
		i++
	}
	return total + uniseg.GraphemeClusterCount(plain.String())
}

func isWordByte(b byte) bool {
	return b == '_' || b == '/' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}

// isURL tells whether s begins with a link: a scheme and a host with a dot, which
// the server's extractor asks for too.
func isURL(s string) bool {
	n := schemeLength(s)
	if n == 0 {
		return false
	}
	host, _, _ := strings.Cut(s[n:urlEnd(s)], "/")
	dot := strings.IndexByte(host, '.')
	return dot > 0 && dot < len(host)-1
}

func schemeLength(s string) int {
	for _, scheme := range []string{"https://", "http://"} {
		if len(s) > len(scheme) && strings.EqualFold(s[:len(scheme)], scheme) {
			return len(scheme)
		}
	}
	return 0
}

// urlEnd is where the link s begins with ends: at white space or a sign that no
// address holds, less the punctuation of the sentence around it.
func urlEnd(s string) int {
	end := strings.IndexFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune("<>\"“”«»{}|\\^`", r)
	})
	if end < 0 {
		end = len(s)
	}
	for end > 0 {
		last := s[end-1]
		closing := last == ')' && strings.Count(s[:end], "(") < strings.Count(s[:end], ")")
		if !closing && !strings.ContainsRune(".,:;!?'\"", rune(last)) {
			break
		}
		end--
	}
	return end
}

// mention measures the mention s begins with: the bytes of @user, and of the
// whole with its host. A lone @ is one byte of each.
func mention(s string) (user, whole int) {
	user = 1
	for user < len(s) && (isWordByte(s[user]) && s[user] != '/' || user > 1 && (s[user] == '.' || s[user] == '-') && user+1 < len(s) && isWordByte(s[user+1])) {
		user++
	}
	if user == 1 || user == len(s) || s[user] != '@' {
		return user, user
	}
	whole = user + 1
	for whole < len(s) && isHostByte(s, whole) {
		whole++
	}
	if whole == user+1 {
		return user, user
	}
	return user, whole
}

func isHostByte(s string, i int) bool {
	b := s[i]
	if b == '.' || b == '-' || b == ':' {
		return i+1 < len(s) && isWordByte(s[i+1]) && s[i+1] != '/'
	}
	return b != '/' && b != '_' && isWordByte(b) || b >= 0x80
}
