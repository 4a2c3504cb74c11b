package x

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/text"
)

// What X lets one write: a post in weighted characters (docs.x.com, "Counting
// characters", configuration v3), a direct message in code points.
const (
	postLimit   = 280
	directLimit = 10_000
)

// count is the length of a text as X counts it: composed first, then weighted.
func count(v community.Visibility, s string) int {
	s = norm.NFC.String(s)
	if v == community.Private {
		return text.Runes(s)
	}
	return text.Weighted(s)
}

// limitOf is the longest text of a visibility.
func limitOf(v community.Visibility) int {
	if v == community.Private {
		return directLimit
	}
	return postLimit
}

// unescape gives back the three characters that X writes as entities, and no
// others: "&eacute;" was typed by somebody.
func unescape(s string) string {
	if !strings.Contains(s, "&") {
		return s
	}
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(s)
}

// link is a shortened address in a text, and what it stands for.
type link struct {
	Short, Full string
	Media       bool // it is only there for a picture that is shown anyway
}

// readable is a text as a reader sees it: entities and links resolved, the
// addresses of its own pictures left out.
func readable(s string, links []link) string {
	for _, l := range links {
		switch {
		case !strings.HasPrefix(l.Short, "https://t.co/") && !strings.HasPrefix(l.Short, "http://t.co/"):
		case l.Media:
			s = strings.ReplaceAll(s, l.Short, "")
		case l.Full != "":
			s = strings.ReplaceAll(s, l.Short, l.Full)
		}
	}
	return strings.TrimSpace(unescape(s))
}

// essence is what is left of a text when everything is taken away that X may
// write in its own manner: the mentions a reply begins with, white space, signs
// that do not show, the case of letters, the scheme of links.
func essence(s string) string {
	s = strings.TrimSpace(norm.NFC.String(s))
	for strings.HasPrefix(s, "@") {
		_, rest, found := strings.Cut(s, " ")
		if !found {
			break
		}
		s = strings.TrimSpace(rest)
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, strings.NewReplacer("https://", "", "http://", "").Replace(s))
}
