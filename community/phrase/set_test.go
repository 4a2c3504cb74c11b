package phrase

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/vigie-hq/vigie/community/text"
)

// agree fails when a set and Match do not tell the same of a text.
func agree(t interface {
	Helper()
	Errorf(string, ...any)
}, exprs []Expr, s string,
) {
	t.Helper()
	set := NewSet(exprs)
	r := set.NewReading()
	for range 2 { // a reading is used again
		set.Read(r, text.Tokens(s))
		for i, e := range exprs {
			want, got := Match(e, text.Tokens(s)), set.Match(i, r)
			if want != got {
				t.Errorf("%s on %q: the set says %v", e, s, got)
			}
			if want && !r.Asked.Has(i) {
				t.Errorf("%s matches %q and is not asked", e, s)
			}
		}
	}
}

func TestASetTellsWhatMatchTells(t *testing.T) {
	words := []string{"a", "ab", "abc", "abcd", "#ab", "@ab", "é", "l'ab", "12,5", strings.Repeat("x", 70), strings.Repeat("x", 64)}
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.Custom(func(t *rapid.T) string {
			w := rapid.SampledFrom(words).Draw(t, "word")
			switch rapid.IntRange(0, 4).Draw(t, "form") {
			case 0:
				return w + "*"
			case 1:
				return `"` + w + " " + rapid.SampledFrom(words).Draw(t, "next") + `"`
			}
			return w
		})
		var query func(depth int) string
		query = func(depth int) string {
			if depth == 0 {
				return word.Draw(t, "term")
			}
			left, right := query(depth-1), query(depth-1)
			switch rapid.IntRange(0, 4).Draw(t, "op") {
			case 0:
				return "(" + left + " AND " + right + ")"
			case 1:
				return "(" + left + " OR " + right + ")"
			case 2:
				return "(" + left + " NOT " + right + ")"
			case 3:
				return word.Draw(t, "near") + " NEAR/" + rapid.SampledFrom([]string{"0", "1", "3"}).Draw(t, "distance") + " " + word.Draw(t, "far")
			}
			return left
		}
		var exprs []Expr
		for range rapid.IntRange(1, 5).Draw(t, "how many") {
			e, err := Parse(query(rapid.IntRange(0, 3).Draw(t, "depth")))
			if err != nil {
				t.Fatal(err)
			}
			exprs = append(exprs, e)
		}
		agree(t, exprs, strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, 12).Draw(t, "text"), " "))
	})
}

func TestAnEmptyExpressionMatchesNothing(t *testing.T) {
	agree(t, []Expr{{}, {Op: And}, {Op: Or}, {Op: Near}, {Op: Or, Kids: []Expr{{}, {Words: []Word{{"a", false}}}}}}, "a b")
}

// TestNearOnARepeatedWord: a thousand expressions with NEAR cost a text of one
// word over and over no more than its length.
func TestNearOnARepeatedWord(t *testing.T) {
	e, err := Parse("a NEAR/50 b")
	if err != nil {
		t.Fatal(err)
	}
	set := NewSet(slices.Repeat([]Expr{e}, 1000))
	r := set.NewReading()
	tokens := text.Tokens("b " + strings.Repeat("c ", 60) + strings.Repeat("a ", 4000))
	start := time.Now()
	set.Read(r, tokens)
	for i := range set.Len() {
		if set.Match(i, r) {
			t.Fatal("found what is too far")
		}
	}
	took := time.Since(start)
	t.Log(took)
	if took > 2*time.Second { // some 40 ms
		t.Errorf("took %v", took)
	}
}

func FuzzSet(f *testing.F) {
	f.Add(`colis AND (perdu OR "jamais reçu") NOT concours`, "Mon COLIS n'est jamais reçu #perdu")
	f.Add(`rembours* NEAR/3 retard`, "remboursé du retard")
	f.Add(`"a b" OR @lea`, "a b @lea 👍")
	f.Fuzz(func(t *testing.T, query, s string) {
		e, err := Parse(query)
		if err != nil {
			return
		}
		agree(t, []Expr{{}, e, e}, s)
	})
}
