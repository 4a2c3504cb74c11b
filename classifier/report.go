package classifier

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// WriteJSON writes the report as one indented JSON object.
func (r *Report) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	return e.Encode(r)
}

// WriteText writes the report for people to read in a terminal.
func (r *Report) WriteText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "model %s, %d messages\n\n", r.Model, r.Messages)
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "head\tmessages\tmacro-F1\t95 %\taccuracy\tECE\tcoverage at 95 %\tabstained\t")
	for _, h := range r.Heads {
		fmt.Fprintf(t, "%s\t%d\t%.3f\t%.3f-%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t\n", h.Head, h.Messages, h.MacroF1,
			h.Interval[0], h.Interval[1], h.Accuracy, h.Calibration, h.Coverage95, h.Abstained)
	}
	_ = t.Flush() // a strings.Builder does not fail
	for _, h := range r.Heads {
		h.writeText(&b)
	}
	writeGroups(&b, "baseline", r.Baselines)
	writeGroups(&b, "language", r.Languages)
	writeGroups(&b, "source", r.Sources)
	_, err := io.WriteString(w, b.String())
	return err
}

// writeText writes one head's labels and confusions.
func (h *HeadReport) writeText(b *strings.Builder) {
	fmt.Fprintf(b, "\n%s: truth in rows, answers in columns\n", h.Head)
	if h.Head == HeadUrgency {
		fmt.Fprintf(b, "three classes %.3f, critical and high found in the first quarter %.3f\n", h.ThreeClasses, h.HotFirstQuarter)
	}
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "\t%s\tno answer\tF1\trecall\t\n", strings.Join(h.Labels, "\t"))
	for l, row := range h.Confusion {
		fmt.Fprintf(t, "%s\t", h.Labels[l])
		for _, n := range row {
			fmt.Fprintf(t, "%d\t", n)
		}
		fmt.Fprintf(t, "%.3f\t%.3f\t\n", h.F1[l], h.Recall[l])
	}
	_ = t.Flush()
}

func writeGroups(b *strings.Builder, title string, groups []GroupReport) {
	if len(groups) == 0 {
		return
	}
	heads := []string{HeadCategory, HeadUrgency, HeadSentiment, HeadReason, HeadComplaint}
	fmt.Fprintf(b, "\nmacro-F1 by %s\n", title)
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "%s\tmessages\t%s\t\n", title, strings.Join(heads, "\t"))
	for _, g := range groups {
		fmt.Fprintf(t, "%s\t%d\t", g.Name, g.Messages)
		for _, h := range heads {
			if f, ok := g.MacroF1[h]; ok {
				fmt.Fprintf(t, "%.3f\t", f)
			} else {
				fmt.Fprint(t, "\t")
			}
		}
		fmt.Fprintln(t)
	}
	_ = t.Flush()
}
