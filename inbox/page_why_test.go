package inbox

import (
	"testing"

	"github.com/vigie-hq/vigie/community"
)

// TestWhyTellsOfTheVerdictThatWasGiven explains a message with a model, rules and
// corrections that came after it: it is told what it was judged by, and only the
// words that speak for that.
func TestWhyTellsOfTheVerdictThatWasGiven(t *testing.T) {
	e := community.Entry{Key: "m", Message: community.Message{Text: "Mon colis fume encore"}}
	e.Verdict = community.Verdict{
		Category: community.Head{Label: "support", P: 0.7}, Sentiment: community.Head{Label: "negative", P: 0.6}, Model: "m1", Rules: 1, Fired: []string{"old"},
	}
	e.Verdict.DecideUrgency(community.Critical) // by a rule: the model had said nothing
	now := community.Verdict{
		Category: community.Head{Label: "brand", P: 0.9}, Sentiment: community.Head{Label: "negative", P: 0.9}, Model: "m2", Rules: 2, Corrections: 4,
		Fired: []string{"new"}, Learned: []string{"mother"}, Shadow: &community.ShadowVerdict{Model: "trial"},
		Evidence: []community.Evidence{
			{Start: 0, End: 9, Head: "category", Weight: 1}, {Start: 10, End: 14, Head: "sentiment", Weight: 1}, {Start: 0, End: 3, Head: "another", Weight: 1},
		},
	}
	v := judged(&e, now)
	if v.Category.Label != "support" || v.Urgency.Label != "critical" || v.Model != "m1" || v.Rules != 1 || v.Corrections != 0 || len(v.Learned) != 0 || len(v.Fired) != 1 || v.Fired[0] != "old" {
		t.Errorf("told by what came after it: %+v", v)
	}
	if len(v.Evidence) != 1 || v.Evidence[0].Head != "sentiment" || v.Shadow == nil {
		t.Errorf("words %+v, on trial %+v", v.Evidence, v.Shadow)
	}
}
