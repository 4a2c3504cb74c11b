package inbox

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// families are the keys that are put together while running: a prefix and every
// ending it can get.
func families() map[string][]string {
	ends := func(values ...string) []string { return values }
	strs := func(values any) []string {
		var out []string
		switch vs := values.(type) {
		case []community.Category:
			for _, v := range vs {
				out = append(out, string(v))
			}
		case []community.Urgency:
			for _, v := range vs {
				out = append(out, string(v))
			}
		case []community.Sentiment:
			for _, v := range vs {
				out = append(out, string(v))
			}
		case []community.Reason:
			for _, v := range vs {
				out = append(out, string(v))
			}
		case []community.Status:
			for _, v := range vs {
				out = append(out, string(v))
			}
		case []community.Target:
			for _, v := range vs {
				out = append(out, string(v))
			}
		case []community.ComplaintState:
			for _, v := range vs {
				out = append(out, string(v))
			}
		case []community.ComplaintEvent:
			for _, v := range vs {
				out = append(out, string(v))
			}
		}
		return out
	}
	days := ends("mon", "tue", "wed", "thu", "fri", "sat", "sun")
	months := ends("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
	return map[string][]string{
		"category.": strs(community.Categories()), "urgency.": strs(community.Urgencies()), "sentiment.": strs(community.Sentiments()),
		"reason.": append(strs(community.Reasons()), ""), "status.": strs(community.Statuses()), "target.": strs(community.Targets()),
		"complaint.": strs(community.ComplaintStates()), "move.": strs(community.ComplaintEvents()),
		"view.":     ends("open", "mine", "unassigned", "late", "soon", "triage", "trouble", "waiting", "closed", "filed", "all"),
		"watch.":    ends(watchLate, watchSoon, watchToday, watchLater, watchOff),
		"sort.":     ends("due", "newest", "oldest"),
		"filter.":   ends("category", "urgency", "sentiment", "reason", "channel", "network", "account", "assignee"),
		"assignee.": ends("me", "none"), "mode.": ends("public", "private", "note"), "phase.": ends("done", "now", "next"),
		"role.": ends("corporate", "support", "store"), "holidays.": ends("none", "fr", "fr-alsace-moselle"),
		"tongue.": ends("fr", "en"), "lang.": ends("fr", "en", "de", "es", "it", "nl", "pt", "ar"), "figure.": ends("negative", "positive", "neutral"),
		"brand.bar.": ends("positive", "negative"), "weekday.": days, "weekday.short.": days, "month.": months, "month.long.": months,
		"network.": ends("mail", "reviews", "chat", "hub", "feed", "simulated"),
		"kind.":    ends("invalid", "not_found", "forbidden", "unauthorised", "conflict", "limited", "unavailable", "refused", "uncertain"),
		"act.": ends("assigned", "taken", "unassigned", "category", "urgency", "closed", "opened", "handoff", "escalated", "complaint",
			"deed.hide", "deed.unhide", "deed.delete", "deed.like", "deed.unlike", "sentiment", "reason", "complaining", "taken_back", "sent_now", "settled_sent", "settled_not", "retried", "discarded", "other"),
		"accounts.": ends(standTrouble, standOK, standOff), "account.did.": ends("saved", "checked", "on", "off"),
		"accountact.": ends("connected", "reconnected", "title", "role", "collects.true", "collects.false", "sends.true", "sends.false",
			"queries", "queries.none", "daily_cap", "deactivated", "activated", "other"),
		"standing.": ends("connection", "permissions", "push", "complete", "last", "waiting", "since", "server"),
		"deed.":     ends("private", "hide", "unhide", "delete", "like", "unlike"), "can.deed.": ends("private", "hide", "delete", "like"),
		"unit.": ends("codepoints", "graphemes", "bytes", "weighted"), "counted.": ends("bytes", "weighted"),
		"ledger.": columns(ledgerColumns[:]), "connect.can.": ends("push", "moderate", "check"),
		"queries.": ends("x", "mastodon", "bluesky", "feed"), "compose.link.": ends("x"),
		"talk.":       ends("category", "urgency"),
		"msgkind.":    ends("post", "comment", "mention", "reply", "review", "dm"),
		"audit.head.": community.HumanHeads(), "complaining.": community.HeadLabels(community.HeadComplaint),
		"means.category.": community.HeadLabels(community.HeadCategory), "means.urgency.": community.HeadLabels(community.HeadUrgency),
		"means.sentiment.": community.HeadLabels(community.HeadSentiment), "means.reason.": community.HeadLabels(community.HeadReason),
		"means.complaint.": community.HeadLabels(community.HeadComplaint), "modelact.": ends("add", "shadow", "promote", "rollback", "other"),
	}
}

// columns are the keys of a ledger's columns: what they are called and what they
// mean.
func columns(names []string) []string {
	var out []string
	for _, name := range names {
		out = append(out, name, name+".text")
	}
	return out
}

// foreign tells whether a key speaks of what a network calls its own: the fields
// of its form, its permissions, its operations. The program's own tests, which
// know the networks, hold those to them.
func foreign(key string) bool {
	return strings.HasPrefix(key, "permission.") || strings.HasPrefix(key, "op.") || (strings.HasPrefix(key, "connect.") && strings.Count(key, ".") > 1)
}

// used finds the keys that pages and code name in full.
func used(t *testing.T) map[string]bool {
	t.Helper()
	keys := make(map[string]bool)
	inPages := regexp.MustCompile(`[({ ]tb? "([^"]+)"`)
	inCode := regexp.MustCompile(`(?:\bT\((?:lang|langOf\(c\)), |key := |key = |m\.key|\bw\.T\(lang, )"([^"]+)"`)
	inTables := regexp.MustCompile(`"((?:reply|promise|act|finding)\.[a-z_.]+)"`)
	_ = fs.WalkDir(pageFiles, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, _ := pageFiles.ReadFile(name)
		for _, m := range inPages.FindAllSubmatch(b, -1) {
			keys[string(m[1])] = true
		}
		return nil
	})
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, re := range []*regexp.Regexp{inCode, inTables} {
			for _, m := range re.FindAllSubmatch(b, -1) {
				if key := string(m[1]); !strings.HasSuffix(key, ".") {
					keys[key] = true
				}
			}
		}
	}
	return keys
}

// TestLocale holds the files to one another and to what is said: the same keys
// in every language, none missing, none that nobody says.
func TestLocale(t *testing.T) {
	w, err := lexicon()
	if err != nil {
		t.Fatal(err)
	}
	if got := w.langs(); !slices.Equal(got, []string{"en", "fr"}) {
		t.Fatalf("languages %v", got)
	}
	for key := range w["fr"] {
		if !w.has("en", key) {
			t.Errorf("en lacks %s", key)
		}
	}
	for key := range w["en"] {
		if !w.has("fr", key) {
			t.Errorf("fr lacks %s", key)
		}
	}
	said := used(t)
	for prefix, ends := range families() {
		for _, end := range ends {
			said[prefix+end] = true
		}
	}
	for key := range said {
		if !w.has("en", key) && !strings.HasPrefix(key, "reply.note.") && !strings.HasPrefix(key, "reply.guard.") {
			if !w.has("en", "fault."+key) { // a fault's key, not a sentence of its own
				t.Errorf("nothing to say for %s", key)
			}
		}
	}
	made, possible := faultKeys(t)
	for key := range w["en"] {
		if f, ok := strings.CutPrefix(key, "fault."); ok {
			if !possible[f] {
				t.Errorf("no fault is called %s", f)
			}
			continue
		}
		if !said[key] && !foreign(key) {
			t.Errorf("nobody says %s", key)
		}
	}
	for f := range made {
		if !w.has("en", "fault."+f) && !generic(f) {
			t.Errorf("no sentence for fault %s", f)
		}
	}
}

// generic are faults that their kind says well enough: they are met by those
// who run the machine, in the log, or are one of a family of statuses.
func generic(key string) bool {
	return strings.HasPrefix(key, "phrase.") || strings.HasPrefix(key, "http.") || strings.HasPrefix(key, "viewer.") ||
		strings.HasPrefix(key, "log.") || strings.HasPrefix(key, "store.")
}

// faultKeys are the keys that faults are made with anywhere in the tree, and
// every word of the code that could be one.
func faultKeys(t *testing.T) (made, possible map[string]bool) {
	t.Helper()
	made, possible = make(map[string]bool), make(map[string]bool)
	for _, action := range community.Actions() {
		possible["viewer."+string(action)] = true
	}
	for _, status := range []string{"404", "405", "413", "500"} {
		possible["http."+status] = true
	}
	for _, what := range []string{"conversation", "complaint", "reply", "message"} {
		possible[what+".unknown"] = true
	}
	given := regexp.MustCompile(`Faultf\([A-Za-z.]+, "([a-z_0-9]+\.[a-z_0-9.]*[a-z_0-9])"`)
	word := regexp.MustCompile(`"([a-z_0-9]+(?:\.[a-z_0-9]+)*)"`)
	err := filepath.WalkDir("..", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		b, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		for _, m := range given.FindAllSubmatch(b, -1) {
			made[string(m[1])] = true
		}
		for _, m := range word.FindAllSubmatch(b, -1) {
			possible[string(m[1])] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return made, possible
}

func TestPlural(t *testing.T) {
	for _, c := range []struct {
		lang string
		n    int
		want string
	}{
		{"fr", 0, "0 abonné"},
		{"fr", 1, "1 abonné"},
		{"fr", 2, "2 abonnés"},
		{"fr", 12345, "12\u202f345 abonnés"},
		{"en", 0, "0 followers"},
		{"en", 1, "1 follower"},
		{"en", 12345, "12,345 followers"},
	} {
		if got := T(c.lang, "context.followers", c.n); got != c.want {
			t.Errorf("%s %d: %q, want %q", c.lang, c.n, got, c.want)
		}
	}
	if got := T("fr", "no.such.key"); got != "no.such.key" {
		t.Errorf("an unknown key says %q", got)
	}
	if got := T("de", "close"); got != "Close" {
		t.Errorf("an unknown language says %q", got)
	}
}

func TestDuration(t *testing.T) {
	for _, c := range []struct {
		d      time.Duration
		fr, en string
	}{
		{time.Second, "1 min", "1 min"},
		{9 * time.Minute, "9 min", "9 min"},
		{8*time.Minute + time.Second, "9 min", "9 min"},
		{64 * time.Minute, "1 h 04", "1 h 04"},
		{-64*time.Minute - 30*time.Second, "1 h 04", "1 h 04"},
		{-time.Second, "1 min", "1 min"},
		{23*time.Hour + 59*time.Minute + time.Second, "1 j", "1 d"},
		{52 * time.Hour, "2 j 4 h", "2 d 4 h"},
	} {
		for lang, want := range map[string]string{"fr": c.fr, "en": c.en} {
			if got := strings.ReplaceAll(spoken().duration(lang, c.d), "\u00a0", " "); got != want {
				t.Errorf("%s %v: %q, want %q", lang, c.d, got, want)
			}
		}
	}
}

func TestMoment(t *testing.T) {
	now := time.Date(2026, 11, 17, 14, 20, 0, 0, time.UTC)
	for _, c := range []struct {
		at     time.Time
		fr, en string
	}{
		{now.Add(time.Hour), "15:20", "15:20"},
		{now.AddDate(0, 0, 1), "demain 14:20", "tomorrow 14:20"},
		{now.AddDate(0, 0, -1), "hier 14:20", "yesterday 14:20"},
		{now.AddDate(0, 0, 3), "ven. 14:20", "Fri 14:20"},
		{now.AddDate(0, 0, -16), "1er nov.", "1 Nov"},
		{now.AddDate(-1, 0, 0), "17 nov. 2025", "17 Nov 2025"},
	} {
		if got := spoken().moment("fr", c.at, now); got != c.fr {
			t.Errorf("fr %v: %q, want %q", c.at, got, c.fr)
		}
		if got := spoken().moment("en", c.at, now); got != c.en {
			t.Errorf("en %v: %q, want %q", c.at, got, c.en)
		}
	}
}

// TestFaultTellsNoCause: what an error says is for the log.
func TestFaultTellsNoCause(t *testing.T) {
	got := spoken().Fault("en", os.ErrNotExist)
	if got != T("en", "kind.unavailable") {
		t.Errorf("an unknown error says %q", got)
	}
}
