package mastodon

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// Collect streams and polls side by side until ctx ends or a fault stops one of
// them. A stream that comes or goes has the poll run at once: what was said
// between two streams is then found within seconds.
func (n *Network) Collect(ctx context.Context, account community.Account, cursor community.Cursor, emit collectors.Emit) error {
	s, err := n.session(ctx, account)
	if err != nil {
		return err
	}
	if !validID(account.NativeID) {
		return community.Faultf(community.Invalid, "account.native_id", account.NativeID)
	}
	if _, err := n.limits(ctx, s); err != nil {
		return asFault(err)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var (
		p         = newPoller(s, cursor, emit)
		nudge     = make(chan struct{}, 1)
		streaming atomic.Bool
		push      sync.WaitGroup
	)
	defer push.Wait()
	defer cancel(nil) // before the wait above
	st := &streamer{s: s, emit: emit, watch: p.watch, up: func(up bool) {
		s.push.Store(pushState(up))
		if streaming.Swap(up) != up {
			select {
			case nudge <- struct{}{}:
			default:
			}
		}
	}}
	push.Go(func() { cancel(collectors.Guard(func() error { return st.run(ctx) })) })
	for {
		if err := p.poll(ctx); err != nil {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			return asFault(err)
		}
		wait := n.o.Poll
		if streaming.Load() {
			wait = n.o.PollStreaming
		}
		if !pause(ctx, wait, nudge) {
			return context.Cause(ctx)
		}
	}
}

// pause waits for d or a nudge; false when ctx ended.
func pause(ctx context.Context, d time.Duration, nudge <-chan struct{}) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
	case <-nudge:
	}
	return true
}
