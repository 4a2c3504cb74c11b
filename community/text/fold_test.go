package text

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"":                          "",
		"colis":                     "colis",
		"Colis PERDU":               "colis perdu",
		"Éléonore, ŒUVRE, Lætitia":  "eleonore, oeuvre, laetitia",
		"cœur Ça où Noël":           "coeur ca ou noel",
		"e\u0301le\u0300ve":         "eleve",
		"STRASSE Straße ẞ":          "strasse strasse ss",
		"İstanbul ISTANBUL ıslak":   "istanbul istanbul islak",
		"l’été d‘hiver aujourdʼhui": "l'ete d'hiver aujourd'hui",
		"Łukasz Wiśniewski Øre":     "lukasz wisniewski ore",
		"ﬁn ﬂeur ＡＢＣ１２":             "fin fleur abc12",
		"rendez‑vous":               "rendez-vous",
		"10\u00a0€ et 5\u202f%":     "10 € et 5 %",
		"ré\u00adponse zé\u200bro":  "reponse zero",
		"Ελλάδα ΟΔΟΣ":               "ελλαδα οδοσ",
		"Москва ёлка йод":           "москва елка иод",
		"❤️":                        "❤",
		"हिन्दी ภาษาไทย":            "हिन्दी ภาษาไทย",
		"a\xffb":                    "a\ufffdb",
	} {
		if got := Fold(in); got != want {
			t.Errorf("Fold(%q) = %q, want %q", in, got, want)
		}
	}
}

// TestFoldingRowsAreUnicodes holds the table to the canonical decompositions:
// composed or decomposed, a letter folds to the same.
func TestFoldingRowsAreUnicodes(t *testing.T) {
	for r := rune(0xC0); r < highTo; r++ {
		if !unicode.IsLetter(r) || r >= 0x530 && r < highFrom {
			continue
		}
		composed, decomposed := Fold(string(r)), Fold(norm.NFD.String(string(r)))
		if composed != decomposed && r != 'ŀ' && r != 'Ŀ' {
			t.Errorf("%c (%U) folds to %q, decomposed to %q", r, r, composed, decomposed)
		}
	}
	seen := map[rune]string{}
	for _, row := range foldingRows {
		for _, r := range row.letters {
			if seen[r] != "" || unicode.ToLower(r) != r {
				t.Errorf("%c stands under %q and %q, or is no small letter", r, seen[r], row.base)
			}
			seen[r] = row.base
		}
	}
}

func TestFoldTwiceIsFoldOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "s")
		once := Fold(s)
		if twice := Fold(once); twice != once {
			t.Fatalf("%q, %q, %q", s, once, twice)
		}
		circled := func(r rune) bool { return r >= 0x24B6 && r <= 0x24E9 }
		if strings.ContainsFunc(s, circled) {
			return
		}
		if upper := Fold(strings.ToUpper(s)); s == strings.ToLower(strings.ToUpper(s)) && upper != once {
			t.Fatalf("%q folds to %q, in capitals to %q", s, once, upper)
		}
	})
}

func TestFoldOfFoldedAllocatesNothing(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { Fold("ou est mon colis fr-2024-00123 ?") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	buf := make([]byte, 0, 256)
	if n := testing.AllocsPerRun(100, func() { buf = AppendFold(buf[:0], "Où est passé mon Œuvre ?") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"", "Éà œ", "a\xff\x00", "İ", "\u0301", "ﬃ", "ǅ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := Fold(s)
		if !utf8.ValidString(once) || Fold(once) != once {
			t.Fatalf("%q folds to %q, then %q", s, once, Fold(once))
		}
	})
}

const sentence = "Bonjour @MaisonLuma, où est passée ma commande FR-2024-00123 ? Payée 89,90 € il y a 3 semaines, l’appli n'affiche RIEN 😡 https://luma.example/suivi?id=42 #sav"

func BenchmarkFold(b *testing.B) {
	buf := make([]byte, 0, 512)
	b.SetBytes(int64(len(sentence)))
	b.ReportAllocs()
	for b.Loop() {
		buf = AppendFold(buf[:0], sentence)
	}
}
