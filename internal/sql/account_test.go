package sql

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
)

// TestQuietAccountsAreFoundAtOnce: the last message of each of 800 stores is read
// from an index, not from all the hours of those that have been quiet for months.
func TestQuietAccountsAreFoundAtOnce(t *testing.T) {
	db := opened(t, filepath.Join(t.TempDir(), "vigie.db"), Options{})
	var plan []string
	err := db.read(t.Context(), func(s *snapshot) error {
		return each(t.Context(), s, `EXPLAIN QUERY PLAN SELECT a.key, `+lastHeard+` FROM account a`, nil, func(rows *sql.Rows) error {
			var id, parent, unused int
			var step string
			err := rows.Scan(&id, &parent, &unused, &step)
			plan = append(plan, step)
			return err
		})
	})
	if err != nil || !strings.Contains(strings.Join(plan, "\n"), "ledger_heard (account=?)") {
		t.Errorf("%v\n%s", err, strings.Join(plan, "\n"))
	}
}
