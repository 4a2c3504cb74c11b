package classifier

import (
	"cmp"
	"slices"
	"strings"

	"github.com/vigie-hq/vigie/community"
)

// Report is how well a model answers a set of labelled messages. Intervals are
// 95 % bootstrap intervals.
type Report struct {
	Model     string        `json:"model"`
	Judged    string        `json:"judged,omitempty"` // the files, and the split
	Messages  int           `json:"messages"`
	Heads     []HeadReport  `json:"heads"`
	Languages []GroupReport `json:"languages,omitempty"`
	Sources   []GroupReport `json:"sources,omitempty"`
	Lengths   []GroupReport `json:"lengths,omitempty"`
	Baselines []GroupReport `json:"baselines,omitempty"`
	Curve     []CurvePoint  `json:"curve,omitempty"`
	Folds     []FoldReport  `json:"folds,omitempty"`
}

// HeadReport is one head's figures.
type HeadReport struct {
	Head        string      `json:"head"`
	Messages    int         `json:"messages"`
	MacroF1     float64     `json:"macro_f1"`
	Interval    [2]float64  `json:"interval"` // of the macro-F1
	Accuracy    float64     `json:"accuracy"`
	Calibration float64     `json:"ece"`            // expected calibration error, 15 bins
	Coverage95  float64     `json:"coverage_at_95"` // share of messages answered at 95 % precision
	Abstained   float64     `json:"abstained"`      // share of messages
	Labels      []string    `json:"labels"`
	Truth       []int       `json:"truth"`       // messages of each label
	F1          []float64   `json:"f1"`          // of each label
	Precision   []float64   `json:"precision"`   // of each label
	Recall      []float64   `json:"recall"`      // of each label
	Confusion   [][]int     `json:"confusion"`   // [truth][answer]; the last column counts no answer
	Reliability []Bin       `json:"reliability"` // 15 bins of the probability
	Risk        []RiskPoint `json:"risk"`        // at every tenth of the messages, surest first

	*SupportReport // of a category that has the label support
	*UrgencyReport // of the urgency

	// Intervals of the other figures, by their JSON names.
	Intervals map[string][2]float64 `json:"intervals"`
}

// SupportReport is what is asked of the category alone: somebody who needs an
// answer and is taken for a bystander gets none.
type SupportReport struct {
	SupportRecall float64 `json:"support_recall"`
}

// UrgencyReport is what is asked of the urgency alone: macro-F1 with critical and
// high as one, and the share of the messages that burn among the quarter ranked
// most urgent by the score. Messages of one score keep the order of the file.
type UrgencyReport struct {
	ThreeClasses         float64 `json:"three_classes"`
	Hot                  int     `json:"hot"`      // critical or high messages
	Critical             int     `json:"critical"` // critical ones
	HotFirstQuarter      float64 `json:"hot_found_in_first_quarter"`
	CriticalFirstQuarter float64 `json:"critical_found_in_first_quarter"`
}

// GroupReport is the macro-F1 of each head on a part of the messages, or of a
// baseline on all.
type GroupReport struct {
	Name     string                `json:"name"`
	Messages int                   `json:"messages"`
	MacroF1  map[string]float64    `json:"macro_f1"`
	Interval map[string][2]float64 `json:"interval,omitempty"`
}

// sheet is what one head answered to messages whose label is known.
type sheet struct {
	head         Head
	truth, guess []int // guess -1: no answer
	p, score     []float64
	abstain      []bool
	example      []int // which message
}

func (s *sheet) add(example, truth int, answer community.Head, score float64) {
	s.truth = append(s.truth, truth)
	s.guess = append(s.guess, s.head.index(answer.Label))
	s.p = append(s.p, answer.P)
	s.abstain = append(s.abstain, answer.Abstain)
	s.score = append(s.score, score)
	s.example = append(s.example, example)
}

// headOf returns a verdict's answer to a head by name.
func headOf(v *community.Verdict, name string) community.Head {
	switch name {
	case HeadCategory:
		return v.Category
	case HeadUrgency:
		return v.Urgency.Head
	case HeadSentiment:
		return v.Sentiment
	case HeadReason:
		return v.Reason
	case HeadComplaint:
		return v.Complaint
	case HeadSpam:
		return v.Spam
	}
	return v.Language
}

// Evaluate judges a model by labelled messages. An answer counts even where the
// model abstains: abstention is reported apart.
func Evaluate(m *Model, examples []Example) Report {
	c := New(m)
	return evaluate(m.Version, m.heads, examples, c.Classify)
}

func evaluate(name string, heads []Head, examples []Example, classify func(community.Message) community.Verdict) Report {
	sheets := fill(heads, examples, classify)
	r := Report{Model: name, Messages: len(examples)}
	for _, s := range sheets {
		r.Heads = append(r.Heads, s.report())
	}
	r.Languages = groups(sheets, examples, func(e *Example) string { return e.Labels[HeadLanguage] }, bySize)
	r.Sources = groups(sheets, examples, func(e *Example) string { return e.Source }, bySize)
	r.Lengths = groups(sheets, examples, lengthOf, byLength)
	for _, b := range baselines(examples) {
		g := GroupReport{Name: b.name, Messages: len(examples), MacroF1: map[string]float64{}}
		for _, s := range fill(heads, examples, b.classify) {
			if s.head.Name != HeadLanguage && (b.name == "majority" || s.head.asGuided()) {
				g.MacroF1[s.head.Name] = macroF1(confusion(s.truth, s.guess, len(s.head.Labels)))
			}
		}
		r.Baselines = append(r.Baselines, g)
	}
	return r
}

// fill classifies the examples and returns one sheet for each head that has
// labels among them.
func fill(heads []Head, examples []Example, classify func(community.Message) community.Verdict) []*sheet {
	var all []*sheet
	for _, h := range heads {
		if !h.Helper {
			all = append(all, &sheet{head: h})
		}
	}
	for i := range examples {
		v := classify(examples[i].Message)
		for _, s := range all {
			if label, ok := examples[i].Labels[s.head.Name]; ok {
				s.add(i, s.head.index(label), headOf(&v, s.head.Name), v.Urgency.Score)
			}
		}
	}
	return slices.DeleteFunc(all, func(s *sheet) bool { return len(s.truth) == 0 })
}

// asGuided tells whether a head has the guide's labels.
func (h *Head) asGuided() bool {
	return slices.ContainsFunc(DefaultHeads(), func(g Head) bool { return g.Name == h.Name && slices.Equal(g.Labels, h.Labels) })
}

// macroF1 is the sheet's macro-F1 and its interval.
func (s *sheet) macroF1() (float64, [2]float64) {
	n, labels := len(s.truth), len(s.head.Labels)
	truth, guess := make([]int, n), make([]int, n)
	return macroF1(confusion(s.truth, s.guess, labels)), interval(n, func(sample []int) float64 {
		for k, i := range sample {
			truth[k], guess[k] = s.truth[i], s.guess[i]
		}
		return macroF1(confusion(truth, guess, labels))
	})
}

func (s *sheet) report() HeadReport {
	n, labels := len(s.truth), len(s.head.Labels)
	c := confusion(s.truth, s.guess, labels)
	right := make([]bool, n)
	abstained := 0
	for i := range right {
		right[i] = s.truth[i] == s.guess[i]
		abstained += oneIf(s.abstain[i])
	}
	order := rank(s.p)
	r := HeadReport{
		Head: s.head.Name, Messages: n, Labels: s.head.Labels, Confusion: c, Abstained: share(abstained, n),
		Truth: make([]int, labels), F1: make([]float64, labels), Precision: make([]float64, labels), Recall: make([]float64, labels),
		Reliability: reliability(right, s.p), Risk: riskTable(&order, right, s.p),
	}
	for l := range labels {
		r.F1[l], _ = labelF1(c, l)
		given := 0
		for t := range c {
			r.Truth[l] += c[l][t]
			given += c[t][l]
		}
		r.Truth[l] += c[l][labels]
		r.Precision[l], r.Recall[l] = share(c[l][l], given), share(c[l][l], r.Truth[l])
	}
	r.MacroF1, r.Interval = s.macroF1()
	s.figures(&r, right, order)
	return r
}

// groups breaks the macro-F1 down by a property of the message.
func groups(sheets []*sheet, examples []Example, name func(*Example) string, order func(a, b *GroupReport) int) []GroupReport {
	counts := map[string]int{}
	for i := range examples {
		counts[name(&examples[i])]++
	}
	var out []GroupReport
	for g, n := range counts {
		if g == "" || len(counts) < 2 {
			continue
		}
		r := GroupReport{Name: g, Messages: n, MacroF1: map[string]float64{}, Interval: map[string][2]float64{}}
		for _, s := range sheets {
			part := &sheet{head: s.head}
			for k, i := range s.example {
				if name(&examples[i]) == g {
					part.truth, part.guess = append(part.truth, s.truth[k]), append(part.guess, s.guess[k])
				}
			}
			if len(part.truth) > 0 && s.head.Name != HeadLanguage {
				r.MacroF1[s.head.Name], r.Interval[s.head.Name] = part.macroF1()
			}
		}
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b GroupReport) int { return order(&a, &b) })
	return out
}

func bySize(a, b *GroupReport) int {
	return cmp.Or(cmp.Compare(b.Messages, a.Messages), cmp.Compare(a.Name, b.Name))
}

// The lengths of messages that figures are given for, in words.
const (
	lengthShort  = "short"  // under 8
	lengthMedium = "medium" // 8 to 25
	lengthLong   = "long"   // over 25
)

func lengthOf(e *Example) string {
	switch n := len(strings.Fields(e.Message.Text)); {
	case n < 8:
		return lengthShort
	case n <= 25:
		return lengthMedium
	}
	return lengthLong
}

func byLength(a, b *GroupReport) int {
	order := []string{lengthShort, lengthMedium, lengthLong}
	return cmp.Compare(slices.Index(order, a.Name), slices.Index(order, b.Name))
}

// report judges the held-out rows with the finished blends.
func (w *workshop) report(m *Model, held []heldOut) Report {
	sheets := make([]*sheet, 0, len(m.heads))
	for k, h := range m.heads {
		if w.shared[k] {
			continue
		}
		s := &sheet{head: h}
		b, p := &m.blends[k], make([]float64, len(h.Labels))
		for _, r := range held {
			label, ok := w.examples[r.row].Labels[h.Name]
			if !ok {
				continue
			}
			b.softmax(r.z, p)
			i := b.pick(p)
			score := 0.0
			for l, name := range h.Labels {
				score += p[l] * urgencyWorth(community.Urgency(name))
			}
			s.add(r.row, h.index(label), community.Head{Label: h.Labels[i], P: p[i], Abstain: p[i] < float64(b.Abstain)}, score)
		}
		if len(s.truth) > 0 {
			sheets = append(sheets, s)
		}
	}
	r := Report{Model: m.Version, Messages: len(held)}
	for _, s := range sheets {
		r.Heads = append(r.Heads, s.report())
	}
	return r
}
