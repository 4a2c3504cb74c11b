package collectors

import (
	"context"
	"sync"

	"github.com/vigie-hq/vigie/community"
)

// ferryMost is how many messages cross at once.
const ferryMost = 1000

// ferry is a Log before the log: while one publication is under way the next
// ones gather and cross together, whichever account they are for. Pushes arrive
// one message at a time, and what a publication costs hardly depends on its size.
type ferry struct {
	log     Log
	mu      sync.Mutex
	waiting []passage
	sailing bool
}

// passage is one publication that waits.
type passage struct {
	messages []community.Message
	done     chan error
}

// Publish implements Log. When ctx ends first, the messages may cross all the
// same.
func (f *ferry) Publish(ctx context.Context, messages []community.Message) error {
	p := passage{messages, make(chan error, 1)}
	f.mu.Lock()
	f.waiting = append(f.waiting, p)
	if !f.sailing {
		f.sailing = true
		go f.sail(context.WithoutCancel(ctx))
	}
	f.mu.Unlock()
	select {
	case err := <-p.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// sail crosses until nobody waits.
func (f *ferry) sail(ctx context.Context) {
	for {
		f.mu.Lock()
		n, size := 0, 0
		for n < len(f.waiting) && (n == 0 || size+len(f.waiting[n].messages) <= ferryMost) {
			size += len(f.waiting[n].messages)
			n++
		}
		now := f.waiting[:n:n]
		f.waiting = f.waiting[n:]
		f.sailing = n > 0
		f.mu.Unlock()
		if n == 0 {
			return
		}
		f.cross(ctx, now, size)
	}
}

// cross publishes what is on board. A message the log refuses must not hold up
// the others: then each passage goes alone, and its owner finds which it is.
func (f *ferry) cross(ctx context.Context, now []passage, size int) {
	ctx, cancel := context.WithTimeout(ctx, pushPatience)
	defer cancel()
	all := make([]community.Message, 0, size)
	for _, p := range now {
		all = append(all, p.messages...)
	}
	err := Guard(func() error { return f.log.Publish(ctx, all) })
	if len(now) == 1 || err == nil || community.KindOf(err) != community.Invalid {
		for _, p := range now {
			p.done <- err
		}
		return
	}
	for _, p := range now {
		p.done <- Guard(func() error { return f.log.Publish(ctx, p.messages) })
	}
}
