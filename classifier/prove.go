package classifier

// doubtful is the weight, in log-odds, under which spans are tried. What a
// first-order weight leaves out (words that meet anew, a shorter text, the same
// letters said twice) may outweigh them: the fifth of all answers whose evidence
// weighs less held over half of those that did not fall without it.
const doubtful = 1.0

// prove really takes the chosen spans out and answers again where their weight
// is doubtful, and returns what lowers the label's probability: all of them, else
// the part of them that does it best, else one of the next in weight, else none.
func (e *explanation) prove(list []choice, k, label int) []choice {
	weight := 0.0
	for _, c := range list {
		weight += c.weight
	}
	if len(list) == 0 || weight >= doubtful {
		return list
	}
	all := 1<<len(list) - 1
	before := e.scratch.p[label]
	if e.try(list, all, k, label) < before {
		return list
	}
	best, least := 0, before
	for set := 1; set < all; set++ {
		if p := e.try(list, set, k, label); p < least {
			best, least = set, p
		}
	}
	kept := list[:0]
	for i, c := range list {
		if best>>i&1 == 1 {
			kept = append(kept, c)
		}
	}
	for n := 0; n < maxSpans && len(kept) == 0; n++ {
		c, ok := e.choose(e.room())
		if !ok {
			break
		}
		e.take(c)
		if kept = append(kept, c); e.try(kept, 1, k, label) >= before {
			kept = kept[:0]
		}
	}
	return kept
}

// try is the label's probability without a set of the spans, a bit each.
func (e *explanation) try(list []choice, set, k, label int) float64 {
	if e.trial == nil {
		e.trial = newScratch().(*scratch)
	}
	s, t := e.scratch, e.trial
	t.runes, t.tokens = append(t.runes[:0], s.runes...), t.tokens[:0]
tokens:
	for i := range s.tokens {
		for at, c := range list {
			if set>>at&1 == 1 && i >= c.from && i < c.to {
				continue tokens
			}
		}
		t.tokens = append(t.tokens, s.tokens[i])
	}
	t.gather(e.message, e.model.lexicon)
	e.model.margins(t, t.z[:])
	e.model.blends[k].softmax(t.z[:], t.p[:])
	return t.p[label]
}
