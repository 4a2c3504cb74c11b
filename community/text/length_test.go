package text

import (
	"testing"

	"pgregory.net/rapid"
)

// TestWeighted: the lengths twitter-text 3.1.0 gives, but for the one marked ours.
func TestWeighted(t *testing.T) {
	for s, want := range map[string]int{
		"": 0, "5": 1, "é": 1, "’": 1, "©": 1, "…": 2, "€": 2, "™": 2, "☎": 2, "ﬁ": 2, "日本": 4,
		"مرحبا": 5, "привет": 6, "สวัสดี": 6,
		"👍🏽": 2, "👨‍👩‍👧": 2, "👨‍🌾👨‍🚀": 4, "🇫🇷": 2, "🏴󠁧󠁢󠁥󠁮󠁧󠁿": 2, "1️⃣": 2, "©️": 2, "❤️": 2, "⚫️": 2,
		"vigie.fr": 23, "voir vigie.fr ici": 32, "vigie.fr.": 24, "pro.fr,": 24, "foo.fr/bar": 23, "vigie.fr/été": 23, "t.co": 23,
		"google.com": 23, "je.suis.la": 23, "é.com": 23, "x.photography": 23, "1.fr": 23, "12.50.fr": 23, "a.b.c.d.fr": 23, "prix.net": 23,
		"http://vigie.fr": 23, "HTTP://A.FR": 23, "http://éa.fr": 23, "https://t.co/abcdefghij": 23, "(https://a.com/b)": 25,
		"https://a.com/b_(c)": 23, "https://x.com/?q=é&b=à": 28, "https://localhost/x": 19, "http://a": 8,
		"ok.Bonjour": 10, "fin.Merci": 9, "a@b.com": 7, "@lea.com": 8, "#x.com": 6, "foo.zzzz": 8, "e.g.": 4, "s.l.o.w": 7,
		"Node.js": 7, "index.html": 10, "l'article.le voici": 18,
		"http://a.zzzz": 13,
		"e\u0301":       2, // ours: 1 there, which composes it
	} {
		if got := Weighted(s); got != want {
			t.Errorf("Weighted(%q) = %d, want %d", s, got, want)
		}
	}
}

func TestRunes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "s")
		if Runes(s) != len([]rune(s)) || Graphemes(s) > Runes(s) {
			t.Fatalf("%q: %d graphemes, %d runes", s, Graphemes(s), Runes(s))
		}
	})
}

func FuzzWeighted(f *testing.F) {
	f.Add("voir http://a.fr/(b?c=d. et é.com:80/x")
	f.Fuzz(func(t *testing.T, s string) {
		if n := Weighted(s); n < 0 || n > 23*len(s) {
			t.Fatalf("%q weighs %d", s, n)
		}
	})
}

func TestHasLink(t *testing.T) {
	for s, want := range map[string]bool{
		"": false, "Bonjour.Merci": false, "voir vigie.fr": true, "https://t.co/a": true, "été 👍🏽 http://a.fr!": true, "lea@vigie.fr": false, "e.g.": false,
	} {
		if got := HasLink(s); got != want {
			t.Errorf("HasLink(%q) = %v", s, got)
		}
	}
}
