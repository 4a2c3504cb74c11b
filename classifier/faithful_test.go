package classifier_test

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/vigie-hq/vigie/classifier"
	"github.com/vigie-hq/vigie/classifier/corpus"
)

// promised are the heads whose evidence is held to figures; a language is told
// by every word alike.
var promised = map[string]bool{
	classifier.HeadCategory: true, classifier.HeadUrgency: true, classifier.HeadSentiment: true,
	classifier.HeadReason: true, classifier.HeadComplaint: true,
}

// holdFaithful checks what is promised of evidence: taken away, it takes
// probability away in nine messages of ten, and more than random spans do; it is
// short and a small part of the text.
func holdFaithful(t *testing.T, r classifier.EvidenceReport) {
	t.Helper()
	seen := 0
	for _, h := range r.Heads {
		t.Logf("%s: %d explained, %d bare; lower %.3f (random %.3f), drop %.3f (%.3f), further in %.3f; %.3f of the text, at most %.3f",
			h.Head, h.Messages, h.Bare, h.Lower, h.RandomLower, h.Drop, h.RandomDrop, h.Beats, h.Share, h.LargestShare)
		if h.LargestShare > 0.3 || h.LongestSpan > 4 {
			t.Errorf("%s: %.3f of a text, spans of up to %d words", h.Head, h.LargestShare, h.LongestSpan)
		}
		if !promised[h.Head] {
			continue
		}
		seen++
		if h.Messages*100 < r.Messages*95 {
			t.Errorf("%s: %d of %d messages explained", h.Head, h.Messages, r.Messages)
		}
		if h.Lower < 0.9 {
			t.Errorf("%s: evidence lowers %.3f, want 0.9", h.Head, h.Lower)
		}
		if h.Lower <= h.RandomLower || h.Drop <= h.RandomDrop || h.Beats <= 0.5 {
			t.Errorf("%s: random spans do as well: %+v", h.Head, h)
		}
	}
	if seen != len(promised) {
		t.Errorf("%d heads judged, want %d", seen, len(promised))
	}
}

func TestEvidenceOfTheGoldSetsDrivesTheScore(t *testing.T) {
	rows := append(gold(t, "testdata/gold-fr.jsonl"), gold(t, "testdata/gold-en.jsonl")...)
	holdFaithful(t, classifier.JudgeEvidence(open(t).Model(), rows))
}

func TestEvidenceOfTheCorpusDrivesTheScore(t *testing.T) {
	all, err := corpus.Examples()
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(3, 5))
	rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	r := classifier.JudgeEvidence(open(t).Model(), all[:min(800, len(all))])
	holdFaithful(t, r)
	if r.Causes != nil {
		t.Errorf("causes %+v in a corpus that marks none", r.Causes)
	}
}

// Real messages of sources the model has not seen, and the tweets in which people
// marked what is complained of. Neither is part of the project.
func TestEvidenceOfSharedMessages(t *testing.T) {
	dir := os.Getenv("VIGIE_SHARED")
	if dir == "" {
		t.Skip("VIGIE_SHARED is not set: no real messages to explain")
	}
	var rows []classifier.Example
	for _, e := range gold(t, dir+"/classification/messages.jsonl") {
		if e.Split == "dev-unseen" {
			rows = append(rows, e)
		}
	}
	holdFaithful(t, classifier.JudgeEvidence(open(t).Model(), rows))

	f, err := os.Open(dir + "/classification/public/complaint-severity.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	marked, err := classifier.DecodeExamples(f, classifier.HelperGrief)
	if err != nil {
		t.Fatal(err)
	}
	r := classifier.JudgeEvidence(open(t).Model(), marked)
	var text strings.Builder
	if err := r.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	t.Logf("\n%s", text.String())
	if len(r.Causes) != 2 {
		t.Fatalf("causes %+v", r.Causes)
	}
	// A message that is no complaint is marked whole, near enough: only those that
	// are can tell evidence from chance.
	if c := r.Causes[1]; c.Messages == 0 || c.Evidence.Precision <= c.Random.Precision || c.Evidence.F1 <= c.Random.F1 {
		t.Errorf("%s: evidence %+v, random words %+v", c.Of, c.Evidence, c.Random)
	}
}

// The overlap is counted in words: all of them are marked but the greeting.
func TestCauseOverlap(t *testing.T) {
	const text, cause = "Hello there, my parcel arrived broken and nobody answers", "my parcel arrived broken and nobody answers"
	rows := []classifier.Example{
		{Message: message(text), Cause: cause, Labels: map[string]string{classifier.HeadComplaint: "yes"}},
		{Message: message(text), Cause: "words that are not in the text"},
		{Message: message(text)},
	}
	r := classifier.JudgeEvidence(open(t).Model(), rows)
	if len(r.Causes) != 2 || r.Causes[0].Messages != 1 {
		t.Fatalf("causes %+v", r.Causes)
	}
	all := r.Causes[0]
	if all.Marked != 7.0/9 || all.Whole.Precision != 7.0/9 || all.Whole.Recall != 1 || all.Shown > 0.34 {
		t.Errorf("causes %+v", all)
	}
	if e := all.Evidence; e.Recall > e.Precision || e.F1 > max(e.Precision, e.Recall) {
		t.Errorf("evidence %+v", e)
	}
}

func TestEvidenceReportIsWritten(t *testing.T) {
	rows := gold(t, "testdata/gold-en.jsonl")[:5]
	rows[0].Cause = rows[0].Message.Text
	r := classifier.JudgeEvidence(open(t).Model(), rows)
	var text, data, again bytes.Buffer
	if err := r.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"urgency", "share of text", "whole text", r.Model} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no %q in\n%s", want, text.String())
		}
	}
	if err := r.WriteJSON(&data); err != nil {
		t.Fatal(err)
	}
	var back classifier.EvidenceReport
	if err := json.Unmarshal(data.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	if len(back.Heads) != len(r.Heads) || back.Heads[0] != r.Heads[0] || back.Causes[0] != r.Causes[0] {
		t.Errorf("read back as %+v", back)
	}
	same := classifier.JudgeEvidence(open(t).Model(), rows)
	if err := same.WriteJSON(&again); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(data.Bytes(), again.Bytes()) {
		t.Error("the same messages gave another report")
	}
}

func TestNoMessagesNoFigures(t *testing.T) {
	r := classifier.JudgeEvidence(open(t).Model(), nil)
	for _, h := range r.Heads {
		if h.Messages != 0 || h.Lower != 0 || h.Drop != 0 {
			t.Errorf("%+v", h)
		}
	}
}
