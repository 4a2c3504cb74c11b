package classifier

import (
	"cmp"
	"slices"

	"github.com/vigie-hq/vigie/community"
)

// Readings are the ways to take what a message is about: the answer of Classify,
// then every other category, the likeliest first, each with the spans that speak
// for it against the others; nil when the model knows no categories.
func (c *Classifier) Readings(m community.Message) []community.Reading {
	k := c.heads[atCategory]
	if k < 0 {
		return nil
	}
	s := c.scratch.Get().(*scratch)
	defer c.scratch.Put(s)
	s.extract(&m, c.model.lexicon)
	e := c.explanation(s, &m)
	defer c.release(e)
	answer := c.answer(atCategory, s) // leaves the probabilities in s.p, as head does
	labels := c.model.heads[k].Labels
	out := make([]community.Reading, len(labels))
	for i, label := range labels {
		out[i].Head = community.Head{Label: label, P: round4(s.p[i]), Abstain: answer.Abstain}
		out[i].Evidence = e.head(nil, k, label)
	}
	// A rare label may be the answer without being the likeliest, see blend.Bias.
	slices.SortStableFunc(out, func(a, b community.Reading) int {
		return cmp.Or(oneIf(b.Label == answer.Label)-oneIf(a.Label == answer.Label), cmp.Compare(b.P, a.P))
	})
	return out
}
