package classifier

import (
	"math"
	"testing"

	"github.com/vigie-hq/vigie/community"
)

// TestReadings: the first reading is the verdict's, the others follow by
// probability, they add up to one, and evidence lies in the text.
func TestReadings(t *testing.T) {
	c, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"Ma commande 4521 n'est jamais arrivée", "", "lol", "Bof", "🙂", "la boutique de Rennes rouvre ce week-end ?"} {
		m := community.Message{Text: text}
		list, v := c.Readings(m), c.Classify(m)
		if len(list) != len(community.Categories()) || list[0].Label != v.Category.Label || list[0].P != v.Category.P {
			t.Fatalf("%q: %+v, verdict %+v", text, list, v.Category)
		}
		sum := 0.0
		for i, r := range list {
			sum += r.P
			if i > 1 && r.P > list[i-1].P {
				t.Errorf("%q: %s comes after a less likely one", text, r.Label)
			}
			for _, e := range r.Evidence {
				if e.Head != HeadCategory || e.Start < 0 || e.End > len(text) || e.Start >= e.End {
					t.Errorf("%q: evidence %+v", text, e)
				}
			}
		}
		if math.Abs(sum-1) > 0.001 {
			t.Errorf("%q: they add up to %v", text, sum)
		}
	}
}
