package sql

import (
	"cmp"
	"context"
	"database/sql"
	"maps"
	"slices"

	"github.com/vigie-hq/vigie/community/desk"
)

// Applied implements desk.Tx. A position never goes back.
func (t *Tx) Applied(_ context.Context, p desk.Position) error {
	if t.places == nil {
		t.places = map[desk.Position]int64{}
	}
	next := p.Offset
	p.Offset = 0
	t.places[p] = max(t.places[p], next)
	return nil
}

func (t *Tx) flushPlaces() error {
	keys := slices.SortedFunc(maps.Keys(t.places), func(a, b desk.Position) int {
		return cmp.Or(cmp.Compare(a.Log, b.Log), cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Partition, b.Partition))
	})
	for _, p := range keys {
		if err := t.exec(`INSERT INTO position (log, topic, part, next) VALUES ($1, $2, $3, $4)
			ON CONFLICT (log, topic, part) DO UPDATE SET next = CASE WHEN excluded.next > position.next THEN excluded.next ELSE position.next END`, p.Log, p.Topic, p.Partition, t.places[p]); err != nil {
			return err
		}
	}
	return nil
}

// Positions is how far each log was received: what the bus sets its offsets from.
type Positions struct{ db *DB }

// NewPositions returns the positions.
func NewPositions(db *DB) *Positions { return &Positions{db} }

// Applied returns, by partition, before which offset everything of a topic is
// applied. Empty for a log never received from.
func (p *Positions) Applied(ctx context.Context, logID, topic string) (map[int]int64, error) {
	out := map[int]int64{}
	err := p.db.read(ctx, func(s *snapshot) error {
		return each(ctx, s, `SELECT part, next FROM position WHERE log = $1 AND topic = $2`, []any{logID, topic}, func(rows *sql.Rows) error {
			var part int
			var next int64
			err := rows.Scan(&part, &next)
			out[part] = next
			return err
		})
	})
	return out, err
}

// SetPosition sets a position, backwards too: after a log was lost or replayed.
func (p *Positions) SetPosition(ctx context.Context, to desk.Position) error {
	return p.db.write(ctx, false, func(t *Tx) error {
		return t.exec(`INSERT INTO position (log, topic, part, next) VALUES ($1, $2, $3, $4)
			ON CONFLICT (log, topic, part) DO UPDATE SET next = excluded.next`, to.Log, to.Topic, to.Partition, to.Offset)
	})
}

// Log is the identity of the log this store last worked with; empty before the
// first.
func (p *Positions) Log(ctx context.Context) (id string, err error) {
	err = p.db.read(ctx, func(s *snapshot) error {
		_, err := one(ctx, s, `SELECT value FROM mark WHERE name = 'log'`, nil, &id)
		return err
	})
	return id, err
}

// SetLog remembers the log this store works with.
func (p *Positions) SetLog(ctx context.Context, id string) error {
	return p.db.write(ctx, false, func(t *Tx) error {
		return t.exec(`INSERT INTO mark (name, value) VALUES ('log', $1) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, id)
	})
}
