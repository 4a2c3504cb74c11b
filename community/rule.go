package community

import (
	"slices"
	"time"
)

// Rule is one line of a brand's own judgement: where its condition holds, its
// effect stands beside, and before, what the model said. Package rulebook
// compiles rules and applies them; the order of effects is told there.
type Rule struct {
	ID        string    `json:"id"` // within its brand
	Brand     string    `json:"brand"`
	Name      string    `json:"name"`
	Enabled   bool      `json:"enabled"`
	Position  int       `json:"position"` // from 1; rules run from the first to the last
	Condition Condition `json:"condition"`
	Effect    Effect    `json:"effect"`
	Shipped   bool      `json:"shipped,omitempty"`    // it came with Vigie, whatever became of it since
	Version   int64     `json:"version"`              // grows with each change of this rule
	ChangedBy string    `json:"changed_by,omitempty"` // agent
	ChangedAt time.Time `json:"changed_at,omitzero"`
}

// Condition is what a message must be for a rule to touch it: everything that
// is given must hold, and of a list any one. At least one thing must be given.
type Condition struct {
	// Phrase is an expression of package phrase over the message's words.
	Phrase string `json:"phrase,omitempty"`
	// Authors are handles, with or without @, or native ids.
	Authors []string `json:"authors,omitempty"`
	// Accounts are the keys of the accounts a message reached (AccountKey).
	Accounts []string `json:"accounts,omitempty"`
	Networks []string `json:"networks,omitempty"`
	Kinds    []Kind   `json:"kinds,omitempty"`
	// Languages are two letters: the model's answer, or where it would rather
	// not say the network's.
	Languages []string `json:"languages,omitempty"`
	Private   *bool    `json:"private,omitempty"`   // nil: both
	Followers int      `json:"followers,omitempty"` // at least
	// What the model alone said, whatever other rules made of it. A head that
	// abstains said nothing.
	Categories []Category  `json:"categories,omitempty"`
	Urgencies  []Urgency   `json:"urgencies,omitempty"`
	Sentiments []Sentiment `json:"sentiments,omitempty"`
}

// Effect is what a rule does to the verdict of a message it touches.
type Effect struct {
	Category Category `json:"category,omitempty"` // the first rule that names one decides
	Urgency  Urgency  `json:"urgency,omitempty"`  // the first rule that names one decides, down as well as up
	Raise    Urgency  `json:"raise,omitempty"`    // at least this urgent: the highest of all rules decides
	Channel  string   `json:"channel,omitempty"`  // id; the first rule that names one decides
	Tags     []string `json:"tags,omitempty"`     // those of all rules add up
	Stop     bool     `json:"stop,omitempty"`     // no later rule is asked
}

// Rules is a brand's list in its order. Version counts its changes: 0 is a list
// nobody has changed, the one that came with Vigie.
type Rules struct {
	Brand   string `json:"brand"`
	Version int    `json:"version"`
	List    []Rule `json:"rules"`
}

// RuleChange is one line of a list's history: who did what, and what the rule
// was before.
type RuleChange struct {
	Brand   string    `json:"brand"`
	Version int       `json:"version"` // of the list after it
	Agent   string    `json:"agent"`
	Verb    string    `json:"verb"` // added, changed, enabled, disabled, deleted, ordered
	Rule    string    `json:"rule,omitempty"`
	Was     *Rule     `json:"was,omitempty"`
	At      time.Time `json:"at"`
}

// RulePreview is what a rule would have done to the messages of the last days.
type RulePreview struct {
	Since   time.Time     `json:"since"`
	Read    int           `json:"read"`    // messages looked at
	Cut     bool          `json:"cut"`     // there were more, older ones: only the newest were read
	Touched int           `json:"touched"` // of those, messages the condition holds for
	Right   int           `json:"right"`   // of those, messages whose category and urgency it would leave as the model gave them
	Samples []Entry       `json:"samples"` // the newest it touched
	Overlap []RuleOverlap `json:"overlap"` // most first; only rules that share a message with it
}

// RuleCount is how many messages of the last days each rule of a list touches.
type RuleCount struct {
	Since   time.Time      `json:"since"`
	Read    int            `json:"read"`    // messages looked at
	Cut     bool           `json:"cut"`     // there were more, older ones: only the newest were read
	Touched map[string]int `json:"touched"` // by id of the rule; a rule that touched none is left out
}

// RuleOverlap is how many messages of a preview another rule touches as well.
type RuleOverlap struct {
	Rule     string `json:"rule"`
	Name     string `json:"name"`
	Messages int    `json:"messages"`
}

// Said is what the model alone said of the heads that a rule or a correction
// decided; a head nobody touched is nil.
type Said struct {
	Category  *Head        `json:"category,omitempty"`
	Urgency   *UrgencyHead `json:"urgency,omitempty"`
	Sentiment *Head        `json:"sentiment,omitempty"`
	Reason    *Head        `json:"reason,omitempty"`
	Complaint *Head        `json:"complaint,omitempty"`
}

// head is where the word on a head is kept that has no more than a label.
func (s *Said) head(name string) **Head {
	switch name {
	case HeadCategory:
		return &s.Category
	case HeadSentiment:
		return &s.Sentiment
	case HeadReason:
		return &s.Reason
	case HeadComplaint:
		return &s.Complaint
	}
	return nil
}

// DecideCategory puts somebody's word (a rule's, a correction's) in the place of
// the model's, which is kept in Said.
func (v *Verdict) DecideCategory(c Category) {
	if v.Said == nil || v.Said.Category == nil {
		was := v.Category
		v.Said = v.Said.with(func(s *Said) { s.Category = &was })
	}
	v.Category = Head{Label: string(c), P: 1}
}

// DecideUrgency does the same for the urgency. Its score becomes that of its
// label (Urgency.Score), or stays where it was higher and the label agrees.
func (v *Verdict) DecideUrgency(u Urgency) {
	if v.Said == nil || v.Said.Urgency == nil {
		was := v.Urgency
		v.Said = v.Said.with(func(s *Said) { s.Urgency = &was })
	}
	score := u.Score()
	if Urgency(v.Urgency.Label).Rank() <= u.Rank() && v.Urgency.Score > score {
		score = v.Urgency.Score
	}
	v.Urgency = UrgencyHead{Head: Head{Label: string(u), P: 1}, Score: score}
}

// with is a changed copy: verdicts are handed on by value and share what they
// point to.
func (s *Said) with(f func(*Said)) *Said {
	var out Said
	if s != nil {
		out = *s
	}
	f(&out)
	return &out
}

// Alone is the verdict as the model alone gave it.
func (v *Verdict) Alone() Verdict {
	out := *v
	if v.Said != nil {
		if v.Said.Category != nil {
			out.Category = *v.Said.Category
		}
		if v.Said.Urgency != nil {
			out.Urgency = *v.Said.Urgency
		}
		for _, name := range []string{HeadSentiment, HeadReason, HeadComplaint} {
			if was := *v.Said.head(name); was != nil {
				*out.Head(name) = *was
			}
		}
	}
	out.Said, out.Channel, out.Tags, out.Fired, out.Rules = nil, "", nil, nil, 0
	out.Learned, out.Corrections, out.Shadow = nil, 0, nil
	return out
}

// Score is the least score of an urgency that somebody decided: low 0, normal
// 1/3, high 2/3, critical 1.
func (u Urgency) Score() float64 { return float64(u.Rank()) / 3 }

// AddTags puts the second set of tags into the first, sorted and each once.
// Neither is changed.
func AddTags(to, more []string) []string {
	if len(more) == 0 {
		return to
	}
	out := slices.Concat(to, more)
	slices.Sort(out)
	return slices.Compact(out)
}
