package sql

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vigie-hq/vigie/community"
)

// filter holds conditions on the columns both indexes carry. A plus before a
// column keeps the planner from taking another index for it.
type filter struct {
	where []string
	args  []any
	few   bool
}

func (f *filter) and(format string, args ...any) {
	marks := make([]any, len(args))
	for i, a := range args {
		f.args = append(f.args, a)
		marks[i] = fmt.Sprintf("$%d", len(f.args))
	}
	f.where = append(f.where, fmt.Sprintf(format, marks...))
}

// any asks for one of several labels; none asks for nothing.
func (f *filter) any(column string, labels []any) {
	if len(labels) > 0 {
		f.and(`+`+column+` IN (`+slots(len(labels))+`)`, labels...)
	}
}

// slots are n places of a list of arguments.
func slots(n int) string { return strings.TrimSuffix(strings.Repeat("%s,", n), ",") }

// within keeps to the conversations a viewer reaches; table is what stands
// before their columns.
func (f *filter) within(l *labels, r reach, table string) {
	if !r.all {
		f.any(table+"channel", labelsOf(l, r.channels))
	}
	if r.private {
		return
	}
	text := `+` + table + `is_private = %s`
	args := []any{0}
	if len(r.intimate) > 0 {
		text = `(` + text + ` OR +` + table + `channel IN (` + slots(len(r.intimate)) + `))`
		args = append(args, labelsOf(l, r.intimate)...)
	}
	f.and(text, args...)
}

// bare is a column an index may be chosen by.
func (f *filter) bare(column string) string {
	if f.few {
		return "+" + column
	}
	return column
}

func (f *filter) clone() filter {
	return filter{slices.Clone(f.where), slices.Clone(f.args), f.few}
}

func (f *filter) text() string { return strings.Join(f.where, " AND ") }

func labelsOf[T ~string](l *labels, words []T) []any {
	var out []any
	for _, w := range words {
		out = append(out, l.find(string(w)))
	}
	return out
}

func (s *snapshot) filter(v community.Viewer, q community.Query, r reach, few bool) *filter {
	l := s.db.labels
	f := &filter{few: few}
	f.within(l, r, "")
	f.any("category", labelsOf(l, q.Category))
	f.any("urgency", labelsOf(l, q.Urgency))
	f.any("sentiment", labelsOf(l, q.Sentiment))
	f.any("reason", labelsOf(l, q.Reason))
	f.any("channel", labelsOf(l, q.Channel))
	f.any("account", labelsOf(l, q.Account))
	f.any("network", labelsOf(l, q.Network))
	if len(q.Tag) > 0 {
		f.and(`+tags IN (SELECT value FROM json_each(%s))`, jsonList(l.tagged(q.Tag)))
	}
	switch q.Assignee {
	case "":
	case community.Unassigned:
		f.and(`+assignee = %s`, 0)
	case community.Mine:
		f.and(`+assignee = %s`, mine(l, v))
	default:
		f.and(`+assignee = %s`, l.find(q.Assignee))
	}
	if q.Triage {
		f.and(`+is_triage = %s`, 1)
	}
	if q.Trouble {
		f.and(`+is_trouble = %s`, 1)
	}
	now := ms(s.db.now())
	soon := now + community.SoonWithin.Milliseconds()
	switch q.SLA {
	case community.SLALate:
		f.and(f.bare("due")+` > 0 AND `+f.bare("due")+` < %s`, now)
	case community.SLASoon:
		f.and(f.bare("due")+` >= %s AND `+f.bare("due")+` <= %s`, now, soon)
	case community.SLAOK:
		f.and(f.bare("due")+` > %s`, soon)
	case community.SLANone:
		f.and(`+due = %s`, 0)
	}
	return f
}

// mine is the viewer's own label; nobody's name is nobody's assignee.
func mine(l *labels, v community.Viewer) int64 {
	if v.Agent == "" {
		return -1
	}
	return l.find(v.Agent)
}
