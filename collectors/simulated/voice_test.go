package simulated_test

import (
	"strings"
	"testing"

	"github.com/vigie-hq/vigie/collectors/simulated"
)

// TestVoice: a hundred sentences in both languages, none twice, no gap left
// open, all of them by somebody; the same seed says the same.
func TestVoice(t *testing.T) {
	voice, err := simulated.NewVoice(3)
	if err != nil {
		t.Fatal(err)
	}
	again, err := simulated.NewVoice(3)
	if err != nil {
		t.Fatal(err)
	}
	said, langs := map[string]bool{}, map[string]int{}
	for range 100 {
		s := voice.Next()
		if said[s.Text] || strings.ContainsAny(s.Text, "{}") || s.Author.ID == "" || s.Author.Name == "" || s.Kind == "" {
			t.Errorf("said %+v", s)
		}
		if other := again.Next(); other != s {
			t.Fatalf("the same seed says %q and %q", s.Text, other.Text)
		}
		said[s.Text] = true
		langs[s.Lang]++
	}
	if langs["fr"] == 0 || langs["en"] == 0 {
		t.Errorf("languages: %v", langs)
	}
}
