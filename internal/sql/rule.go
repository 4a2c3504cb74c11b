package sql

import (
	"context"
	"database/sql"

	"github.com/vigie-hq/vigie/community"
)

// Rules is what whoever applies the rules reads: which brands have a list of
// their own, and how often it was changed.
type Rules struct{ db *DB }

// NewRules returns the reader of rules.
func NewRules(db *DB) *Rules { return &Rules{db} }

// Versions gives the version of each list that a brand changed: few rows, cheap
// enough to be read before each batch.
func (r *Rules) Versions(ctx context.Context) (map[string]int, error) {
	out := map[string]int{}
	err := r.db.read(ctx, func(s *snapshot) error {
		return each(ctx, s, `SELECT brand, version FROM rulebook`, nil, func(rows *sql.Rows) error {
			var brand string
			var version int
			err := rows.Scan(&brand, &version)
			out[brand] = version
			return err
		})
	})
	return out, err
}

// Rules reads a brand's own list; nil when it has none.
func (r *Rules) Rules(ctx context.Context, brand string) (out *community.Rules, err error) {
	err = r.db.read(ctx, func(s *snapshot) (err error) {
		out, err = rulesOf(ctx, s, brand)
		return err
	})
	return out, err
}

func rulesOf(ctx context.Context, q querier, brand string) (*community.Rules, error) {
	out := community.Rules{Brand: brand}
	ok, err := one(ctx, q, `SELECT version FROM rulebook WHERE brand = $1`, []any{brand}, &out.Version)
	if err != nil || !ok {
		return nil, err
	}
	out.List, err = bodies[community.Rule](ctx, q, `SELECT body FROM rule WHERE brand = $1 ORDER BY position, id`, brand)
	return &out, err
}

// Rules implements desk.Tx.
func (t *Tx) Rules(_ context.Context, brand string) (*community.Rules, error) {
	return rulesOf(t.ctx, t, brand)
}

// Rules implements desk.Reader.
func (s *snapshot) Rules(ctx context.Context, brand string) (*community.Rules, error) {
	return rulesOf(ctx, s, brand)
}

// PutRules implements desk.Tx.
func (t *Tx) PutRules(_ context.Context, before, after *community.Rules, why community.RuleChange) error {
	conflict := community.Faultf(community.Conflict, "rule.list", after.Version)
	held := map[string]community.Rule{}
	text, args := `INSERT INTO rulebook (brand, version) VALUES ($1, $2) ON CONFLICT (brand) DO NOTHING`, []any{after.Brand, after.Version}
	if before != nil {
		if after.Version != before.Version+1 {
			return conflict
		}
		text, args = `UPDATE rulebook SET version = $2 WHERE brand = $1 AND version = $3`, append(args, before.Version)
		for _, r := range before.List {
			held[r.ID] = r
		}
	}
	if n, err := t.affect(text, args...); err != nil {
		return err
	} else if n != 1 {
		return conflict
	}
	for i := range after.List {
		r := &after.List[i]
		was, known := held[r.ID]
		delete(held, r.ID)
		if known && was.Version == r.Version && was.Position == r.Position {
			continue
		}
		if err := t.putBody(`INSERT INTO rule (brand, id, position, body) VALUES ($1, $2, $3, $4)
			ON CONFLICT (brand, id) DO UPDATE SET position = excluded.position, body = excluded.body`, r, after.Brand, r.ID, r.Position); err != nil {
			return err
		}
	}
	for id := range held {
		if err := t.exec(`DELETE FROM rule WHERE brand = $1 AND id = $2`, after.Brand, id); err != nil {
			return err
		}
	}
	was, err := pack(why.Was, why.Was == nil)
	if err != nil {
		return err
	}
	return t.exec(`INSERT INTO rule_change (brand, version, agent, verb, rule, was, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		after.Brand, after.Version, why.Agent, why.Verb, why.Rule, was, ms(why.At))
}

// RuleChanges implements desk.Tx.
func (t *Tx) RuleChanges(_ context.Context, brand string, limit int) ([]community.RuleChange, error) {
	return ruleChanges(t.ctx, t, brand, limit)
}

// RuleChanges implements desk.Reader.
func (s *snapshot) RuleChanges(ctx context.Context, brand string, limit int) ([]community.RuleChange, error) {
	return ruleChanges(ctx, s, brand, limit)
}

func ruleChanges(ctx context.Context, q querier, brand string, limit int) ([]community.RuleChange, error) {
	var out []community.RuleChange
	err := each(ctx, q, `SELECT version, agent, verb, rule, was, at FROM rule_change WHERE brand = $1 ORDER BY num DESC LIMIT $2`,
		[]any{brand, limitOf(limit)}, func(rows *sql.Rows) error {
			c := community.RuleChange{Brand: brand}
			var was string
			if err := rows.Scan(&c.Version, &c.Agent, &c.Verb, &c.Rule, &was, moment{&c.At}); err != nil {
				return err
			}
			err := unpack(was, &c.Was)
			out = append(out, c)
			return err
		})
	return out, err
}

// ruled is what rules and corrections made of a message, beside its channel and
// tags.
type ruled struct {
	Fired   []string        `json:"fired,omitempty"`
	Said    *community.Said `json:"said,omitempty"`
	Learned []string        `json:"learned,omitempty"`
}

func packRuled(v *community.Verdict) (string, error) {
	return pack(ruled{v.Fired, v.Said, v.Learned}, len(v.Fired) == 0 && v.Said == nil && len(v.Learned) == 0)
}

func unpackRuled(s string, v *community.Verdict) error {
	var r ruled
	err := unpack(s, &r)
	v.Fired, v.Said, v.Learned = r.Fired, r.Said, r.Learned
	return err
}
