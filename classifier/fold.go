package classifier

import "unicode"

// latin folds U+00C0 to U+017F to plain lower-case letters; 0 keeps the rune.
// Ligatures are not here: they fold to two letters (see ligature).
const latin = "aaaaaa\x00ceeeeiiii" + // C0..CF
	"dnooooo\x00ouuuuyt\x00" + // D0..DF
	"aaaaaa\x00ceeeeiiii" + // E0..EF
	"dnooooo\x00ouuuuyty" + // F0..FF
	"aaaaaaccccccccdd" + // 100..10F
	"ddeeeeeeeeeegggg" + // 110..11F
	"gggghhhhiiiiiiii" + // 120..12F
	"ii\x00\x00jjkkklllllll" + // 130..13F
	"lllnnnnnnnnnoooo" + // 140..14F
	"oo\x00\x00rrrrrrssssss" + // 150..15F
	"ssttttttuuuuuuuu" + // 160..16F
	"uuuuwwyyyzzzzzzs" // 170..17F

// foldRune returns the lower-case letter without accent that stands for r. A
// message writes "RÉGLÉ", "regle" and "réglé" for one word.
func foldRune(r rune) rune {
	switch {
	case r < 0x80:
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	case r >= 0xC0 && r < 0x180:
		if f := latin[r-0xC0]; f != 0 {
			return rune(f)
		}
		return unicode.ToLower(r)
	case r >= 0xFF01 && r <= 0xFF5E: // full-width forms
		return foldRune(r - 0xFEE0)
	case r >= 0x1E00 && r <= 0x1EFF, r >= 0x370 && r < 0x590:
		return unicode.ToLower(r)
	}
	return r
}

// ligature returns the two letters a ligature stands for, or zeros.
func ligature(r rune) (a, b rune) {
	switch r {
	case 'œ', 'Œ':
		return 'o', 'e'
	case 'æ', 'Æ':
		return 'a', 'e'
	case 'ß', 'ẞ':
		return 's', 's'
	case 'ĳ', 'Ĳ':
		return 'i', 'j'
	}
	return 0, 0
}

// class is what a rune does in a text.
type class uint8

const (
	classSpace  class = iota // separates
	classLetter              // part of a word
	classDigit
	classMark  // ! ? … € and other marks worth a feature
	classEmoji // a picture, a symbol
	classGlue  // belongs to what stands before it: accents, joiners, selectors
)

func classOf(r rune) class {
	switch {
	case r < 0x80:
		return asciiClass(r)
	case r < 0x250:
		return latinClass(r)
	case r < 0x370, // combining accents among them
		r >= 0x200B && r <= 0x200F, // zero-width, joiners, bidi marks
		r >= 0x202A && r <= 0x202E,
		r >= 0x2060 && r <= 0x206F,
		r >= 0xFE00 && r <= 0xFE0F,   // variation selectors
		r >= 0x1F3FB && r <= 0x1F3FF, // skin tones
		r >= 0xE0000 && r <= 0xE01FF, // tags, more selectors
		r >= 0x20D0 && r <= 0x20F0:   // enclosing marks (keycaps)
		if r < 0x2B0 {
			return classLetter
		}
		return classGlue
	case r == '…' || r == '€':
		return classMark
	case r >= 0x2000 && r < 0x20D0:
		return classSpace
	case r >= 0x2100 && r <= 0x2BFF, r >= 0x1F000 && r <= 0x1FAFF, r == 0x3030, r == 0x303D:
		return classEmoji
	case unicode.IsLetter(r):
		return classLetter
	case unicode.IsMark(r):
		return classGlue
	case unicode.IsDigit(r):
		return classDigit
	}
	return classSpace
}

func asciiClass(r rune) class {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z':
		return classLetter
	case '0' <= r && r <= '9':
		return classDigit
	case r == '!' || r == '?' || r == '$' || r == '%':
		return classMark
	}
	return classSpace
}

func latinClass(r rune) class {
	switch {
	case r >= 0xC0 && r != 0xD7 && r != 0xF7, r == 'ª', r == 'º', r == 'µ':
		return classLetter
	case r == '£' || r == '¿' || r == '¡':
		return classMark
	case r == '©' || r == '®':
		return classEmoji
	case r == 0xAD: // soft hyphen
		return classGlue
	}
	return classSpace
}
