package phrase

import "github.com/vigie-hq/vigie/community"

// What a query may hold, so that any of them is cheap to parse and match.
const (
	MaxLength       = 4096 // bytes
	MaxTerms        = 256  // words
	MaxDepth        = 32   // parentheses inside parentheses
	MaxDistance     = 100  // of NEAR
	DefaultDistance = 5    // of NEAR without a number
)

// Parse reads a query.
//
//	query    = all { OR all }
//	all      = [NOT] proximity { [AND] [NOT] proximity }
//	proximity = one { NEAR one }
//	one      = word | word* | "exact expression" | "exact begin*" | ( query )
//
// What NOT takes away is taken from all the rest beside it, wherever it stands;
// there must be a rest. NEAR stands between words and exact expressions, and
// has one distance in a row. A word that text.Tokens cuts in two (l'article)
// is an exact expression.
//
// What cannot be read is a Fault Invalid whose first argument is the place, in
// characters from 1: "phrase.empty", "phrase.quote" (not closed),
// "phrase.parenthesis" (not closed, or not opened), "phrase.operand" (an
// operator with nothing beside it), "phrase.only_not", "phrase.star" (not at
// the end of a word), "phrase.near" (not between words), "phrase.near_mixed",
// "phrase.distance", "phrase.too_many", "phrase.too_deep", "phrase.too_long".
func Parse(query string) (Expr, error) {
	if len(query) > MaxLength {
		return Expr{}, community.Faultf(community.Invalid, "phrase.too_long", 1, MaxLength)
	}
	lexemes, err := lex(query)
	if err != nil {
		return Expr{}, err
	}
	p := parser{query: query, rest: lexemes}
	if p.look().mark == end {
		return Expr{}, p.fault("phrase.empty")
	}
	e, err := p.any(0)
	if err != nil {
		return Expr{}, err
	}
	if p.look().mark == closing {
		return Expr{}, p.fault("phrase.parenthesis")
	}
	return e, nil
}

type parser struct {
	query string
	rest  []lexeme // never empty: end is last and is not taken
}

func (p *parser) look() lexeme { return p.rest[0] }

func (p *parser) take() lexeme {
	l := p.rest[0]
	if l.mark != end {
		p.rest = p.rest[1:]
	}
	return l
}

func (p *parser) fault(key string, args ...any) error {
	return faultAt(p.query, p.look().at, key, args...)
}

// any reads alternatives.
func (p *parser) any(depth int) (Expr, error) {
	var kids []Expr
	for {
		kid, err := p.all(depth)
		if err != nil {
			return Expr{}, err
		}
		kids = append(kids, kid)
		if p.look().mark != or {
			return group(Or, kids), nil
		}
		p.take()
	}
}

// all reads what must be there and what must not.
func (p *parser) all(depth int) (Expr, error) {
	var must, mustNot []Expr
	from := p.look().at
	for first := true; ; first = false {
		operator := false
		if p.look().mark == and && !first {
			p.take()
			operator = true
		}
		negative := p.look().mark == not
		if negative {
			p.take()
		}
		switch p.look().mark {
		case term, opening:
		case end, or, closing:
			if !operator && !negative && !first {
				if len(must) == 0 {
					return Expr{}, faultAt(p.query, from, "phrase.only_not")
				}
				e := group(And, must)
				if len(mustNot) > 0 {
					e = Expr{Op: Not, Kids: []Expr{e, group(Or, mustNot)}}
				}
				return e, nil
			}
			return Expr{}, p.fault("phrase.operand")
		default:
			return Expr{}, p.fault("phrase.operand")
		}
		e, err := p.proximity(depth)
		if err != nil {
			return Expr{}, err
		}
		if negative {
			mustNot = append(mustNot, e)
		} else {
			must = append(must, e)
		}
	}
}

// proximity reads terms joined by NEAR, or one thing.
func (p *parser) proximity(depth int) (Expr, error) {
	first, err := p.one(depth)
	if err != nil || p.look().mark != near {
		return first, err
	}
	e := Expr{Op: Near, Kids: []Expr{first}, Distance: p.look().distance}
	for p.look().mark == near {
		if e.Kids[len(e.Kids)-1].Op != Term {
			return Expr{}, p.fault("phrase.near")
		}
		if p.look().distance != e.Distance {
			return Expr{}, p.fault("phrase.near_mixed", e.Distance, p.look().distance)
		}
		p.take()
		switch p.look().mark {
		case term:
		case opening:
			return Expr{}, p.fault("phrase.near")
		default:
			return Expr{}, p.fault("phrase.operand")
		}
		e.Kids = append(e.Kids, Expr{Words: p.take().words})
	}
	return e, nil
}

// one reads a term or what stands in parentheses; the caller saw one of them.
func (p *parser) one(depth int) (Expr, error) {
	if p.look().mark == term {
		return Expr{Words: p.take().words}, nil
	}
	if depth == MaxDepth {
		return Expr{}, p.fault("phrase.too_deep", MaxDepth)
	}
	open := p.take()
	e, err := p.any(depth + 1)
	if err != nil {
		return Expr{}, err
	}
	if p.look().mark != closing {
		return Expr{}, faultAt(p.query, open.at, "phrase.parenthesis")
	}
	p.take()
	return e, nil
}

func group(op Op, kids []Expr) Expr {
	if len(kids) == 1 {
		return kids[0]
	}
	return Expr{Op: op, Kids: kids}
}
