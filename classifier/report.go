package classifier

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// WriteJSON writes the report as one indented JSON object.
func (r *Report) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	return e.Encode(r)
}

// WriteText writes the report for people to read in a terminal.
func (r *Report) WriteText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "model %s, %d messages", r.Model, r.Messages)
	if r.Judged != "" {
		fmt.Fprintf(&b, " of %s", r.Judged)
	}
	b.WriteString("\n\n")
	table(&b, func(t *tabwriter.Writer) {
		fmt.Fprintln(t, "head\tmessages\tmacro-F1\t95 %\taccuracy\t95 %\tECE\tcoverage at 95 %\tabstained\t")
		for _, h := range r.Heads {
			fmt.Fprintf(t, "%s\t%d\t%.3f\t%s\t%.3f\t%s\t%.3f\t%.3f\t%.3f\t\n", h.Head, h.Messages, h.MacroF1, ends(h.Interval),
				h.Accuracy, ends(h.Intervals["accuracy"]), h.Calibration, h.Coverage95, h.Abstained)
		}
	})
	for i := range r.Heads {
		r.Heads[i].writeText(&b)
	}
	if len(r.Folds) > 0 {
		b.WriteString("\nby fold\n")
		table(&b, func(t *tabwriter.Writer) {
			fmt.Fprintln(t, "fold\tmessages\taccuracy\tmacro-F1\t")
			for _, f := range r.Folds {
				fmt.Fprintf(t, "%s\t%d\t%.3f\t%.3f\t\n", f.Fold, f.Messages, f.Accuracy, f.MacroF1)
			}
		})
	}
	writeGroups(&b, "baseline", r.Baselines)
	writeGroups(&b, "language", r.Languages)
	writeGroups(&b, "length", r.Lengths)
	writeGroups(&b, "source", r.Sources)
	var steps []GroupReport
	for _, p := range r.Curve {
		steps = append(steps, GroupReport{Name: fmt.Sprintf("%.1f %%", 100*p.Share), Messages: p.Messages, MacroF1: p.MacroF1})
	}
	writeGroups(&b, "share learnt from", steps)
	_, err := io.WriteString(w, b.String())
	return err
}

// table lines up what is written with tabs between.
func table(b *strings.Builder, rows func(*tabwriter.Writer)) {
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	rows(t)
	_ = t.Flush() // a strings.Builder does not fail
}

func ends(interval [2]float64) string { return fmt.Sprintf("%.3f-%.3f", interval[0], interval[1]) }

// writeText writes one head: its own figures, its labels and confusions, how
// sure it is and what it costs to be silent.
func (h *HeadReport) writeText(b *strings.Builder) {
	fmt.Fprintf(b, "\n%s\n", h.Head)
	fmt.Fprintf(b, "  calibration error %.3f (%s), coverage at 95 %% precision %.3f (%s)\n",
		h.Calibration, ends(h.Intervals["ece"]), h.Coverage95, ends(h.Intervals["coverage_at_95"]))
	if h.SupportReport != nil {
		fmt.Fprintf(b, "  support recall %.3f (%s)\n", h.SupportRecall, ends(h.Intervals["support_recall"]))
	}
	if h.UrgencyReport != nil {
		fmt.Fprintf(b, "  three classes %.3f (%s)\n", h.ThreeClasses, ends(h.Intervals["three_classes"]))
		fmt.Fprintf(b, "  found in the first quarter: critical and high %.3f (%s) of %d, critical %.3f (%s) of %d\n",
			h.HotFirstQuarter, ends(h.Intervals["hot_found_in_first_quarter"]), h.Hot,
			h.CriticalFirstQuarter, ends(h.Intervals["critical_found_in_first_quarter"]), h.Critical)
	}
	if len(h.Labels) > wideHead {
		h.writeWide(b)
	} else {
		h.writeMatrix(b)
	}
	fmt.Fprintf(b, "\n%s: how sure, how often right\n", h.Head)
	table(b, func(t *tabwriter.Writer) {
		fmt.Fprintln(t, "p\tmessages\tmean p\tright\t")
		for _, bin := range h.Reliability {
			if bin.Messages > 0 {
				fmt.Fprintf(t, "%.2f-%.2f\t%d\t%.3f\t%.3f\t\n", bin.From, bin.To, bin.Messages, bin.MeanP, bin.Right)
			}
		}
	})
	fmt.Fprintf(b, "\n%s: if only the surest are answered\n", h.Head)
	table(b, func(t *tabwriter.Writer) {
		fmt.Fprintln(t, "answered\tmessages\tdown to p\tright\twrong\t")
		for _, p := range h.Risk {
			fmt.Fprintf(t, "%.0f %%\t%d\t%.3f\t%.3f\t%.3f\t\n", 100*p.Coverage, p.Messages, p.LeastP, p.Precision, p.Risk)
		}
	})
}

func (h *HeadReport) writeMatrix(b *strings.Builder) {
	fmt.Fprintf(b, "\n%s: truth in rows, answers in columns\n", h.Head)
	table(b, func(t *tabwriter.Writer) {
		fmt.Fprintf(t, "\t%s\tno answer\tF1\tprecision\trecall\t\n", strings.Join(h.Labels, "\t"))
		for l, row := range h.Confusion {
			fmt.Fprintf(t, "%s\t", h.Labels[l])
			for _, n := range row {
				fmt.Fprintf(t, "%d\t", n)
			}
			fmt.Fprintf(t, "%.3f\t%.3f\t%.3f\t\n", h.F1[l], h.Precision[l], h.Recall[l])
		}
	})
}

// writeWide writes what a person looks for in a matrix too wide to read.
func (h *HeadReport) writeWide(b *strings.Builder) {
	fmt.Fprintf(b, "\n%s: the weakest of %d labels\n", h.Head, len(h.Labels))
	table(b, func(t *tabwriter.Writer) {
		fmt.Fprintln(t, "label\tmessages\tF1\tprecision\trecall\t")
		for _, l := range h.weakest(mostShown) {
			fmt.Fprintf(t, "%s\t%d\t%.3f\t%.3f\t%.3f\t\n", h.Labels[l], h.Truth[l], h.F1[l], h.Precision[l], h.Recall[l])
		}
	})
	fmt.Fprintf(b, "\n%s: taken for another most often\n", h.Head)
	table(b, func(t *tabwriter.Writer) {
		fmt.Fprintln(t, "truth\tanswer\tmessages\tof\t")
		for _, m := range h.mistakes(mostShown) {
			fmt.Fprintf(t, "%s\t%s\t%d\t%d\t\n", m.Truth, m.Answer, m.Messages, m.Of)
		}
	})
}

// mostShown is how many lines stand for a matrix too wide to read.
const mostShown = 15

// weakest are the labels with the lowest F1 among those that occur.
func (h *HeadReport) weakest(most int) []int {
	var out []int
	for l, n := range h.Truth {
		if n > 0 {
			out = append(out, l)
		}
	}
	slices.SortStableFunc(out, func(a, b int) int { return cmp.Compare(h.F1[a], h.F1[b]) })
	return out[:min(most, len(out))]
}

// mistake is a label taken for another.
type mistake struct {
	Truth, Answer string
	Messages, Of  int // of the messages of the truth
}

// mistakes are the most frequent, largest first.
func (h *HeadReport) mistakes(most int) []mistake {
	var out []mistake
	for t, row := range h.Confusion {
		for a, n := range row[:len(h.Labels)] {
			if a != t && n > 0 {
				out = append(out, mistake{h.Labels[t], h.Labels[a], n, h.Truth[t]})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b mistake) int { return cmp.Compare(b.Messages, a.Messages) })
	return out[:min(most, len(out))]
}

// writeGroups writes the macro-F1 of parts of the messages, with its interval
// where there is one.
func writeGroups(b *strings.Builder, title string, groups []GroupReport) {
	if len(groups) == 0 {
		return
	}
	heads := groupHeads(groups)
	fmt.Fprintf(b, "\nmacro-F1 by %s\n", title)
	table(b, func(t *tabwriter.Writer) {
		fmt.Fprintf(t, "%s\tmessages\t%s\t\n", title, strings.Join(heads, "\t"))
		for _, g := range groups {
			fmt.Fprintf(t, "%s\t%d\t", g.Name, g.Messages)
			for _, h := range heads {
				f, ok := g.MacroF1[h]
				e, wide := g.Interval[h]
				switch {
				case ok && wide:
					fmt.Fprintf(t, "%.3f (%s)\t", f, ends(e))
				case ok:
					fmt.Fprintf(t, "%.3f\t", f)
				default:
					fmt.Fprint(t, "\t")
				}
			}
			fmt.Fprintln(t)
		}
	})
}

// groupHeads are the heads that the groups have figures for, in the guide's order.
func groupHeads(groups []GroupReport) []string {
	var out []string
	for _, h := range DefaultHeads() {
		if slices.ContainsFunc(groups, func(g GroupReport) bool { _, ok := g.MacroF1[h.Name]; return ok }) {
			out = append(out, h.Name)
		}
	}
	return out
}
