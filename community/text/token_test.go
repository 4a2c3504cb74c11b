package text

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// shown writes tokens as text/kind, words as their text alone.
func shown(s string) string {
	var out []string
	for _, t := range Tokens(s) {
		if t.Kind == Word {
			out = append(out, t.Text)
		} else {
			out = append(out, t.Text+"/"+t.Kind.String())
		}
	}
	return strings.Join(out, " ")
}

func TestTokens(t *testing.T) {
	for in, want := range map[string]string{
		"":                                       "",
		" … !? ":                                 "",
		"Où est mon colis ?":                     "ou est mon colis",
		"L’article qu'il m’a dit":                "l article qu il m a dit",
		"aujourd'hui don't O'Neill":              "aujourd'hui don't o'neill",
		"quelqu'un d'autre, jusqu’ici":           "quelqu un d autre jusqu ici",
		"the brand's bags, it's James' turn":     "the brand s bags it s james turn",
		"rock 'n' roll 'cause":                   "rock n roll cause",
		"rendez-vous peut-être t-shirt":          "rendez vous peut etre t shirt",
		"cmd FR-2024-00123, ML_2041302.":         "cmd fr-2024-00123/reference ml_2041302/reference",
		"COMMANDE-12345 taille-38-40":            "commande 12345/number taille 38-40/reference",
		"colis 1Z999AA10123456784 covid-19 T38":  "colis 1z999aa10123456784/reference covid 19/number t38",
		"FR-2024-00123é":                         "fr 2024/number 00123e/reference",
		"2026-11-17 à 9h30, 12,50 € 1.299,00":    "2026-11-17/reference a 9h30/reference 12,50/number 1.299,00/number",
		"10.":                                    "10/number",
		"#OOTD #Été2026 #1 #12345 ##a":           "#ootd/hashtag #ete2026/hashtag 1/number 12345/number #a/hashtag",
		"@Marie.D @bob_ @lea@mastodon.social, @": "@marie.d/mention @bob_/mention @lea@mastodon.social/mention",
		"fin.@lea a@b":                           "fin @lea/mention a b",
		"écrire à Sav+fr@Luma.Example.com !":     "ecrire a sav+fr@luma.example.com/email",
		"voir https://Luma.example/A?b=c#d.":     "voir https://luma.example/a?b=c#d/url",
		"(www.luma.fr/x) <http://a.fr>":          "www.luma.fr/x/url http://a.fr/url",
		"http:// www. httpx://a":                 "http www httpx a",
		"https://fr.example/a_(b)":               "https://fr.example/a_(b)/url",
		"merci ❤️👍🏽👨‍👩‍👧🇫🇷1️⃣":                   "merci ❤/emoji 👍🏽/emoji 👨‍👩‍👧/emoji 🇫🇷/emoji 1⃣/emoji",
		"😡😡":                                     "😡/emoji 😡/emoji",
		"東京タワー 2階":                               "東 京 タ ワ ー 2/number 階",
		"हिन्दी भाषा":                            "हिन्दी भाषा",
		"re\u0301ponse ré\u00adponse":            "reponse reponse",
		"a\xffb\x00c":                            "a b c",
		"prix:12€/kg":                            "prix 12/number kg",
		"snake_case":                             "snake case",
	} {
		if got := shown(in); got != want {
			t.Errorf("%q\n got %s\nwant %s", in, got, want)
		}
	}
}

// checkTokens holds what is true of the tokens of any text.
func checkTokens(t interface{ Fatalf(string, ...any) }, s string) {
	end := 0
	for _, token := range Tokens(s) {
		if token.Start < end || token.End <= token.Start || token.End > len(s) {
			t.Fatalf("%q: token %+v after %d", s, token, end)
		}
		end = token.End
		raw := s[token.Start:token.End]
		if want := Fold(raw); token.Kind != URL && token.Text != want || token.Text == "" {
			t.Fatalf("%q: token %+v of %q, folded %q", s, token, raw, want)
		}
		if strings.IndexByte(token.Text, 0) >= 0 || !utf8.ValidString(token.Text) {
			t.Fatalf("%q: token %+v", s, token)
		}
		// A token alone is that token: a query for it finds it.
		if again := Tokens(token.Text); len(again) != 1 || again[0].Text != token.Text {
			t.Fatalf("%q: token %+v alone is %+v", s, token, again)
		}
	}
}

// pieces are what texts that tokens stumble on are made of.
var pieces = rapid.SampledFrom([]string{
	"a", "É", "œ", "l", "qu", "s", "'", "’", "-", "_", ".", ",", "@", "#", "*", "1", "42", "007", " ", "\n", "\u0301", "\u00ad",
	"\u200d", "\ufe0f", "\u20e3", "👍", "🏽", "🇫", "🇷", "日", "ー", "http://", "www.", "/", "(", ")", "?", "\"", "\xff", "\x00", "fr", "FR",
	"ŀ", "ŉ", "ŀa", "क्", "ﬁ", "ｄ", "２", "②", "½", "ª", "ｍ", "々", "İ",
})

func TestTokensHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkTokens(t, strings.Join(rapid.SliceOfN(pieces, 0, 12).Draw(t, "pieces"), ""))
		checkTokens(t, rapid.String().Draw(t, "s"))
	})
}

func FuzzTokens(f *testing.F) {
	f.Add(sentence)
	f.Add("l'œ'a's #é_1 @a.b@c.de 1️⃣ FR-1-234 a@b.co http://x)")
	f.Fuzz(func(t *testing.T, s string) { checkTokens(t, s) })
}

// TestTokensOfHostileTexts: a quarter of a megabyte of anything is cut in a moment.
func TestTokensOfHostileTexts(t *testing.T) {
	for _, piece := range []string{"a.", "a-", "a_1-", "@a", "#1", "http://", "a'", "a@", "1,", "\u0301", "👨\u200d", "🇫", "(", "www.(", "1\ufe0f", "l’"} {
		s := strings.Repeat(piece, 1<<18/len(piece))
		start := time.Now()
		Tokens(s)
		Weighted(s)
		Hash(s)
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("a quarter of a megabyte of %q took %v", piece, took)
		}
	}
}

func TestTokensOfFoldedTextAllocateNothing(t *testing.T) {
	buf := make([]Token, 0, 64)
	if n := testing.AllocsPerRun(100, func() { buf = AppendTokens(buf[:0], "ou est ma commande fr-2024-00123 ? https://a.fr #sav") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if n := testing.AllocsPerRun(100, func() { buf = AppendTokens(buf[:0], sentence) }); n > 1 {
		t.Errorf("%v allocations", n)
	}
}

func ExampleTokens() {
	for _, t := range Tokens("L’appli plante, commande FR-2024-00123 !") {
		fmt.Println(t.Start, t.End, t.Kind, t.Text)
	}
	// Output:
	// 0 1 word l
	// 4 9 word appli
	// 10 16 word plante
	// 18 26 word commande
	// 27 40 reference fr-2024-00123
}

func BenchmarkTokens(b *testing.B) {
	buf := make([]Token, 0, 64)
	b.SetBytes(int64(len(sentence)))
	b.ReportAllocs()
	for b.Loop() {
		buf = AppendTokens(buf[:0], sentence)
	}
}
