package text

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// Kind says what a token is.
type Kind uint8

// The kinds of token.
const (
	Word      Kind = iota
	Number         // 4521, 12,50
	Reference      // an order number: FR-2024-00123, 1Z999AA10123456784
	Hashtag        // with its #
	Mention        // with its @; @user@host too
	URL            // http://, https:// or www.
	Email
	Emoji // one grapheme
)

// String names the kind.
func (k Kind) String() string {
	return [...]string{"word", "number", "reference", "hashtag", "mention", "url", "email", "emoji"}[k]
}

// Token is a piece of a text that has a meaning of its own. Start and End are
// byte offsets into the original text; Text is its folded form (of a URL, only
// ASCII letters are lowered).
type Token struct {
	Start, End int
	Kind       Kind
	Text       string
}

// Tokens cuts a text into tokens.
//
// A word is a run of letters, digits and marks. French elisions are cut
// (l'article is l, article; qu'il is qu, il) and so is a final 's; other
// apostrophes stay inside (aujourd'hui, don't). A hyphen cuts, except inside a
// reference: at most 64 bytes of ASCII letters and digits in groups joined by -
// or _, with three digits or more and no group of more than four letters alone.
// Chinese characters and kana are one token each. What is left (punctuation,
// spaces, symbols) is no token.
func Tokens(s string) []Token { return AppendTokens(nil, s) }

// AppendTokens appends the tokens of s to dst. What is folded already is not
// copied; the rest costs one allocation for the whole text.
func AppendTokens(dst []Token, s string) []Token {
	var stack [256]byte
	buf := stack[:0]
	first := len(dst)
	for i := 0; i < len(s); {
		end, kind, ok := next(s, i)
		if !ok {
			i = end
			continue
		}
		t := Token{Start: i, End: end, Kind: kind}
		switch raw := s[i:end]; {
		case folded(raw):
			t.Text = raw
		case kind == URL:
			buf = append(appendLowered(buf, raw), 0)
		default:
			buf = append(AppendFold(buf, raw), 0)
		}
		dst = append(dst, t)
		i = end
	}
	if len(buf) == 0 {
		return dst
	}
	all := string(buf) // the folded forms, each ended by a zero, in order
	at := 0
	for i := first; i < len(dst); i++ {
		if dst[i].Text == "" {
			n := bytes.IndexByte(buf[at:], 0)
			dst[i].Text = all[at : at+n]
			at += n + 1
		}
	}
	return dst
}

// next reads the token at i. If there is none, ok is false and end is where to
// look next.
func next(s string, i int) (end int, kind Kind, ok bool) {
	r, size := decode(s, i)
	starts := i == 0 || !wordBefore(s, i)
	switch {
	case (r == 'h' || r == 'H' || r == 'w' || r == 'W') && starts:
		if end := urlAt(s, i); end > 0 {
			return end, URL, true
		}
	case r == '#':
		if end := hashtagAt(s, i); end > 0 && starts {
			return end, Hashtag, true
		}
		if end := keycapAt(s, i); end > 0 {
			return end, Emoji, true
		}
		return i + size, 0, false
	case r == '@':
		if end := mentionAt(s, i); end > 0 && starts {
			return end, Mention, true
		}
		return i + size, 0, false
	case r == '*' || r >= '0' && r <= '9':
		if end := keycapAt(s, i); end > 0 {
			return end, Emoji, true
		}
	}
	switch {
	case ideograph(r):
		return i + size, Word, true
	case isLetter(r) || isDigit(r):
		return wordAt(s, i, starts)
	case r >= 0x203C && (pictograph(r) || regional(r)):
		if after, _ := decode(s, i+size); regional(r) && !regional(after) { // half a flag
			return i + size, 0, false
		}
		return i + Grapheme(s[i:]), Emoji, true
	}
	return i + size, 0, false
}

// wordAt reads the word, number, reference or e-mail address that begins at i.
func wordAt(s string, i int, starts bool) (end int, kind Kind, ok bool) {
	if starts {
		if end := emailAt(s, i); end > 0 {
			return end, Email, true
		}
		if end := referenceAt(s, i); end > 0 {
			return end, Reference, true
		}
	}
	digits, letters := 0, 0
	seg := i // start of the part after the last apostrophe
	for end = i; end < len(s); {
		r, size := decode(s, end)
		switch {
		case isDigit(r):
			digits++
		case ideograph(r):
			return end, kindOf(digits, letters), true
		case isLetter(r):
			letters++
		case isMark(r), unseen(r), r == 0x200C, r == 0x200D:
			// inside a word only: what hangs on its last letter belongs to it
		case apostrophe(r) && letters > 0:
			after, _ := decode(s, end+size)
			if !isLetter(after) || ideograph(after) || (seg == i && elided(s[i:end])) || genitive(s, end+size) {
				return end, kindOf(digits, letters), true
			}
			seg = end + size
		case (r == '.' || r == ',') && letters == 0:
			after, _ := decode(s, end+size)
			if !isDigit(after) {
				return end, kindOf(digits, letters), true
			}
		default:
			return end, kindOf(digits, letters), true
		}
		end += size
	}
	return end, kindOf(digits, letters), true
}

func kindOf(digits, letters int) Kind {
	switch {
	case letters == 0:
		return Number
	case digits >= 3:
		return Reference
	}
	return Word
}

// elided tells whether a word part is one French elides before a vowel.
func elided(s string) bool {
	if len(s) > 16 {
		return false
	}
	switch Fold(s) {
	case "l", "d", "j", "n", "s", "c", "m", "t", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu", "quelqu":
		return true
	}
	return false
}

// genitive tells whether what follows an apostrophe is a lone s.
func genitive(s string, i int) bool {
	r, size := decode(s, i)
	var b [8]byte
	if string(appendFolded(b[:0], r)) != "s" {
		return false
	}
	for i += size; i < len(s); i += size {
		r, size = decode(s, i)
		if !isMark(r) && !unseen(r) {
			if apostrophe(r) { // it ends the word unless it joins a letter
				r, _ = decode(s, i+size)
				return !isLetter(r) || ideograph(r)
			}
			return (!isLetter(r) || ideograph(r)) && !isDigit(r)
		}
	}
	return true
}

// decode is DecodeRuneInString with a short way for ASCII; past the end it
// gives U+FFFD, which belongs to no token.
func decode(s string, i int) (rune, int) {
	if i < len(s) && s[i] < utf8.RuneSelf {
		return rune(s[i]), 1
	}
	if i >= len(s) {
		return utf8.RuneError, 0
	}
	return utf8.DecodeRuneInString(s[i:])
}

// wordBefore tells whether a letter or digit stands right before i.
func wordBefore(s string, i int) bool {
	if c := s[i-1]; c < utf8.RuneSelf {
		return asciiWord(c)
	}
	r, _ := utf8.DecodeLastRuneInString(s[:i])
	return isLetter(r) || isDigit(r) || isMark(r)
}

func asciiWord(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

func isLetter(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r|0x20 && r|0x20 <= 'z'
	}
	return unicode.IsLetter(r) && !apostrophe(r) // U+02BC is both
}

func isDigit(r rune) bool {
	if r < utf8.RuneSelf {
		return '0' <= r && r <= '9'
	}
	return unicode.IsDigit(r)
}

func isMark(r rune) bool { return r >= 0x300 && r != 0x20E3 && unicode.IsMark(r) }

// ideograph tells whether r is of a script written without spaces whose
// characters are words or syllables.
func ideograph(r rune) bool {
	switch {
	case r < 0x3040:
		return false
	case r <= 0x30FF:
		return unicode.IsLetter(r)
	}
	return r >= 0x3400 && r <= 0x9FFF || r >= 0xF900 && r <= 0xFAFF || r >= 0x20000 && r <= 0x3FFFD
}
