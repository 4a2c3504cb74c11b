package sql

import (
	"cmp"
	"context"
	"database/sql"
	"slices"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
)

// drawing is what one transaction adds to a stratum of the audit sample.
type drawing struct {
	seen int
	lots []community.Draw
}

// PutDraw implements desk.Tx. A transaction's draws are counted and kept
// together at its end: most of them never enter the sample.
func (t *Tx) PutDraw(_ context.Context, d community.Draw) error {
	if t.draws == nil {
		t.draws = map[community.Stratum]*drawing{}
	}
	in := t.draws[d.Stratum]
	if in == nil {
		in = &drawing{}
		t.draws[d.Stratum] = in
	}
	in.seen++
	in.lots = append(in.lots, d)
	return nil
}

func (t *Tx) flushDraws() error {
	if len(t.draws) == 0 {
		return nil
	}
	strata := make([]community.Stratum, 0, len(t.draws))
	for s := range t.draws {
		strata = append(strata, s)
	}
	slices.SortFunc(strata, func(a, b community.Stratum) int {
		return cmp.Or(cmp.Compare(a.Brand, b.Brand), a.Day.Compare(b.Day), cmp.Compare(a.Category, b.Category), cmp.Compare(a.Channel, b.Channel))
	})
	for _, s := range strata {
		if err := t.exec(`INSERT INTO audit_stratum (brand, day, category, channel, seen) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (brand, day, category, channel) DO UPDATE SET seen = audit_stratum.seen + excluded.seen`,
			append(t.stratumArgs(s), t.draws[s].seen)...); err != nil {
			return err
		}
	}
	for i, s := range strata {
		if i > 0 && strata[i-1].Brand == s.Brand && strata[i-1].Day == s.Day {
			continue // its day is done
		}
		sizes, err := sizes(t.ctx, t, t.db.labels, s.Brand, s.Day, s.Day)
		if err != nil {
			return err
		}
		most := caps(sizes)[s.Day]
		for _, same := range strata[i:] {
			if same.Brand == s.Brand && same.Day == s.Day {
				if err := t.draw(same, t.draws[same].lots, most); err != nil {
					return err
				}
			}
		}
	}
	clear(t.draws)
	return nil
}

func (t *Tx) stratumArgs(s community.Stratum) []any {
	return []any{t.label(s.Brand), s.Day.String(), labelOf(t, s.Category), t.label(s.Channel)}
}

// draw keeps the lots of a stratum that are among its lowest, and lets go of
// those that no longer are and that nobody judged.
func (t *Tx) draw(s community.Stratum, lots []community.Draw, most int) error {
	const last = `SELECT lot FROM audit WHERE brand = $1 AND day = $2 AND category = $3 AND channel = $4 ORDER BY lot LIMIT 1 OFFSET $5`
	place := append(t.stratumArgs(s), most-1)
	var highest int64
	full, err := t.one(last, place, &highest)
	if err != nil {
		return err
	}
	slices.SortFunc(lots, func(a, b community.Draw) int { return cmp.Compare(a.Lot, b.Lot) })
	kept := false
	for i := range lots[:min(most, len(lots))] {
		d := &lots[i]
		if full && int64(d.Lot) >= highest {
			break
		}
		answers, err := pack(d.Answers, false)
		if err != nil {
			return err
		}
		if err := t.exec(`INSERT INTO audit (brand, day, category, channel, message, lot, answers, agent, labels, skipped, content, judged_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, '', '', 0, '', 0) ON CONFLICT (message) DO NOTHING`,
			append(t.stratumArgs(s), d.Message, int64(d.Lot), answers)...); err != nil {
			return err
		}
		kept = true
	}
	if !kept {
		return nil
	}
	if full, err = t.one(last, place, &highest); err != nil || !full {
		return err
	}
	return t.exec(`DELETE FROM audit WHERE brand = $1 AND day = $2 AND category = $3 AND channel = $4 AND lot > $5 AND judged_at = 0`,
		append(t.stratumArgs(s), highest)...)
}

// sizes reads how many messages the strata of some days had.
func sizes(ctx context.Context, q querier, l *labels, brand string, from, to community.Day) ([]community.Size, error) {
	var out []community.Size
	err := each(ctx, q, `SELECT day, category, channel, seen FROM audit_stratum WHERE brand = $1 AND day >= $2 AND day <= $3 ORDER BY day`,
		[]any{l.find(brand), from.String(), to.String()}, func(rows *sql.Rows) error {
			s := community.Size{Stratum: community.Stratum{Brand: brand}}
			err := rows.Scan(dayText{&s.Day}, named(l, &s.Category), named(l, &s.Channel), &s.Seen)
			out = append(out, s)
			return err
		})
	return out, err
}

// caps is how many lots each stratum of a day gives to the sample.
func caps(sizes []community.Size) map[community.Day]int {
	days := map[community.Day][]int{}
	for _, s := range sizes {
		days[s.Day] = append(days[s.Day], s.Seen)
	}
	out := make(map[community.Day]int, len(days))
	for day, seen := range days {
		out[day] = community.SampleCap(seen, community.AuditQuota)
	}
	return out
}

// dayText scans a day.
type dayText struct{ *community.Day }

// Scan implements sql.Scanner.
func (d dayText) Scan(src any) error {
	s, _ := src.(string)
	return d.UnmarshalText([]byte(s))
}

// PutAnswers implements desk.Tx.
func (t *Tx) PutAnswers(_ context.Context, message string, a community.Answers) error {
	if err := t.flushDraws(); err != nil {
		return err
	}
	answers, err := pack(a, false)
	if err != nil {
		return err
	}
	return t.exec(`UPDATE audit SET answers = $1 WHERE message = $2 AND judged_at = 0`, answers, message)
}

// PutJudgement implements desk.Tx.
func (t *Tx) PutJudgement(_ context.Context, j community.Judgement) error {
	labels, err := pack(j.Labels, len(j.Labels) == 0)
	if err != nil {
		return err
	}
	n, err := t.affect(`UPDATE audit SET agent = $1, labels = $2, skipped = $3, content = $4, judged_at = $5 WHERE message = $6`,
		j.Agent, labels, bit(j.Skipped), j.Content, ms(j.At), j.Message)
	if err == nil && n == 0 {
		err = missing("message", j.Message)
	}
	return err
}

// drawnColumns is what drawnRow scans, in its order.
const drawnColumns = `a.message, a.brand, a.day, a.category, a.channel, a.lot, a.answers, a.agent, a.labels, a.skipped, a.content, a.judged_at,
	coalesce(c.channel, 0), max(m.is_private, coalesce(c.is_private, 0)), m.is_gone`

const fromDrawn = ` FROM audit a JOIN message m ON m.key = a.message LEFT JOIN conversation c ON c.num = m.num >> 20 `

func drawnRow(rows *sql.Rows, l *labels, more ...any) (desk.Drawn, error) {
	var d desk.Drawn
	var j community.Judgement
	var answers, labels string
	err := rows.Scan(append([]any{
		&d.Message, named(l, &d.Brand),
		dayText{&d.Day},
		named(l, &d.Category), named(l, &d.Channel), &d.Lot, &answers,
		&j.Agent, &labels, &j.Skipped, &j.Content,
		moment{&j.At},
		named(l, &d.Now), &d.Private, &d.Gone,
	}, more...)...)
	if err == nil {
		err = unpack(answers, &d.Answers)
	}
	if err == nil {
		err = unpack(labels, &j.Labels)
	}
	if !j.At.IsZero() {
		j.Message = d.Message
		d.Judgement = &j
	}
	return d, err
}

// Drawn implements desk.Tx.
func (t *Tx) Drawn(_ context.Context, message string) (*desk.Drawn, error) {
	if err := t.flushDraws(); err != nil {
		return nil, err
	}
	var found *desk.Drawn
	err := each(t.ctx, t, `SELECT `+drawnColumns+fromDrawn+`WHERE a.message = $1`, []any{message}, func(rows *sql.Rows) error {
		d, err := drawnRow(rows, t.db.labels)
		found = &d
		return err
	})
	return found, err
}

// Unjudged implements desk.Tx.
func (t *Tx) Unjudged(_ context.Context, brand string, since community.Day) ([]desk.Drawn, error) {
	if err := t.flushDraws(); err != nil {
		return nil, err
	}
	sizes, err := sizes(t.ctx, t, t.db.labels, brand, since, lastDay)
	if err != nil {
		return nil, err
	}
	in := among(caps(sizes))
	var out []desk.Drawn
	err = each(t.ctx, t, `SELECT `+drawnColumns+fromDrawn+`WHERE a.brand = $1 AND a.day >= $2
		ORDER BY a.day, a.category, a.channel, a.lot, a.message`, []any{t.db.labels.find(brand), since.String()}, func(rows *sql.Rows) error {
		d, err := drawnRow(rows, t.db.labels)
		if err == nil && in(d.Stratum) && d.Judgement == nil {
			out = append(out, d)
		}
		return err
	})
	return out, err
}

// lastDay is later than every day.
var lastDay = community.Day{Year: 9999, Month: 12, Day: 31}

// among tells, for draws in the order of strata and lots, which are in the
// sample: the first of each stratum.
func among(caps map[community.Day]int) func(community.Stratum) bool {
	var stratum community.Stratum
	place := 0
	return func(s community.Stratum) bool {
		if s != stratum {
			stratum, place = s, 0
		}
		place++
		return place <= caps[s.Day]
	}
}
