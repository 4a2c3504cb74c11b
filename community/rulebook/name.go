package rulebook

import (
	"strings"
	"unicode"

	"github.com/vigie-hq/vigie/community/text"
)

// plain is a name as it is kept: one line, without what does not show or changes
// how its neighbours are shown (NUL, marks of direction, spaces without width).
// Joiners stay, which writing and emoji need. A name of which nothing would show
// is empty.
func plain(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), !joins(r) && unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point):
			return -1
		}
		return r
	}, text.Clean(strings.ReplaceAll(name, "\x00", "")))
	if !strings.ContainsFunc(name, shows) {
		return ""
	}
	return strings.TrimSpace(name)
}

// joins tells whether a sign without shape belongs to the writing around it:
// joiners, and the tags of which some flags are made.
func joins(r rune) bool {
	return r == 0x200C || r == 0x200D || r >= 0xE0020 && r <= 0xE007F
}

func shows(r rune) bool {
	return unicode.IsGraphic(r) && !unicode.IsSpace(r) && !unicode.In(r, unicode.M, unicode.Variation_Selector)
}
