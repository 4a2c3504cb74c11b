package sql

import (
	"context"
	"database/sql"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// Quality measures the classifier by what people judged of a brand's messages
// received in [from, to), in whole days of the brand. The figures are of a whole
// brand: a viewer who may not read its reports is refused (Forbidden
// "viewer.report").
func (in *Inbox) Quality(ctx context.Context, v community.Viewer, brand string, from, to time.Time) (community.Quality, error) {
	if err := mayReport(v, brand); err != nil {
		return community.Quality{}, err
	}
	var out community.Quality
	err := in.db.read(ctx, func(s *snapshot) error {
		zone, err := s.zone(ctx, brand)
		if err != nil {
			return err
		}
		first, last := community.DayOf(from.In(zone)), community.DayOf(to.Add(-time.Nanosecond).In(zone))
		sizes, err := sizes(ctx, s, s.db.labels, brand, first, last)
		if err != nil {
			return err
		}
		rows, err := s.judged(ctx, `WHERE a.brand = $1 AND a.day >= $2 AND a.day <= $3`, s.db.labels.find(brand), first.String(), last.String())
		if err != nil {
			return err
		}
		in := among(caps(sizes))
		kept := rows[:0]
		for i := range rows {
			// Who was judged and left the sample later is no part of it.
			if in(rows[i].Stratum) && !rows[i].At.IsZero() {
				kept = append(kept, rows[i])
			}
		}
		out = community.QualityOf(kept, sizes)
		out.Brand, out.From, out.To = brand, from, to
		out.Corrections, err = s.corrected(ctx, brand, from, to)
		return err
	})
	return out, err
}

// judged reads draws with what people said of them, by day, stratum and lot; At
// is zero where nobody said anything.
func (s *snapshot) judged(ctx context.Context, where string, args ...any) ([]community.Judged, error) {
	var out []community.Judged
	err := each(ctx, s, `SELECT `+drawnColumns+`, `+saidColumns+`,
		CASE WHEN a.content IN ('', m.rev_hash) THEN m.text ELSE coalesce((SELECT r.text FROM revision r WHERE r.message = m.key AND r.hash = a.content), '') END`+
		fromDrawn+where+` ORDER BY a.day, a.category, a.channel, a.lot, a.message`, args, func(rows *sql.Rows) error {
		var one community.Judged
		d, err := drawnRow(rows, s.db.labels, append(saidInto(s.db.labels, &one.Said), &one.Said.Text)...)
		one.Draw = d.Draw
		if d.Judgement != nil {
			one.Judgement = *d.Judgement
		}
		out = append(out, one)
		return err
	})
	return out, err
}

// corrected counts what agents corrected, by head and pair of labels; who said
// what the model had said corrected nothing.
func (s *snapshot) corrected(ctx context.Context, brand string, from, to time.Time) ([]community.CorrectionCount, error) {
	out := []community.CorrectionCount{}
	err := each(ctx, s, `SELECT head, was, became, count(*) FROM correction WHERE brand = $1 AND at >= $2 AND at < $3 AND was <> became
		GROUP BY head, was, became ORDER BY count(*) DESC, head, was, became`,
		[]any{brand, ms(from), ms(to)}, func(rows *sql.Rows) error {
			var c community.CorrectionCount
			err := rows.Scan(&c.Head, &c.From, &c.To, &c.N)
			out = append(out, c)
			return err
		})
	return out, err
}

// Judged reads every message that people judged, of every brand: what a training
// is judged by and must never learn from.
func (l *Lessons) Judged(ctx context.Context) (out []community.Judged, err error) {
	err = l.db.read(ctx, func(s *snapshot) error {
		out, err = s.judged(ctx, `WHERE a.judged_at > 0`)
		return err
	})
	return out, err
}
