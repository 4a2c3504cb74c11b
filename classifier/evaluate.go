package classifier

import (
	"cmp"
	"slices"

	"github.com/vigie-hq/vigie/community"
)

// Report is how well a model answers a set of labelled messages.
type Report struct {
	Model     string        `json:"model"`
	Messages  int           `json:"messages"`
	Heads     []HeadReport  `json:"heads"`
	Languages []GroupReport `json:"languages,omitempty"`
	Sources   []GroupReport `json:"sources,omitempty"`
	Baselines []GroupReport `json:"baselines,omitempty"`
}

// HeadReport is one head's figures. Intervals are 95 % bootstrap intervals.
type HeadReport struct {
	Head        string     `json:"head"`
	Messages    int        `json:"messages"`
	MacroF1     float64    `json:"macro_f1"`
	Interval    [2]float64 `json:"interval"`
	Accuracy    float64    `json:"accuracy"`
	Calibration float64    `json:"ece"`            // expected calibration error, 15 bins
	Coverage95  float64    `json:"coverage_at_95"` // share of messages answered at 95 % precision
	Abstained   float64    `json:"abstained"`      // share of messages
	Labels      []string   `json:"labels"`
	F1          []float64  `json:"f1"`        // of each label
	Recall      []float64  `json:"recall"`    // of each label
	Confusion   [][]int    `json:"confusion"` // [truth][answer]; the last column counts no answer

	// Urgency only: macro-F1 with critical and high as one, and the share of them
	// among the quarter ranked most urgent by the score.
	ThreeClasses    float64 `json:"three_classes,omitempty"`
	HotFirstQuarter float64 `json:"hot_found_in_first_quarter,omitempty"`
}

// GroupReport is the macro-F1 of each head on a part of the messages, or of a
// baseline on all.
type GroupReport struct {
	Name     string             `json:"name"`
	Messages int                `json:"messages"`
	MacroF1  map[string]float64 `json:"macro_f1"`
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
	r.Languages = groups(sheets, examples, func(e *Example) string { return e.Labels[HeadLanguage] })
	r.Sources = groups(sheets, examples, func(e *Example) string { return e.Source })
	for _, b := range baselines(examples) {
		g := GroupReport{Name: b.name, Messages: len(examples), MacroF1: map[string]float64{}}
		for _, s := range fill(heads, examples, b.classify) {
			if s.head.Name != HeadLanguage {
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

func (s *sheet) report() HeadReport {
	n, labels := len(s.truth), len(s.head.Labels)
	c := confusion(s.truth, s.guess, labels)
	right := make([]bool, n)
	hits, abstained := 0, 0
	for i := range right {
		right[i] = s.truth[i] == s.guess[i]
		hits += oneIf(right[i])
		abstained += oneIf(s.abstain[i])
	}
	r := HeadReport{
		Head: s.head.Name, Messages: n, Labels: s.head.Labels, Confusion: c,
		MacroF1: macroF1(c), Accuracy: share(hits, n), Abstained: share(abstained, n),
		Calibration: calibrationError(right, s.p), Coverage95: coverage(right, s.p, 0.95),
		F1: make([]float64, labels), Recall: make([]float64, labels),
	}
	for l := range labels {
		r.F1[l], _ = labelF1(c, l)
		all := 0
		for _, k := range c[l] {
			all += k
		}
		r.Recall[l] = share(c[l][l], all)
	}
	truth, guess := make([]int, n), make([]int, n)
	r.Interval = interval(n, func(sample []int) float64 {
		for k, i := range sample {
			truth[k], guess[k] = s.truth[i], s.guess[i]
		}
		return macroF1(confusion(truth, guess, labels))
	})
	if s.head.Name == HeadUrgency {
		s.urgency(&r)
	}
	return r
}

// urgency adds what is asked of the urgency alone.
func (s *sheet) urgency(r *HeadReport) {
	hot := func(l int) bool {
		return l >= 0 && community.Urgency(s.head.Labels[l]).Rank() >= community.High.Rank()
	}
	merge := func(labels []int) []int {
		out := slices.Clone(labels)
		for i, l := range out {
			if hot(l) {
				out[i] = s.head.index(string(community.High))
			}
		}
		return out
	}
	r.ThreeClasses = macroF1(confusion(merge(s.truth), merge(s.guess), len(s.head.Labels)))
	order := make([]int, len(s.truth))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(s.score[b], s.score[a]) })
	found, all := 0, 0
	for place, i := range order {
		if hot(s.truth[i]) {
			all++
			found += oneIf(place < len(order)/4)
		}
	}
	r.HotFirstQuarter = share(found, all)
}

func share(part, whole int) float64 { return float64(part) / float64(max(1, whole)) }

// groups breaks the macro-F1 down by a property of the message, largest first.
func groups(sheets []*sheet, examples []Example, name func(*Example) string) []GroupReport {
	counts := map[string]int{}
	for i := range examples {
		counts[name(&examples[i])]++
	}
	var out []GroupReport
	for g, n := range counts {
		if g == "" || len(counts) < 2 {
			continue
		}
		r := GroupReport{Name: g, Messages: n, MacroF1: map[string]float64{}}
		for _, s := range sheets {
			var truth, guess []int
			for k, i := range s.example {
				if name(&examples[i]) == g {
					truth, guess = append(truth, s.truth[k]), append(guess, s.guess[k])
				}
			}
			if len(truth) > 0 && s.head.Name != HeadLanguage {
				r.MacroF1[s.head.Name] = macroF1(confusion(truth, guess, len(s.head.Labels)))
			}
		}
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b GroupReport) int {
		return cmp.Or(cmp.Compare(b.Messages, a.Messages), cmp.Compare(a.Name, b.Name))
	})
	return out
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
