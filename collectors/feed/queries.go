package feed

import (
	"strings"

	"github.com/vigie-hq/vigie/community/phrase"
	"github.com/vigie-hq/vigie/community/text"
)

// queries is what is listened for in a feed. None: everything is wanted.
type queries []query

type query struct {
	line string
	expr phrase.Expr
}

// parseQueries reads one expression a line, in the language people search in
// (package phrase). Faults are those of phrase.Parse.
func parseQueries(lines string) (queries, error) {
	var qs queries
	for line := range strings.Lines(lines) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		expr, err := phrase.Parse(line)
		if err != nil {
			return nil, err
		}
		qs = append(qs, query{line, expr})
	}
	return qs, nil
}

// match tells whether a text is wanted, and which line asked for it first.
func (qs queries) match(s string) (via string, wanted bool) {
	if len(qs) == 0 {
		return "", true
	}
	tokens := text.Tokens(s)
	for _, q := range qs {
		if phrase.Match(q.expr, tokens) {
			return q.line, true
		}
	}
	return "", false
}
