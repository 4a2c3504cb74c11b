package sql

import (
	"cmp"
	"context"
	"slices"

	"github.com/vigie-hq/vigie/community"
)

// Complaints lists complaints: those not yet closed by due date, others newest
// first.
func (in *Inbox) Complaints(ctx context.Context, v community.Viewer, q community.ComplaintQuery) (community.Page[community.Complaint], error) {
	var page community.Page[community.Complaint]
	after, err := readCursor(q.Cursor)
	if err != nil {
		return page, err
	}
	limit := limitOf(q.Limit)
	byDue := q.State == "open"
	key, order, sign := "opened_at", "DESC", "<"
	if byDue {
		key, order, sign = "due", "ASC", ">"
	}
	err = in.db.read(ctx, func(s *snapshot) error {
		reaches, err := s.reaches(ctx, v, q.Brand)
		if err != nil {
			return err
		}
		var found []kept
		for _, r := range reaches {
			f := &filter{}
			f.and(`p.brand = %s`, r.brand)
			if byDue {
				f.where = append(f.where, `p.is_open = 1`)
			} else if q.State != "" {
				f.and(`p.state = %s`, q.State)
			}
			if after != nil {
				f.and(`(p.`+key+`, p.num) `+sign+` (%s, %s)`, after.key, after.num)
			}
			f.within(s.db.labels, r, "c.")
			f.and(`1 = 1 ORDER BY p.`+key+` `+order+`, p.num `+order+` LIMIT %s`, limit+1)
			part, err := complaints(ctx, adhoc{s}, `WHERE `+f.text(), f.args...)
			if err != nil {
				return err
			}
			found = append(found, part...)
		}
		slices.SortFunc(found, func(a, b kept) int {
			if byDue {
				return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.num, b.num))
			}
			return cmp.Or(b.OpenedAt.Compare(a.OpenedAt), cmp.Compare(b.num, a.num))
		})
		if len(found) > limit {
			found = found[:limit]
			last := &found[limit-1]
			p := place{key: ms(last.OpenedAt), num: last.num}
			if byDue {
				p.key = ms(last.Due)
			}
			page.Next = p.cursor()
		}
		for i := range found {
			p := &found[i].Complaint
			if !readsPrivate(v, p.Brand) {
				conceal(p)
			}
			page.Items = append(page.Items, *p)
		}
		return nil
	})
	return page, err
}

// Complaint reads one complaint, of a conversation the viewer may see.
func (in *Inbox) Complaint(ctx context.Context, v community.Viewer, id string) (*community.Complaint, error) {
	var out *community.Complaint
	err := in.db.read(ctx, func(s *snapshot) error {
		p, err := oneComplaint(ctx, s, `WHERE p.id = $1`, id)
		if err != nil {
			return err
		}
		if p == nil {
			return missing("complaint", id)
		}
		if _, err := s.seen(ctx, v, p.Conversation); err != nil {
			if community.KindOf(err) == community.NotFound {
				err = missing("complaint", id)
			}
			return err
		}
		if out = p; !readsPrivate(v, p.Brand) {
			conceal(out)
		}
		return nil
	})
	return out, err
}

// readsPrivate tells whether the viewer may read anything private of a brand.
func readsPrivate(v community.Viewer, brand string) bool {
	channels, all := v.ChannelsFor(community.ActionPrivate, brand)
	return all || len(channels) > 0
}

// conceal leaves out what the team wrote of a complaint: it may quote what was
// said in private.
func conceal(p *community.Complaint) {
	if p == nil {
		return
	}
	p.Summary, p.Cause, p.Outcome = "", "", ""
	trace := slices.Clone(p.Trace)
	for i := range trace {
		trace[i].Note = ""
	}
	p.Trace = trace
}
