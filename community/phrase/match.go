package phrase

import (
	"strings"

	"github.com/vigie-hq/vigie/community/text"
)

// Match tells whether a text, as the tokens of text.Tokens, is one the
// expression asks for. It allocates nothing; its cost is at most the number of
// words of the expression times the number of tokens.
//
// The words of a NEAR are near if the last of them begins at most Distance
// words after the end of each other one, in any order: the rule of SQLite's
// FTS5, so that a stream and a search agree.
func Match(e Expr, tokens []text.Token) bool {
	switch e.Op {
	case Term:
		return occurs(e.Words, tokens)
	case And:
		for i := range e.Kids {
			if !Match(e.Kids[i], tokens) {
				return false
			}
		}
		return len(e.Kids) > 0
	case Or:
		for i := range e.Kids {
			if Match(e.Kids[i], tokens) {
				return true
			}
		}
		return false
	case Not:
		return Match(e.Kids[0], tokens) && !Match(e.Kids[1], tokens)
	case Near:
		return meet(e, tokens)
	}
	return false
}

// meet looks for a token where one term begins and shortly before which every
// other began: where each began last is all there is to know, so that a text is
// read once, whatever the distance and however often it repeats a word.
func meet(e Expr, tokens []text.Token) bool {
	var room [MaxTerms]int
	began := room[:]
	if len(e.Kids) > len(began) {
		began = make([]int, len(e.Kids)) // not one that Parse read
	}
	for at := range tokens {
		here := false
		for i := range e.Kids {
			if stands(e.Kids[i].Words, tokens, at) {
				began[i], here = at+1, true
			}
		}
		if here && gathers(e, began, at+1) {
			return true
		}
	}
	return false
}

// gathers tells whether each term began shortly before the last of them. Places
// count from 1; one that never began is at 0.
func gathers(e Expr, began []int, last int) bool {
	for i := range e.Kids {
		if began[i] == 0 || began[i] < last-len(e.Kids[i].Words)-e.Distance {
			return false
		}
	}
	return true
}

// occurs tells whether the words stand in the text.
func occurs(words []Word, tokens []text.Token) bool {
	for i := range tokens {
		if stands(words, tokens, i) {
			return true
		}
	}
	return false
}

func stands(words []Word, tokens []text.Token, at int) bool {
	if len(words) == 0 || at+len(words) > len(tokens) {
		return false
	}
	for i := range words {
		if !words[i].is(&tokens[at+i]) {
			return false
		}
	}
	return true
}

func (w *Word) is(t *text.Token) bool {
	have := t.Text
	if sigil := t.Kind == text.Hashtag || t.Kind == text.Mention; sigil && !strings.HasPrefix(w.Text, have[:1]) {
		have = have[1:]
	}
	if w.Prefix {
		return strings.HasPrefix(have, w.Text)
	}
	return have == w.Text
}
