package phrase

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/text"
)

type mark uint8

const (
	end mark = iota
	opening
	closing
	and
	or
	not
	near
	term
)

// lexeme is one piece of a query. at is where it begins, in bytes.
type lexeme struct {
	mark     mark
	at       int
	words    []Word // of a term
	distance int    // of near
}

var operators = map[string]mark{
	"AND": and, "OR": or, "NOT": not, "NEAR": near,
	"ET": and, "OU": or, "SAUF": not, "PRES": near, "PRÈS": near, "PRE\u0300S": near,
}

const (
	quotes      = "\"“”„«»"
	breaks      = "()" + quotes
	keycapAfter = "\uFE0F\u20E3"
)

// lex cuts a query into lexemes, the last one being end. What holds no word
// (punctuation) is left out.
func lex(query string) ([]lexeme, error) {
	var out []lexeme
	words := 0
	for i := 0; i < len(query); {
		r, size := utf8.DecodeRuneInString(query[i:])
		switch {
		case unicode.IsSpace(r):
			i += size
			continue
		case r == '(' || r == ')':
			out = append(out, lexeme{mark: map[rune]mark{'(': opening, ')': closing}[r], at: i})
			i += size
			continue
		}
		var next lexeme
		var err error
		if strings.ContainsRune(quotes, r) {
			next, i, err = quoted(query, i, size)
		} else {
			next, i, err = bare(query, i)
		}
		if err != nil {
			return nil, err
		}
		if next.mark == term && len(next.words) == 0 {
			continue
		}
		if words += len(next.words); words > MaxTerms {
			return nil, faultAt(query, next.at, "phrase.too_many", MaxTerms)
		}
		out = append(out, next)
	}
	return append(out, lexeme{mark: end, at: len(query)}), nil
}

// quoted reads an exact expression whose opening quote is at i.
func quoted(query string, i, size int) (lexeme, int, error) {
	from := i + size
	n := strings.IndexAny(query[from:], quotes)
	if n < 0 {
		return lexeme{}, 0, faultAt(query, i, "phrase.quote")
	}
	inside := query[from : from+n]
	_, size = utf8.DecodeRuneInString(query[from+n:])
	after := from + n + size
	prefix := strings.HasSuffix(strings.TrimRightFunc(inside, unicode.IsSpace), "*")
	if star(query, after) {
		prefix = true
		after++
	}
	return lexeme{mark: term, at: i, words: wordsOf(inside, prefix)}, after, nil
}

// bare reads an operator or a term that begins at i.
func bare(query string, i int) (lexeme, int, error) {
	stop := len(query)
	if n := strings.IndexFunc(query[i:], func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(breaks, r) }); n >= 0 {
		stop = i + n
	}
	chunk := query[i:stop]
	name, distance, slash := strings.Cut(chunk, "/")
	if op, ok := operators[name]; ok && (!slash || op == near) {
		l := lexeme{mark: op, at: i, distance: DefaultDistance}
		if slash {
			n, err := strconv.Atoi(distance)
			if err != nil || n < 0 || n > MaxDistance {
				return lexeme{}, 0, faultAt(query, i, "phrase.distance", distance, MaxDistance)
			}
			l.distance = n
		}
		return l, stop, nil
	}
	prefix := star(chunk, len(chunk)-1)
	if prefix {
		chunk = chunk[:len(chunk)-1]
	}
	words := wordsOf(chunk, prefix)
	for j := range len(chunk) {
		if star(chunk, j) {
			return lexeme{}, 0, faultAt(query, i+j, "phrase.star")
		}
	}
	if prefix && len(words) == 0 {
		return lexeme{}, 0, faultAt(query, i, "phrase.star")
	}
	return lexeme{mark: term, at: i, words: words}, stop, nil
}

// star tells whether the * at i is one of ours and not the key of a telephone.
func star(s string, i int) bool {
	if i >= len(s) || s[i] != '*' {
		return false
	}
	r, _ := utf8.DecodeRuneInString(s[i+1:])
	return !strings.ContainsRune(keycapAfter, r)
}

func wordsOf(s string, prefix bool) []Word {
	tokens := text.Tokens(s)
	words := make([]Word, len(tokens))
	for i, t := range tokens {
		words[i] = Word{Text: t.Text}
	}
	if len(words) > 0 {
		words[len(words)-1].Prefix = prefix
	}
	return words
}

// faultAt is a fault that begins with where it is, in characters from 1.
func faultAt(query string, at int, key string, args ...any) error {
	return community.Faultf(community.Invalid, key, append([]any{text.Runes(query[:at]) + 1}, args...)...)
}
