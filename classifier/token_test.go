package classifier

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/vigie-hq/vigie/community"
)

// cutText gives the folded tokens of a text and what they stand on.
func cutText(t testing.TB, text string) (folded, original []string) {
	s := newScratch().(*scratch)
	s.lexicon = lexicon(t)
	s.cut(text)
	for _, k := range s.tokens {
		folded = append(folded, string(s.runes[k.from:k.to]))
		original = append(original, text[k.start:k.end])
	}
	return folded, original
}

func TestTokens(t *testing.T) {
	for _, tc := range []struct{ text, folded, original string }{
		{"Réglé, MERCI!!", "regle|merci|!!", "Réglé|MERCI|!!"},
		{"e\u0301te\u0301", "ete", "e\u0301te\u0301"},
		{"cœur SŒUR straße", "coeur|soeur|strasse", "cœur|SŒUR|straße"},
		{"suuuuper noooon", "suuper|noon", "suuuuper|noooon"},
		{"12,50€ le 12/05 à 18:30", "00,00|€|le|00/00|a|00:00", "12,50|€|le|12/05|à|18:30"},
		{"commande 4521987.", "commande|000000", "commande|4521987"},
		{"@Lea_M @BrandHelp ok", "@|§|ok", "@Lea_M|@BrandHelp|ok"},
		{"voir https://t.co/abc?x=1 svp", "voir|url|svp", "voir|https://t.co/abc?x=1|svp"},
		{"http non", "url|non", "http|non"},
		{"httpd", "httpd", "httpd"},
		{"#OOTD", "ootd", "#OOTD"},
		{":) ;-) :( <3 :/", "☺|☺|☹|♥|☹", ":)|;-)|:(|<3|:/"},
		{"👨‍👩‍👧👍🏽🇫🇷🇧🇪", "👨|👍|🇫|🇧", "👨‍👩‍👧|👍🏽|🇫🇷|🇧🇪"},
		{"a...b?", "a|…|b|?", "a|...|b|?"},
		{"n'ai", "n|ai", "n|ai"},
		{"\xffa\xc3", "a", "a"},
		{"ＯＫ", "ok", "ＯＫ"},
		{"", "", ""},
	} {
		folded, original := cutText(t, tc.text)
		if got := strings.Join(folded, "|"); got != tc.folded {
			t.Errorf("%q: folded %q, want %q", tc.text, got, tc.folded)
		}
		if got := strings.Join(original, "|"); got != tc.original {
			t.Errorf("%q: original %q, want %q", tc.text, got, tc.original)
		}
	}
}

func TestALongTextIsReadAtBothEnds(t *testing.T) {
	text := "début " + strings.Repeat("é", 10000) + " fin"
	_, original := cutText(t, text)
	if original[0] != "début" || original[len(original)-1] != "fin" {
		t.Errorf("tokens %q ... %q", original[0], original[len(original)-1])
	}
	for _, o := range original {
		if !utf8.ValidString(o) {
			t.Fatal("a token cuts a rune")
		}
	}
}

func TestFeaturesAreGivenOnce(t *testing.T) {
	s := newScratch().(*scratch)
	for range 3 { // the stamps of earlier texts must not count
		s.extract(&community.Message{Text: strings.Repeat("mon colis mon colis ! ", 50)}, lexicon(t))
		seen := map[uint32]bool{}
		for _, list := range s.list {
			if len(list) == 0 {
				t.Fatal("an empty block")
			}
			for _, f := range list {
				if seen[f.hash] {
					t.Fatal("a feature twice")
				}
				seen[f.hash] = true
			}
		}
	}
}

func lexicon(t testing.TB) *Lexicon {
	t.Helper()
	lex, err := DefaultLexicon()
	if err != nil {
		t.Fatal(err)
	}
	return lex
}

func TestGenreSignals(t *testing.T) {
	lex := lexicon(t)
	with := func(m community.Message, signal, strength int) bool {
		s := newScratch().(*scratch)
		s.extract(&m, lex)
		want := uint32(step(step(seedGenre, uint64(signal)), uint64(strength)) >> 32)
		for _, f := range s.list[blockGenre] {
			if f.hash == want {
				return true
			}
		}
		return false
	}
	for name, ok := range map[string]bool{
		"capitals":      with(community.Message{Text: "RENDEZ MOI mon argent"}, signalCapitals, 2),
		"stretched":     with(community.Message{Text: "suuuper"}, signalStretched, 1),
		"emoji":         with(community.Message{Text: "😡"}, signalEmoji, 1),
		"question":      with(community.Message{Text: "où est il ?"}, signalEndsWithQuestion, 1),
		"order number":  with(community.Message{Text: "commande 451298"}, signalLongNumber, 1),
		"amount":        with(community.Message{Text: "12,50 €"}, signalAmount, 1),
		"date":          with(community.Message{Text: "le 12/05"}, signalDate, 1),
		"desk":          with(community.Message{Text: "@AcmeCares hello"}, signalDesk, 1),
		"negation":      with(community.Message{Text: "je n'ai pas reçu"}, signalNegation, 1),
		"me to you":     with(community.Message{Text: "vous m'avez menti"}, signalAuthorToReader, 1),
		"private":       with(community.Message{Text: "a", Private: true}, signalPrivate, 1),
		"reply":         with(community.Message{Text: "a", InReplyTo: "9"}, signalReply, 1),
		"review":        with(community.Message{Text: "a", Kind: community.KindReview}, signalKind, 1),
		"no capitals":   !with(community.Message{Text: "rendez moi"}, signalCapitals, 1),
		"not a private": !with(community.Message{Text: "a"}, signalPrivate, 1),
	} {
		if !ok {
			t.Error(name)
		}
	}
}
