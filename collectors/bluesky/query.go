package bluesky

import (
	"strings"

	"github.com/vigie-hq/vigie/community/phrase"
	"github.com/vigie-hq/vigie/community/text"
)

// How many searches one query may become, and how many queries an account may
// listen with: each search is a call at every poll.
const (
	mostSearches = 12
	mostQueries  = 30
)

// query is one line of Account.Queries, in Vigie's own search language.
type query struct {
	line     string
	meant    phrase.Expr
	searches []search
}

// search is what searchPosts is asked: words that must all be there. The network
// knows no OR, NOT or NEAR, so an expression becomes one search for each of its
// alternatives, and what is found is held against the whole of it here.
type search string

// readQueries reads an account's queries. Lines that cannot be read, that ask for
// nothing a search could find, or that would become too many searches are given
// back in bad.
func readQueries(lines string) (good []query, bad []string) {
	for line := range strings.Lines(lines) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		expr, err := phrase.Parse(line)
		if err != nil || len(good) == mostQueries {
			bad = append(bad, line)
			continue
		}
		found := alternatives(expr, spelling(line))
		if len(found) == 0 || len(found) > mostSearches {
			bad = append(bad, line)
			continue
		}
		q := query{line: line, meant: expr}
		for _, words := range found {
			q.searches = append(q.searches, search(strings.Join(words, " ")))
		}
		good = append(good, q)
	}
	return good, bad
}

// alternatives are the sets of words of which one must be wholly there. What is
// excluded adds nothing: it is looked for here, not there.
func alternatives(e phrase.Expr, spelt map[string]string) [][]string {
	switch e.Op {
	case phrase.Term:
		return [][]string{{term(e, spelt)}}
	case phrase.Or:
		var all [][]string
		for _, kid := range e.Kids {
			all = append(all, alternatives(kid, spelt)...)
			if len(all) > mostSearches {
				break
			}
		}
		return all
	case phrase.Not:
		return alternatives(e.Kids[0], spelt)
	case phrase.And, phrase.Near:
		all := [][]string{nil}
		for _, kid := range e.Kids {
			var next [][]string
			for _, before := range all {
				for _, more := range alternatives(kid, spelt) {
					next = append(next, append(before[:len(before):len(before)], more...))
				}
			}
			if all = next; len(all) > mostSearches {
				break
			}
		}
		return all
	}
	return nil
}

// term is a word or an exact expression as searchPosts reads it. Reading took
// accents and capitals off; spelt gives them back, because not every server looks
// beyond them.
func term(e phrase.Expr, spelt map[string]string) string {
	words := make([]string, len(e.Words))
	for i, w := range e.Words {
		if words[i] = spelt[w.Text]; words[i] == "" {
			words[i] = w.Text
		}
	}
	if len(words) == 1 {
		return words[0]
	}
	return `"` + strings.Join(words, " ") + `"`
}

// spelling is how the words of a query are written in it, by their folded form.
func spelling(line string) map[string]string {
	spelt := map[string]string{}
	for _, token := range text.Tokens(line) {
		spelt[token.Text] = line[token.Start:token.End]
	}
	return spelt
}
