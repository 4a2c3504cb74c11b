package sql

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// Mood keeps the rollup of customers' messages by day, category and sentiment.
// It is fed by events and can be made anew from the store's own.
type Mood struct{ db *DB }

// NewMood returns the rollup.
func NewMood(db *DB) *Mood { return &Mood{db} }

// Apply brings the rollup in line with what events tell of. Each message
// remembers where it is counted and is read again, so that events may come
// twice or in any order. A rebuilding that was interrupted is finished first.
func (m *Mood) Apply(ctx context.Context, events []community.Event) error {
	if err := m.finish(ctx); err != nil {
		return err
	}
	return m.apply(ctx, events)
}

func (m *Mood) apply(ctx context.Context, events []community.Event) error {
	seen := map[string]bool{}
	var keys []string
	for _, e := range events {
		if e.Message != "" && !seen[e.Message] {
			seen[e.Message] = true
			keys = append(keys, e.Message)
		}
	}
	for len(keys) > 0 {
		n := min(len(keys), moodBatch)
		if err := m.db.write(ctx, false, func(t *Tx) error { return t.feel(keys[:n]) }); err != nil {
			return err
		}
		keys = keys[n:]
	}
	return nil
}

// moodBatch bounds how long a rollup holds the writer.
const moodBatch = 200

// The marks of a rebuilding: events up to moodDone of moodUntil are counted
// anew; figures up to moodFloor are of before, and count for nothing.
const (
	moodDone  = "mood.done"
	moodUntil = "mood.until"
	moodFloor = "mood.floor"
)

// Rebuild forgets the rollup and makes it anew from the event table.
func (m *Mood) Rebuild(ctx context.Context) error {
	err := m.db.write(ctx, false, func(t *Tx) error {
		floor, err := mark(t.ctx, t, moodFloor)
		if err != nil {
			return err
		}
		var highest, last int64
		if _, err := t.one(`SELECT (SELECT coalesce(max(num), 0) FROM mood), (SELECT coalesce(max(num), 0) FROM event)`, nil, &highest, &last); err != nil {
			return err
		}
		return errors.Join(t.setMark(moodFloor, max(floor, highest)), t.setMark(moodDone, 0), t.setMark(moodUntil, last), t.exec(`DELETE FROM mood`))
	})
	if err != nil {
		return err
	}
	return m.finish(ctx)
}

// finish counts what a rebuilding has still to count.
func (m *Mood) finish(ctx context.Context) error {
	for {
		var events []community.Event
		err := m.db.read(ctx, func(s *snapshot) error {
			done, err := mark(ctx, s, moodDone)
			if err != nil {
				return err
			}
			until, err := mark(ctx, s, moodUntil)
			if err != nil || done >= until {
				return err
			}
			events, err = eventsAfter(ctx, s, s.db.labels, done, moodBatch, "")
			return err
		})
		if err != nil || len(events) == 0 {
			return err
		}
		if err := m.apply(ctx, events); err != nil {
			return err
		}
		last := events[len(events)-1].ID
		if err := m.db.write(ctx, false, func(t *Tx) error { return t.setMark(moodDone, last) }); err != nil {
			return err
		}
	}
}

// felt is what a rollup needs to know of a message.
type felt struct {
	num, brand, at, category, sentiment, mood int64
	out, gone                                 bool
}

// feel counts messages where they belong now.
func (t *Tx) feel(keys []string) error {
	moods := map[mood]int64{} // by what they are
	by := map[int64]int64{}   // what changes, by number
	zones := map[int64]*time.Location{}
	floor, err := mark(t.ctx, t, moodFloor)
	if err != nil {
		return err
	}
	for _, key := range keys {
		var f felt
		ok, err := t.one(`SELECT num, brand, at, category, sentiment, mood, is_out, is_gone FROM message WHERE key = $1`, []any{key},
			&f.num, &f.brand, &f.at, &f.category, &f.sentiment, &f.mood, &f.out, &f.gone)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		var now int64
		if !f.out && !f.gone {
			zone, err := t.zoneOf(f.brand, zones)
			if err != nil {
				return err
			}
			if now, err = t.mood(mood{f.brand, f.category, f.sentiment, dayOf(at(f.at), zone)}, moods); err != nil {
				return err
			}
		}
		if now == f.mood {
			continue
		}
		if f.mood > floor {
			by[f.mood]--
		}
		by[now]++
		if err := t.exec(`UPDATE message SET mood = $1 WHERE num = $2`, now, f.num); err != nil {
			return err
		}
	}
	for num, n := range by {
		if num != 0 && n != 0 {
			if err := t.exec(`UPDATE mood SET n = n + $1 WHERE num = $2`, n, num); err != nil {
				return err
			}
		}
	}
	return nil
}

// mood is what one figure counts; all but day are labels.
type mood struct {
	brand, category, sentiment int64
	day                        string
}

// mood finds the number of a figure, or makes it.
func (t *Tx) mood(m mood, known map[mood]int64) (int64, error) {
	if num, ok := known[m]; ok {
		return num, nil
	}
	var num int64
	ok, err := t.one(`SELECT num FROM mood WHERE brand = $1 AND day = $2 AND category = $3 AND sentiment = $4`,
		[]any{m.brand, m.day, m.category, m.sentiment}, &num)
	if err != nil {
		return 0, err
	}
	if !ok { // above the floor: a number is never used twice
		floor, err := mark(t.ctx, t, moodFloor)
		if err != nil {
			return 0, err
		}
		if _, err := t.one(`SELECT coalesce(max(num), 0) FROM mood`, nil, &num); err != nil {
			return 0, err
		}
		num = max(num, floor) + 1
		if err := t.exec(`INSERT INTO mood (num, brand, day, category, sentiment, n) VALUES ($1, $2, $3, $4, $5, 0)`,
			num, m.brand, m.day, m.category, m.sentiment); err != nil {
			return 0, err
		}
	}
	known[m] = num
	return num, nil
}

func (t *Tx) zoneOf(brand int64, zones map[int64]*time.Location) (*time.Location, error) {
	if zone := zones[brand]; zone != nil {
		return zone, nil
	}
	zone := time.UTC
	name, _ := t.db.labels.word(brand)
	s, err := t.Settings(t.ctx, name)
	if err == nil && s != nil {
		zone, err = time.LoadLocation(s.Brand.Calendar.Zone)
	}
	zones[brand] = zone
	return zone, err
}

// Mood reads the rollup of [from, to) by the brand's days. Figures are of a
// whole brand: a viewer who may not read reports of all its channels sees none.
func (in *Inbox) Mood(ctx context.Context, v community.Viewer, brand string, from, to time.Time) ([]community.Mood, error) {
	if !v.May(community.ActionReport, brand, "") {
		return nil, nil
	}
	var out []community.Mood
	err := in.db.read(ctx, func(s *snapshot) error {
		l := s.db.labels
		zone, err := s.zone(ctx, brand)
		if err != nil {
			return err
		}
		last := to.Add(-time.Nanosecond)
		return each(ctx, s, `SELECT day, category, sentiment, n FROM mood WHERE brand = $1 AND day >= $2 AND day <= $3 AND n > 0
			ORDER BY day, category, sentiment`, []any{l.find(brand), dayOf(from, zone), dayOf(last, zone)}, func(rows *sql.Rows) error {
			var m community.Mood
			err := rows.Scan(&m.Day, named(l, &m.Category), named(l, &m.Sentiment), &m.N)
			out = append(out, m)
			return err
		})
	})
	return out, err
}

// zone is where a brand's days begin.
func (s *snapshot) zone(ctx context.Context, brand string) (*time.Location, error) {
	var body string
	if _, err := one(ctx, s, `SELECT body FROM brand WHERE id = $1`, []any{brand}, &body); err != nil {
		return nil, err
	}
	if body == "" {
		return time.UTC, nil
	}
	var b community.Brand
	if err := json.Unmarshal([]byte(body), &b); err != nil {
		return nil, err
	}
	return time.LoadLocation(b.Calendar.Zone)
}

func dayOf(t time.Time, zone *time.Location) string { return t.In(zone).Format(time.DateOnly) }
