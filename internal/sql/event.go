package sql

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"slices"

	"github.com/vigie-hq/vigie/community"
)

// PutEvent implements desk.Tx.
func (t *Tx) PutEvent(_ context.Context, e community.Event) error {
	t.events = append(t.events, e)
	return nil
}

func (t *Tx) flushEvents() error {
	for i := range t.events {
		e := &t.events[i]
		e.ID = t.numbers.event
		t.numbers.event++
		if err := t.exec(`INSERT INTO event (num, type, brand, conversation, version, message, at, origin) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			e.ID, labelOf(t, e.Type), t.label(e.Brand), e.Conversation, e.Version, e.Message, ms(e.At), labelOf(t, e.Origin)); err != nil {
			return err
		}
	}
	return nil
}

// eventsAfter reads events in order; where may narrow them.
func eventsAfter(ctx context.Context, q querier, l *labels, after int64, limit int, where string, args ...any) ([]community.Event, error) {
	var out []community.Event
	err := each(ctx, q, `SELECT num, type, brand, conversation, version, message, at, origin FROM event
		WHERE num > $1 `+where+` ORDER BY num LIMIT $2`, append([]any{after, limit}, args...), func(rows *sql.Rows) error {
		e := community.Event{V: 1}
		err := rows.Scan(&e.ID, named(l, &e.Type), named(l, &e.Brand), &e.Conversation, &e.Version, &e.Message, moment{&e.At}, named(l, &e.Origin))
		out = append(out, e)
		return err
	})
	return out, err
}

// Events returns what happened after an event, oldest first.
func (in *Inbox) Events(ctx context.Context, v community.Viewer, after int64, limit int) ([]community.Event, error) {
	var out []community.Event
	err := in.db.read(ctx, func(s *snapshot) error {
		reaches, err := s.reaches(ctx, v, "")
		if err != nil {
			return err
		}
		for _, r := range reaches {
			f := &filter{args: []any{after, limit}}
			f.and(`brand = %s`, s.db.labels.find(r.brand))
			s.reached(f, r)
			part, err := eventsAfter(ctx, adhoc{s}, s.db.labels, after, limit, `AND `+f.text(), f.args[2:]...)
			if err != nil {
				return err
			}
			out = append(out, part...)
		}
		return nil
	})
	slices.SortFunc(out, func(a, b community.Event) int { return cmp.Compare(a.ID, b.ID) })
	return out[:min(len(out), max(limit, 0))], err
}

// reached keeps to events of conversations a viewer reaches, and of none for who
// sees the whole brand. A merged one is the one that stayed.
func (s *snapshot) reached(f *filter, r reach) {
	if r.all && r.private {
		return
	}
	c := filter{args: f.args}
	c.where = []string{`c.id = coalesce((SELECT w.into_id FROM forward w WHERE w.id = event.conversation), event.conversation)`}
	c.within(s.db.labels, r, "c.")
	f.args = c.args
	seen := `EXISTS (SELECT 1 FROM conversation c WHERE ` + c.text() + `)`
	if r.all {
		seen = `(event.conversation = '' OR ` + seen + `)`
	}
	f.where = append(f.where, seen)
}

func jsonList[T any](list []T) string {
	b, err := json.Marshal(list)
	if err != nil {
		return "[]"
	}
	return string(b)
}
