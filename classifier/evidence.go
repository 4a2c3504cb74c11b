package classifier

import (
	"cmp"
	"slices"
	"unicode/utf8"

	"github.com/vigie-hq/vigie/community"
	words "github.com/vigie-hq/vigie/community/text"
)

// The measure of an explanation: short spans, and not the whole text.
const (
	spanTokens  = 4    // of one span, so at most as many words
	spanShare   = 0.3  // of the text's tokens and of its bytes, all spans of a head together
	shortText   = 4    // words; of a text with fewer, one word may be all there is to show
	maxSpans    = 3    // of one head
	leastWeight = 0.05 // of log-odds; less explains nothing
)

// Explain returns the verdict with its evidence: for each head the spans of the
// text that spoke most for the label given, and by how much they raised its
// log-odds. v must be the verdict this classifier gave on m, or one that differs
// in its labels, to ask what speaks for those.
//
// The blend is linear in the margins and those are linear in the features, so a
// word's weight is exact to first order: what the label loses without it,
// against the other labels in proportion to their probability.
func (c *Classifier) Explain(m community.Message, v community.Verdict) community.Verdict {
	s := c.scratch.Get().(*scratch)
	defer c.scratch.Put(s)
	s.extract(&m, c.model.lexicon)
	e := c.explanation(s, &m)
	defer c.release(e)
	v.Evidence = c.evidence(e, &v)
	return v
}

// Explained returns the verdict of Classify with the evidence of Explain, at the
// cost of reading the message once.
func (c *Classifier) Explained(m community.Message) community.Verdict {
	s := c.scratch.Get().(*scratch)
	defer c.scratch.Put(s)
	s.extract(&m, c.model.lexicon)
	e := c.explanation(s, &m)
	defer c.release(e)
	v := c.verdict(s, &m)
	v.Evidence = c.evidence(e, &v)
	return v
}

// evidence explains the labels of a verdict.
func (c *Classifier) evidence(e *explanation, v *community.Verdict) []community.Evidence {
	out := make([]community.Evidence, 0, len(headNames)*maxSpans)
	for at, name := range headNames {
		if k := c.heads[at]; k >= 0 {
			out = e.head(out, k, headOf(v, name).Label)
		}
	}
	return out
}

// explanation begins the work on a message whose features a scratch has extracted,
// and leaves their margins there.
func (c *Classifier) explanation(s *scratch, m *community.Message) *explanation {
	e := c.desk.Get().(*explanation)
	e.model, e.scratch, e.message = c.model, s, m
	e.shares.spread(c.model, s)
	e.slope = zeros(e.slope, c.model.lanes)
	e.weights = zeros(e.weights, len(s.tokens))
	return e
}

// release ends the work: the memory is kept, the message is not.
func (c *Classifier) release(e *explanation) {
	e.scratch, e.message = nil, nil
	c.desk.Put(e)
}

// explanation is the work on one message.
type explanation struct {
	model   *Model
	scratch *scratch
	message *community.Message
	trial   *scratch // of the message without some of its words
	shares  shares
	slope   []float64 // of the head at work, by lane
	weights []float64 // of the head at work, by token
}

func newExplanation() any { return new(explanation) }

// head adds the spans of the model's k-th head, heaviest first.
func (e *explanation) head(out []community.Evidence, k int, label string) []community.Evidence {
	m, s := e.model, e.scratch
	l := m.heads[k].index(label)
	if l < 0 {
		return out
	}
	m.blends[k].softmax(s.z[:], s.p[:])
	m.slope(k, l, s.p[:], e.slope)
	e.shares.weigh(e.slope, e.weights)
	first := len(out)
	var room [maxSpans]choice
	for _, c := range e.prove(e.pick(room[:0]), k, l) {
		start, end := e.bounds(c)
		out = append(out, community.Evidence{Start: start, End: end, Head: m.heads[k].Name, Weight: round4(c.weight)})
	}
	slices.SortFunc(out[first:], func(a, b community.Evidence) int { return cmp.Compare(b.Weight, a.Weight) })
	return out
}

// slope is how the log-odds of a head's label change with each lane: its own
// row less the others', weighed by how near they come. Log-odds, since the
// log-probability of a sure answer hardly moves whatever is said.
func (m *Model) slope(head, label int, p, out []float64) {
	rows := m.blends[head].Rows
	others := 0.0
	for l := range rows {
		if l != label {
			others += p[l]
		}
	}
	others = max(others, 1e-12)
	for lane := range out {
		out[lane] = float64(rows[label][lane])
	}
	for l, row := range rows {
		if l != label {
			near := p[l] / others
			for lane := range out {
				out[lane] -= float64(near * float64(row[lane]))
			}
		}
	}
	for lane := range out {
		out[lane] *= float64(m.scale[lane])
	}
}

// budget is how much of a text the spans of a head may still take.
type budget struct{ tokens, bytes int }

// room is the part of the whole text that may be shown.
func (e *explanation) room() budget {
	tokens, bytes := len(e.scratch.tokens), len(e.message.Text)
	if tokens < shortText {
		return budget{1, bytes}
	}
	return budget{max(1, int(spanShare*float64(tokens))), int(spanShare * float64(bytes))}
}

func (b budget) less(tokens, bytes int) budget { return budget{b.tokens - tokens, b.bytes - bytes} }

func (b budget) holds(tokens, bytes int) bool { return tokens <= b.tokens && bytes <= b.bytes }

// pick appends the spans to show: one after the other, the heaviest there is
// room for.
func (e *explanation) pick(list []choice) []choice {
	left := e.room()
	for len(list) < maxSpans {
		c, ok := e.choose(left)
		if !ok {
			break
		}
		start, end := e.bounds(c)
		left = left.less(c.to-c.from, end-start)
		e.take(c)
		list = append(list, c)
	}
	return list
}

// take makes the words of a span speak no more, in another one or beside it.
func (e *explanation) take(c choice) {
	for i := c.from; i < c.to; i++ {
		e.weights[i] = 0
	}
}

// choice is a span of tokens [from, to) and what they weigh together.
type choice struct {
	from, to int
	weight   float64
}

// choose takes the heaviest token there is room for and grows it to its
// neighbours while they speak for the label too.
func (e *explanation) choose(left budget) (choice, bool) {
	best := -1
	for i, w := range e.weights {
		if w > leastWeight && (best < 0 || w > e.weights[best]) && e.fits(left, i, i+1) {
			best = i
		}
	}
	if best < 0 {
		return choice{}, false
	}
	c := choice{best, best + 1, e.weights[best]}
	enough := max(leastWeight, c.weight/3)
	for c.to-c.from < spanTokens {
		before, after := 0.0, 0.0
		if c.from > 0 && e.touch(c.from-1) && e.fits(left, c.from-1, c.to) {
			before = e.weights[c.from-1]
		}
		if c.to < len(e.weights) && e.touch(c.to-1) && e.fits(left, c.from, c.to+1) {
			after = e.weights[c.to]
		}
		switch {
		case max(before, after) <= enough:
			return c, true
		case before >= after:
			c.from--
		default:
			c.to++
		}
		c.weight += max(before, after)
	}
	return c, true
}

// fits tells whether there is room for the tokens [from, to).
func (e *explanation) fits(left budget, from, to int) bool {
	t := e.scratch.tokens
	return left.holds(to-from, int(t[to-1].end-t[from].start))
}

// touch tells whether a token and the next stand close enough for one span: no
// sign stands alone between them, which would be a word more. Between the
// beginning and the end of a text too long to be read whole, they do not.
func (e *explanation) touch(i int) bool {
	gap := e.message.Text[e.scratch.tokens[i].end:e.scratch.tokens[i+1].start]
	return len(gap) <= 2 || gap == "’"
}

// bounds are the bytes of a span, in whole graphemes.
func (e *explanation) bounds(c choice) (start, end int) {
	t := e.scratch.tokens
	return snap(e.message.Text, int(t[c.from].start), int(t[c.to-1].end))
}

// snap widens a span to whole graphemes. It looks only as far as the next place
// where two ASCII bytes meet, which is between graphemes unless they end a line,
// so that a long text costs no more than a short one.
func snap(text string, start, end int) (from, to int) {
	apart := func(i int) bool {
		return i <= 0 || i >= len(text) ||
			text[i-1] < utf8.RuneSelf && text[i] < utf8.RuneSelf && text[i-1] != '\r'
	}
	low, high := start, end
	for !apart(low) {
		low--
	}
	for !apart(high) {
		high++
	}
	from, to = words.Snap(text[low:high], start-low, end-low)
	return low + from, low + to
}
