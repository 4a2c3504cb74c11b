package rulebook

import (
	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/phrase"
	"github.com/vigie-hq/vigie/community/text"
)

// index knows which of a thousand rules are worth asking about a message: those
// whose phrase has an anchor in it (phrase.Set), those of its author, and those
// that have neither phrase nor authors.
type index struct {
	phrases *phrase.Set        // by the place of the rule; a rule without one has a zero Expr
	authors map[string][]int32 // of rules without a phrase
	always  []int32            // rules with neither
}

func newIndex(rules []clause) index {
	x := index{authors: map[string][]int32{}}
	exprs := make([]phrase.Expr, len(rules))
	for i := range rules {
		c := &rules[i]
		switch {
		case c.phrased:
			exprs[i] = c.phrase
		case len(c.authors) > 0:
			for name := range c.authors {
				x.authors[name] = append(x.authors[name], int32(i))
			}
		default:
			x.always = append(x.always, int32(i))
		}
	}
	x.phrases = phrase.NewSet(exprs)
	return x
}

// read takes in a message: r.Asked are the rules worth asking.
func (x *index) read(r *phrase.Reading, tokens []text.Token, m *community.Message) {
	x.phrases.Read(r, tokens)
	for _, at := range x.always {
		r.Asked.Add(int(at))
	}
	if len(x.authors) == 0 {
		return
	}
	var room [64]byte
	for _, name := range [...]string{m.Author.Handle, m.Author.ID} {
		if name == "" {
			continue
		}
		for _, at := range x.authors[string(text.AppendFold(room[:0], bare(name)))] {
			r.Asked.Add(int(at))
		}
	}
}
