package desk

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/vigie-hq/vigie/community"
)

// Drawn is a message of the audit sample as it stands: what it drew, who may see
// it now, and what was said of it, if anything.
type Drawn struct {
	community.Draw
	Now       string // channel of its conversation, now; empty: it belongs to none
	Private   bool   // it or its conversation is private
	Gone      bool   // its author deleted it
	Judgement *community.Judgement
}

// sample lets a message draw its lot, when it is first filed: live words of a
// customer. An edit changes what was said of a message, not its lot. v is what
// was said of it now, before any person's word.
func (d *Desk) sample(ctx context.Context, tx Tx, settings *Settings, change community.Change, e *community.Entry, v *community.Verdict, channel string) error {
	m := &e.Message
	if e.Out || e.Bare || e.Gone || m.Origin != community.Live || m.Text == "" {
		return nil
	}
	switch change {
	case community.Edited:
		return tx.PutAnswers(ctx, e.Key, community.AnswersOf(v))
	case community.Created:
		hours := settings.Hours[settings.Brand.ID]
		return tx.PutDraw(ctx, community.Draw{
			Stratum: community.Stratum{
				Brand: m.Brand, Day: hours.Day(m.ReceivedAt), Category: community.Category(v.Category.Label), Channel: channel,
			},
			Message: e.Key, Lot: community.Lot(e.Key), Answers: community.AnswersOf(v),
		})
	}
	return nil
}

// NextAudit gives the viewer a message of the brand's sample to judge, without
// anything the classifier said of it: of the newest whole day first, today's
// last, because its sample still changes. Two people who judge at the same time
// are given different messages while there are enough. Without a message left
// it is a Fault NotFound "audit.none".
func (d *Desk) NextAudit(ctx context.Context, v community.Viewer, brand string) (community.AuditTask, error) {
	var task community.AuditTask
	if !mayAudit(v, brand) {
		return task, community.Faultf(community.Forbidden, "viewer.audit")
	}
	err := d.store.Write(ctx, func(tx Tx) error {
		settings, err := tx.Settings(ctx, brand)
		if err != nil {
			return err
		}
		if settings == nil {
			return community.Faultf(community.NotFound, "brand.unknown", brand)
		}
		hours := settings.Hours[brand]
		waiting, err := tx.Unjudged(ctx, brand, hours.Day(d.now().Add(-community.AuditSpan)))
		if err != nil {
			return err
		}
		waiting = slices.DeleteFunc(waiting, func(w Drawn) bool {
			return w.Gone || !v.Sees(brand, w.Now, w.Private) || !v.May(community.ActionAudit, brand, w.Now)
		})
		if len(waiting) == 0 {
			return community.Faultf(community.NotFound, "audit.none")
		}
		next := nextFor(v.Agent, hours.Day(d.now()), waiting)
		e, err := tx.Entry(ctx, next.Message)
		if err != nil {
			return err
		}
		if e == nil {
			return community.Faultf(community.NotFound, "message.unknown", next.Message)
		}
		task = community.AuditTaskOf(e.Key, &e.Message, len(waiting))
		return nil
	})
	return task, err
}

// nextFor chooses among what waits: the newest day before today, and in it a
// message by an order of the agent's own.
func nextFor(agent string, today community.Day, waiting []Drawn) Drawn {
	return slices.MinFunc(waiting, func(a, b Drawn) int {
		if (a.Day == today) != (b.Day == today) {
			return cmp.Compare(boolToInt(a.Day == today), boolToInt(b.Day == today))
		}
		return cmp.Or(
			b.Day.Compare(a.Day),
			cmp.Compare(community.Lot(agent+a.Message), community.Lot(agent+b.Message)),
			cmp.Compare(a.Message, b.Message),
		)
	})
}

func boolToInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Judge keeps what the viewer says of a message of the sample. The same words
// again change nothing; another word, or somebody else's, is a Fault Conflict
// "audit.judged": what was judged blind stays as it was.
func (d *Desk) Judge(ctx context.Context, v community.Viewer, message string, labels map[string]string) error {
	return d.judge(ctx, v, community.Judgement{Message: message, Labels: maps.Clone(labels)})
}

// SkipAudit takes a message nobody can judge out of what waits. It is counted.
func (d *Desk) SkipAudit(ctx context.Context, v community.Viewer, message string) error {
	return d.judge(ctx, v, community.Judgement{Message: message, Skipped: true})
}

func (d *Desk) judge(ctx context.Context, v community.Viewer, j community.Judgement) error {
	if err := j.Check(); err != nil {
		return err
	}
	return d.store.Write(ctx, func(tx Tx) error {
		drawn, err := tx.Drawn(ctx, j.Message)
		if err != nil {
			return err
		}
		switch {
		case drawn == nil || !v.Sees(drawn.Brand, drawn.Now, drawn.Private):
			return community.Faultf(community.NotFound, "message.unknown", j.Message)
		case !v.May(community.ActionAudit, drawn.Brand, drawn.Now):
			return community.Faultf(community.Forbidden, "viewer.audit")
		}
		e, err := tx.Entry(ctx, j.Message)
		if err != nil {
			return err
		}
		if e == nil {
			return community.Faultf(community.NotFound, "message.unknown", j.Message)
		}
		if was := drawn.Judgement; was != nil {
			if was.Agent == v.Agent && was.Skipped == j.Skipped && maps.Equal(was.Labels, j.Labels) {
				return nil
			}
			return community.Faultf(community.Conflict, "audit.judged")
		}
		j.Agent, j.At, j.Content = v.Agent, d.now(), e.Revision.Hash
		return tx.PutJudgement(ctx, j)
	})
}

// mayAudit tells whether the viewer may judge anything of the brand.
func mayAudit(v community.Viewer, brand string) bool {
	some, all := v.ChannelsFor(community.ActionAudit, brand)
	return all || len(some) > 0
}
