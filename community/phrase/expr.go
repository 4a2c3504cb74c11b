package phrase

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/vigie-hq/vigie/community/text"
)

// Op says what an expression is.
type Op uint8

// The kinds of expression.
const (
	Term Op = iota // Words, side by side in that order
	And            // all of Kids, at least two
	Or             // one of Kids, at least two
	Not            // Kids[0] and not Kids[1]
	Near           // Kids, all terms, with at most Distance words between them
)

// Word is one word of a term, folded. With Prefix any ending will do. A word
// with # or @ asks for that hashtag or mention; one without also finds them.
type Word struct {
	Text   string
	Prefix bool
}

// Expr is a parsed query: a tree that is read, never changed. The zero Expr
// matches nothing.
type Expr struct {
	Op       Op
	Words    []Word // of a Term
	Kids     []Expr
	Distance int // of a Near
}

// Walk calls visit for e and, where visit returns true, for its kids in order.
func Walk(e Expr, visit func(Expr) bool) {
	if !visit(e) {
		return
	}
	for _, kid := range e.Kids {
		Walk(kid, visit)
	}
}

// String writes the expression so that Parse reads the same one again, with the
// English operators and every parenthesis that is needed.
func (e Expr) String() string {
	var b strings.Builder
	e.write(&b)
	return b.String()
}

func (e Expr) write(b *strings.Builder) {
	switch e.Op {
	case Term:
		e.writeTerm(b)
	case And:
		e.join(b, " AND ")
	case Or:
		e.join(b, " OR ")
	case Not:
		e.join(b, " NOT ")
	case Near:
		e.join(b, " NEAR/"+strconv.Itoa(e.Distance)+" ")
	}
}

func (e Expr) join(b *strings.Builder, operator string) {
	for i, kid := range e.Kids {
		if i > 0 {
			b.WriteString(operator)
		}
		if kid.Op == Term || (kid.Op == Near && e.Op != Near) {
			kid.write(b)
			continue
		}
		b.WriteByte('(')
		kid.write(b)
		b.WriteByte(')')
	}
}

func (e Expr) writeTerm(b *strings.Builder) {
	quoted := len(e.Words) != 1 || !plain(e.Words[0].Text)
	if quoted {
		b.WriteByte('"')
	}
	for i, w := range e.Words {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w.Text)
		if w.Prefix {
			b.WriteByte('*')
		}
	}
	if quoted {
		b.WriteByte('"')
	}
}

// plain tells whether a word can stand without quotes.
func plain(word string) bool {
	for _, r := range word {
		if r < 0x80 && !('a' <= r && r <= 'z' || '0' <= r && r <= '9' || r == '#' || r == '@' || r == '_') {
			return false
		}
	}
	return true
}

// Plain is the expression of words that are only words, for a search box that
// must take anything: all of them, in any order, the last one as a beginning
// while typing is true. False if there is no word.
func Plain(s string, typing bool) (Expr, bool) {
	s = clip(s)
	var kids []Expr
	for _, t := range text.Tokens(s) {
		if len(kids) == MaxTerms {
			break
		}
		last := typing && t.End == len(s) && t.Kind != text.Emoji
		kids = append(kids, Expr{Words: []Word{{t.Text, last}}})
	}
	switch len(kids) {
	case 0:
		return Expr{}, false
	case 1:
		return kids[0], true
	}
	return Expr{Op: And, Kids: kids}, true
}

// clip cuts a text at MaxLength bytes, between two characters.
func clip(s string) string {
	if len(s) <= MaxLength {
		return s
	}
	n := MaxLength
	for !utf8.RuneStart(s[n]) && n > MaxLength-utf8.UTFMax {
		n--
	}
	return s[:n]
}
