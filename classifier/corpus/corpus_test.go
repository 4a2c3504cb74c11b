package corpus_test

import (
	"strings"
	"testing"

	"github.com/vigie-hq/vigie/classifier"
	"github.com/vigie-hq/vigie/classifier/corpus"
)

func TestCorpusCoversEveryLabelInBothLanguages(t *testing.T) {
	examples, err := corpus.Examples()
	if err != nil {
		t.Fatal(err)
	}
	languages, sectors := map[string]int{}, map[string]int{}
	for _, e := range examples {
		languages[e.Labels[classifier.HeadLanguage]]++
		sectors[e.Sector]++
	}
	if languages["fr"] < 6000 || languages["en"] < 6000 {
		t.Errorf("%v messages, want at least 6,000 of each language", languages)
	}
	large := 0
	for _, n := range sectors {
		if n >= 200 {
			large++
		}
	}
	if large < 12 {
		t.Errorf("%d sectors with 200 messages or more, want 12: %v", large, sectors)
	}
	seen := map[string]int{}
	texts := map[string]string{}
	for _, e := range examples {
		if first, ok := texts[strings.ToLower(e.Message.Text)]; ok {
			t.Errorf("%s repeats %s", e.Message.ID, first)
		}
		texts[strings.ToLower(e.Message.Text)] = e.Message.ID
		for head, label := range e.Labels {
			seen[e.Labels[classifier.HeadLanguage]+" "+head+" "+label]++
		}
		if len(e.Labels) != 6 || !e.Ship {
			t.Errorf("%s: labels %v, ship %v", e.Message.ID, e.Labels, e.Ship)
		}
	}
	for _, h := range classifier.DefaultHeads() {
		if h.Helper || h.Name == classifier.HeadLanguage || h.Name == classifier.HeadSpam {
			continue
		}
		for _, lang := range []string{"fr", "en"} {
			for _, label := range h.Labels {
				if n := seen[lang+" "+h.Name+" "+label]; n < 60 {
					t.Errorf("%s: %d messages with %s %s, want 60 or more", lang, n, h.Name, label)
				}
			}
		}
	}
}

// The labels hang together as the guide says.
func TestCorpusFollowsTheGuide(t *testing.T) {
	examples, err := corpus.Examples()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range examples {
		l := e.Labels
		switch l[classifier.HeadCategory] {
		case "support":
			if l[classifier.HeadReason] == "none" || l[classifier.HeadUrgency] == "low" {
				t.Errorf("%s: support always has a reason and is owed an answer: %v", e.Message.ID, l)
			}
		case "noise", "community":
			if l[classifier.HeadUrgency] != "low" || l[classifier.HeadComplaint] != "no" {
				t.Errorf("%s: nobody owes an answer here: %v", e.Message.ID, l)
			}
		}
	}
}
