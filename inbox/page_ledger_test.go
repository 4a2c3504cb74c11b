package inbox

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// TestSilence: push is silent when polling found several messages since it
// brought its last, and not where it never brought any.
func TestSilence(t *testing.T) {
	hour := stageNow.Truncate(time.Hour)
	rows := func(pairs ...[2]int64) (out []community.LedgerRow) {
		for i, p := range pairs {
			out = append(out, community.LedgerRow{Hour: hour.Add(-time.Duration(i) * time.Hour), Ledger: community.Ledger{Pushed: p[0], Recovered: p[1]}})
		}
		return out
	}
	for name, c := range map[string]struct {
		rows  []community.LedgerRow
		since time.Time
		found int
	}{
		"push works":          {rows([2]int64{4, 9}), time.Time{}, 0},
		"one found by chance": {rows([2]int64{0, 2}, [2]int64{5, 0}), time.Time{}, 0},
		"silent":              {rows([2]int64{0, 2}, [2]int64{0, 1}, [2]int64{5, 7}), hour.Add(-time.Hour), 3},
		"never pushed":        {rows([2]int64{0, 20}, [2]int64{0, 30}), time.Time{}, 0},
		"nothing":             {rows([2]int64{0, 0}), time.Time{}, 0},
	} {
		if since, found := silence(c.rows); !since.Equal(c.since) || found != c.found {
			t.Errorf("%s: %v %d", name, since, found)
		}
	}
}

// TestLedgerPage says in one sentence whether something is wrong.
func TestLedgerPage(t *testing.T) {
	st, v := newVisitor(t)
	facebook := community.AccountKey(stageBrand, "facebook", "maisonlune.aide")
	page := v.get("/settings/ledger")
	if !strings.Contains(page, "Facebook n’envoie plus rien à @maisonlune.aide depuis 08:00\u00a0: l’interrogation a trouvé") || strings.Index(page, "maisonlune.aide") > strings.Index(page, "maisonlune_aide") {
		t.Error("nobody says that push is silent")
	}
	if strings.Contains(page, "maisonlune.example<") && strings.Contains(page, `account=`+community.AccountKey(stageBrand, "bluesky", "maisonlune.example")) {
		t.Error("an account that is off is listed")
	}
	one := v.get("/settings/ledger?hours=48&account=" + facebook)
	if !strings.Contains(one, "<svg class=\"chart") || strings.Count(one, "<tr>") < 40 {
		t.Error("no hours")
	}
	st.ledger = nil
	if page = v.get("/settings/ledger"); !strings.Contains(page, T("fr", "ledger.complete", "09:02")) || !strings.Contains(page, T("fr", "ledger.quiet")) {
		t.Error("silence is not said to be well")
	}
	late := st.standings[facebook]
	late.Complete = stageNow.Add(-90 * time.Minute)
	st.standings[facebook] = late
	if page = v.get("/settings/ledger"); !strings.Contains(page, "@maisonlune.aide sur Facebook n’est complet que jusqu’à 08:30") {
		t.Error("nobody says that an account is behind")
	}
	if page = v.get("/settings/ledger?account=" + facebook); !strings.Contains(page, T("fr", "ledger.quiet.text")) {
		t.Error("an hour without messages is not explained")
	}
	st.settings[stageBrand].Accounts = nil
	if page = v.get("/settings/ledger"); !strings.Contains(page, T("fr", "ledger.none.text")) {
		t.Error("nothing is said where nothing collects")
	}
	for path, want := range map[string]int{"?hours=12": http.StatusBadRequest, "?page=0": http.StatusBadRequest, "?account=other": http.StatusNotFound} {
		if status, _, _ := v.ask(http.MethodGet, "/settings/ledger"+path, nil); status != want {
			t.Errorf("%s: %d", path, status)
		}
	}
}
