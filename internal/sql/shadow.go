package sql

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// shadowColumns are what shadowArgs gives, in its order; $1 is the message.
var shadowColumns = strings.Fields(`message brand at differ running shadow
	category_r urgency_r sentiment_r reason_r language_r complaint_r
	category urgency sentiment reason language complaint abstain
	category_p urgency_p urgency_s sentiment_p reason_p language_p complaint_p`)

var (
	insertShadow = insert("shadow_verdict", shadowColumns)
	updateShadow = update("shadow_verdict", shadowColumns)
)

// putShadow keeps what the model on trial said of a message's newest content,
// and forgets what it said of an older one. An entry that was read back carries
// no shadow: what is written again keeps what is there.
func (t *Tx) putShadow(before, after *community.Entry) error {
	if after.Verdict.Shadow == nil {
		if before == nil || before.Revision.Hash == after.Revision.Hash {
			return nil
		}
		return t.exec(`DELETE FROM shadow_verdict WHERE message = $1`, after.Key)
	}
	args := t.shadowArgs(after)
	if before != nil {
		if n, err := t.affect(updateShadow, rotate(args)...); err != nil || n > 0 {
			return err
		}
	}
	return t.exec(insertShadow, args...)
}

func (t *Tx) shadowArgs(e *community.Entry) []any {
	running, shadow := e.Verdict.Alone(), e.Verdict.Shadow.Verdict()
	was, is := heads(&running), heads(&shadow)
	var differ, abstain int64
	args := []any{e.Key, t.label(e.Message.Brand), ms(e.Message.ReceivedAt), nil, t.label(running.Model), t.label(shadow.Model)}
	for i, h := range was {
		args = append(args, t.label(h.Label))
		differ |= bit(h.Label != is[i].Label) << i
		abstain |= bit(is[i].Abstain) << i
	}
	args[3] = differ
	for _, h := range is {
		args = append(args, t.label(h.Label))
	}
	return append(args, abstain, shadow.Category.P, shadow.Urgency.P, shadow.Urgency.Score, shadow.Sentiment.P, shadow.Reason.P, shadow.Language.P, shadow.Complaint.P)
}

// headNames are the names of heads, in the order of the columns.
func headNames() [6]string {
	return [6]string{
		community.HeadCategory, community.HeadUrgency, community.HeadSentiment, community.HeadReason, community.HeadLanguage, community.HeadComplaint,
	}
}

// Shadow compares the model on trial with the running one over the messages of
// a brand received in [from, to) that have the verdict of both. Where several
// models were on trial it is the last one. The figures are of a whole brand: a
// viewer who may not read its reports is refused (Forbidden "viewer.report").
func (in *Inbox) Shadow(ctx context.Context, v community.Viewer, brand string, from, to time.Time) (community.ShadowReport, error) {
	if err := mayReport(v, brand); err != nil {
		return community.ShadowReport{}, err
	}
	out := community.ShadowReport{Brand: brand, From: from, To: to, Heads: []community.HeadDiff{}, Samples: []community.ShadowSample{}}
	err := in.db.read(ctx, func(s *snapshot) error {
		l := s.db.labels
		when := []any{l.find(brand), ms(from), ms(to)}
		found, err := one(ctx, s, `SELECT shadow FROM shadow_verdict WHERE brand = $1 AND at >= $2 AND at < $3
			GROUP BY shadow ORDER BY max(at) DESC, shadow DESC LIMIT 1`, when, named(l, &out.Shadow))
		if err != nil || !found {
			return err
		}
		when = append(when, l.find(out.Shadow))
		_, err = one(ctx, s, `SELECT count(*), coalesce(sum(differ <> 0), 0) FROM shadow_verdict
			WHERE brand = $1 AND at >= $2 AND at < $3 AND shadow = $4`, when, &out.Compared, &out.Differ)
		if err != nil {
			return err
		}
		if out.Heads, err = s.headDiffs(ctx, when); err != nil {
			return err
		}
		return s.shadowSamples(ctx, v, brand, when, &out)
	})
	return out, err
}

// headDiffs counts the pairs of labels the two models do not agree on.
func (s *snapshot) headDiffs(ctx context.Context, when []any) ([]community.HeadDiff, error) {
	var pairs [6]map[community.LabelDiff]int
	err := each(ctx, s, `SELECT differ, category_r, urgency_r, sentiment_r, reason_r, language_r, complaint_r,
		category, urgency, sentiment, reason, language, complaint FROM shadow_verdict
		WHERE brand = $1 AND at >= $2 AND at < $3 AND shadow = $4 AND differ <> 0`, when, func(rows *sql.Rows) error {
		var differ int64
		var was, is [6]string
		into := []any{&differ}
		for _, side := range []*[6]string{&was, &is} {
			for i := range side {
				into = append(into, named(s.db.labels, &side[i]))
			}
		}
		err := rows.Scan(into...)
		for i := range pairs {
			if differ&(1<<i) != 0 {
				if pairs[i] == nil {
					pairs[i] = map[community.LabelDiff]int{}
				}
				pairs[i][community.LabelDiff{Running: was[i], Shadow: is[i]}]++
			}
		}
		return err
	})
	out := make([]community.HeadDiff, 0, len(pairs))
	for i, head := range headNames() {
		d := community.HeadDiff{Head: head, Pairs: []community.LabelDiff{}}
		for pair, n := range pairs[i] {
			pair.N = n
			d.Differ += n
			d.Pairs = append(d.Pairs, pair)
		}
		slices.SortFunc(d.Pairs, func(a, b community.LabelDiff) int {
			return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Running, b.Running), cmp.Compare(a.Shadow, b.Shadow))
		})
		out = append(out, d)
	}
	return out, err
}

// shadowSamples adds messages the models do not agree on, in the order of their
// keys, which is none: those the viewer may read and nobody took back.
func (s *snapshot) shadowSamples(ctx context.Context, v community.Viewer, brand string, when []any, out *community.ShadowReport) error {
	l := s.db.labels
	rows, err := s.query(ctx, `SELECT m.num, w.abstain, w.category, w.urgency, w.sentiment, w.reason, w.language, w.complaint,
		w.category_p, w.urgency_p, w.urgency_s, w.sentiment_p, w.reason_p, w.language_p, w.complaint_p,
		coalesce(c.id, ''), coalesce(c.channel, 0), max(m.is_private, coalesce(c.is_private, 0))
		FROM shadow_verdict w JOIN message m ON m.key = w.message LEFT JOIN conversation c ON c.num = m.num >> 20
		WHERE w.brand = $1 AND w.at >= $2 AND w.at < $3 AND w.shadow = $4 AND w.differ <> 0 AND m.is_gone = 0 AND m.is_out = 0 ORDER BY w.message`, when...)
	if err != nil {
		return err
	}
	type sample struct {
		num  int64
		id   string
		said community.ShadowVerdict
	}
	var kept []sample
	for len(kept) < community.ShadowSamples && rows.Next() {
		one := sample{said: community.ShadowVerdict{Model: out.Shadow}}
		var abstain int64
		var channel string
		var private bool
		w := &one.said
		if err := rows.Scan(&one.num, &abstain, named(l, &w.Category.Label), named(l, &w.Urgency.Label), named(l, &w.Sentiment.Label),
			named(l, &w.Reason.Label), named(l, &w.Language.Label), named(l, &w.Complaint.Label), &w.Category.P, &w.Urgency.P, &w.Urgency.Score,
			&w.Sentiment.P, &w.Reason.P, &w.Language.P, &w.Complaint.P, &one.id, named(l, &channel), &private); err != nil {
			return closing(rows, err)
		}
		for i, h := range [6]*community.Head{&w.Category, &w.Urgency.Head, &w.Sentiment, &w.Reason, &w.Language, &w.Complaint} {
			h.Abstain = abstain&(1<<i) != 0
		}
		if v.Sees(brand, channel, private) {
			kept = append(kept, one)
		}
	}
	if err := closing(rows, rows.Err()); err != nil {
		return err
	}
	for _, one := range kept {
		found, err := entries(ctx, s, l, oneMessage, one.num)
		if err != nil {
			return err
		}
		for i := range found {
			e := found[i].e
			e.Conversation = one.id
			out.Samples = append(out.Samples, community.ShadowSample{Entry: e, Shadow: one.said})
		}
	}
	return nil
}

// closing ends a reading that may have stopped early.
func closing(rows *sql.Rows, err error) error {
	if e := rows.Close(); err == nil {
		err = e
	}
	return err
}

// mayReport refuses who may not read a brand's reports; a brand of which he may
// read nothing does not exist for him.
func mayReport(v community.Viewer, brand string) error {
	switch {
	case v.May(community.ActionReport, brand, ""):
		return nil
	case slices.Contains(v.Brands(), brand):
		return community.Faultf(community.Forbidden, "viewer.report")
	}
	return missing("brand", brand)
}
