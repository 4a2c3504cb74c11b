package main

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/internal/sql"
)

// taught holds what each brand's agents taught. It is safe for concurrent use.
type taught struct {
	lessons *sql.Lessons

	turn   sync.Mutex // one refresh at a time
	mark   [2]int64
	brands atomic.Pointer[map[string]*community.Taught]
}

func newTaught(lessons *sql.Lessons) *taught {
	t := &taught{lessons: lessons, mark: [2]int64{-1}}
	t.brands.Store(&map[string]*community.Taught{})
	return t
}

// refresh reads the corrections again if there is another one. It is called
// before each batch: what is judged after a correction was made follows it.
func (t *taught) refresh(ctx context.Context) error {
	t.turn.Lock()
	defer t.turn.Unlock()
	mark, err := t.lessons.Mark(ctx)
	if err != nil || mark == t.mark {
		return err
	}
	lessons, err := t.lessons.All(ctx)
	if err != nil {
		return err
	}
	by := map[string][]community.Lesson{}
	for _, l := range lessons {
		by[l.Brand] = append(by[l.Brand], l)
	}
	brands := make(map[string]*community.Taught, len(by))
	for brand, lessons := range by {
		brands[brand] = community.NewTaught(lessons)
	}
	t.brands.Store(&brands)
	t.mark = mark
	return nil
}

// of is what a brand's agents taught; nil, which applies nothing, when nothing.
func (t *taught) of(brand string) *community.Taught { return (*t.brands.Load())[brand] }
