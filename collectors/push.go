package collectors

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// What is pushed to one account at the same time leaves in one publication: of
// pushMost messages at most, with pushQueue waiting for the next at most.
// Networks want their answer within 5 (Meta) to 10 (X) seconds and deliver again
// when told to, so nobody waits longer than pushPatience.
const (
	pushMost     = 500
	pushQueue    = 5000
	pushPatience = 4 * time.Second
)

// pushed is one call of Push that waits.
type pushed struct {
	messages []community.Message
	done     chan error
}

// pushes is an account's queue of what was pushed and is not durable yet. While
// one publication is under way, the next one gathers.
type pushes struct {
	mu      sync.Mutex
	queue   []pushed
	waiting int           // messages in queue
	idle    chan struct{} // closed when nothing is under way; nil: so now
	closed  bool
}

// push makes messages durable together with those of other callers.
func (in *intake) push(ctx context.Context, messages []community.Message) error {
	if len(messages) == 0 {
		return nil
	}
	one := pushed{messages, make(chan error, 1)}
	p := &in.pushes
	p.mu.Lock()
	switch {
	case p.closed:
		p.mu.Unlock()
		return errStarting()
	case p.waiting > 0 && p.waiting+len(messages) > pushQueue:
		p.mu.Unlock()
		return errCrowded(in.fleet.now())
	}
	p.queue = append(p.queue, one)
	p.waiting += len(messages)
	if p.idle == nil {
		p.idle = make(chan struct{})
		// Whoever comes first must not take the others down when he leaves.
		go in.drain(context.WithoutCancel(ctx))
	}
	p.mu.Unlock()
	select {
	case err := <-one.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// drain publishes what waits until nothing does.
func (in *intake) drain(ctx context.Context) {
	p := &in.pushes
	for {
		p.mu.Lock()
		var batch Batch
		n := 0
		for n < len(p.queue) && (n == 0 || len(batch.Messages)+len(p.queue[n].messages) <= pushMost) {
			batch.Messages = append(batch.Messages, p.queue[n].messages...)
			n++
		}
		now := p.queue[:n:n]
		p.queue = p.queue[n:]
		p.waiting -= len(batch.Messages)
		if n == 0 {
			p.queue = nil
			close(p.idle)
			p.idle = nil
			p.mu.Unlock()
			return
		}
		p.mu.Unlock()
		batch.Push = true
		err := Guard(func() error { return in.takePushed(ctx, batch) })
		for i := range now {
			now[i].done <- err
		}
	}
}

func (in *intake) takePushed(ctx context.Context, batch Batch) error {
	ctx, cancel := context.WithTimeout(ctx, pushPatience)
	defer cancel()
	err := in.hold(ctx)
	if err == nil {
		defer in.release()
		if err = in.peek(ctx); err == nil {
			err = in.take(ctx, batch, in.fleet.ferry, false)
		}
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return errCrowded(in.fleet.now()).Because(err)
	}
	return err
}

// refuse turns away what is pushed from now on.
func (p *pushes) refuse() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
}

// wait returns when nothing is under way.
func (p *pushes) wait() {
	p.mu.Lock()
	idle := p.idle
	p.mu.Unlock()
	if idle != nil {
		<-idle
	}
}

// errStarting says that no fleet runs at this moment; errCrowded that more is
// pushed than can be kept. Both ask the network to deliver again.
func errStarting() *community.Fault {
	return community.Faultf(community.Unavailable, "collect.starting")
}

func errCrowded(now time.Time) *community.Fault {
	return Limit("collect.crowded", now.Add(time.Second))
}
