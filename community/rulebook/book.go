package rulebook

import (
	"slices"
	"sync"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/phrase"
	"github.com/vigie-hq/vigie/community/text"
)

// Book is the compiled rules of one brand. It is never changed, and safe for
// concurrent use.
type Book struct {
	version int
	rules   []clause // the enabled ones, in their order
	index   index
	scratch sync.Pool // of *scratch
}

// scratch is what one message needs while it is judged.
type scratch struct {
	tokens  []text.Token
	reading *phrase.Reading
}

// indexed is how many bytes of a text are read: what stands behind them is
// beyond what anybody reads, and would make one message cost as much as ten
// thousand.
const indexed = 1 << 14

// Compile makes a book of a brand's list. Rules are taken in the order of their
// Position; those that are not enabled must be sound too, and are left out. What
// is wrong with the first rule that is not sound is a Fault Invalid (see Check).
func Compile(list community.Rules) (*Book, error) {
	if len(list.List) > MaxRules {
		return nil, community.Faultf(community.Invalid, "rule.too_many", MaxRules)
	}
	sorted := slices.Clone(list.List)
	slices.SortStableFunc(sorted, func(a, b community.Rule) int { return a.Position - b.Position })
	b := &Book{version: list.Version}
	for i := range sorted {
		c, err := compile(&sorted[i])
		if err != nil {
			return nil, err
		}
		if sorted[i].Enabled {
			b.rules = append(b.rules, c)
		}
	}
	b.index = newIndex(b.rules)
	b.scratch.New = func() any { return &scratch{reading: b.index.phrases.NewReading()} }
	return b, nil
}

// Version is the number of the list the book was made of.
func (b *Book) Version() int { return b.version }

// Len is how many rules are enabled.
func (b *Book) Len() int { return len(b.rules) }

// Apply writes into the verdict what the rules say of the message. Nothing is
// allocated when no rule touches it. A nil Book has no rules.
func (b *Book) Apply(m *community.Message, v *community.Verdict) {
	if b == nil {
		return
	}
	var o outcome
	b.each(m, v, func(c *clause) bool { // all see the model's word: nothing is written before the last was asked
		o.take(c)
		return !c.rule.Effect.Stop
	})
	o.write(v)
	v.Rules = b.version
}

// each calls visit with the rules that touch a message, in their order, until
// it returns false.
func (b *Book) each(m *community.Message, said *community.Verdict, visit func(*clause) bool) {
	if len(b.rules) == 0 {
		return
	}
	s := b.scratch.Get().(*scratch)
	defer b.scratch.Put(s)
	s.tokens = text.AppendTokens(s.tokens[:0], clip(m.Text))
	b.index.read(s.reading, s.tokens, m)
	for i := range s.reading.Asked.Each {
		c := &b.rules[i]
		if c.holds(m, said) && (!c.phrased || b.index.phrases.Match(i, s.reading)) && !visit(c) {
			break
		}
	}
	clear(s.tokens) // a pool must not keep texts alive
}

// outcome gathers the effects of the rules that touch one message.
type outcome struct {
	category community.Category
	urgency  community.Urgency
	raise    community.Urgency
	channel  string
	tags     []string
	fired    []string
}

func (o *outcome) take(c *clause) {
	e := &c.rule.Effect
	if o.category == "" {
		o.category = e.Category
	}
	if o.urgency == "" {
		o.urgency = e.Urgency
	}
	if o.channel == "" {
		o.channel = e.Channel
	}
	if e.Raise != "" && (o.raise == "" || e.Raise.Rank() > o.raise.Rank()) {
		o.raise = e.Raise
	}
	o.tags = community.AddTags(o.tags, e.Tags)
	o.fired = append(o.fired, c.rule.ID)
}

func (o *outcome) write(v *community.Verdict) {
	if len(o.fired) == 0 {
		return
	}
	if o.category != "" {
		v.DecideCategory(o.category)
	}
	if o.urgency != "" {
		v.DecideUrgency(o.urgency)
	}
	// A head without a label stands for normal, and so does one that abstains:
	// a floor at or above what is there is a decision.
	if o.raise != "" && o.raise.Rank() >= community.Urgency(v.Urgency.Label).Rank() {
		v.DecideUrgency(o.raise)
	}
	v.Channel, v.Tags, v.Fired = o.channel, o.tags, o.fired
}

// clip cuts what is read of a text; a character that is cut in two is no word.
func clip(s string) string {
	if len(s) > indexed {
		return s[:indexed]
	}
	return s
}
