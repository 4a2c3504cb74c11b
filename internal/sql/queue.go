package sql

import (
	"context"
	"slices"
	"sync"
)

// queue lets one holder at a time have the writer. People go before the
// stream, each in the order they came.
type queue struct {
	mu     sync.Mutex
	held   bool
	people []chan struct{}
	stream []chan struct{}
}

// enter waits for the writer. It returns ctx's error when that ends first.
func (q *queue) enter(ctx context.Context, person bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	q.mu.Lock()
	if !q.held {
		q.held = true
		q.mu.Unlock()
		return nil
	}
	turn := make(chan struct{})
	line := &q.stream
	if person {
		line = &q.people
	}
	*line = append(*line, turn)
	q.mu.Unlock()
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
	}
	q.mu.Lock()
	i := slices.Index(*line, turn)
	if i >= 0 {
		*line = slices.Delete(*line, i, i+1)
	}
	q.mu.Unlock()
	if i < 0 { // the turn came at the same moment: hand it on
		q.leave()
	}
	return ctx.Err()
}

// leave gives the writer to who waits next.
func (q *queue) leave() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, line := range []*[]chan struct{}{&q.people, &q.stream} {
		if len(*line) > 0 {
			close((*line)[0])
			*line = (*line)[1:]
			return
		}
	}
	q.held = false
}
