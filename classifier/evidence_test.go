package classifier_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/vigie-hq/vigie/classifier"
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

func TestExplainedIsClassifyAndExplain(t *testing.T) {
	c := open(t)
	for name, body := range hostile() {
		m := community.Message{ID: "7", Text: body}
		if a, b := c.Explained(m), c.Explain(m, c.Classify(m)); !reflect.DeepEqual(a, b) {
			t.Errorf("%s: %+v, then %+v", name, a, b)
		}
	}
}

func TestEvidenceIsAskedForAnotherLabel(t *testing.T) {
	c := open(t)
	m := message("Merci pour votre aide, mais mon colis est toujours perdu")
	v := c.Classify(m)
	at := map[string]string{}
	for _, label := range []string{"negative", "positive"} {
		v.Sentiment.Label = label
		for _, e := range c.Explain(m, v).Evidence {
			if e.Head == classifier.HeadSentiment {
				at[label] += " " + m.Text[e.Start:e.End]
			}
		}
	}
	if !strings.Contains(at["positive"], "Merci") || strings.Contains(at["negative"], "Merci") {
		t.Errorf("%q", at)
	}
	v.Sentiment.Label = "of no model"
	for _, e := range c.Explain(m, v).Evidence {
		if e.Head == classifier.HeadSentiment {
			t.Errorf("evidence %+v for a label nobody knows", e)
		}
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
		v := c.Explained(m)
		checkEvidence(t, body, v.Evidence)
		if t.Failed() {
			r.Fatalf("text %q", body)
		}
	})
}

// message is a message of which nothing but the text is known.
func message(text string) community.Message { return community.Message{Text: text} }

func BenchmarkExplain(b *testing.B) {
	c := open(b)
	m := message("Bonjour, ma commande 4521 n'est toujours pas arrivée depuis trois semaines, personne ne répond au téléphone !! 😡")
	b.ReportAllocs()
	for b.Loop() {
		c.Explained(m)
	}
}

// BenchmarkExplainGold is the mean over the gold sets: a message whose evidence is
// doubtful costs more.
func BenchmarkExplainGold(b *testing.B) {
	c := open(b)
	rows := append(gold(b, "testdata/gold-fr.jsonl"), gold(b, "testdata/gold-en.jsonl")...)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		c.Explained(rows[i%len(rows)].Message)
	}
}
