package text

import (
	"iter"
	"unicode"
	"unicode/utf8"
)

// Grapheme is the length in bytes of the first extended grapheme cluster of s
// (what a reader counts as one character), 0 for an empty string. It follows
// Unicode 15.0, UAX #29 rules GB1 to GB13: combining marks, CR LF, Hangul,
// emoji with skin tones and joiners, flags, keycaps. The conjuncts of Indic
// scripts that Unicode 15.1 keeps whole (GB9c) are cut, as most networks do.
// A byte that is not UTF-8 is a grapheme of its own.
func Grapheme(s string) int {
	if len(s) < 2 || (s[1] < utf8.RuneSelf && s[0] < utf8.RuneSelf && s[0] != '\r') {
		return min(len(s), 1)
	}
	r, n := utf8.DecodeRuneInString(s)
	before := classOf(r)
	emoji := before == pictographic // ExtPict Extend* so far (GB11)
	joined := false                 // ... and a ZWJ after it
	flags := before == indicator    // an odd number of regional indicators
	for n < len(s) {
		r, size := utf8.DecodeRuneInString(s[n:])
		after := classOf(r)
		if !holds(before, after, joined, flags) {
			break
		}
		joined = emoji && after == joiner
		emoji = after == pictographic || emoji && after == extend
		flags = after == indicator && !flags
		if joined {
			emoji = false
		}
		before = after
		n += size
	}
	return n
}

// holds tells whether there is no boundary between two characters.
func holds(before, after class, joined, flags bool) bool {
	switch {
	case before == cr && after == lf: // GB3
		return true
	case before <= control || after <= control: // GB4, GB5
		return false
	case before == hangulL && (after == hangulL || after == hangulV || after == hangulLV || after == hangulLVT), // GB6
		(before == hangulLV || before == hangulV) && (after == hangulV || after == hangulT), // GB7
		(before == hangulLVT || before == hangulT) && after == hangulT:                      // GB8
		return true
	case after == extend || after == joiner || after == spacing: // GB9, GB9a
		return true
	case before == prepend: // GB9b
		return true
	case after == pictographic: // GB11
		return joined
	case after == indicator: // GB12, GB13
		return before == indicator && flags
	}
	return false
}

// Graphemes counts the graphemes of s.
func Graphemes(s string) int {
	n := 0
	for len(s) > 0 {
		s = s[Grapheme(s):]
		n++
	}
	return n
}

// Clusters yields the graphemes of s with their byte offsets.
func Clusters(s string) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		for i := 0; i < len(s); {
			n := Grapheme(s[i:])
			if !yield(i, s[i:i+n]) {
				return
			}
			i += n
		}
	}
}

// Snap widens the span [start, end) of s until neither end is inside a
// grapheme. Offsets outside s are brought to its ends.
func Snap(s string, start, end int) (from, to int) {
	start, end = max(0, min(start, len(s))), max(0, min(end, len(s)))
	from, to = start, end
	for i := 0; i < len(s) && i < end; {
		n := i + Grapheme(s[i:])
		if i < start && start < n {
			from = i
		}
		if i < end && end < n {
			to = n
		}
		i = n
	}
	return from, to
}

// Cut is the longest beginning of s that has at most n graphemes.
func Cut(s string, n int) string {
	i := 0
	for ; n > 0 && i < len(s); n-- {
		i += Grapheme(s[i:])
	}
	return s[:i]
}

// class is a value of the property Grapheme_Cluster_Break, with
// Extended_Pictographic as one more. The first three end a grapheme.
type class uint8

const (
	cr class = iota
	lf
	control
	other
	extend
	joiner
	spacing
	prepend
	indicator
	pictographic
	hangulL
	hangulV
	hangulT
	hangulLV
	hangulLVT
)

func classOf(r rune) class {
	switch {
	case r < 0x20 || r >= 0x7F && r < 0xA0 || r == 0xAD:
		switch r {
		case '\r':
			return cr
		case '\n':
			return lf
		}
		return control
	case r < 0x300:
		if r == 0xA9 || r == 0xAE {
			return pictographic
		}
		return other
	case r < 0x370:
		return extend
	case r >= 0x3400 && r < 0xA000: // ideographs, but for two assigned among them to nobody
		return other
	case r >= 0x1100 && r < 0x1200 || r >= 0xA960 && r < 0xA980 || r >= 0xAC00 && r < 0xD800:
		return hangul(r)
	case r == 0x200D:
		return joiner
	case regional(r):
		return indicator
	case r >= 0x1F3FB && r <= 0x1F3FF: // skin tones
		return extend
	case pictograph(r):
		return pictographic
	}
	return rareClass(r)
}

func rareClass(r rune) class {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Other_Grapheme_Extend):
		return extend
	case prepends(r):
		return prepend
	case r == 0xE33 || r == 0xEB3 || unicode.Is(unicode.Mc, r) && !lettersInDisguise(r):
		return spacing
	case unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp):
		return control
	case unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) && !unicode.IsLetter(r):
		return control
	}
	return other
}

// hangul classes of jamo and syllables; Unicode lays syllables out by rule.
func hangul(r rune) class {
	switch {
	case r < 0x1160, r >= 0xA960 && r < 0xA97D:
		return hangulL
	case r < 0x11A8, r >= 0xD7B0 && r < 0xD7C7:
		return hangulV
	case r < 0x1200, r >= 0xD7CB && r < 0xD7FC:
		return hangulT
	case r >= 0xAC00 && r < 0xD7A4:
		if (r-0xAC00)%28 == 0 {
			return hangulLV
		}
		return hangulLVT
	}
	return other
}
