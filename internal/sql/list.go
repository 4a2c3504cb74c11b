package sql

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/vigie-hq/vigie/community"
)

// Conversations lists what a query asks for, page by page.
func (in *Inbox) Conversations(ctx context.Context, v community.Viewer, q community.Query) (community.Page[community.Conversation], error) {
	var page community.Page[community.Conversation]
	q, err := q.Normal()
	if err != nil {
		return page, err
	}
	after, err := readCursor(q.Cursor)
	if err != nil {
		return page, err
	}
	err = in.db.read(ctx, func(s *snapshot) error {
		rows, more, err := s.list(ctx, v, q, after, q.Limit+1)
		if err != nil {
			return err
		}
		page.More = more
		if len(rows) > q.Limit {
			rows = rows[:q.Limit]
			page.Next = rows[q.Limit-1].cursor()
		}
		page.Items, err = s.rows(ctx, rows)
		return err
	})
	return page, err
}

// Count counts what a query would list, up to community.CountLimit.
func (in *Inbox) Count(ctx context.Context, v community.Viewer, q community.Query) (community.Count, error) {
	var n community.Count
	q, err := q.Normal()
	if err != nil {
		return n, err
	}
	err = in.db.read(ctx, func(s *snapshot) error {
		rows, more, err := s.list(ctx, v, q, nil, community.CountLimit+1)
		n.N = min(len(rows), community.CountLimit)
		n.Over = len(rows) > community.CountLimit || more
		return err
	})
	return n, err
}

// The phases of a list: what has a deadline comes before what has none.
const (
	phaseDue int64 = iota
	phaseLast
)

// list finds the places of the first rows after a place: narrow walks over the
// two indexes, merged. more tells that a search had older matches still.
func (s *snapshot) list(ctx context.Context, v community.Viewer, q community.Query, after *place, limit int) (rows []place, more bool, err error) {
	reaches, err := s.reaches(ctx, v, q.Brand)
	if err != nil || len(reaches) == 0 {
		return nil, false, err
	}
	var found [2]*hits // of public messages, of all: the same for every brand
	var walks []walk
	for _, r := range reaches {
		var h *hits
		if q.Q != "" {
			mixed := !r.private && len(r.intimate) > 0
			if h = found[bit(r.private)]; h == nil || mixed {
				if h, err = s.search(ctx, q.Q, r); err != nil {
					return nil, false, err
				}
			}
			if !mixed {
				found[bit(r.private)] = h
			}
			if h.n == 0 {
				continue
			}
			more = more || h.more
		}
		walks = append(walks, s.walks(v, q, r, h)...)
	}
	for phase := phaseDue; phase <= phaseLast && len(rows) < limit; phase++ {
		if after != nil && phase < after.phase {
			continue
		}
		var part []place
		for i := range walks {
			if w := &walks[i]; w.phase == phase {
				if part, err = s.walk(ctx, w, after, limit-len(rows), part); err != nil {
					return nil, false, err
				}
			}
		}
		slices.SortFunc(part, func(a, b place) int { return compare(q.Sort, phase, a, b) })
		rows = append(rows, part[:min(len(part), limit-len(rows))]...)
	}
	return rows, more, nil
}

// ascending tells the direction of a phase.
func ascending(sort community.Sort, phase int64) bool {
	return phase == phaseDue || sort == community.SortOldest
}

func compare(sort community.Sort, phase int64, a, b place) int {
	n := cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.num, b.num))
	if !ascending(sort, phase) {
		return -n
	}
	return n
}

// walk is one stretch of an index, in the order of the list.
type walk struct {
	phase int64
	up    bool
	key   string // due or last_at
	where string
	args  []any
	hits  *hits
}

// walks are the stretches that hold a query's answer in one brand.
func (s *snapshot) walks(v community.Viewer, q community.Query, r reach, h *hits) []walk {
	f := s.filter(v, q, r, h != nil && h.n <= few)
	if f.few {
		f.and(`num IN (SELECT value FROM json_each(%s))`, h.list)
		h = nil
	}
	var out []walk
	statuses := q.Status
	if len(statuses) == 0 {
		statuses = community.Statuses()
	}
	if q.Sort == community.SortDue && q.SLA != community.SLANone {
		due := f.clone()
		due.and(f.bare("brand")+` = %s`, s.db.labels.find(r.brand))
		due.where = append(due.where, f.bare("due")+` > 0`)
		due.any("status", labelsOf(s.db.labels, q.Status))
		out = append(out, walk{phaseDue, true, "due", due.text(), due.args, h})
	}
	if q.Sort == community.SortDue && q.SLA != "" && q.SLA != community.SLANone {
		return out
	}
	for _, status := range statuses {
		last := f.clone()
		last.and(f.bare("brand")+` = %s`, s.db.labels.find(r.brand))
		last.and(f.bare("status")+` = %s`, s.db.labels.find(string(status)))
		if q.Sort == community.SortDue {
			last.where = append(last.where, `+due = 0`)
		}
		out = append(out, walk{phaseLast, ascending(q.Sort, phaseLast), "last_at", last.text(), last.args, h})
	}
	return out
}

// walk adds the first places of a stretch that stand after a place.
func (s *snapshot) walk(ctx context.Context, w *walk, after *place, limit int, to []place) ([]place, error) {
	f := filter{where: []string{w.where}, args: slices.Clone(w.args)}
	order, sign := "DESC", "<"
	if w.up {
		order, sign = "ASC", ">"
	}
	if after != nil && after.phase == w.phase {
		f.and(`(`+w.key+`, num) `+sign+` (%s, %s)`, after.key, after.num)
	}
	text := `SELECT ` + w.key + `, num FROM conversation WHERE ` + f.text() + ` ORDER BY ` + w.key + ` ` + order + `, num ` + order
	if w.hits == nil {
		text += fmt.Sprintf(" LIMIT %d", limit)
	}
	rows, err := adhoc{s}.query(ctx, text, f.args...)
	if err != nil {
		return to, err
	}
	defer rows.Close()
	for n := 0; n < limit && rows.Next(); {
		p := place{phase: w.phase}
		if err := rows.Scan(&p.key, &p.num); err != nil {
			return to, err
		}
		if w.hits == nil || w.hits.has(p.num) {
			to = append(to, p)
			n++
		}
	}
	return to, rows.Err()
}

// rows reads whole rows, in the order of their places.
func (s *snapshot) rows(ctx context.Context, places []place) ([]community.Conversation, error) {
	nums := make([]int64, len(places))
	at := make(map[int64]int, len(places))
	for i, p := range places {
		nums[i], at[p.num] = p.num, i
	}
	list, err := json.Marshal(nums)
	if err != nil {
		return nil, err
	}
	out := make([]community.Conversation, len(places))
	err = each(ctx, s, `SELECT `+conversationRead+fromConversation+`WHERE c.num IN (SELECT value FROM json_each($1))`, []any{string(list)}, func(rows *sql.Rows) error {
		var c numbered
		if err := c.scan(rows, s.db.labels); err != nil {
			return err
		}
		out[at[c.num]] = c.Conversation
		return nil
	})
	return out, err
}
