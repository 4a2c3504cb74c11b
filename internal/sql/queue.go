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
	turn := q.ask(person)
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
	}
	if !q.forget(turn) { // the turn came at the same moment: hand it on
		q.leave()
	}
	return ctx.Err()
}

// ask gets in line; the channel is closed when it is one's turn.
func (q *queue) ask(person bool) chan struct{} {
	turn := make(chan struct{})
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case !q.held:
		q.held = true
		close(turn)
	case person:
		q.people = append(q.people, turn)
	default:
		q.stream = append(q.stream, turn)
	}
	return turn
}

// forget gets out of line; false if the turn has come.
func (q *queue) forget(turn chan struct{}) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, line := range q.lines() {
		if i := slices.Index(*line, turn); i >= 0 {
			*line = slices.Delete(*line, i, i+1)
			return true
		}
	}
	return false
}

// leave gives the writer to who waits next.
func (q *queue) leave() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, line := range q.lines() {
		if len(*line) > 0 {
			close((*line)[0])
			*line = (*line)[1:]
			return
		}
	}
	q.held = false
}

func (q *queue) lines() [2]*[]chan struct{} { return [2]*[]chan struct{}{&q.people, &q.stream} }
