package sql

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/vigie-hq/vigie/community/phrase"
	"github.com/vigie-hq/vigie/community/text"
)

// window is how many of the newest matches a search looks at.
const window = 50000

// prefixLetters is the shortest beginning that is searched as one: without an
// index of beginnings, shorter ones touch too much.
const prefixLetters = 3

// hits are the conversations a search found, by number.
type hits struct {
	n    int
	more bool // there were more matches than the window
	list string
	bits []uint64
}

func (h *hits) has(num int64) bool {
	i := int(num >> 6)
	return i < len(h.bits) && h.bits[i]&(1<<(num&63)) != 0
}

// few is how many hits are looked up one by one rather than by a walk over the
// list.
const few = 400

// search finds the conversations of a query. When nothing has all its words, it
// drops words from the end. Private messages are searched where the reach says.
func (s *snapshot) search(ctx context.Context, query string, r reach) (*hits, error) {
	for e, ok := understand(query); ok; e, ok = fewer(e) {
		found, err := s.match(ctx, e, r)
		if err != nil || found.n > 0 {
			return found, err
		}
	}
	return &hits{}, nil
}

func (s *snapshot) match(ctx context.Context, e phrase.Expr, r reach) (*hits, error) {
	from := `SELECT rowid FROM found WHERE found MATCH $1 ORDER BY rowid DESC LIMIT $2`
	args := []any{ftsQuery(e), window + 1}
	switch {
	case r.private:
	case len(r.intimate) == 0:
		from = `SELECT f.rowid FROM found f CROSS JOIN message m ON m.num = f.rowid WHERE f.found MATCH $1 AND m.is_private = 0 ORDER BY f.rowid DESC LIMIT $2`
	default:
		from = `SELECT f.rowid FROM found f CROSS JOIN message m ON m.num = f.rowid CROSS JOIN conversation c ON c.num = f.rowid >> 20
			WHERE f.found MATCH $1 AND (m.is_private = 0 OR c.brand = $3 AND c.channel IN (SELECT value FROM json_each($4)))
			ORDER BY f.rowid DESC LIMIT $2`
		args = append(args, s.db.labels.find(r.brand), jsonList(labelsOf(s.db.labels, r.intimate)))
	}
	h := &hits{}
	var list sql.NullString
	var n int
	// One text with all numbers costs a fifth of as many rows.
	_, err := one(ctx, s, `SELECT count(*), group_concat(rowid >> 20) FROM (`+from+`)`, args, &n, &list)
	if err != nil {
		return nil, err
	}
	h.more = n > window
	last := int64(-1)
	var out strings.Builder
	for word := range strings.SplitSeq(list.String, ",") {
		num, err := strconv.ParseInt(word, 10, 64)
		if err != nil || num == last {
			continue // the empty list, or another message of the same conversation
		}
		last = num
		h.add(num)
		if h.n <= few {
			out.WriteString(word)
			out.WriteByte(',')
		}
	}
	h.list = "[" + strings.TrimSuffix(out.String(), ",") + "]"
	return h, nil
}

func (h *hits) add(num int64) {
	if i := int(num >> 6); i >= len(h.bits) { // the newest comes first: once
		h.bits = append(h.bits, make([]uint64, i+1-len(h.bits))...)
	}
	h.bits[num>>6] |= 1 << (num & 63)
	h.n++
}

// understand reads what somebody typed: the query language, or, where it is
// not that, its words. The last word may still be being typed.
func understand(query string) (phrase.Expr, bool) {
	query = text.Clean(query)
	e, err := phrase.Parse(query)
	if err != nil {
		return phrase.Plain(query, true)
	}
	return begin(e, query), true
}

// begin lets the last word be a beginning, where it ends the query.
func begin(e phrase.Expr, query string) phrase.Expr {
	r, _ := utf8.DecodeLastRuneInString(query)
	if r == '"' || r == ')' || r == '*' || r == ' ' {
		return e
	}
	switch e.Op {
	case phrase.Term:
		e.Words = append([]phrase.Word(nil), e.Words...)
		e.Words[len(e.Words)-1].Prefix = true
	case phrase.And, phrase.Or:
		e.Kids = append([]phrase.Expr(nil), e.Kids...)
		e.Kids[len(e.Kids)-1] = begin(e.Kids[len(e.Kids)-1], query)
	}
	return e
}

// fewer drops the last of several words; false when there is one, or when the
// query says more than words.
func fewer(e phrase.Expr) (phrase.Expr, bool) {
	if e.Op != phrase.And {
		return e, false
	}
	for _, kid := range e.Kids {
		if kid.Op != phrase.Term {
			return e, false
		}
	}
	e.Kids = e.Kids[:len(e.Kids)-1]
	if len(e.Kids) == 1 {
		return e.Kids[0], true
	}
	return e, true
}

// ftsQuery writes an expression as FTS5 reads it. Every word is quoted, so that
// nothing somebody types is an operator.
func ftsQuery(e phrase.Expr) string {
	var b strings.Builder
	writeQuery(&b, e)
	return b.String()
}

func writeQuery(b *strings.Builder, e phrase.Expr) {
	switch e.Op {
	case phrase.Term:
		writeTerm(b, e.Words)
	case phrase.Near:
		b.WriteString("NEAR(")
		for _, kid := range e.Kids {
			writePhrase(b, kid.Words, "")
			b.WriteByte(' ')
		}
		b.WriteString(", " + strconv.Itoa(e.Distance) + ")")
	default:
		for i, kid := range e.Kids {
			if i > 0 {
				b.WriteString([...]string{phrase.And: " AND ", phrase.Or: " OR ", phrase.Not: " NOT "}[e.Op])
			}
			b.WriteByte('(')
			writeQuery(b, kid)
			b.WriteByte(')')
		}
	}
}

// writeTerm asks for a hashtag or mention among the tags (a mention also among
// authors), for anything else in every column.
func writeTerm(b *strings.Builder, words []phrase.Word) {
	if len(words) == 1 && len(words[0].Text) > 1 {
		name := []phrase.Word{{Text: words[0].Text[1:], Prefix: words[0].Prefix}}
		switch words[0].Text[0] {
		case '#':
			b.WriteString("tag : ")
			writePhrase(b, name, "h")
			return
		case '@':
			b.WriteString("tag : ")
			writePhrase(b, name, "m")
			b.WriteString(" OR who : ")
			writePhrase(b, name, "")
			return
		}
	}
	writePhrase(b, words, "")
}

func writePhrase(b *strings.Builder, words []phrase.Word, before string) {
	b.WriteByte('"')
	b.WriteString(before)
	for i, w := range words {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(strings.ReplaceAll(w.Text, `"`, `""`))
	}
	b.WriteByte('"')
	if last := words[len(words)-1]; last.Prefix && utf8.RuneCountInString(last.Text) >= prefixLetters {
		b.WriteByte('*')
	}
}
