package classifier

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/vigie-hq/vigie/community"
)

// EvidenceReport tells whether a model's evidence is what drives its answers:
// the spans are taken out of the text and the rest is classified again, beside
// random spans of the same lengths (DeYoung et al., ERASER, ACL 2020, call it
// comprehensiveness).
type EvidenceReport struct {
	Model    string         `json:"model"`
	Messages int            `json:"messages"`
	Heads    []HeadEvidence `json:"heads"`
	Causes   []CauseReport  `json:"causes,omitempty"` // where people marked what a message complains of
}

// HeadEvidence is how faithful one head's spans are. Shares and drops are means
// over the messages that have evidence; a drop is of the probability of the label
// that was answered.
type HeadEvidence struct {
	Head         string  `json:"head"`
	Messages     int     `json:"messages"`              // with evidence
	Bare         int     `json:"bare"`                  // without: no word speaks for the label
	Lower        float64 `json:"lower"`                 // share that is less probable without the evidence
	RandomLower  float64 `json:"random_lower"`          // share that is less probable without random spans
	Drop         float64 `json:"drop"`                  // without the evidence
	RandomDrop   float64 `json:"random_drop"`           // without random spans
	Beats        float64 `json:"beats_random"`          // share that drops further than without random spans
	Share        float64 `json:"share_of_text"`         // of its bytes
	LargestShare float64 `json:"largest_share_of_text"` // of any text of four words or more
	LongestSpan  int     `json:"longest_span_in_words"` // of any text
}

// randomDraws is how many sets of random spans stand against each message's evidence.
const randomDraws = 5

// JudgeEvidence measures a model's evidence on messages. Their labels are not
// needed: the question is whether the spans tell why the model answered as it
// did, right or wrong. The same messages give the same report.
func JudgeEvidence(m *Model, examples []Example) EvidenceReport {
	j := evidenceJudge{c: New(m), s: newScratch().(*scratch), rng: rand.New(rand.NewPCG(11, 13))}
	r := EvidenceReport{Model: m.Version, Messages: len(examples)}
	var heads [headCount]HeadEvidence
	var all, found causeCount
	for i := range examples {
		e := &examples[i]
		v := j.c.Explained(e.Message)
		for at, name := range headNames {
			if j.c.heads[at] >= 0 {
				heads[at].Head = name
				j.head(&heads[at], at, &e.Message, &v)
			}
		}
		if mark, ok := causeOf(e); ok {
			j.cause(&all, e.Message.Text, mark, &v)
			if e.complains() && v.Complaint.Label == "yes" {
				j.cause(&found, e.Message.Text, mark, &v)
			}
		}
	}
	for _, h := range heads {
		if h.Head != "" {
			h.mean()
			r.Heads = append(r.Heads, h)
		}
	}
	if all.messages > 0 {
		r.Causes = []CauseReport{all.report("all marked"), found.report("complaints found")}
	}
	return r
}

// evidenceJudge is the work of one JudgeEvidence.
type evidenceJudge struct {
	c   *Classifier
	s   *scratch
	rng *rand.Rand
}

// head adds one message to a head's sums.
func (j *evidenceJudge) head(h *HeadEvidence, at int, m *community.Message, v *community.Verdict) {
	spans := spansOf(v.Evidence, h.Head)
	if len(spans) == 0 {
		h.Bare++
		return
	}
	label := j.c.model.heads[j.c.heads[at]].index(headOf(v, h.Head).Label)
	before := j.probability(at, label, m, m.Text)
	drop := before - j.probability(at, label, m, without(m.Text, spans))
	h.Messages++
	h.Lower += float64(oneIf(drop > 0))
	h.Drop += drop
	for range randomDraws {
		d := before - j.probability(at, label, m, without(m.Text, j.random(m.Text, spans)))
		h.RandomLower += float64(oneIf(d > 0)) / randomDraws
		h.RandomDrop += d / randomDraws
		h.Beats += float64(oneIf(drop > d)) / randomDraws
	}
	size := 0
	for _, s := range spans {
		size += s.End - s.Start
		h.LongestSpan = max(h.LongestSpan, len(strings.Fields(m.Text[s.Start:s.End])))
	}
	part := share(size, len(m.Text))
	h.Share += part
	if j.s.cut(m.Text); len(j.s.tokens) >= shortText {
		h.LargestShare = max(h.LargestShare, part)
	}
}

// mean turns the sums over messages into means.
func (h *HeadEvidence) mean() {
	n := float64(max(1, h.Messages))
	for _, sum := range []*float64{&h.Lower, &h.RandomLower, &h.Drop, &h.RandomDrop, &h.Beats, &h.Share} {
		*sum /= n
	}
}

// probability is what a head gives a label for a message with another text. It
// is not rounded, as verdicts are: a sure answer falls by less than they show.
func (j *evidenceJudge) probability(at, label int, m *community.Message, text string) float64 {
	other := *m
	other.Text = text
	j.s.extract(&other, j.c.model.lexicon)
	j.c.model.margins(j.s, j.s.z[:])
	j.c.answer(at, j.s)
	return j.s.p[label]
}

// random returns spans of as many tokens each as the given ones, anywhere in
// the text, none over another.
func (j *evidenceJudge) random(text string, spans []community.Evidence) []community.Evidence {
	j.s.cut(text)
	tokens := j.s.tokens
	taken := make([]bool, len(tokens))
	out := make([]community.Evidence, 0, len(spans))
	for _, sp := range spans {
		n := 0
		for i := range tokens {
			n += oneIf(within(&tokens[i], sp.Start, sp.End))
		}
		for range 50 { // a crowded text may have no room left
			from := j.rng.IntN(len(tokens) - n + 1)
			if slices.Contains(taken[from:from+n], true) {
				continue
			}
			for i := from; i < from+n; i++ {
				taken[i] = true
			}
			start, end := snap(text, int(tokens[from].start), int(tokens[from+n-1].end))
			out = append(out, community.Evidence{Start: start, End: end})
			break
		}
	}
	return out
}

// within tells whether a token has a byte in [start, end).
func within(t *token, start, end int) bool { return int(t.start) < end && int(t.end) > start }

func spansOf(all []community.Evidence, head string) []community.Evidence {
	var out []community.Evidence
	for _, e := range all {
		if e.Head == head {
			out = append(out, e)
		}
	}
	return out
}

// without is the text with a space in the place of each span.
func without(text string, spans []community.Evidence) string {
	spans = slices.SortedFunc(slices.Values(spans), func(a, b community.Evidence) int { return cmp.Compare(a.Start, b.Start) })
	var b strings.Builder
	from := 0
	for _, s := range spans {
		b.WriteString(text[from:max(from, s.Start)])
		b.WriteByte(' ')
		from = max(from, s.End)
	}
	b.WriteString(text[from:])
	return b.String()
}

// WriteJSON writes the report as one indented JSON object.
func (r *EvidenceReport) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	return e.Encode(r)
}

// WriteText writes the report for people to read in a terminal.
func (r *EvidenceReport) WriteText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "model %s, evidence of %d messages: the label's probability without the spans, and without random ones\n\n", r.Model, r.Messages)
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "head\texplained\tbare\tlower\t(random)\tdrop\t(random)\tdrops further\tshare of text\tat most\twords a span\t")
	for _, h := range r.Heads {
		fmt.Fprintf(t, "%s\t%d\t%d\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t%d\t\n", h.Head, h.Messages, h.Bare,
			h.Lower, h.RandomLower, h.Drop, h.RandomDrop, h.Beats, h.Share, h.LargestShare, h.LongestSpan)
	}
	_ = t.Flush() // a strings.Builder does not fail
	writeCauses(&b, r.Causes)
	_, err := io.WriteString(w, b.String())
	return err
}
