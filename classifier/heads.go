package classifier

import "github.com/vigie-hq/vigie/community"

// The names of the heads, as verdicts and evidence spell them.
const (
	HeadCategory  = "category"
	HeadUrgency   = "urgency"
	HeadSentiment = "sentiment"
	HeadReason    = "reason"
	HeadComplaint = "complaint"
	HeadLanguage  = "language"
	HeadSpam      = "spam" // unwanted adverts, whoever they are about
)

// The names of the helper heads. They have their own lanes and their own
// training texts; no verdict names them, the blend listens to them.
const (
	HelperTone  = "tone"  // the mood of a tweet, whoever it is about
	HelperGrief = "grief" // a complaint in the eyes of other annotators
)

// Head is one question: its name and the labels it can answer with. Every
// label owns one lane of the table, a head of two labels owns one for both
// (positive sums speak for the second label).
type Head struct {
	Name   string   `json:"name"`
	Labels []string `json:"labels"`
	Helper bool     `json:"helper,omitempty"`
}

// Lanes is how many columns of the table the head takes.
func (h Head) Lanes() int {
	if len(h.Labels) == 2 {
		return 1
	}
	return len(h.Labels)
}

// index returns the position of a label, or -1.
func (h Head) index(label string) int {
	for i, l := range h.Labels {
		if l == label {
			return i
		}
	}
	return -1
}

// Languages are the languages the shipped model can name.
func Languages() []string {
	return []string{"fr", "en", "es", "de", "it", "pt", "ar", "nl"}
}

// DefaultHeads are the heads of the shipped model: those of a verdict, in the
// order of the labelling guide, then the helpers.
func DefaultHeads() []Head {
	return []Head{
		{Name: HeadCategory, Labels: names(community.Categories())},
		{Name: HeadUrgency, Labels: names(community.Urgencies())},
		{Name: HeadSentiment, Labels: names(community.Sentiments())},
		{Name: HeadReason, Labels: names(community.Reasons())},
		{Name: HeadComplaint, Labels: []string{"no", "yes"}},
		{Name: HeadLanguage, Labels: Languages()},
		{Name: HeadSpam, Labels: []string{"no", "yes"}},
		{Name: HelperTone, Labels: []string{"negative", "neutral", "positive"}, Helper: true},
		{Name: HelperGrief, Labels: []string{"no", "yes"}, Helper: true},
	}
}

func names[T ~string](labels []T) []string {
	out := make([]string, len(labels))
	for i, l := range labels {
		out[i] = string(l)
	}
	return out
}

// span is the columns [from, to) of a head.
type span struct{ from, to int }

// layout gives each head its columns, in order, and their number.
func layout(heads []Head) ([]span, int) {
	spans := make([]span, len(heads))
	at := 0
	for i, h := range heads {
		spans[i] = span{at, at + h.Lanes()}
		at += h.Lanes()
	}
	return spans, at
}
