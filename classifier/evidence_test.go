package classifier_test

import (
	"strings"
	"testing"

	"github.com/vigie-hq/vigie/community"
	"pgregory.net/rapid"
)

func TestEvidencePointsAtTheWords(t *testing.T) {
	c := open(t)
	for _, tc := range []struct{ text, head, word string }{
		{"Bonjour, mon colis n'est toujours pas arrivé", "reason", "colis"},
		{"Great service and friendly staff, highly recommend", "sentiment", "reat"},
		{"j'attends mon remboursement depuis deux mois", "reason", "rembours"},
		{"My lawyer will write to you, I am going to the police", "urgency", "la"},
	} {
		m := community.Message{Text: tc.text}
		v := c.Explain(m, c.Classify(m))
		found := false
		for _, e := range v.Evidence {
			found = found || e.Head == tc.head && strings.Contains(tc.text[e.Start:e.End], tc.word)
		}
		if !found {
			t.Errorf("%q: no %s evidence with %q in %+v", tc.text, tc.head, tc.word, v.Evidence)
		}
	}
}

// Taking the evidence away must take probability away: explanations that do not
// move the score explain nothing.
func TestEvidenceDrivesTheScore(t *testing.T) {
	c := open(t)
	lower, all := 0, 0
	for _, lang := range []string{"fr", "en"} {
		for _, e := range gold(t, "testdata/gold-"+lang+".jsonl") {
			v := c.Explain(e.Message, c.Classify(e.Message))
			cut := []byte(e.Message.Text)
			some := false
			for _, s := range v.Evidence {
				if s.Head == "category" {
					some = true
					for i := s.Start; i < s.End; i++ {
						cut[i] = ' '
					}
				}
			}
			if !some {
				continue
			}
			all++
			w := c.Classify(community.Message{Text: string(cut)})
			if w.Category.Label != v.Category.Label || w.Category.P < v.Category.P {
				lower++
			}
		}
	}
	t.Logf("%d of %d lower without their evidence", lower, all)
	if lower*10 < all*9 {
		t.Errorf("evidence lowers %d of %d, want nine in ten", lower, all)
	}
}

func TestEvidenceOfAnyText(t *testing.T) {
	c := open(t)
	pieces := []string{
		"colis", "refund", "é", "e\u0301", "👩‍👩‍👧", "🇫🇷", "👍🏽", "\u200d", "\xff", " ", "\r\n", "\n", "!!!", "@marie",
		"한국어", "ก็", "\u200fسلام", "#ootd", ":)", "12/05", "€", "x\u0301\u0302", "http://a.b", ".", "ﷺ", "1\ufe0f\u20e3",
	}
	rapid.Check(t, func(r *rapid.T) {
		body := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 40).Draw(r, "pieces"), rapid.SampledFrom([]string{"", " "}).Draw(r, "between"))
		m := community.Message{Text: body}
		v := c.Explain(m, c.Classify(m))
		checkEvidence(t, body, v.Evidence)
		if t.Failed() {
			r.Fatalf("text %q", body)
		}
	})
}
