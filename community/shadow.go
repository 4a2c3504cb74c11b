package community

import "time"

// ShadowVerdict is what a model on trial said of a message, beside the running
// one: nobody is shown it, nothing is decided by it. No rule and no correction
// is applied to it, so it compares with Verdict.Alone.
type ShadowVerdict struct {
	Model     string      `json:"model"`
	Category  Head        `json:"category"`
	Urgency   UrgencyHead `json:"urgency"`
	Sentiment Head        `json:"sentiment"`
	Reason    Head        `json:"reason"`
	Language  Head        `json:"language"`
	Complaint Head        `json:"complaint"`
}

// Shadowed is a model's verdict as a shadow.
func Shadowed(v *Verdict) *ShadowVerdict {
	return &ShadowVerdict{
		Model: v.Model, Category: v.Category, Urgency: v.Urgency, Sentiment: v.Sentiment,
		Reason: v.Reason, Language: v.Language, Complaint: v.Complaint,
	}
}

// Verdict is the shadow as a verdict.
func (s *ShadowVerdict) Verdict() Verdict {
	return Verdict{
		Model: s.Model, Category: s.Category, Urgency: s.Urgency, Sentiment: s.Sentiment,
		Reason: s.Reason, Language: s.Language, Complaint: s.Complaint,
	}
}

// ShadowReport is how far the model on trial and the running one are apart, on
// the messages that have the verdict of both. It says where they differ, not
// who is right: Quality does.
type ShadowReport struct {
	Brand    string         `json:"brand"`
	From     time.Time      `json:"from"`
	To       time.Time      `json:"to"`
	Shadow   string         `json:"shadow"`   // version of the model on trial; empty: none was in this time
	Compared int            `json:"compared"` // messages with both verdicts
	Differ   int            `json:"differ"`   // of those, messages with another label for any head
	Heads    []HeadDiff     `json:"heads"`
	Samples  []ShadowSample `json:"samples"` // at most ShadowSamples that differ, those the viewer may read
}

// HeadDiff is how many messages the two models label differently for a head.
type HeadDiff struct {
	Head   string      `json:"head"`
	Differ int         `json:"differ"`
	Pairs  []LabelDiff `json:"pairs"` // most first
}

// LabelDiff is how many messages the running model gives one label and the
// model on trial another.
type LabelDiff struct {
	Running string `json:"running"`
	Shadow  string `json:"shadow"`
	N       int    `json:"n"`
}

// ShadowSample is a message the two models do not agree on.
type ShadowSample struct {
	Entry  Entry         `json:"entry"`
	Shadow ShadowVerdict `json:"shadow"`
}

// ShadowSamples is how many samples a ShadowReport shows.
const ShadowSamples = 20
