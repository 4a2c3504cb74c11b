package desk

import (
	"context"
	"slices"
	"strconv"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/rulebook"
)

// Rules reads a brand's list in its order: its own, or while nobody changed it
// (Version 0) the one that comes with Vigie. Whoever reads something of the
// brand may see by which rules its messages are judged.
func (d *Desk) Rules(ctx context.Context, v community.Viewer, brand string) (community.Rules, error) {
	var out community.Rules
	err := d.store.Read(ctx, func(r Reader) error {
		l, err := d.rules(ctx, r, v, brand)
		if err == nil {
			out = l.now
		}
		return err
	})
	return out, err
}

// RuleHistory tells who changed a brand's list, newest first, at most
// community.DefaultLimit changes.
func (d *Desk) RuleHistory(ctx context.Context, v community.Viewer, brand string) ([]community.RuleChange, error) {
	var out []community.RuleChange
	err := d.store.Read(ctx, func(r Reader) error {
		_, err := d.rules(ctx, r, v, brand)
		if err == nil {
			out, err = r.RuleChanges(ctx, brand, community.DefaultLimit)
		}
		return err
	})
	return out, err
}

// SaveRule adds a rule (without ID: the list gives it one) or changes the one
// with that ID, whose Version must be the one that was read (0: as it is now;
// else a Fault Conflict "rule.version"). Position is where it comes to stand; 0
// leaves it where it is, or puts a new one last.
func (d *Desk) SaveRule(ctx context.Context, v community.Viewer, r community.Rule) (community.Rule, error) {
	r = rulebook.Tidy(r)
	err := d.changeRules(ctx, v, r.Brand, func(l *ruleList) error {
		if err := l.sound(&r); err != nil {
			return err
		}
		at, verb := len(l.now.List), "added"
		if r.ID == "" {
			r.ID, r.Version, r.Shipped = "r"+strconv.Itoa(l.now.Version), 0, false
		} else {
			held, err := l.find(r.ID, r.Version)
			if err != nil {
				return err
			}
			verb, at = "changed", held
			was := l.now.List[held]
			l.why.Was = &was
			r.Version, r.Shipped = was.Version, was.Shipped
			l.now.List = slices.Delete(l.now.List, held, held+1)
		}
		if r.Position > 0 {
			at = r.Position - 1
		}
		at = min(at, len(l.now.List))
		r.Version, r.ChangedBy, r.ChangedAt, r.Position = r.Version+1, v.Agent, d.now(), at+1
		l.now.List = slices.Insert(l.now.List, at, r)
		l.why.Verb, l.why.Rule = verb, r.ID
		return nil
	})
	return r, err
}

// EnableRule switches a rule on or off.
func (d *Desk) EnableRule(ctx context.Context, v community.Viewer, brand, id string, version int64, enabled bool) (community.Rule, error) {
	var out community.Rule
	err := d.changeRules(ctx, v, brand, func(l *ruleList) error {
		at, err := l.find(id, version)
		if err != nil {
			return err
		}
		was := l.now.List[at]
		out = was
		if was.Enabled == enabled {
			return nil
		}
		out.Enabled, out.Version, out.ChangedBy, out.ChangedAt = enabled, was.Version+1, v.Agent, d.now()
		l.now.List[at] = out
		l.why.Rule, l.why.Was = id, &was
		l.why.Verb = map[bool]string{true: "enabled", false: "disabled"}[enabled]
		return nil
	})
	return out, err
}

// DeleteRule takes a rule out of the list; the list's history keeps what it was.
func (d *Desk) DeleteRule(ctx context.Context, v community.Viewer, brand, id string, version int64) error {
	return d.changeRules(ctx, v, brand, func(l *ruleList) error {
		at, err := l.find(id, version)
		if err != nil {
			return err
		}
		was := l.now.List[at]
		l.now.List = slices.Delete(l.now.List, at, at+1)
		l.why.Verb, l.why.Rule, l.why.Was = "deleted", id, &was
		return nil
	})
}

// OrderRules puts the list in another order: ids are all of its rules, each
// once, else somebody added or deleted one meanwhile (Fault Conflict "rule.order").
func (d *Desk) OrderRules(ctx context.Context, v community.Viewer, brand string, ids []string) (community.Rules, error) {
	var out community.Rules
	err := d.changeRules(ctx, v, brand, func(l *ruleList) error {
		held := l.now.List
		place := make(map[string]int, len(held)) // of those that nobody named yet
		for i := range held {
			place[held[i].ID] = i
		}
		ordered := make([]community.Rule, 0, len(held))
		for _, id := range ids {
			at, ok := place[id]
			if !ok {
				return community.Faultf(community.Conflict, "rule.order")
			}
			delete(place, id)
			ordered = append(ordered, held[at])
		}
		if len(place) > 0 {
			return community.Faultf(community.Conflict, "rule.order")
		}
		if slices.EqualFunc(ordered, held, func(a, b community.Rule) bool { return a.ID == b.ID }) {
			out, out.Version = l.now, l.now.Version-1 // it stays the one that was read
			return nil
		}
		l.why.Verb, l.now.List = "ordered", ordered
		l.number()
		out = l.now
		return nil
	})
	return out, err
}

// ruleList is a brand's list on its way to the next one.
type ruleList struct {
	settings *Settings
	held     *community.Rules // as stored; nil while the brand has none of its own
	now      community.Rules
	why      community.RuleChange
}

// rules reads a brand's list for a viewer. A brand he reads nothing of does not
// exist for him.
func (d *Desk) rules(ctx context.Context, r Reader, v community.Viewer, brand string) (*ruleList, error) {
	settings, err := r.Settings(ctx, brand)
	if err != nil {
		return nil, err
	}
	some, all := v.Channels(brand)
	if settings == nil || !all && len(some) == 0 {
		return nil, community.Faultf(community.NotFound, "brand.unknown", brand)
	}
	l := &ruleList{settings: settings}
	if l.held, err = r.Rules(ctx, brand); err != nil {
		return nil, err
	}
	if l.held != nil {
		l.now = *l.held
		l.now.List = slices.Clone(l.held.List)
	} else {
		l.now = rulebook.Shipped(settings.Brand)
	}
	return l, nil
}

// changeRules is how every change of a list works: read it for who may change
// it, let f change it, number it, write it, tell. Nothing is written when f
// named no verb. While f runs the list has the version it will have.
func (d *Desk) changeRules(ctx context.Context, v community.Viewer, brand string, f func(*ruleList) error) error {
	return d.store.Write(ctx, func(tx Tx) error {
		l, err := d.rules(ctx, tx, v, brand)
		if err != nil {
			return err
		}
		if err := l.may(v); err != nil {
			return err
		}
		l.now.Version++
		if err := f(l); err != nil || l.why.Verb == "" {
			return err
		}
		if len(l.now.List) > rulebook.MaxRules {
			return community.Faultf(community.Invalid, "rule.too_many", rulebook.MaxRules)
		}
		l.number()
		l.why.Brand, l.why.Version, l.why.Agent, l.why.At = brand, l.now.Version, v.Agent, d.now()
		if err := tx.PutRules(ctx, l.held, &l.now, l.why); err != nil {
			return err
		}
		return tx.PutEvent(ctx, community.Event{
			Type: community.EventRulesChanged, Brand: brand, Version: int64(l.now.Version), At: d.now(), Origin: community.Live,
		})
	})
}

// may refuses who may not change the rules of the whole brand.
func (l *ruleList) may(v community.Viewer) error {
	if !v.May(community.ActionRule, l.settings.Brand.ID, "") {
		return community.Faultf(community.Forbidden, "viewer.rule")
	}
	return nil
}

// sound checks a rule, and that the channel it names is one of the brand's.
func (l *ruleList) sound(r *community.Rule) error {
	if err := rulebook.Check(r); err != nil {
		return err
	}
	named := func(c community.Channel) bool { return c.ID == r.Effect.Channel }
	if r.Effect.Channel != "" && !slices.ContainsFunc(l.settings.Channels, named) {
		return community.Faultf(community.Invalid, "rule.channel", r.Effect.Channel)
	}
	return nil
}

// find gives the place of a rule that has the version somebody read; 0 is any.
func (l *ruleList) find(id string, version int64) (int, error) {
	at := slices.IndexFunc(l.now.List, func(r community.Rule) bool { return r.ID == id })
	if at < 0 {
		return 0, community.Faultf(community.NotFound, "rule.unknown", id)
	}
	if held := l.now.List[at].Version; version != 0 && version != held {
		return 0, community.Faultf(community.Conflict, "rule.version", held)
	}
	return at, nil
}

// number gives each rule its place.
func (l *ruleList) number() {
	for i := range l.now.List {
		l.now.List[i].Position = i + 1
	}
}
