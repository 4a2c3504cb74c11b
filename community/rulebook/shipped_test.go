package rulebook

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/vigie-hq/vigie/community"
)

// said is one written case, invented for this test: what somebody might write,
// and the tag its danger should get; none for what only sounds like it.
type said struct {
	Tag  string `json:"tag"`
	Lang string `json:"lang"`
	Text string `json:"text"`
}

func lines[T any](t *testing.T, file string) []T {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []T
	for in := bufio.NewScanner(f); in.Scan(); {
		var v T
		if err := json.Unmarshal(in.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	return out
}

func shippedBook(t testing.TB) *Book {
	t.Helper()
	b, err := Compile(Shipped(community.Brand{ID: "b", Lang: "en"}))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func judged(b *Book, text string) community.Verdict {
	m := community.Message{Text: text}
	var v community.Verdict
	v.Category.Label, v.Urgency.Label = "support", "normal"
	b.Apply(&m, &v)
	return v
}

// TestShippedRulesKnowDanger counts what the rules that come with Vigie find
// among written cases and their look-alikes.
func TestShippedRulesKnowDanger(t *testing.T) {
	b := shippedBook(t)
	found, missed, wrong := 0, 0, 0
	for _, c := range lines[said](t, "testdata/danger.jsonl") {
		v := judged(b, c.Text)
		switch hit := slices.Contains(v.Tags, c.Tag); {
		case c.Tag == "" && len(v.Tags) > 0:
			wrong++
			t.Logf("look-alike touched by %v: %s", v.Fired, c.Text)
		case c.Tag == "":
		case hit && v.Urgency.Label == "critical":
			found++
		default:
			missed++
			t.Logf("missed %s (%v): %s", c.Tag, v.Fired, c.Text)
		}
	}
	recall, precision := float64(found)/float64(found+missed), float64(found)/float64(found+wrong)
	t.Logf("%d dangers, recall %.3f, precision %.3f", found+missed, recall, precision)
	if recall < 0.95 || precision < 0.9 {
		t.Errorf("recall %.3f, precision %.3f; want 0.95 and 0.9", recall, precision)
	}
}

// TestShippedRulesOnRealMessages reports what they find among real messages that
// people labelled.
func TestShippedRulesOnRealMessages(t *testing.T) {
	shared := os.Getenv("VIGIE_SHARED")
	if shared == "" {
		t.Skip("VIGIE_SHARED names no folder with labelled messages")
	}
	b := shippedBook(t)
	type row struct{ Text, Urgency, Split string }
	type tally struct{ critical, found, touched, right, exact, rows int }
	tallies := map[string]*tally{"train": {}, "dev": {}, "dev-unseen": {}}
	for _, r := range lines[row](t, filepath.Join(shared, "classification", "messages.jsonl")) {
		n := tallies[r.Split]
		n.rows++
		v := judged(b, r.Text)
		hit := len(v.Fired) > 0
		if r.Urgency == "critical" {
			n.critical++
			if hit {
				n.found++
			} else if os.Getenv("VIGIE_SHOW") == r.Split {
				t.Logf("MISS %s", r.Text)
			}
		}
		if !hit {
			continue
		}
		n.touched++
		switch r.Urgency {
		case "critical":
			n.exact++
			n.right++
		case "high":
			n.right++
		}
		if os.Getenv("VIGIE_SHOW") == r.Split && r.Urgency != "critical" {
			t.Logf("%s %v %s", r.Urgency, v.Fired, r.Text)
		}
	}
	for _, split := range []string{"train", "dev", "dev-unseen"} {
		n := tallies[split]
		t.Logf("%-10s %d rows, %d critical, %d of them found; %d touched, of those %d critical, %d critical or high", split, n.rows, n.critical, n.found, n.touched, n.exact, n.right)
	}
}
