package sql

import (
	"context"
	"database/sql"
	"fmt"
	"sync"

	"github.com/vigie-hq/vigie/community"
)

// labels are the words that repeat in rows, kept once and named by number; 0
// is the empty word. There are few (networks, categories, accounts, agents,
// channels, models), so all of them are held in memory.
type labels struct {
	mu    sync.RWMutex
	num   map[string]int64
	name  map[int64]string
	next  int64
	limit int
}

// labelLimit bounds what a hostile stream of new words could make us hold;
// beyond it a new word is refused.
const labelLimit = 1 << 18

func loadLabels(ctx context.Context, c *conn) (*labels, error) {
	l := &labels{num: map[string]int64{"": 0}, name: map[int64]string{0: ""}, next: 1, limit: labelLimit}
	err := each(ctx, c, `SELECT num, name FROM label`, nil, func(r *sql.Rows) error {
		var n int64
		var s string
		if err := r.Scan(&n, &s); err != nil {
			return err
		}
		l.num[s], l.name[n] = n, s
		l.next = max(l.next, n+1)
		return nil
	})
	return l, err
}

// find returns a word's number; a word that no row has is -1, which no row has.
func (l *labels) find(word string) int64 {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if n, ok := l.num[word]; ok {
		return n
	}
	return -1
}

func (l *labels) word(n int64) (string, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	s, ok := l.name[n]
	return s, ok
}

// give numbers a new word; forget takes that back when its transaction is undone.
func (l *labels) give(word string) (int64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.num) >= l.limit {
		return 0, community.Faultf(community.Invalid, "store.labels", l.limit)
	}
	n := l.next
	l.next++
	l.num[word], l.name[n] = n, word
	return n, nil
}

func (l *labels) forget(words []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, word := range words {
		delete(l.name, l.num[word])
		delete(l.num, word)
	}
}

// label scans a label's number into its word.
type label[T ~string] struct {
	labels *labels
	to     *T
}

// named is the destination of a label column.
func named[T ~string](l *labels, to *T) label[T] { return label[T]{l, to} }

// Scan implements sql.Scanner.
func (l label[T]) Scan(src any) error {
	n, ok := src.(int64)
	if !ok {
		return fmt.Errorf("%T is no label", src)
	}
	s, ok := l.labels.word(n)
	if !ok {
		return fmt.Errorf("label %d is unknown", n)
	}
	*l.to = T(s)
	return nil
}

// label gives the number of a word, new words included. A failure is kept and
// makes the next statement fail, so that callers can name many in one line.
func (t *Tx) label(word string) int64 {
	if n := t.db.labels.find(word); n >= 0 {
		return n
	}
	n, err := t.db.labels.give(word)
	if err == nil {
		t.words = append(t.words, word)
		_, err = t.db.writer.exec(t.ctx, `INSERT INTO label (num, name) VALUES ($1, $2)`, n, word)
	}
	if err != nil && t.broken == nil {
		t.broken = err
	}
	return n
}

// labelOf gives the number of a typed word.
func labelOf[T ~string](t *Tx, word T) int64 { return t.label(string(word)) }
