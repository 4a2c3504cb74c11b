package phrase

import (
	"strings"

	"github.com/vigie-hq/vigie/community/text"
)

// Match tells whether a text, as the tokens of text.Tokens, is one the
// expression asks for. It allocates nothing; its cost is at most the number of
// words of the expression times the number of tokens, and for NEAR times its
// distance.
//
// The words of a NEAR are near if the last of them begins at most Distance
// words after the end of each other one, in any order: the rule of SQLite's
// FTS5, so that a stream and a search agree.
func Match(e Expr, tokens []text.Token) bool {
	switch e.Op {
	case Term:
		return occurs(e.Words, tokens, 0, len(tokens)-1)
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
// other began.
func meet(e Expr, tokens []text.Token) bool {
	for last := range tokens {
		if begins(e, tokens, last) && gathers(e, tokens, last) {
			return true
		}
	}
	return false
}

func begins(e Expr, tokens []text.Token, at int) bool {
	for i := range e.Kids {
		if stands(e.Kids[i].Words, tokens, at) {
			return true
		}
	}
	return false
}

func gathers(e Expr, tokens []text.Token, last int) bool {
	for i := range e.Kids {
		words := e.Kids[i].Words
		if !occurs(words, tokens, last-len(words)-e.Distance, last) {
			return false
		}
	}
	return true
}

// occurs tells whether the words stand in the text beginning at a token between
// from and to.
func occurs(words []Word, tokens []text.Token, from, to int) bool {
	for i := max(0, from); i <= to; i++ {
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
