package sql

import (
	"cmp"
	"context"
	"slices"

	"github.com/vigie-hq/vigie/community"
)

// Messages lists the customers' messages behind a figure, newest first: those
// that a mood counts.
func (in *Inbox) Messages(ctx context.Context, v community.Viewer, q community.MessageQuery) (community.Page[community.Entry], error) {
	var page community.Page[community.Entry]
	after, err := readCursor(q.Cursor)
	if err != nil {
		return page, err
	}
	limit := limitOf(q.Limit)
	err = in.db.read(ctx, func(s *snapshot) error {
		reaches, err := s.reaches(ctx, v, q.Brand)
		if err != nil {
			return err
		}
		var places []place
		for _, r := range reaches {
			if places, err = s.messages(ctx, v, q, r, after, limit+1, places); err != nil {
				return err
			}
		}
		slices.SortFunc(places, func(a, b place) int { return cmp.Or(cmp.Compare(b.key, a.key), cmp.Compare(b.num, a.num)) })
		if len(places) > limit {
			places = places[:limit]
			page.Next = places[limit-1].cursor()
		}
		for _, p := range places {
			found, err := entries(ctx, s, s.db.labels, oneMessage, p.num)
			if err != nil {
				return err
			}
			for i := range found {
				e := found[i].e
				if _, err := one(ctx, s, `SELECT id FROM conversation WHERE num = $1`, []any{p.num >> placeBits}, &e.Conversation); err != nil {
					return err
				}
				page.Items = append(page.Items, e)
			}
		}
		return nil
	})
	return page, err
}

// messages adds the places of one brand's messages after a place.
func (s *snapshot) messages(ctx context.Context, v community.Viewer, q community.MessageQuery, r reach, after *place, limit int, to []place) ([]place, error) {
	l := s.db.labels
	f := &filter{where: []string{`m.is_out = 0 AND m.is_gone = 0`}}
	f.and(`m.brand = %s`, l.find(r.brand))
	if !q.From.IsZero() {
		f.and(`m.at >= %s`, ms(q.From))
	}
	if !q.To.IsZero() {
		f.and(`m.at < %s`, ms(q.To))
	}
	for column, word := range map[string]string{"category": string(q.Category), "sentiment": string(q.Sentiment), "network": q.Network} {
		if word != "" {
			f.and(`+m.`+column+` = %s`, l.find(word))
		}
	}
	if after != nil {
		f.and(`(m.at, m.num) < (%s, %s)`, after.key, after.num)
	}
	rows, err := adhoc{s}.query(ctx, `SELECT m.at, m.num, max(m.is_private, coalesce(c.is_private, 0)), coalesce(c.channel, 0) FROM message m
		LEFT JOIN conversation c ON c.num = m.num >> 20 WHERE `+f.text()+` ORDER BY m.at DESC, m.num DESC`, f.args...)
	if err != nil {
		return to, err
	}
	defer rows.Close()
	for n := 0; n < limit && rows.Next(); {
		var p place
		var private bool
		var channel string
		if err := rows.Scan(&p.key, &p.num, &private, named(l, &channel)); err != nil {
			return to, err
		}
		if v.Sees(r.brand, channel, private) {
			to = append(to, p)
			n++
		}
	}
	return to, rows.Err()
}
