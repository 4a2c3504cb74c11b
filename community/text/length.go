package text

import "unicode/utf8"

// Runes counts code points; a byte that is not UTF-8 counts as one.
func Runes(s string) int { return utf8.RuneCountInString(s) }

// What X counts (twitter-text, configuration v3).
const (
	linkWeight  = 23
	emojiWeight = 2
)

// Weighted is the length X measures against 280: one for characters of the
// European, Semitic and Indic scripts and for common punctuation, two for
// others, two for an emoji however many characters it is made of, and 23 for a
// link, with or without its scheme.
//
// It is what X's own twitter-text 3.1.0 gives, but that letters whose accent is a
// character of its own count twice (X composes them first, and so should the
// caller). Mentions that X adds by itself at the beginning of a reply are free,
// and not known here.
func Weighted(s string) int {
	n, from := 0, 0
	for _, link := range links(s) {
		n += weights(s[from:link.from]) + linkWeight
		from = link.to
	}
	return n + weights(s[from:])
}

// weights of a text without links.
func weights(s string) (n int) {
	for len(s) > 0 {
		size := Grapheme(s)
		n += weight(s[:size])
		s = s[size:]
	}
	return n
}

// weight of one grapheme.
func weight(g string) int {
	if len(g) == 1 {
		return 1
	}
	first, size := utf8.DecodeRuneInString(g)
	if size < len(g) && (pictograph(first) || regional(first) || first == 0xA9 || first == 0xAE || keycapAt(g, 0) > 0) {
		return emojiWeight
	}
	n := 0
	for _, r := range g {
		switch {
		case r <= 0x10FF, r >= 0x2000 && r <= 0x200D, r >= 0x2010 && r <= 0x201F, r >= 0x2032 && r <= 0x2037:
			n++
		default:
			n += 2
		}
	}
	return n
}
