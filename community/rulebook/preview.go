package rulebook

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/text"
)

// samples is how many messages a preview shows, and sampleText how many bytes of
// a text.
const (
	samples    = 20
	sampleText = 2000
)

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
// samples, their texts cut at sampleText.
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
		sample := *e
		sample.Message.Text = shortened(e.Message.Text)
		p.out.Samples = append(p.out.Samples, sample)
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

// shortened is a text cut where a character that a reader sees ends, at most
// sampleText bytes. Of one that is longer by itself, whole code points stay.
func shortened(said string) string {
	if len(said) <= sampleText {
		return said
	}
	n := 0
	for {
		size := text.Grapheme(said[n:])
		if n+size > sampleText {
			break
		}
		n += size
	}
	if n == 0 {
		for n = sampleText; n > 0 && !utf8.RuneStart(said[n]); n-- {
		}
	}
	return strings.Clone(said[:n]) // not the whole text kept alive
}
