package phrase

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/text"
)

func TestParse(t *testing.T) {
	for in, want := range map[string]string{
		"colis":                            "colis",
		"Colis Perdu":                      "colis AND perdu",
		"colis AND perdu ET tard":          "colis AND perdu AND tard",
		"a OR b c OU d":                    "a OR (b AND c) OR d",
		"(a OR b) c":                       "(a OR b) AND c",
		"colis NOT concours":               "colis NOT concours",
		"NOT concours colis SAUF jeu":      "colis NOT (concours OR jeu)",
		"a AND NOT b c":                    "(a AND c) NOT b",
		`"jamais reçu"`:                    `"jamais recu"`,
		"« jamais reçu » “Colis”":          `"jamais recu" AND colis`,
		"rembours*":                        "rembours*",
		`"mon col*" "mon col"*`:            `"mon col*" AND "mon col*"`,
		"rembours* NEAR/3 retard":          "rembours* NEAR/3 retard",
		"a PRÈS b PRES c AND d":            "(a NEAR/5 b NEAR/5 c) AND d",
		`"a b" NEAR/0 c`:                   `"a b" NEAR/0 c`,
		"l'article d’Été":                  `"l article" AND "d ete"`,
		"FR-2024-00123 #OOTD @lea":         `"fr-2024-00123" AND #ootd AND @lea`,
		"et ou sauf près and or not near":  "et AND ou AND sauf AND pres AND and AND or AND not AND near",
		`"AND" OÙ`:                         "and AND ou",
		"robe & veste !":                   "robe AND veste",
		"((((a))))":                        "a",
		"(a NOT b) NOT c":                  "(a NOT b) NOT c",
		"https://Luma.example/x?a=b 12,50": `"https://luma.example/x?a=b" AND "12,50"`,
		"😡 OR 1️⃣":                         "😡 OR 1⃣",
		"a(b)c":                            "a AND b AND c",
		`"" a`:                             "a",
		"t-shirt":                          `"t shirt"`,
	} {
		got, err := Parse(in)
		want = strings.ReplaceAll(want, "(a NEAR/5 b NEAR/5 c)", "a NEAR/5 b NEAR/5 c")
		if err != nil || got.String() != want {
			t.Errorf("%q is %s (%v), want %s", in, got, err, want)
		}
	}
}

func TestParseFaults(t *testing.T) {
	for in, want := range map[string]string{
		"":                            "phrase.empty 1",
		" !! ":                        "phrase.empty 5",
		`a "b c`:                      "phrase.quote 3",
		"(a":                          "phrase.parenthesis 1",
		"a) b":                        "phrase.parenthesis 2",
		"é OR":                        "phrase.operand 5",
		"AND a":                       "phrase.operand 1",
		"a AND OR b":                  "phrase.operand 7",
		"a NOT":                       "phrase.operand 6",
		"()":                          "phrase.operand 2",
		"NOT a":                       "phrase.only_not 1",
		"a OR NOT b":                  "phrase.only_not 6",
		"a*b":                         "phrase.star 2",
		"*":                           "phrase.star 1",
		"**":                          "phrase.star 1",
		"a NEAR":                      "phrase.operand 7",
		"NEAR a":                      "phrase.operand 1",
		"a NEAR (b OR c)":             "phrase.near 8",
		"(a OR b) NEAR c":             "phrase.near 10",
		"a NEAR/2 b NEAR/3 c":         "phrase.near_mixed 12",
		"a NEAR/x b":                  "phrase.distance 3",
		"a NEAR/101 b":                "phrase.distance 3",
		"a NEAR/-1 b":                 "phrase.distance 3",
		strings.Repeat("a", 5000):     "phrase.too_long 1",
		strings.Repeat("a ", 300):     "phrase.too_many 513",
		strings.Repeat("(", 33) + "a": "phrase.too_deep 33",
	} {
		_, err := Parse(in)
		var f *community.Fault
		if !errors.As(err, &f) || f.Kind != community.Invalid || fmt.Sprint(f.Key, " ", f.Args[0]) != want {
			t.Errorf("%.40q: %v, want %s", in, err, want)
		}
	}
}

func TestMatch(t *testing.T) {
	const message = "L’appli plante : ma commande FR-2024-00123 n'est JAMAIS arrivée, remboursez-moi ! #SAV @MaisonLuma 😡"
	tokens := text.Tokens(message)
	for query, want := range map[string]bool{
		"commande": true, "COMMANDE arrivee": true, "commandes": false, "command*": true, "rembours* OR retour": true,
		`"jamais arrivée"`: true, `"arrivée jamais"`: false, `"ma comm*"`: true, `"ma comm"`: false, "l'appli": true,
		"commande NOT concours": true, "commande NOT appli": false, "fr-2024-00123": true, "FR-2024*": true,
		"sav": true, "#sav": true, "#luma": false, "maisonluma": true, "@maisonluma": true, "@maison*": true, "maison*": true,
		"commande NEAR/2 jamais": false, "commande NEAR/3 jamais": true, "jamais NEAR/3 commande": true,
		"commande NEAR/0 fr-2024-00123": true, "appli NEAR/0 commande": false, "appli NEAR/3 commande NEAR/3 ma": true,
		"plante NEAR/4 jamais NEAR/4 commande": false, "plante NEAR/5 jamais NEAR/5 commande": true,
		"😡": true, "(appli OR site) (plante OR bug*)": true, "concours OR (appli NOT plante)": false,
	} {
		e, err := Parse(query)
		if err != nil {
			t.Fatal(query, err)
		}
		if got := Match(e, tokens); got != want {
			t.Errorf("%s: %v", query, got)
		}
		if n := testing.AllocsPerRun(10, func() { Match(e, tokens) }); n != 0 {
			t.Errorf("%s: %v allocations", query, n)
		}
	}
	if Match(Expr{}, tokens) || Match(Expr{Op: And}, nil) {
		t.Error("nothing asked for, something found")
	}
}

var (
	words = rapid.SampledFrom([]string{"a", "b", "ab", "c", "#a", "@b", "d'é", "l'ab", "12", "fr-1-234", "OR", "é", "b*", "a*"})
	exprs = rapid.Custom(func(t *rapid.T) string { return query(t, 3) })
)

func query(t *rapid.T, depth int) string {
	kind := rapid.IntRange(0, 6).Draw(t, "kind")
	if depth == 0 {
		kind %= 3
	}
	word := func() string {
		if w := words.Draw(t, "word"); w != "OR" {
			return w
		}
		return `"OR"`
	}
	switch kind {
	case 0:
		return word()
	case 1:
		return `"` + strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c"}), 1, 3).Draw(t, "exact"), " ") + `"`
	case 2:
		return fmt.Sprintf("%s NEAR/%d %s", word(), rapid.IntRange(0, 3).Draw(t, "n"), word())
	case 3:
		return "(" + query(t, depth-1) + ")"
	}
	return fmt.Sprintf("(%s) %s (%s)", query(t, depth-1), rapid.SampledFrom([]string{"AND", "OR", "NOT", "", "SAUF", "OU"}).Draw(t, "op"), query(t, depth-1))
}

func TestStringIsParsedBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := exprs.Draw(t, "query")
		e, err := Parse(in)
		if err != nil {
			t.Fatalf("%s: %v", in, err)
		}
		back, err := Parse(e.String())
		if err != nil || !reflect.DeepEqual(e, back) {
			t.Fatalf("%s is %s and comes back as %s (%v)", in, e, back, err)
		}
		n := 0
		Walk(e, func(Expr) bool { n++; return true })
		Walk(e, func(Expr) bool { n--; return true })
		if n != 0 {
			t.Fatal("two walks, two lengths")
		}
	})
}

// slow decides by the definitions: all positions of all words.
func slow(e Expr, tokens []text.Token) bool {
	starts := func(words []Word) (out []int) {
		for i := range tokens {
			n := 0
			for n < len(words) && i+n < len(tokens) {
				w, have := words[n], tokens[i+n].Text
				fits := func(s string) bool { return s == w.Text || w.Prefix && strings.HasPrefix(s, w.Text) }
				if !fits(have) && !fits(strings.TrimLeft(have, "#@")) {
					break
				}
				n++
			}
			if n == len(words) {
				out = append(out, i)
			}
		}
		return out
	}
	switch e.Op {
	case And:
		return slow(e.Kids[0], tokens) && (len(e.Kids) == 1 || slow(Expr{Op: And, Kids: e.Kids[1:]}, tokens))
	case Or:
		return slow(e.Kids[0], tokens) || (len(e.Kids) > 1 && slow(Expr{Op: Or, Kids: e.Kids[1:]}, tokens))
	case Not:
		return slow(e.Kids[0], tokens) && !slow(e.Kids[1], tokens)
	case Near:
		var choose func(i, last int, ends []int) bool
		choose = func(i, last int, ends []int) bool {
			if i == len(e.Kids) {
				for _, end := range ends {
					if last-end > e.Distance {
						return false
					}
				}
				return true
			}
			for _, s := range starts(e.Kids[i].Words) {
				if choose(i+1, max(last, s), append(ends, s+len(e.Kids[i].Words))) {
					return true
				}
			}
			return false
		}
		return choose(0, 0, nil)
	}
	return len(starts(e.Words)) > 0
}

func TestMatchEqualsTheDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e, err := Parse(exprs.Draw(t, "query"))
		if err != nil {
			t.Fatal(err)
		}
		message := strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "ab", "#a", "@b", "d'é", "l'ab", "12", "x", "é"}), 0, 12).Draw(t, "message"), " ")
		tokens := text.Tokens(message)
		if got, want := Match(e, tokens), slow(e, tokens); got != want {
			t.Fatalf("%s on %q: %v, want %v", e, message, got, want)
		}
	})
}

func TestPlain(t *testing.T) {
	for _, c := range []struct {
		in     string
		typing bool
		want   string
	}{
		{`colis AND "perdu`, false, "colis AND and AND perdu"}, {"mon col", true, "mon AND col*"}, {"mon col ", true, "mon AND col"}, {"col", true, "col*"}, {" (", true, ""}, {"😡", true, "😡"},
	} {
		e, ok := Plain(c.in, c.typing)
		if ok != (c.want != "") || ok && e.String() != c.want {
			t.Errorf("%q: %s %v, want %s", c.in, e, ok, c.want)
		}
	}
	for _, s := range []string{strings.Repeat("é", MaxLength), strings.Repeat("a ", MaxLength), strings.Repeat("\x80", MaxLength+10)} {
		if e, ok := Plain(s, true); ok && len(e.Kids) > MaxTerms {
			t.Errorf("%d terms", len(e.Kids))
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{`a AND (b OR "c d*") NOT e NEAR/3 f`, "((", "é*", "«a", "1️⃣*", "a NEAR/3 b PRÈS/3 c"} {
		f.Add(s, "a b c d e f")
	}
	f.Fuzz(func(t *testing.T, query, message string) {
		e, err := Parse(query)
		tokens := text.Tokens(message)
		if plain, ok := Plain(query, true); ok {
			Match(plain, tokens)
		}
		if err != nil {
			if community.KindOf(err) != community.Invalid {
				t.Fatalf("%q: %v", query, err)
			}
			return
		}
		Match(e, tokens)
		if len(e.String()) > MaxLength {
			return
		}
		back, err := Parse(e.String())
		if err != nil || !reflect.DeepEqual(e, back) {
			t.Fatalf("%q is %s and comes back as %s (%v)", query, e, back, err)
		}
	})
}

// TestMatchOfHostileQueries: the largest query on a long text takes a moment.
func TestMatchOfHostileQueries(t *testing.T) {
	e, err := Parse("a" + strings.Repeat(" NEAR/100 a*", 255))
	if err != nil {
		t.Fatal(err)
	}
	tokens := text.Tokens(strings.Repeat("a ", 5000) + "b")
	e.Kids[0].Words[0].Text = "none"
	start := time.Now()
	if Match(e, tokens) {
		t.Error("found what is not there")
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
}

func ExampleParse() {
	e, err := Parse(`colis AND (perdu OU "jamais reçu") SAUF concours`)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(e)
	fmt.Println(Match(e, text.Tokens("Mon colis n'est jamais reçu !")))
	// Output:
	// (colis AND (perdu OR "jamais recu")) NOT concours
	// true
}

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(`colis AND (perdu OR "jamais reçu") NOT concours`); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMatch(b *testing.B) {
	e, err := Parse(`colis AND (perdu OR "jamais reçu" OR rembours* NEAR/3 retard) NOT concours`)
	if err != nil {
		b.Fatal(err)
	}
	tokens := text.Tokens("Bonjour, où est passé mon colis ? J'attends un remboursement avec du retard depuis trois semaines")
	b.ReportAllocs()
	for b.Loop() {
		Match(e, tokens)
	}
}
