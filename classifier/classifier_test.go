package classifier_test

import (
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/vigie-hq/vigie/classifier"
	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/text"
)

func open(t testing.TB) *classifier.Classifier {
	t.Helper()
	c, err := classifier.Open()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// hostile are texts nobody wrote for us.
func hostile() map[string]string {
	return map[string]string{
		"empty":             "",
		"blank":             " \t\r\n\u00a0",
		"one letter":        "a",
		"null bytes":        "\x00\x00colis\x00perdu",
		"invalid UTF-8":     "\xff\xfe colis \xc3( perdu \xe2\x82",
		"only continuation": strings.Repeat("\x80", 5000),
		"10,000 emoji":      strings.Repeat("😡", 10000),
		"families":          strings.Repeat("👨‍👩‍👧‍👦", 3000),
		"flags":             strings.Repeat("🇫🇷", 500) + "🇫",
		"right to left":     "لم تصل طلبيتي بعد، أريد استرداد أموالي الآن",
		"bidi tricks":       "\u202eremboursement\u202c \u2066colis\u2069",
		"zero width":        "co\u200blis per\u200ddu",
		"stacked accents":   "z" + strings.Repeat("\u0301", 4000) + " colis",
		"one long word":     strings.Repeat("a", 1<<20),
		"1 MB of words":     strings.Repeat("mon colis n'est pas arrivé, ", 38000),
		"1 MB of marks":     strings.Repeat("?!", 1<<19),
		"1 MB of mentions":  strings.Repeat("@a ", 1<<20/3),
		"1 MB of figures":   strings.Repeat("1/2:3,", 1<<20/6),
		"script":            "<script>alert(1)</script> & <b>refund</b>",
		"lone sign":         "@ # : ; < @",
		"full width":        "ＲＥＦＵＮＤ　ｍｅ",
	}
}

func TestAnyTextHasAVerdict(t *testing.T) {
	c := open(t)
	labels := map[string][]string{}
	for _, h := range c.Model().Heads() {
		labels[h.Name] = h.Labels
	}
	for name, body := range hostile() {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			m := community.Message{ID: "7", Text: body}
			v := c.Explained(m)
			if d := time.Since(began); d > 2*time.Second {
				t.Errorf("took %v", d)
			}
			if v.ID != "7" || v.Model == "" {
				t.Errorf("id %q, model %q", v.ID, v.Model)
			}
			for head, got := range map[string]community.Head{
				"category": v.Category, "urgency": v.Urgency.Head, "sentiment": v.Sentiment,
				"reason": v.Reason, "complaint": v.Complaint, "language": v.Language,
			} {
				known := false
				for _, l := range labels[head] {
					known = known || l == got.Label
				}
				if !known || !(got.P > 0 && got.P <= 1) {
					t.Errorf("%s: label %q, p %v", head, got.Label, got.P)
				}
			}
			if s := v.Urgency.Score; !(s >= 0 && s <= 1) {
				t.Errorf("score %v", s)
			}
			checkEvidence(t, body, v.Evidence)
		})
	}
}

// checkEvidence holds spans to their promise: inside the text, not empty, never
// cutting a grapheme, at most three a head, none over another, of at most four
// words, together at most 30 % of the text.
func checkEvidence(t *testing.T, body string, spans []community.Evidence) {
	t.Helper()
	borders := map[int]bool{0: true, len(body): true}
	if len(spans) > 0 {
		for i := range text.Clusters(body) {
			borders[i] = true
		}
	}
	perHead := map[string][]community.Evidence{}
	for _, e := range spans {
		if e.Start < 0 || e.End > len(body) || e.Start >= e.End || e.Weight <= 0 {
			t.Fatalf("span %+v of %d bytes", e, len(body))
		}
		if !borders[e.Start] || !borders[e.End] {
			t.Errorf("span %+v cuts a grapheme of %q", e, body[max(0, e.Start-8):min(len(body), e.End+8)])
		}
		if utf8.ValidString(body) && !utf8.ValidString(body[e.Start:e.End]) {
			t.Errorf("span %+v cuts a rune", e)
		}
		for _, o := range perHead[e.Head] {
			if e.Start < o.End && o.Start < e.End && e.Start != o.Start {
				t.Errorf("spans %+v and %+v overlap", e, o)
			}
		}
		perHead[e.Head] = append(perHead[e.Head], e)
	}
	for head, list := range perHead {
		size := 0
		for _, e := range list {
			size += e.End - e.Start
			if n := len(strings.Fields(body[e.Start:e.End])); n > 4 {
				t.Errorf("%s: a span of %d words: %q", head, n, body[e.Start:e.End])
			}
		}
		if len(list) > 3 {
			t.Errorf("%s: %d spans", head, len(list))
		}
		// In a text of under four words, one of them may be all there is to show.
		if size*10 > len(body)*3 && (len(list) > 1 || len(strings.Fields(body[list[0].Start:list[0].End])) > 1) {
			t.Errorf("%s: %d of %d bytes of %q", head, size, len(body), body)
		}
	}
}

func TestSameTextSameVerdictFromManyGoroutines(t *testing.T) {
	c := open(t)
	texts := []string{"Mon colis n'est pas arrivé !!", "Great store, friendly staff", "@lea regarde 😍", "Gagnez 500€ par jour"}
	want := make([]community.Verdict, len(texts))
	for i, body := range texts {
		want[i] = c.Classify(community.Message{Text: body})
	}
	var wait sync.WaitGroup
	for g := range 8 {
		wait.Go(func() {
			for n := range 500 {
				i := (g + n) % len(texts)
				got := c.Classify(community.Message{Text: texts[i]})
				if got.Category != want[i].Category || got.Urgency != want[i].Urgency || got.Reason != want[i].Reason {
					t.Errorf("%q: %+v, then %+v", texts[i], want[i], got)
					return
				}
			}
		})
	}
	wait.Wait()
}

func TestSpellingDoesNotMatter(t *testing.T) {
	c := open(t)
	for _, pair := range [][2]string{
		{"réglé, merci à l'équipe", "regle, merci a l'equipe"},
		{"mon cœur", "mon coeur"},
		{"suuuuuper", "suuuper"},
		{"commande 4521", "commande 9983"},
		{"@lea merci", "@tom merci"},
		{"merci ❤️", "merci ❤"},
	} {
		a, b := c.Classify(community.Message{Text: pair[0]}), c.Classify(community.Message{Text: pair[1]})
		if a.Category != b.Category || a.Sentiment != b.Sentiment {
			t.Errorf("%q %+v, %q %+v", pair[0], a.Category, pair[1], b.Category)
		}
	}
}

func TestTheNetworkNamesTheLanguageOfATextTooShort(t *testing.T) {
	c := open(t)
	if v := c.Classify(community.Message{Text: "👍", Lang: "de"}); v.Language.Abstain && v.Language.Label != "de" {
		t.Errorf("language %+v", v.Language)
	}
	if v := c.Classify(community.Message{Text: "Bonjour, où en est ma commande s'il vous plaît ?", Lang: "en"}); v.Language.Label != "fr" {
		t.Errorf("language %+v", v.Language)
	}
	if v := c.Classify(community.Message{Text: "👍", Lang: "klingon"}); v.Language.Label == "klingon" {
		t.Error("a language the model does not know")
	}
}

func TestClassifyDoesNotAllocate(t *testing.T) {
	c := open(t)
	m := community.Message{Text: "Bonjour, commande 4521 toujours pas reçue depuis 3 semaines, c'est inadmissible !! Répondez @marque 😡"}
	c.Classify(m)
	if n := testing.AllocsPerRun(200, func() { c.Classify(m) }); n > 1 {
		t.Errorf("%v allocations a message", n)
	}
}

func BenchmarkClassify(b *testing.B) {
	c := open(b)
	m := community.Message{Text: "Bonjour, ma commande 4521 n'est toujours pas arrivée depuis trois semaines, personne ne répond au téléphone !! 😡"}
	b.SetBytes(int64(len(m.Text)))
	b.ReportAllocs()
	for b.Loop() {
		c.Classify(m)
	}
}

func BenchmarkOpen(b *testing.B) {
	for b.Loop() {
		open(b)
	}
}
