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
			if !r.all {
				f.any("c.channel", labelsOf(s.db.labels, r.channels))
			}
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
			if err := s.disclose(ctx, v, &found[i].Complaint); err != nil {
				return err
			}
			page.Items = append(page.Items, found[i].Complaint)
		}
		return nil
	})
	return page, err
}

// disclose hides what a viewer may not read of a complaint; one he may not see
// at all is a Fault NotFound.
func (s *snapshot) disclose(ctx context.Context, v community.Viewer, p *community.Complaint) error {
	c, err := s.seen(ctx, v, p.Conversation)
	if err != nil {
		return err
	}
	if c.Private && !v.Sees(c.Brand, c.Channel, true) {
		conceal(p)
	}
	return nil
}

// Complaint reads one complaint.
func (in *Inbox) Complaint(ctx context.Context, v community.Viewer, id string) (*community.Complaint, error) {
	var out *community.Complaint
	err := in.db.read(ctx, func(s *snapshot) error {
		p, err := oneComplaint(ctx, s, `WHERE p.id = $1`, id)
		if err != nil {
			return err
		}
		if p == nil || s.disclose(ctx, v, p) != nil {
			return missing("complaint", id)
		}
		out = p
		return nil
	})
	return out, err
}
