package sql

import (
	"context"
	"database/sql"
	"encoding/json"
	"maps"
	"sync"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
)

// settingsCache holds the brands' settings as they were last committed.
type settingsCache struct {
	mu   sync.Mutex
	held map[string]*desk.Settings
}

func (c *settingsCache) get(brand string) *desk.Settings {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.held[brand]
}

// keep takes over what a committed transaction read or wrote. The map is
// replaced, never changed, so that a reader may hold on to what it got.
func (c *settingsCache) keep(read map[string]*desk.Settings, changed map[string]bool) {
	if len(read) == 0 && len(changed) == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	held := maps.Clone(c.held)
	for brand := range changed {
		delete(held, brand)
	}
	for brand, s := range read {
		if s != nil {
			held[brand] = s
		}
	}
	c.held = held
}

// Settings implements desk.Tx.
func (t *Tx) Settings(_ context.Context, brand string) (*desk.Settings, error) {
	if s, ok := t.settings[brand]; ok {
		return s, nil
	}
	if !t.changed[brand] {
		if s := t.db.settings.get(brand); s != nil {
			return s, nil
		}
	}
	s, err := readSettings(t.ctx, t, brand)
	if err != nil || s == nil {
		return nil, err
	}
	if t.settings == nil {
		t.settings = map[string]*desk.Settings{}
	}
	t.settings[brand] = s
	return s, nil
}

// Settings implements desk.Reader. What is read here is not kept: a commit may
// have changed it since the snapshot was taken.
func (s *snapshot) Settings(ctx context.Context, brand string) (*desk.Settings, error) {
	if held := s.db.settings.get(brand); held != nil {
		return held, nil
	}
	return readSettings(ctx, s, brand)
}

func readSettings(ctx context.Context, q querier, brand string) (*desk.Settings, error) {
	s := &desk.Settings{Hours: map[string]*community.Hours{}}
	var body string
	ok, err := one(ctx, q, `SELECT body FROM brand WHERE id = $1`, []any{brand}, &body)
	if err != nil || !ok {
		return nil, err
	}
	if err := json.Unmarshal([]byte(body), &s.Brand); err != nil {
		return nil, err
	}
	if s.Channels, err = bodies[community.Channel](ctx, q, `SELECT body FROM channel WHERE brand = $1 ORDER BY position, id`, brand); err != nil {
		return nil, err
	}
	if s.Accounts, err = bodies[community.Account](ctx, q, `SELECT body FROM account WHERE brand = $1 ORDER BY network, name`, brand); err != nil {
		return nil, err
	}
	if s.Hours[brand], err = community.Compile(s.Brand.Calendar); err != nil {
		return nil, broken(brand, err)
	}
	for i := range s.Channels {
		c := &s.Channels[i]
		if s.Hours[c.ID], err = community.Compile(c.Hours); err != nil {
			return nil, broken(c.ID, err)
		}
	}
	return s, nil
}

// bodies reads rows that are kept whole as JSON.
func bodies[T any](ctx context.Context, q querier, text string, args ...any) ([]T, error) {
	var out []T
	err := each(ctx, q, text, args, func(r *sql.Rows) error {
		var body string
		if err := r.Scan(&body); err != nil {
			return err
		}
		var v T
		if err := json.Unmarshal([]byte(body), &v); err != nil {
			return err
		}
		out = append(out, v)
		return nil
	})
	return out, err
}

// PutBrand implements desk.Tx. A calendar that cannot be followed is its fault.
func (t *Tx) PutBrand(_ context.Context, b community.Brand) error {
	if err := b.Calendar.Validate(); err != nil {
		return err
	}
	t.change(b.ID)
	return t.putBody(`INSERT INTO brand (id, body) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET body = excluded.body`, b, b.ID)
}

// PutChannel implements desk.Tx.
func (t *Tx) PutChannel(_ context.Context, c community.Channel) error {
	if err := c.Hours.Validate(); err != nil {
		return err
	}
	t.change(c.Brand)
	return t.putBody(`INSERT INTO channel (id, brand, position, body) VALUES ($1, $2, $3, $4)
		ON CONFLICT (id) DO UPDATE SET brand = excluded.brand, position = excluded.position, body = excluded.body`,
		c, c.ID, c.Brand, c.Position)
}

// PutAccount implements desk.Tx.
func (t *Tx) PutAccount(_ context.Context, a community.Account) error {
	t.change(a.Brand)
	return t.putBody(`INSERT INTO account (key, brand, network, name, body) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (key) DO UPDATE SET body = excluded.body`, a, a.Key(), a.Brand, a.Network, a.Name)
}

// change forgets what was read of a brand: the next read sees what is written.
func (t *Tx) change(brand string) {
	if t.changed == nil {
		t.changed = map[string]bool{}
	}
	t.changed[brand] = true
	delete(t.settings, brand)
}

// putBody writes a row whose last column is v as JSON.
func (t *Tx) putBody(text string, v any, args ...any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return t.exec(text, append(args, string(body))...)
}

// broken says that hours cannot be read. It is no fault of the message at hand,
// which waits until they can.
func broken(whose string, err error) error {
	return community.Faultf(community.Unavailable, "store.calendar", whose).Because(err)
}
