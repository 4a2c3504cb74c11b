package sql

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"maps"
	"slices"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
	"github.com/vigie-hq/vigie/community/text"
)

// importKey names one number of an import.
type importKey struct {
	batch  string
	change community.Change
}

// Tally implements desk.Tx.
func (t *Tx) Tally(_ context.Context, batch string, change community.Change) error {
	if t.imports == nil {
		t.imports = map[importKey]int64{}
	}
	t.imports[importKey{batch, change}]++
	return nil
}

func (t *Tx) flushImports() error {
	keys := slices.SortedFunc(maps.Keys(t.imports), func(a, b importKey) int {
		return cmp.Or(cmp.Compare(a.batch, b.batch), cmp.Compare(a.change, b.change))
	})
	for _, k := range keys {
		if err := t.exec(`INSERT INTO import (batch, change, n) VALUES ($1, $2, $3)
			ON CONFLICT (batch, change) DO UPDATE SET n = import.n + excluded.n`, k.batch, string(k.change), t.imports[k]); err != nil {
			return err
		}
	}
	return nil
}

// Import tells what became of an import, to whoever may import: its name is
// the secret of who began it, and its figures name no brand.
func (in *Inbox) Import(ctx context.Context, v community.Viewer, batch string) (community.ImportTally, error) {
	var t community.ImportTally
	if !v.System && !slices.ContainsFunc(v.Grants, func(g community.Grant) bool { return g.Role.May(community.ActionImport) }) {
		return t, missing("import", batch)
	}
	err := in.db.read(ctx, func(s *snapshot) error {
		return each(ctx, s, `SELECT change, n FROM import WHERE batch = $1`, []any{batch}, func(rows *sql.Rows) error {
			var change community.Change
			var n int
			if err := rows.Scan(&change, &n); err != nil {
				return err
			}
			switch change {
			case community.Edited, community.Older:
				t.Edited += n
			case community.Duplicate:
				t.Duplicate += n
			case community.Aside:
				t.SetAside += n
			default:
				t.Accepted += n
			}
			return nil
		})
	})
	return t, err
}

// SetAside implements desk.Tx. The same record again is the same row.
func (t *Tx) SetAside(_ context.Context, a desk.Aside) error {
	p := &a.Position
	if a.Payload == nil {
		a.Payload = []byte{} // no record is an empty one, not a missing one
	}
	return t.exec(`INSERT INTO aside (log, topic, part, place, cause, payload, at) SELECT $1, $2, $3, $4, $5, $6, $7
		WHERE NOT EXISTS (SELECT 1 FROM aside WHERE log = $1 AND topic = $2 AND part = $3 AND place = $4)`,
		p.Log, p.Topic, p.Partition, p.Offset, text.Clean(a.Cause), a.Payload, ms(t.db.now()))
}

// Asides lists the records that were set aside, newest first: those of brands
// the viewer may import into. What cannot be read names no brand and is for
// System alone.
func (in *Inbox) Asides(ctx context.Context, v community.Viewer) ([]desk.Aside, error) {
	var out []desk.Aside
	err := in.db.read(ctx, func(s *snapshot) error {
		return each(ctx, s, `SELECT log, topic, part, place, cause, payload FROM aside ORDER BY num DESC LIMIT $1`, []any{community.CountLimit},
			func(rows *sql.Rows) error {
				var a desk.Aside
				p := &a.Position
				if err := rows.Scan(&p.Log, &p.Topic, &p.Partition, &p.Offset, &a.Cause, &a.Payload); err != nil {
					return err
				}
				if brand := brandOf(a.Payload); v.System || (brand != "" && v.May(community.ActionImport, brand, "")) {
					out = append(out, a)
				}
				return nil
			})
	})
	return out, err
}

func brandOf(payload []byte) string {
	var c struct {
		Message struct {
			Brand string `json:"brand"`
		} `json:"message"`
	}
	if json.Unmarshal(payload, &c) != nil {
		return ""
	}
	return c.Message.Brand
}
