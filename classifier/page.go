package classifier

import (
	"fmt"
	"html/template"
	"slices"
)

// page is a report as its page's template asks for it.
type page struct {
	R                    *Report
	Lang                 string
	Style                template.CSS
	Keys                 []keyFigure
	Heads                []headPage
	Forest, ForestNarrow template.HTML
	CurveHeads           []string
	Curve, CurveNarrow   template.HTML
	Groups               []groupPage
	Words                []string
}

// keyFigure is one of the figures that decide.
type keyFigure struct {
	Name, Value string
	At          float64
	Interval    [2]float64
	Of          int // messages it is about, where they are few
}

// The widths charts are drawn for: a page, and a phone.
const (
	wideChart   = 1070
	narrowChart = 358
)

func (r *Report) page(w *wording, style template.CSS) *page {
	p := &page{R: r, Lang: w.lang, Style: style, Keys: r.keys(w), Words: []string{"macro", "ece", "coverage", "interval"}}
	for i := range r.Heads {
		h := &r.Heads[i]
		if h.SupportReport != nil {
			p.Words = append(p.Words, "recall")
		}
		if h.UrgencyReport != nil {
			p.Words = append(p.Words, "quarter")
		}
		p.Heads = append(p.Heads, headPage{h, w, (&Head{Name: h.Head, Labels: h.Labels}).asGuided()})
	}
	if len(r.Heads) > 1 {
		p.Forest, p.ForestNarrow = r.forest(w, wideChart, "wide"), r.forest(w, narrowChart, "narrow")
	}
	if len(r.Curve) > 0 {
		for _, h := range r.Heads {
			if _, ok := r.Curve[len(r.Curve)-1].MacroF1[h.Head]; ok {
				p.CurveHeads = append(p.CurveHeads, h.Head)
			}
		}
		p.Curve, p.CurveNarrow = r.curve(w, p.CurveHeads, wideChart, "wide"), r.curve(w, p.CurveHeads, narrowChart, "narrow")
	}
	for _, g := range []groupPage{{"length", r.Lengths, nil, w}, {"language", r.Languages, nil, w}, {"source", r.Sources, nil, w}} {
		if g.Heads = groupHeads(g.Rows); len(g.Rows) > 0 {
			p.Groups = append(p.Groups, g)
		}
	}
	return p
}

// keys picks the figures that decide; a report of one head has its own.
func (r *Report) keys(w *wording) []keyFigure {
	var out []keyFigure
	add := func(h *HeadReport, key, name string, v float64, of int) {
		e := h.Intervals[name]
		out = append(out, keyFigure{w.t("key." + key), w.num(v), v, e, of})
	}
	for i := range r.Heads {
		h := &r.Heads[i]
		switch {
		case h.SupportReport != nil:
			out = append(out, keyFigure{w.t("key.category"), w.num(h.MacroF1), h.MacroF1, h.Interval, 0})
			add(h, "support", "support_recall", h.SupportRecall, h.Truth[slices.Index(h.Labels, "support")])
			add(h, "coverage", "coverage_at_95", h.Coverage95, 0)
		case h.UrgencyReport != nil:
			add(h, "urgency3", "three_classes", h.ThreeClasses, 0)
			add(h, "hot", "hot_found_in_first_quarter", h.HotFirstQuarter, h.Hot)
			add(h, "critical", "critical_found_in_first_quarter", h.CriticalFirstQuarter, h.Critical)
		}
	}
	if len(out) == 0 && len(r.Heads) > 0 {
		h := &r.Heads[0]
		add(h, "accuracy", "accuracy", h.Accuracy, 0)
		out = append(out, keyFigure{w.t("key.f1"), w.num(h.MacroF1), h.MacroF1, h.Interval, 0})
		add(h, "ece", "ece", h.Calibration, 0)
	}
	return out
}

// groupPage is a breakdown of the messages.
type groupPage struct {
	Key   string
	Rows  []GroupReport
	Heads []string
	w     *wording
}

// Name is a group in the page's language.
func (g groupPage) Name(name string) string { return g.w.or(g.Key+"."+name, name) }

// headPage is a head as the template asks for it.
type headPage struct {
	*HeadReport
	w      *wording
	guided bool // its labels are the guide's, and have names in the page's language
}

// Label is a label by its place, in the page's language.
func (h headPage) Label(l int) string { return h.say(h.Labels[l]) }

func (h headPage) say(label string) string {
	if h.guided {
		return h.w.or("label."+label, label)
	}
	return label
}

// Wide tells whether the matrix is too wide to read.
func (h headPage) Wide() bool { return len(h.Shown()) > wideHead }

// Big tells whether the matrix takes the whole width.
func (h headPage) Big() bool { return len(h.Shown()) > 5 }

// Shown are the labels that occur, as truth or as answer.
func (h headPage) Shown() []int {
	var out []int
	for l := range h.Labels {
		occurs := h.Truth[l] > 0
		for _, row := range h.Confusion {
			occurs = occurs || row[l] > 0
		}
		if occurs {
			out = append(out, l)
		}
	}
	return out
}

// Weakest are the labels with the lowest F1.
func (h headPage) Weakest() []int { return h.weakest(mostShown) }

// Mistakes are the most frequent ones.
func (h headPage) Mistakes() []mistake {
	out := h.mistakes(mostShown)
	for i := range out {
		out[i].Truth, out[i].Answer = h.say(out[i].Truth), h.say(out[i].Answer)
	}
	return out
}

// Worst is the most frequent mistake, or nil.
func (h headPage) Worst() *mistake {
	if all := h.Mistakes(); len(all) > 0 {
		return &all[0]
	}
	return nil
}

// matrixRow is a row of the confusion matrix.
type matrixRow struct {
	Name  string
	Cells []matrixCell
}

// matrixCell is one truth and one answer.
type matrixCell struct {
	Class, Count, Title string
	Share               template.CSS // of the row
}

// Matrix is the confusion of the labels shown.
func (h headPage) Matrix() []matrixRow {
	shown := h.Shown()
	var out []matrixRow
	for _, t := range shown {
		row := matrixRow{Name: h.Label(t)}
		for _, a := range shown {
			n := h.Confusion[t][a]
			part := share(n, h.Truth[t])
			cell := matrixCell{
				Count: h.w.count(n), Share: template.CSS(fmt.Sprintf("%.3f", part)),
				Title: fmt.Sprintf("%s → %s: %s", h.Label(t), h.Label(a), h.w.pct(part)),
			}
			switch {
			case n == 0:
				cell.Class = "zero"
			case t == a:
				cell.Class = "hit"
			}
			row.Cells = append(row.Cells, cell)
		}
		out = append(out, row)
	}
	return out
}

// ReliabilityChart draws how sure against how often right.
func (h headPage) ReliabilityChart() template.HTML {
	return reliabilityChart(h.w, h.Reliability, h.w.head(h.Head))
}

// RiskChart draws how often right against how many answered.
func (h headPage) RiskChart() template.HTML {
	return riskChart(h.w, h.HeadReport)
}
