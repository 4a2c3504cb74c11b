package sql

import (
	"maps"
	"slices"
	"strings"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/text"
)

// indexed is how many bytes of a text can be found; what stands behind them
// can be read, not searched.
const indexed = 1 << 16

// wording is what can be found of a message.
type wording struct{ text, handle, name string }

func wordingOf(e *community.Entry) wording {
	m := &e.Message
	return wording{text.Clean(m.Text), text.Clean(m.Author.Handle), text.Clean(m.Author.Name)}
}

// wording reads what was written of a message, which is what its full text was
// made from.
func (t *Tx) wording(num int64) (w wording, err error) {
	_, err = t.one(`SELECT text, handle, name FROM message WHERE num = $1`, []any{num}, &w.text, &w.handle, &w.name)
	return w, err
}

// find is what a transaction does to one row of the full text.
type find struct{ was, now *wording }

// finding notes that the row of this number held was and is to hold now; nil is
// no row. What belongs to no conversation is not searched.
func (t *Tx) finding(num int64, was, now *wording) {
	if num < 0 {
		return
	}
	f := t.finds[num]
	if f == nil {
		f = &find{was: was}
		if t.finds == nil {
			t.finds = map[int64]*find{}
		}
		t.finds[num] = f
	}
	f.now = now
}

// flushFinds writes the full text in the order of the numbers: a smaller number
// after a larger one makes the engine start a new segment.
func (t *Tx) flushFinds() error {
	var s script
	for _, num := range slices.Sorted(maps.Keys(t.finds)) {
		f := t.finds[num]
		if f.was != nil && f.now != nil && *f.was == *f.now {
			continue
		}
		if f.was != nil {
			body, who, tag := s.write(f.was)
			if err := t.exec(`INSERT INTO found (found, rowid, text, who, tag) VALUES ('delete', $1, $2, $3, $4)`, num, body, who, tag); err != nil {
				return err
			}
		}
		if f.now != nil {
			body, who, tag := s.write(f.now)
			if err := t.exec(`INSERT INTO found (rowid, text, who, tag) VALUES ($1, $2, $3, $4)`, num, body, who, tag); err != nil {
				return err
			}
		}
	}
	return nil
}

// script turns texts into tokens side by side, reusing its memory.
type script struct {
	tokens    []text.Token
	body, tag []byte
}

func (s *script) write(w *wording) (body, who, tag string) {
	from := w.text
	if len(from) > indexed {
		from = strings.ToValidUTF8(from[:indexed], "")
	}
	s.tokens = text.AppendTokens(s.tokens[:0], from)
	s.body, s.tag = s.body[:0], s.tag[:0]
	for i := range s.tokens {
		token := &s.tokens[i]
		s.body = append(append(s.body, token.Text...), ' ')
		switch token.Kind {
		case text.Hashtag:
			s.tag = append(append(append(s.tag, 'h'), token.Text[1:]...), ' ')
		case text.Mention:
			s.tag = append(append(append(s.tag, 'm'), token.Text[1:]...), ' ')
		}
	}
	body, tag = string(s.body), string(s.tag)
	s.body = s.body[:0]
	for _, part := range [...]string{w.handle, w.name} {
		s.body = append(text.AppendFold(s.body, part), ' ')
	}
	return body, string(s.body), tag
}
