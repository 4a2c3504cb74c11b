package bluesky

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// Collect listens and polls side by side until ctx ends or a fault stops one of
// them. A stream that comes or goes has the poll run at once: what was said
// between two streams is then found within seconds.
func (n *Network) Collect(ctx context.Context, account community.Account, cursor community.Cursor, emit collectors.Emit) error {
	s, err := n.session(ctx, account)
	if err != nil {
		return err
	}
	queries, bad := readQueries(account.Queries)
	for _, line := range bad {
		n.o.Logger.Warn("query cannot be listened to", "account", account.Key(), "query", line)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var (
		p         = newPoller(s, cursor, emit, queries)
		nudge     = make(chan struct{}, 1)
		streaming atomic.Bool
		push      sync.WaitGroup
	)
	if n.o.Jetstream != "" {
		defer push.Wait()
		defer cancel(nil) // before the wait above
		st := &streamer{s: s, t: p.t}
		push.Go(func() {
			cancel(collectors.Guard(func() error {
				return st.run(ctx, &n.hub, queries, func(up bool) {
					if streaming.Swap(up) != up {
						select {
						case nudge <- struct{}{}:
						default:
						}
					}
				})
			}))
		})
	}
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

// asFault takes off what marks an error within this package.
func asFault(err error) error {
	var lost lostError
	if errors.As(err, &lost) {
		return lost.error
	}
	return err
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
