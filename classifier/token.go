package classifier

import (
	"strings"
	"unicode/utf8"
)

// form is what sort of token it is.
type form uint8

const (
	formWord form = iota
	formNumber
	formMention
	formLink
	formEmoji
	formMark
)

// token is a piece of the text: bytes [start, end) of the original, runes
// [from, to) of the folded buffer.
type token struct {
	start, end int32
	from, to   int32
	form       form
	role       role // filled by words
	caps       bool // at least two letters, all of them capitals
	stretched  bool // a letter three times or more: "suuuper"
	hashtag    bool
}

// The limits that bound time and memory whatever is sent: of a longer text the
// beginning and the end are read, where a letter says what it wants.
const (
	headBytes = 3072
	tailBytes = 1024
	maxRun    = 48 // runes of one word that are kept
)

// cut fills s.tokens and s.runes. It accepts any bytes.
func (s *scratch) cut(text string) {
	s.runes, s.tokens = s.runes[:0], s.tokens[:0]
	if len(text) <= headBytes+tailBytes {
		s.scan(text, 0)
		return
	}
	head, tail := headBytes, len(text)-tailBytes
	for head > 0 && !utf8.RuneStart(text[head]) {
		head--
	}
	for tail < len(text) && !utf8.RuneStart(text[tail]) {
		tail++
	}
	s.scan(text[:head], 0)
	s.scan(text[tail:], tail)
}

// scan cuts one stretch of text whose first byte stands at base.
func (s *scratch) scan(text string, base int) {
	first := len(s.tokens)
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && n <= 1 {
			i++
			continue
		}
		c := classOf(r)
		end := i
		switch {
		case c == classLetter || c == classDigit:
			end = s.word(text, i, base)
		case r == '@':
			end = s.mention(text, i, base)
		case r == ':' || r == ';' || r == '<':
			end = s.emoticon(text, i, base)
		case r == '.' && strings.HasPrefix(text[i:], "..."):
			end = i
			for end < len(text) && text[end] == '.' {
				end++
			}
			s.add(token{start: int32(base + i), end: int32(base + end), form: formMark}, '…')
		case c == classMark:
			end = s.mark(text, i, base, r)
		case c == classEmoji:
			end = s.emoji(text, i, base, r)
		case c == classGlue:
			// Glue extends the token it touches, so that no span ends inside a grapheme.
			if k := len(s.tokens) - 1; k >= first && int(s.tokens[k].end) == base+i {
				s.tokens[k].end = int32(base + i + n)
			}
		}
		if end <= i {
			end = i + n
		}
		i = end
	}
}

func (s *scratch) add(t token, runes ...rune) {
	t.from = int32(len(s.runes))
	s.runes = append(s.runes, runes...)
	t.to = int32(len(s.runes))
	s.tokens = append(s.tokens, t)
}

// word reads letters and figures. Figures become 0, a letter three times or
// more in a row becomes two; "12,50", "12/05" and "18:30" stay one number.
func (s *scratch) word(text string, i, base int) int {
	if isLink(text[i:]) {
		end := i
		for end < len(text) && text[end] > ' ' {
			end++
		}
		s.add(token{start: int32(base + i), end: int32(base + end), form: formLink}, 'u', 'r', 'l')
		return end
	}
	t := token{start: int32(base + i), from: int32(len(s.runes)), form: formWord}
	letters, capitals, run := 0, 0, 0
	var last rune
	end := i
runes:
	for end < len(text) {
		r, n := utf8.DecodeRuneInString(text[end:])
		c := classOf(r)
		switch c {
		case classDigit:
			if end == i {
				t.form = formNumber
			}
			r = '0'
		case classLetter:
			letters++
			if f := foldRune(r); f != r || 'A' <= r && r <= 'Z' {
				if isCapital(r) {
					capitals++
				}
				r = f
			}
		case classGlue:
			end += n
			continue
		default:
			if !joinsFigures(r, last, text[end+n:]) {
				break runes
			}
		}
		if r == last {
			run++
		} else {
			run = 1
		}
		if c == classLetter && run > 2 {
			t.stretched = true
		} else if len(s.runes)-int(t.from) < maxRun && !(r == '0' && run > 6) {
			if a, b := ligature(r); a != 0 {
				s.runes = append(s.runes, a, b)
			} else {
				s.runes = append(s.runes, r)
			}
		}
		last = r
		end += n
	}
	t.end = int32(base + end)
	t.to = int32(len(s.runes))
	if t.form == formNumber && letters >= 3 && letters > int(t.to-t.from)-letters {
		t.form = formWord // "3lach", "9bal": figures that stand for Arabic letters
	}
	t.caps = letters >= 2 && capitals == letters
	t.hashtag = i > 0 && text[i-1] == '#'
	if t.hashtag {
		t.start--
	}
	s.tokens = append(s.tokens, t)
	return end
}

func isCapital(r rune) bool {
	return 'A' <= r && r <= 'Z' || r >= 0xC0 && r <= 0xDE || r >= 0x100 && r < 0x180 && r&1 == 0
}

// joinsFigures tells whether a mark stands between two figures.
func joinsFigures(r, last rune, rest string) bool {
	return last == '0' && (r == ',' || r == '.' || r == '/' || r == ':') &&
		rest != "" && rest[0] >= '0' && rest[0] <= '9'
}

func isLink(s string) bool {
	if len(s) < 4 || s[0]|0x20 != 'h' && s[0]|0x20 != 'w' {
		return false
	}
	return strings.HasPrefix(s, "http") && (len(s) == 4 || s[4] == ':' || s[4] == 's' && strings.HasPrefix(s[5:], ":") || s[4] <= ' ') ||
		strings.HasPrefix(s, "www.")
}

// mention reads "@name". The name is not kept, only whose it seems to be: a model
// that knows names recognises sources, not meanings.
func (s *scratch) mention(text string, i, base int) int {
	end := i + 1
	for end < len(text) {
		b := text[end]
		if b|0x20 >= 'a' && b|0x20 <= 'z' || b >= '0' && b <= '9' || b == '_' {
			end++
			continue
		}
		break
	}
	if end == i+1 {
		return i
	}
	s.add(token{start: int32(base + i), end: int32(base + end), form: formMention}, s.handleMark(text[i+1:end]))
	return end
}

// emoticon reads ":)", ";-)", ":(", ":/", "<3".
func (s *scratch) emoticon(text string, i, base int) int {
	j := i + 1
	if j < len(text) && text[j] == '-' {
		j++
	}
	if j >= len(text) {
		return i
	}
	var face rune
	switch b := text[j]; {
	case text[i] == '<' && b == '3' && j == i+1:
		face = '♥'
	case text[i] == '<':
		return i
	case b == ')' || b == 'D':
		face = '☺'
	case b == '(':
		face = '☹'
	case b == '/' && !strings.HasPrefix(text[j:], "//"):
		face = '☹'
	case b == 'P' || b == 'p':
		face = '☻'
	default:
		return i
	}
	s.add(token{start: int32(base + i), end: int32(base + j + 1), form: formEmoji}, face)
	return j + 1
}

// mark reads a run of one mark; "!!!!" is told from "!".
func (s *scratch) mark(text string, i, base int, r rune) int {
	end, count := i, 0
	for end < len(text) {
		q, n := utf8.DecodeRuneInString(text[end:])
		if q != r {
			break
		}
		end += n
		count++
	}
	t := token{start: int32(base + i), end: int32(base + end), form: formMark}
	if count > 1 {
		s.add(t, r, r)
	} else {
		s.add(t, r)
	}
	return end
}

const joiner = '\u200D'

// emoji reads one picture with all that is joined to it; a flag is two letters.
func (s *scratch) emoji(text string, i, base int, r rune) int {
	_, n := utf8.DecodeRuneInString(text[i:])
	end := i + n
	joined := false
	flag := r >= 0x1F1E6 && r <= 0x1F1FF
parts:
	for end < len(text) {
		q, n := utf8.DecodeRuneInString(text[end:])
		c := classOf(q)
		switch {
		case c == classGlue:
			joined = q == joiner
		case c == classEmoji && (joined || flag && q >= 0x1F1E6 && q <= 0x1F1FF):
			joined, flag = false, false
		default:
			break parts
		}
		end += n
	}
	s.add(token{start: int32(base + i), end: int32(base + end), form: formEmoji}, r)
	return end
}
