package phrase

import (
	"cmp"
	"slices"

	"github.com/vigie-hq/vigie/community/text"
)

// Span is a stretch of a text in bytes, from Start up to End.
type Span struct{ Start, End int }

// Find gives the stretches of a text that an expression asks for, in their
// order, none over another; nil where the expression does not match. Of what
// NOT takes away, and of an alternative that is not met, nothing is given.
func Find(e Expr, tokens []text.Token) []Span {
	if !Match(e, tokens) {
		return nil
	}
	found := find(nil, e, tokens)
	slices.SortFunc(found, func(a, b Span) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.End, a.End)) })
	out := found[:0]
	for _, s := range found {
		if n := len(out); n == 0 || s.Start >= out[n-1].End {
			out = append(out, s)
		} else {
			out[n-1].End = max(out[n-1].End, s.End)
		}
	}
	return out
}

func find(dst []Span, e Expr, tokens []text.Token) []Span {
	switch e.Op {
	case Term:
		for i := range tokens {
			if stands(e.Words, tokens, i) {
				dst = append(dst, Span{tokens[i].Start, tokens[i+len(e.Words)-1].End})
			}
		}
	case Not:
		dst = find(dst, e.Kids[0], tokens)
	default:
		for i := range e.Kids {
			if Match(e.Kids[i], tokens) {
				dst = find(dst, e.Kids[i], tokens)
			}
		}
	}
	return dst
}
