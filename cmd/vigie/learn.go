package main

import (
	"context"
	"maps"
	"sync"
	"sync/atomic"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/internal/sql"
)

// taught holds what each brand's agents taught. It is safe for concurrent use.
type taught struct {
	lessons *sql.Lessons

	turn   sync.Mutex // one refresh at a time
	mark   int64
	brands atomic.Pointer[map[string]*community.Taught]
}

func newTaught(lessons *sql.Lessons) *taught {
	t := &taught{lessons: lessons}
	t.brands.Store(&map[string]*community.Taught{})
	return t
}

// refresh takes in the corrections that were added since. It is called before
// each batch: what is judged after a correction was made follows it.
func (t *taught) refresh(ctx context.Context) error {
	t.turn.Lock()
	defer t.turn.Unlock()
	mark, err := t.lessons.Mark(ctx)
	if err != nil || mark == t.mark {
		return err
	}
	lessons, err := t.lessons.Added(ctx, t.mark, mark)
	if err != nil {
		return err
	}
	by := map[string][]community.Lesson{}
	for _, l := range lessons {
		by[l.Brand] = append(by[l.Brand], l)
	}
	brands := maps.Clone(*t.brands.Load())
	for brand, lessons := range by {
		brands[brand] = brands[brand].With(lessons)
	}
	t.brands.Store(&brands)
	t.mark = mark
	return nil
}

// of is what a brand's agents taught; nil, which applies nothing, when nothing.
func (t *taught) of(brand string) *community.Taught { return (*t.brands.Load())[brand] }
