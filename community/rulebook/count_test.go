package rulebook

import (
	"testing"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// TestCount counts each rule by itself: one that is off, and one behind a rule
// that stops, as well.
func TestCount(t *testing.T) {
	rule := func(id, phrase string, stop, on bool) community.Rule {
		return community.Rule{
			ID: id, Brand: "b", Name: id, Enabled: on, Condition: community.Condition{Phrase: phrase},
			Effect: community.Effect{Raise: community.High, Stop: stop},
		}
	}
	list := community.Rules{Brand: "b", List: []community.Rule{rule("a", "colis", true, true), rule("b", "colis OR perdu", false, true), rule("c", "perdu", false, false)}}
	n, err := NewCount(list, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"mon colis est perdu", "colis", "rien", "perdu"} {
		if err := n.Read(&community.Entry{Message: community.Message{Brand: "b", Text: text}}); err != nil {
			t.Fatal(err)
		}
	}
	got := n.Result(true)
	if got.Read != 4 || !got.Cut || got.Touched["a"] != 2 || got.Touched["b"] != 3 || got.Touched["c"] != 2 {
		t.Errorf("%+v", got)
	}
	if list.List[2].Enabled {
		t.Error("the list it was given is changed")
	}
}
