package xtest

import (
	"errors"
	"strings"
)

// match tells whether a post is what a query looks for.
type match func(*Server, *Post) bool

var errQuery = errors.New("this query cannot be read")

// parseQuery reads X's search language as far as Vigie's tests use it: words,
// "phrases", @names, #tags, from:, to:, conversation_id:, is:reply, is:retweet,
// has:links, lang:, - before any of them, OR between, parentheses.
func parseQuery(query string) (match, error) {
	p := &parser{rest: query}
	m, err := p.either()
	if err == nil && strings.TrimSpace(p.rest) != "" {
		err = errQuery
	}
	return m, err
}

type parser struct {
	rest  string
	depth int
}

func (p *parser) either() (match, error) {
	left, err := p.all()
	for err == nil && p.word("OR") {
		var right match
		if right, err = p.all(); err == nil {
			before := left
			left = func(s *Server, post *Post) bool { return before(s, post) || right(s, post) }
		}
	}
	return left, err
}

func (p *parser) all() (match, error) {
	var parts []match
	for {
		p.rest = strings.TrimLeft(p.rest, " ")
		if p.rest == "" || p.rest[0] == ')' || strings.HasPrefix(p.rest, "OR ") {
			break
		}
		m, err := p.one()
		if err != nil {
			return nil, err
		}
		parts = append(parts, m)
	}
	if len(parts) == 0 {
		return nil, errQuery
	}
	return func(s *Server, post *Post) bool {
		for _, m := range parts {
			if !m(s, post) {
				return false
			}
		}
		return true
	}, nil
}

func (p *parser) word(w string) bool {
	p.rest = strings.TrimLeft(p.rest, " ")
	rest, ok := strings.CutPrefix(p.rest, w+" ")
	if ok {
		p.rest = rest
	}
	return ok
}

func (p *parser) one() (match, error) {
	if rest, not := strings.CutPrefix(p.rest, "-"); not {
		p.rest = rest
		m, err := p.one()
		return func(s *Server, post *Post) bool { return !m(s, post) }, err
	}
	if rest, group := strings.CutPrefix(p.rest, "("); group {
		if p.depth++; p.depth > 20 {
			return nil, errQuery
		}
		p.rest = rest
		m, err := p.either()
		if err != nil || !strings.HasPrefix(p.rest, ")") {
			return nil, errQuery
		}
		p.rest = p.rest[1:]
		return m, nil
	}
	if rest, quoted := strings.CutPrefix(p.rest, `"`); quoted {
		phrase, after, closed := strings.Cut(rest, `"`)
		if !closed || phrase == "" {
			return nil, errQuery
		}
		p.rest = after
		return holds(phrase), nil
	}
	end := strings.IndexAny(p.rest, " ()")
	if end < 0 {
		end = len(p.rest)
	}
	token := p.rest[:end]
	p.rest = p.rest[end:]
	return operator(token)
}

func operator(token string) (match, error) {
	name, value, found := strings.Cut(token, ":")
	if !found || strings.HasPrefix(token, "http") {
		if token == "" {
			return nil, errQuery
		}
		if at, isName := strings.CutPrefix(token, "@"); isName {
			return func(_ *Server, p *Post) bool { return names(p.latest().Text, at) }, nil
		}
		return holds(token), nil
	}
	switch name {
	case "from":
		return func(s *Server, p *Post) bool { return strings.EqualFold(s.userByID(p.Author).name, value) }, nil
	case "to":
		return func(s *Server, p *Post) bool {
			parent := s.posts[p.Parent]
			return parent != nil && strings.EqualFold(s.userByID(parent.Author).name, value)
		}, nil
	case "conversation_id":
		return func(_ *Server, p *Post) bool { return p.Conversation == value }, nil
	case "lang":
		return func(*Server, *Post) bool { return value == "fr" }, nil
	case "is", "has":
		switch value {
		case "reply":
			return func(_ *Server, p *Post) bool { return p.Parent != "" }, nil
		case "quote":
			return func(_ *Server, p *Post) bool { return p.Quotes != "" }, nil
		case "retweet":
			return func(*Server, *Post) bool { return false }, nil
		case "links":
			return func(_ *Server, p *Post) bool { return strings.Contains(p.latest().Text, "://") }, nil
		}
	}
	return nil, errQuery
}

func holds(words string) match {
	words = strings.ToLower(words)
	return func(_ *Server, p *Post) bool { return strings.Contains(strings.ToLower(p.latest().Text), words) }
}
