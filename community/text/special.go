package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// The longest e-mail name, e-mail host and reference that are looked for, in
// bytes: the search at each word stays short however the text is built.
const (
	maxLocal     = 64
	maxHost      = 253
	maxReference = 64
)

// urlAt gives the end of the address at i, or 0. It goes to the next space,
// control, quote or angle bracket, without the punctuation of the sentence.
func urlAt(s string, i int) int {
	start := i
	switch rest := s[i:]; {
	case hasPrefixFold(rest, "https://"):
		i += len("https://")
	case hasPrefixFold(rest, "http://"):
		i += len("http://")
	case hasPrefixFold(rest, "www."):
		i += len("www.")
	default:
		return 0
	}
	host := i
	if first, _ := decode(s, i); !isLetter(first) && !isDigit(first) {
		return 0
	}
	for i < len(s) {
		r, size := decode(s, i)
		if r <= ' ' || r == '"' || r == '<' || r == '>' || r == 0x7F || r >= utf8.RuneSelf && (unicode.IsSpace(r) ||
			unicode.IsControl(r) || r == utf8.RuneError || strings.ContainsRune("“”„«»‹›…", r)) {
			break
		}
		i += size
	}
	parens := strings.IndexByte(s[start:i], '(') >= 0
	for i > host && (strings.IndexByte(".,;:!?'*]}", s[i-1]) >= 0 || s[i-1] == ')' && !parens) {
		i--
	}
	return i
}

func hasPrefixFold(s, prefix string) bool {
	if len(s) < len(prefix) {
		return false
	}
	for i := range len(prefix) {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != prefix[i] {
			return false
		}
	}
	return true
}

func appendLowered(dst []byte, s string) []byte {
	for i := range len(s) {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst
}

// hashtagAt gives the end of the hashtag at i, or 0: letters, digits, marks and
// _ with at least one letter.
func hashtagAt(s string, i int) int {
	letter := false
	for i++; i < len(s); {
		r, size := decode(s, i)
		switch {
		case isLetter(r):
			letter = true
		case isDigit(r), r == '_', letter && (isMark(r) || unseen(r)):
		default:
			size = 0
		}
		if size == 0 {
			break
		}
		i += size
	}
	if !letter {
		return 0
	}
	return i
}

// mentionAt gives the end of the mention at i, or 0: ASCII letters, digits and
// _, with . and - inside, and perhaps @host after it.
func mentionAt(s string, i int) int {
	end := handle(s, i+1)
	if end == i+1 {
		return 0
	}
	if end < len(s) && s[end] == '@' {
		if host := hostAt(s, end+1); host > 0 {
			return host
		}
	}
	return end
}

func handle(s string, i int) int {
	for i < len(s) {
		c := s[i]
		inner := (c == '.' || c == '-') && i > 0 && s[i-1] != '@' && i+1 < len(s) && (asciiWord(s[i+1]) || s[i+1] == '_') && (asciiWord(s[i-1]) || s[i-1] == '_')
		if !asciiWord(c) && c != '_' && !inner {
			break
		}
		i++
	}
	return i
}

// hostAt gives the end of the host name at i, or 0: labels joined by dots, the
// last one of two letters or more.
func hostAt(s string, i int) int {
	start, dot := i, -1
	for i < len(s) && i-start < maxHost {
		c := s[i]
		joins := (c == '.' || c == '-') && i > start && asciiWord(s[i-1]) && i+1 < len(s) && asciiWord(s[i+1])
		if !asciiWord(c) && !joins {
			break
		}
		if c == '.' {
			dot = i
		}
		i++
	}
	if dot < 0 || i-dot < 3 {
		return 0
	}
	for _, c := range []byte(s[dot+1 : i]) {
		if '0' <= c && c <= '9' || c == '-' {
			return 0
		}
	}
	return i
}

// emailAt gives the end of the e-mail address at i, or 0.
func emailAt(s string, i int) int {
	start := i
	for i < len(s) && i-start <= maxLocal && (asciiWord(s[i]) || strings.IndexByte("._%+-", s[i]) >= 0) {
		i++
	}
	if i == start || i-start > maxLocal || i >= len(s) || s[i] != '@' {
		return 0
	}
	return hostAt(s, i+1)
}

// referenceAt gives the end of the joined reference at i, or 0. One without - or
// _ is found by wordAt.
func referenceAt(s string, i int) int {
	start, end := i, i
	digits, group, bare, joined := 0, 0, true, false
	for ; i < len(s) && i-start <= maxReference; i++ {
		switch c := s[i]; {
		case '0' <= c && c <= '9':
			digits++
			group, bare = group+1, false
		case asciiWord(c):
			group++
		case (c == '-' || c == '_') && group > 0 && i+1 < len(s) && asciiWord(s[i+1]):
			if bare && group > 4 {
				return 0
			}
			group, bare, joined = 0, true, true
			continue
		default:
			if c >= utf8.RuneSelf {
				if r, _ := decode(s, i); isLetter(r) || isMark(r) || isDigit(r) || unseen(r) {
					return 0
				}
			}
			end = i
		}
		if end > start {
			break
		}
	}
	if i == len(s) {
		end = i
	}
	if end == start || end-start > maxReference || !joined || digits < 3 || (bare && group > 4) {
		return 0
	}
	return end
}
