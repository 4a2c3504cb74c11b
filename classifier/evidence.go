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
	spanTokens  = 4    // of one span
	spanShare   = 0.3  // of the text's tokens, all spans of a head together
	maxSpans    = 3    // of one head
	leastWeight = 0.05 // of log-odds; less explains nothing
)

// Explain returns the verdict with its evidence: for each head the spans of the
// text that spoke most for the label given, and by how much they raised its
// log-odds. v must be the verdict this classifier gave on m.
//
// The blend is linear in the margins and those are linear in the features, so a
// word's weight is exact to first order: what the label loses without it,
// against the other labels in proportion to their probability.
func (c *Classifier) Explain(m community.Message, v community.Verdict) community.Verdict {
	s := c.scratch.Get().(*scratch)
	defer c.scratch.Put(s)
	s.extract(&m)
	c.model.margins(s, s.z[:])
	e := explanation{c.model, s, c.model.spread(s), make([]float64, c.model.lanes), make([]float64, len(s.tokens))}
	v.Evidence = make([]community.Evidence, 0, len(headNames)*maxSpans)
	for at, name := range headNames {
		if k := c.heads[at]; k >= 0 {
			v.Evidence = e.head(v.Evidence, m.Text, k, headOf(&v, name).Label)
		}
	}
	return v
}

// explanation is the work of one Explain.
type explanation struct {
	model   *Model
	scratch *scratch
	shares  []float64 // of each token in each lane, see spread
	slope   []float64 // of the head at work, by lane
	weights []float64 // of the head at work, by token
}

// head adds the spans of the model's k-th head, heaviest first.
func (e *explanation) head(out []community.Evidence, text string, k int, label string) []community.Evidence {
	m, s := e.model, e.scratch
	l := m.heads[k].index(label)
	if l < 0 {
		return out
	}
	m.blends[k].softmax(s.z[:], s.p[:])
	m.slope(k, l, s.p[:], e.slope)
	for i := range e.weights {
		e.weights[i] = 0
		for lane, share := range e.shares[i*m.lanes : (i+1)*m.lanes] {
			e.weights[i] += share * e.slope[lane]
		}
	}
	first := len(out)
	for _, sp := range choose(s.tokens, e.weights) {
		start, end := snap(text, int(s.tokens[sp.from].start), int(s.tokens[sp.to-1].end))
		out = append(out, community.Evidence{Start: start, End: end, Head: m.heads[k].Name, Weight: round4(sp.weight)})
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
		for l, row := range rows {
			if l != label {
				out[lane] -= p[l] / others * float64(row[lane])
			}
		}
		out[lane] *= float64(m.scale[lane])
	}
}

// spread gives each token its share of every lane's margin, in steps of the
// lane's scale: rows of m.lanes values. A feature of several tokens is shared
// among them; one of the whole text goes to none.
func (m *Model) spread(s *scratch) []float64 {
	var sum [maxWords * 8]int64
	out := make([]float64, len(s.tokens)*m.lanes)
	for b, list := range s.list {
		norm := m.block(list, sum[:m.words*8])
		if norm == 0 {
			continue
		}
		for _, f := range list {
			if f.width == 0 {
				continue
			}
			value := float64(m.weight[b]) / norm / float64(f.width)
			row := m.row(f.hash)
			for i := range int(f.width) {
				at := (int(f.token) - i) * m.lanes
				share := out[at : at+m.lanes]
				for lane := range share {
					share[lane] += value * float64(int(row[lane/8]>>(lane%8*8)&0xFF)-zeroWeight)
				}
			}
		}
	}
	return out
}

// choice is a span of tokens [from, to) and what they weigh together.
type choice struct {
	from, to int
	weight   float64
}

// choose takes the heaviest tokens and grows each to its neighbours while they
// speak for the label too.
func choose(tokens []token, weights []float64) []choice {
	budget := max(1, int(spanShare*float64(len(tokens))))
	used := make([]bool, len(tokens))
	var out []choice
	for len(out) < maxSpans && budget > 0 {
		best := -1
		for i, w := range weights {
			if !used[i] && w > leastWeight && (best < 0 || w > weights[best]) {
				best = i
			}
		}
		if best < 0 {
			break
		}
		c := choice{best, best + 1, 0}
		enough := max(leastWeight, weights[best]/3)
		speaks := func(i, beside int) bool {
			return i >= 0 && i < len(tokens) && !used[i] && weights[i] > enough && touch(tokens, i, beside)
		}
		for c.to-c.from < min(spanTokens, budget) {
			left, right := speaks(c.from-1, c.from), speaks(c.to, c.to-1)
			if left && (!right || weights[c.from-1] >= weights[c.to]) {
				c.from--
			} else if right {
				c.to++
			} else {
				break
			}
		}
		for i := c.from; i < c.to; i++ {
			used[i] = true
			c.weight += weights[i]
		}
		budget -= c.to - c.from
		out = append(out, c)
	}
	return out
}

// touch tells whether two neighbouring tokens stand close enough for one span.
// Between the beginning and the end of a text too long to be read whole, they
// do not.
func touch(tokens []token, i, j int) bool {
	first, second := tokens[min(i, j)], tokens[max(i, j)]
	return second.start-first.end <= 4
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
