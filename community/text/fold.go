package text

import (
	"unicode"
	"unicode/utf8"
)

// Fold gives the form in which words are compared: lower case, without accents
// (é is e, ñ is n, й is и, ά is α), with œ as oe, æ as ae, ß as ss, ligatures and
// full-width letters taken apart, every apostrophe as ', every space as a plain
// one, and without what is not seen (soft hyphens, zero-width spaces,
// direction marks, variation selectors).
//
// Turkish İ, I, ı and i are all i, whatever the language: a reader who types
// "Istanbul" must find "İstanbul", and the price is that ı and i cannot be told
// apart. Marks of scripts that cannot be read without them (Devanagari, Thai,
// Arabic) stay. Bytes that are not UTF-8 become U+FFFD.
//
// Fold(Fold(s)) is Fold(s). A string that is folded already is returned as it
// is, without allocation.
func Fold(s string) string {
	if folded(s) {
		return s
	}
	var stack [128]byte
	return string(AppendFold(stack[:0], s))
}

// AppendFold appends the folded form of s to dst.
func AppendFold(dst []byte, s string) []byte {
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			}
			dst = append(dst, c)
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		i += size
		dst = appendFolded(dst, r)
	}
	return dst
}

// folded tells, for plain ASCII only, that there is nothing to fold.
func folded(s string) bool {
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf || 'A' <= c && c <= 'Z' {
			return false
		}
	}
	return true
}

func appendFolded(dst []byte, r rune) []byte {
	if r >= 0xFF01 && r <= 0xFF5E { // full-width forms of ASCII
		r -= 0xFF01 - '!'
	}
	if r < 0x24B6 || r > 0x24CF { // circled letters are signs, one of them an emoji
		r = unicode.ToLower(r)
	}
	if base := foldings.of(r); base != "" {
		return append(dst, base...)
	}
	switch {
	case r < 0xA0:
	case unseen(r):
		return dst
	case apostrophe(r):
		r = '\''
	case r == 0x2010 || r == 0x2011: // hyphens
		r = '-'
	case unicode.Is(unicode.Zs, r):
		r = ' '
	case r >= 0xFB00 && r <= 0xFB06:
		return append(dst, ligatures[r-0xFB00]...)
	}
	return utf8.AppendRune(dst, r)
}

var ligatures = [...]string{"ff", "fi", "fl", "ffi", "ffl", "st", "st"}

// apostrophe tells whether people (or their telephones) write r for one.
func apostrophe(r rune) bool {
	switch r {
	case '\'', 0xB4, 0x2018, 0x2019, 0x02BC, 0x2032, 0xFF07:
		return true
	}
	return false
}

// unseen tells whether r leaves no trace in a folded text: combining marks of
// the European scripts, and characters without width that do not join others.
func unseen(r rune) bool {
	switch {
	case r == 0xAD, r >= 0x300 && r <= 0x36F:
		return true
	case r < 0x200B:
		return false
	case r == 0x200B, r == 0x200E, r == 0x200F, r >= 0x202A && r <= 0x202E:
		return true
	case r >= 0x2060 && r <= 0x206F, r >= 0xFE00 && r <= 0xFE0F, r == 0xFEFF:
		return true
	}
	return false
}
