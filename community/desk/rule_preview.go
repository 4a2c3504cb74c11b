package desk

import (
	"context"
	"time"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/rulebook"
)

// What a preview reads: the newest messages of the last days, so that it answers
// while somebody waits for it.
const (
	PreviewDays  = 30
	PreviewLimit = 50_000
)

// PreviewRule tells, before a rule is saved, what it would have done to the
// messages of the last PreviewDays days that the viewer may read. A rule with
// the ID of one of the list stands in its place; the others of the list are
// what it overlaps with.
func (d *Desk) PreviewRule(ctx context.Context, v community.Viewer, r community.Rule) (community.RulePreview, error) {
	r = rulebook.Tidy(r)
	var list community.Rules
	err := d.store.Write(ctx, func(tx Tx) error {
		l, err := d.rules(ctx, tx, v, r.Brand)
		if err == nil {
			err = l.sound(&r)
		}
		if err == nil {
			err = l.may(v)
			list = l.now
		}
		return err
	})
	if err != nil {
		return community.RulePreview{}, err
	}
	since := d.now().AddDate(0, 0, -PreviewDays)
	p, err := rulebook.NewPreview(r, list, since)
	if err != nil {
		return community.RulePreview{}, err
	}
	cut, err := d.recent(ctx, v, r.Brand, since, p.Read)
	return p.Result(cut), err
}

// CountRules tells how many messages of the last PreviewDays days that the
// viewer may read each rule of the brand's list touches.
func (d *Desk) CountRules(ctx context.Context, v community.Viewer, brand string) (community.RuleCount, error) {
	list, err := d.Rules(ctx, v, brand)
	if err != nil {
		return community.RuleCount{}, err
	}
	since := d.now().AddDate(0, 0, -PreviewDays)
	n, err := rulebook.NewCount(list, since)
	if err != nil {
		return community.RuleCount{}, err
	}
	cut, err := d.recent(ctx, v, brand, since, n.Read)
	return n.Result(cut), err
}

// recent reads the last messages for one at a time: a reading takes the better
// part of a second, a form asks for one at every pause in the typing, and whoever
// answers customers needs the store's other readers.
func (d *Desk) recent(ctx context.Context, v community.Viewer, brand string, since time.Time, visit func(*community.Entry) error) (cut bool, err error) {
	select {
	case d.looking <- struct{}{}:
		defer func() { <-d.looking }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	return d.store.Recent(ctx, v, brand, since, PreviewLimit, visit)
}
