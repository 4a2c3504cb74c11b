package rulebook

import (
	"cmp"
	"slices"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// samples is how many messages a preview shows.
const samples = 20

// Preview tries a rule on messages that were already judged, given to Read
// newest first.
type Preview struct {
	rule   *Book // the rule alone
	others *Book // the list without it
	out    community.RulePreview
	shared map[string]*community.RuleOverlap
}

// NewPreview prepares to try a rule that would stand in, or be added to, a list.
// It is tried whether it is enabled or not.
func NewPreview(r community.Rule, list community.Rules, since time.Time) (*Preview, error) {
	p := &Preview{shared: map[string]*community.RuleOverlap{}}
	p.out.Since = since
	r.Enabled = true
	list.List = slices.DeleteFunc(slices.Clone(list.List), func(o community.Rule) bool { return o.ID == r.ID && r.ID != "" })
	var err error
	if p.rule, err = Compile(community.Rules{Brand: list.Brand, List: []community.Rule{r}}); err != nil {
		return nil, err
	}
	p.others, err = Compile(list)
	return p, err
}

// Read takes in one message. It keeps nothing of the entry but the first
// samples, whole.
func (p *Preview) Read(e *community.Entry) error {
	p.out.Read++
	said := e.Verdict.Alone()
	touched := false
	p.rule.each(&e.Message, &said, func(*clause) bool { touched = true; return true })
	if !touched {
		return nil
	}
	p.out.Touched++
	if p.right(e, said) {
		p.out.Right++
	}
	if len(p.out.Samples) < samples {
		p.out.Samples = append(p.out.Samples, *e)
	}
	p.others.each(&e.Message, &said, func(c *clause) bool {
		o := p.shared[c.rule.ID]
		if o == nil {
			o = &community.RuleOverlap{Rule: c.rule.ID, Name: c.rule.Name}
			p.shared[c.rule.ID] = o
		}
		o.Messages++
		return true
	})
	return nil
}

// right tells whether the rule would leave category and urgency as the model
// gave them.
func (p *Preview) right(e *community.Entry, said community.Verdict) bool {
	after := said
	p.rule.Apply(&e.Message, &after)
	return after.Category.Label == said.Category.Label && after.Urgency.Label == said.Urgency.Label
}

// Result is what was found; cut tells that there were older messages.
func (p *Preview) Result(cut bool) community.RulePreview {
	out := p.out
	out.Cut = cut
	for _, o := range p.shared {
		out.Overlap = append(out.Overlap, *o)
	}
	slices.SortFunc(out.Overlap, func(a, b community.RuleOverlap) int {
		return cmp.Or(cmp.Compare(b.Messages, a.Messages), cmp.Compare(a.Rule, b.Rule))
	})
	return out
}
