package classifier

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/vigie-hq/vigie/community"
)

// CauseReport compares the complaint's spans with the words people marked as the
// cause, word by word over all the messages.
type CauseReport struct {
	Of       string  `json:"of"` // which messages
	Messages int     `json:"messages"`
	Marked   float64 `json:"marked_share_of_text"` // of the words, by people
	Shown    float64 `json:"shown_share_of_text"`  // of the words, by the evidence
	Evidence Overlap `json:"evidence"`
	Random   Overlap `json:"random"` // random spans of the same lengths
	Whole    Overlap `json:"whole"`  // the whole text taken for its own explanation
}

// Overlap is a set of words against the marked ones.
type Overlap struct {
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`
}

// causeCount counts words over messages.
type causeCount struct {
	messages, words, marked int
	shown, hit              int // of the evidence
	drawn, luck             int // of the random spans, all draws together
}

// causeOf is where the marked cause of an example stands in its text.
func causeOf(e *Example) (community.Evidence, bool) {
	at := strings.Index(e.Message.Text, e.Cause)
	return community.Evidence{Start: at, End: at + len(e.Cause)}, e.Cause != "" && at >= 0
}

// complains tells whether people took the example for a complaint.
func (e *Example) complains() bool {
	return e.Labels[HeadComplaint] == "yes" || e.Labels[HelperGrief] == "yes"
}

// cause adds one message whose cause is marked.
func (j *evidenceJudge) cause(n *causeCount, text string, mark community.Evidence, v *community.Verdict) {
	spans := spansOf(v.Evidence, HeadComplaint)
	marks := []community.Evidence{mark}
	n.messages++
	n.words += j.common(text, nil, nil)
	n.marked += j.common(text, marks, nil)
	n.shown += j.common(text, spans, nil)
	n.hit += j.common(text, spans, marks)
	if len(spans) == 0 {
		return
	}
	for range randomDraws {
		r := j.random(text, spans)
		n.drawn += j.common(text, r, nil)
		n.luck += j.common(text, r, marks)
	}
}

// common counts the text's words that stand in one of a and in one of b; nil is
// the whole text.
func (j *evidenceJudge) common(text string, a, b []community.Evidence) int {
	j.s.cut(text)
	n := 0
	for i := range j.s.tokens {
		t := &j.s.tokens[i]
		n += oneIf(t.form != formMark && in(t, a) && in(t, b))
	}
	return n
}

func in(t *token, spans []community.Evidence) bool {
	for _, s := range spans {
		if within(t, s.Start, s.End) {
			return true
		}
	}
	return spans == nil
}

func (n *causeCount) report(of string) CauseReport {
	return CauseReport{
		Of: of, Messages: n.messages, Marked: share(n.marked, n.words), Shown: share(n.shown, n.words),
		Evidence: overlap(n.hit, n.shown, n.marked),
		Random:   overlap(n.luck, n.drawn, n.marked*randomDraws),
		Whole:    overlap(n.marked, n.words, n.marked),
	}
}

// overlap is of hits among the words shown and the words marked.
func overlap(hit, shown, marked int) Overlap {
	return Overlap{share(hit, shown), share(hit, marked), share(2*hit, shown+marked)}
}

func writeCauses(b *strings.Builder, list []CauseReport) {
	if len(list) == 0 {
		return
	}
	fmt.Fprint(b, "\nthe complaint's evidence against the words people marked as its cause\n")
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "messages\t\tshare of text\tprecision\trecall\tF1\t")
	for _, c := range list {
		for _, line := range []struct {
			name  string
			share float64
			Overlap
		}{{"evidence", c.Shown, c.Evidence}, {"random", c.Shown, c.Random}, {"whole text", 1, c.Whole}} {
			fmt.Fprintf(t, "%s, %d\t%s\t%.3f\t%.3f\t%.3f\t%.3f\t\n", c.Of, c.Messages, line.name, line.share, line.Precision, line.Recall, line.F1)
		}
		fmt.Fprintf(t, "\tmarked\t%.3f\t\t\t\t\n", c.Marked)
	}
	_ = t.Flush()
}
