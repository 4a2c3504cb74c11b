package community

import (
	"slices"
	"time"
)

// The heads of a verdict by name, as corrections, audits and evidence spell
// them.
const (
	HeadCategory  = "category"
	HeadUrgency   = "urgency"
	HeadSentiment = "sentiment"
	HeadReason    = "reason"
	HeadComplaint = "complaint"
	HeadLanguage  = "language"
)

// HumanHeads lists the heads a person may correct and judge, in the order they
// are asked. The language is not among them.
func HumanHeads() []string {
	return []string{HeadCategory, HeadUrgency, HeadSentiment, HeadReason, HeadComplaint}
}

// HeadLabels lists the labels a person may give a head; nil for a head that
// nobody corrects.
func HeadLabels(head string) []string {
	switch head {
	case HeadCategory:
		return words(Categories())
	case HeadUrgency:
		return words(Urgencies())
	case HeadSentiment:
		return words(Sentiments())
	case HeadReason:
		return words(Reasons())
	case HeadComplaint:
		return []string{"yes", "no"}
	}
	return nil
}

func words[T ~string](from []T) []string {
	out := make([]string, len(from))
	for i, w := range from {
		out[i] = string(w)
	}
	return out
}

// CheckLabel refuses what no person can say of a message: a head nobody
// corrects (Fault Invalid "correct.head") or a label the head does not have
// ("correct.label").
func CheckLabel(head, label string) error {
	labels := HeadLabels(head)
	switch {
	case labels == nil:
		return Faultf(Invalid, "correct.head", head)
	case !slices.Contains(labels, label):
		return Faultf(Invalid, "correct.label", label)
	}
	return nil
}

// Head returns the verdict's answer to a head by name; nil for an unknown one.
func (v *Verdict) Head(name string) *Head {
	switch name {
	case HeadCategory:
		return &v.Category
	case HeadUrgency:
		return &v.Urgency.Head
	case HeadSentiment:
		return &v.Sentiment
	case HeadReason:
		return &v.Reason
	case HeadComplaint:
		return &v.Complaint
	case HeadLanguage:
		return &v.Language
	}
	return nil
}

// Decide puts a person's label in the place of the model's, which is kept in
// Said: it is certain, and it does not abstain.
func (v *Verdict) Decide(head, label string) {
	switch head {
	case HeadCategory:
		v.DecideCategory(Category(label))
		return
	case HeadUrgency:
		v.DecideUrgency(Urgency(label))
		return
	}
	h := v.Head(head)
	if h == nil {
		return
	}
	was := *h
	v.Said = v.Said.with(func(s *Said) {
		if kept := s.head(head); kept != nil && *kept == nil {
			*kept = &was
		}
	})
	*h = Head{Label: label, P: 1}
}

// Correction is an agent's word against the model's, kept with what the model
// had said: it outranks every later verdict on that message, decides for
// near-identical texts that come after it (Taught), and teaches the next model.
type Correction struct {
	Brand        string  `json:"brand"`
	Message      string  `json:"message"` // the message that was corrected
	Conversation string  `json:"conversation"`
	Agent        string  `json:"agent"`
	Head         string  `json:"head"` // one of HumanHeads
	From         string  `json:"from"` // the model's label
	P            float64 `json:"p"`    // and how sure it was
	To           string  `json:"to"`
	Model        string  `json:"model"`
	Content      string  `json:"-"` // hash of the content the agent saw (Message.Hash)
	// Vague is true when nobody can tell which of several messages it speaks of:
	// it is counted, and teaches nothing.
	Vague bool      `json:"vague,omitempty"`
	At    time.Time `json:"at"`
}

// Lesson is a correction with the words it was made on.
type Lesson struct {
	Correction
	Said Message // as the agent saw it
}

// Teaching is what people said last of a text, by head, with the message it was
// said of: an example for a training.
type Teaching struct {
	Said   Message
	Labels map[string]string
	At     time.Time // of the last word
}

// Teachings brings lessons, in the order they were given, down to what was said
// last of each text: two texts of a brand are one when their gists are (see
// NearIdentical). A text without words teaches nothing.
func Teachings(lessons []Lesson) []Teaching {
	type text struct {
		brand string
		whole uint64
	}
	at := map[text]int{}
	var out []Teaching
	var order []int
	for i := range lessons {
		l := &lessons[i]
		g := gistOf(l.Said.Text)
		if g.words == 0 || CheckLabel(l.Head, l.To) != nil {
			continue
		}
		k, known := at[text{l.Said.Brand, g.whole}]
		if !known {
			k = len(out)
			at[text{l.Said.Brand, g.whole}] = k
			out = append(out, Teaching{Said: l.Said, Labels: map[string]string{}})
		}
		order = append(order, i)
		out[k].At = later(out[k].At, l.At)
	}
	slices.SortStableFunc(order, func(a, b int) int { return lessons[a].At.Compare(lessons[b].At) })
	for _, i := range order {
		l := &lessons[i]
		g := gistOf(l.Said.Text)
		out[at[text{l.Said.Brand, g.whole}]].Labels[l.Head] = l.To
	}
	return out
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
