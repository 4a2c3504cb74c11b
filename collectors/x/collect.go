package x

import (
	"context"
	"errors"
	"strings"
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
	if !validID(account.NativeID) {
		return community.Faultf(community.Invalid, "account.native_id", account.NativeID)
	}
	s, err := n.session(ctx, account)
	if err != nil {
		return err
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
	l := &listener{s: s, emit: emit, watch: p.watch, up: func(up bool) {
		if streaming.Swap(up) != up {
			select {
			case nudge <- struct{}{}:
			default:
			}
		}
	}}
	push.Go(func() { cancel(collectors.Guard(func() error { return n.listen(ctx, l) })) })
	for {
		if err := p.poll(ctx); err != nil {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			return err
		}
		wait := n.o.Poll
		if streaming.Load() {
			wait = n.o.PollStreaming
		}
		if !pause(ctx, min(wait, p.next()), nudge) {
			return context.Cause(ctx)
		}
	}
}

// next is how long until a list with a rhythm of its own is due.
func (p *poller) next() time.Duration {
	now := p.s.o.Now()
	least := time.Hour
	for _, f := range p.feeds {
		if at := maxTime(f.due, f.closed); at.After(now) {
			least = min(least, at.Sub(now))
		}
	}
	return max(least, time.Second/100)
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

// listener is one account that wants what streams bring. It never touches the
// cursor: what it misses, and it may miss anything, the poller finds.
type listener struct {
	s     *session
	emit  collectors.Emit
	watch *watchlist
	up    func(bool) // told when the stream begins and ends
}

// lostError marks an error of emit: the batch is not kept, collecting must stop.
type lostError struct{ error }

func (e lostError) Unwrap() error { return e.error }

// take emits posts that were pushed.
func (l *listener) take(ctx context.Context, posts []post, via string, gone []string, unreadable int) error {
	messages, kept := l.s.messages(posts, via)
	for _, id := range gone {
		w, known := l.watch.get(id)
		if !known {
			w = watched{ID: id}
		}
		messages = append(messages, goneMessage(w.ID, w.Thread))
	}
	if len(messages) == 0 && unreadable == 0 {
		return nil
	}
	if err := l.emit(ctx, collectors.Batch{Messages: messages, Push: true, Unreadable: unreadable}); err != nil {
		return lostError{err}
	}
	// The poller saves the watchlist in the cursor at any moment: it may know only
	// what is kept.
	l.watch.took(kept, via, gone, l.s.o.Now())
	return nil
}

// listen brings what is pushed until ctx ends or something could not be kept:
// version 1.1 has a stream for each account, version 2 one for the whole app.
// Without a stream the poll alone collects.
func (n *Network) listen(ctx context.Context, l *listener) error {
	ctx, cancel := context.WithCancel(ctx)
	var (
		err     error
		waiting sync.WaitGroup
	)
	defer waiting.Wait()
	defer cancel() // before the wait above
	if l.s.credentials().app.hook != "" && !l.s.legacy() {
		waiting.Go(func() { l.s.subscribed(ctx) })
	}
	switch {
	case l.s.legacy():
		err = l.legacyStream(ctx)
	case l.s.credentials().app.bearer != "":
		err = n.streamOf(l.s).serve(ctx, l)
	default:
		<-ctx.Done()
		return ctx.Err()
	}
	var lost lostError
	if errors.As(err, &lost) {
		return lost.error
	}
	return err
}

// rulesOf are the filters of an account's stream: itself first, then each of its
// queries, by the text that Via then carries.
func rulesOf(account community.Account) map[string]string {
	rules := map[string]string{}
	if h := account.Handle; h != "" {
		rules[""] = "@" + h + " OR from:" + h
	}
	for _, q := range queriesOf(account) {
		rules[q] = strings.TrimSpace(q)
	}
	return rules
}
