package sql

import (
	"context"
	"database/sql"

	"github.com/vigie-hq/vigie/community"
)

// Tally counts what a viewer sees of a brand, or of all his brands with "".
// The counters are exact; what is late or soon depends on the time and is
// counted along the index of due dates.
func (in *Inbox) Tally(ctx context.Context, v community.Viewer, brand string) (community.Tally, error) {
	t := community.Tally{Views: map[string]int{}, Facets: map[string]map[string]int{"channel": {}}}
	for _, view := range []string{
		community.ViewOpen, community.ViewMine, community.ViewUnassigned, community.ViewLate, community.ViewSoon,
		community.ViewTriage, community.ViewTrouble, community.ViewWaiting, community.ViewClosed, community.ViewFiled,
	} {
		t.Views[view] = 0
	}
	for _, name := range facets {
		t.Facets[name] = map[string]int{}
	}
	err := in.db.read(ctx, func(s *snapshot) error {
		reaches, err := s.reaches(ctx, v, brand)
		if err != nil {
			return err
		}
		for _, r := range reaches {
			if err := s.tally(ctx, v, r, &t); err != nil {
				return err
			}
			if err := s.pressing(ctx, r, &t); err != nil {
				return err
			}
		}
		return nil
	})
	return t, err
}

func (s *snapshot) tally(ctx context.Context, v community.Viewer, r reach, t *community.Tally) error {
	l := s.db.labels
	return each(ctx, s, `SELECT channel, is_private, dim, value, n FROM tally WHERE brand = $1 AND n <> 0`, []any{l.find(r.brand)}, func(rows *sql.Rows) error {
		var channel string
		var private bool
		var dim dimension
		var value int64
		var n int
		if err := rows.Scan(named(l, &channel), &private, &dim, &value, &n); err != nil {
			return err
		}
		if !v.Sees(r.brand, channel, private) {
			return nil
		}
		word := ""
		if dim != byTrouble && dim != byTriage {
			word, _ = l.word(value)
		}
		switch dim {
		case byStatus:
			t.Views[word] += n // a status is named like its view
			if word == string(community.Open) {
				t.Facets["channel"][channel] += n
			}
		case byTrouble:
			t.Views[community.ViewTrouble] += n
		case byTriage:
			t.Views[community.ViewTriage] += n
		case byAssignee:
			if word == "" {
				t.Views[community.ViewUnassigned] += n
			} else if word == v.Agent {
				t.Views[community.ViewMine] += n
			}
			fallthrough
		default:
			t.Facets[facets[dim]][word] += n
		}
		return nil
	})
}

// pressing counts what is late and what soon will be.
func (s *snapshot) pressing(ctx context.Context, r reach, t *community.Tally) error {
	now := ms(s.db.now())
	soon := now + community.SoonWithin.Milliseconds()
	for _, part := range []struct {
		view     string
		from, to int64 // from ≤ due < to
	}{{community.ViewLate, 1, now}, {community.ViewSoon, now, soon + 1}} {
		f := s.filter(community.Viewer{}, community.Query{}, r, false)
		f.and(`brand = %s AND due > 0 AND due >= %s AND due < %s`, s.db.labels.find(r.brand), part.from, part.to)
		f.and(`+status = %s`, s.db.labels.find(string(community.Open)))
		var n int
		if _, err := one(ctx, adhoc{s}, `SELECT count(*) FROM conversation WHERE `+f.text(), f.args, &n); err != nil {
			return err
		}
		t.Views[part.view] += n
	}
	return nil
}
