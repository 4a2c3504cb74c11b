package collectors

import (
	"context"
	"math/rand/v2"
	"time"
)

// Backoff gives waits that double from First up to Most, each shortened by a
// random part of up to half, so that a thousand accounts of one broken server
// do not all come back in the same second. It is not safe for concurrent use.
type Backoff struct {
	first, most time.Duration
	random      func() float64
	next        time.Duration
}

// NewBackoff returns a back-off from first to most; random gives [0,1), nil
// means math/rand.
func NewBackoff(first, most time.Duration, random func() float64) Backoff {
	if random == nil {
		random = rand.Float64
	}
	return Backoff{first: first, most: most, random: random}
}

// Next returns the next wait: between half of the step and the whole step.
func (b *Backoff) Next() time.Duration {
	if b.next == 0 {
		b.next = b.first
	}
	step := b.next
	b.next = min(2*b.next, b.most)
	return step/2 + time.Duration(b.random()*float64(step/2))
}

// Reset starts again at the first step: something worked.
func (b *Backoff) Reset() { b.next = 0 }

// Wait sleeps for d or until ctx ends, whose error it then returns.
func Wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
