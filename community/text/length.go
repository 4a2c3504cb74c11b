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
// It differs from X on the safe side: letters whose accent is a character of
// its own count twice (X composes them first, and so should the caller), and
// after http:// any top-level domain is believed. Without a scheme the country
// domains and the common generic ones are known. Mentions that X adds by itself
// at the beginning of a reply are free, and not known here.
func Weighted(s string) int {
	n := 0
	for i := 0; i < len(s); {
		if end := linkAt(s, i); end > 0 {
			n += linkWeight
			i = end
			continue
		}
		size := Grapheme(s[i:])
		n += weight(s[i : i+size])
		i += size
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
