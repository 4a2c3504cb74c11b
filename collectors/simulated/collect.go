package simulated

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// firstRetry is the first wait before a broken stream is opened again.
const firstRetry = 200 * time.Millisecond

// Collect listens to the account's stream and sweeps its feed, at once and then
// every Options.Poll. The stream only ever adds messages; what it drops the next
// sweep finds, and only the sweep moves the cursor.
func (n *Network) Collect(ctx context.Context, account community.Account, cursor community.Cursor, emit collectors.Emit) error {
	both, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 2)
	go func() { ended <- collectors.Guard(func() error { return n.listen(both, account, emit) }) }()
	go func() { ended <- collectors.Guard(func() error { return n.sweep(both, account, cursor, emit) }) }()
	err := <-ended
	cancel()
	<-ended
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// listen emits what the stream brings, from now on. A stream that cannot be
// reached is tried again with back-off, since the sweep goes on without it; only
// a dead token ends it.
func (n *Network) listen(ctx context.Context, account community.Account, emit collectors.Emit) error {
	query := url.Values{}
	retry := collectors.NewBackoff(firstRetry, n.poll, nil)
	for {
		var brought burst
		err := n.get(ctx, &brought, query, "pages", account.NativeID, "stream")
		switch kind := community.KindOf(err); {
		case err == nil:
			retry.Reset()
		case ctx.Err() != nil:
			return ctx.Err()
		case kind != community.Unavailable && kind != community.Limited:
			return err
		default:
			if err := collectors.Wait(ctx, retry.Next()); err != nil {
				return err
			}
			continue
		}
		if len(brought.Items) > 0 {
			batch := collectors.Batch{Push: true, Messages: messages(brought.Items, account)}
			if err := emit(ctx, batch); err != nil {
				return err
			}
		}
		query.Set("after", brought.After.Format(time.RFC3339Nano))
	}
}

// sweep reads the feed back to the cursor, again and again. One that was
// interrupted is finished first; it cannot say up to when nothing is missing,
// since it no longer knows when it began, so a whole one follows at once.
func (n *Network) sweep(ctx context.Context, account community.Account, cursor community.Cursor, emit collectors.Emit) error {
	resumed := cursor.Until != ""
	for {
		var began time.Time
		for {
			at, done, err := n.page(ctx, account, &cursor, began, emit)
			if err != nil {
				return err
			}
			if began.IsZero() && !resumed {
				began = at
			}
			if done {
				break
			}
		}
		if resumed {
			resumed = false
			continue
		}
		if err := collectors.Wait(ctx, n.poll); err != nil {
			return err
		}
	}
}

// page emits one page of the feed and moves the cursor: within the sweep, or,
// when the page reaches back to the last one, to the sweep's upper end. began is
// when the sweep's first page was read; zero when that is this page or is not
// known. at is when this page was.
func (n *Network) page(ctx context.Context, account community.Account, cursor *community.Cursor, began time.Time, emit collectors.Emit) (at time.Time, done bool, err error) {
	first, query := cursor.Until == "", url.Values{}
	if cursor.From != "" {
		query.Set("before", cursor.From)
	}
	var read sheet
	if err := n.get(ctx, &read, query, "pages", account.NativeID, "feed"); err != nil {
		return at, false, err
	}
	if first {
		began = read.Now
	}
	since, next := numberOf(cursor.Since), *cursor
	var fresh []item
	for _, it := range read.Items {
		if it.Pos > since {
			fresh = append(fresh, it)
		}
	}
	if first && len(read.Items) > 0 {
		next.Until = strconv.FormatInt(read.Items[0].Pos, 10)
	}
	done = read.Next == 0 || read.Next <= since
	if done {
		if next.Until != "" {
			next.Since = next.Until
		}
		next.Until, next.From = "", ""
		if !began.IsZero() {
			next.Complete = began
		}
	} else {
		next.From = strconv.FormatInt(read.Next, 10)
	}
	if err := emit(ctx, collectors.Batch{Messages: messages(fresh, account), Cursor: &next}); err != nil {
		return at, false, err
	}
	*cursor = next
	return read.Now, done, nil
}

// messages are the items' posts, oldest first as far as their order tells.
func messages(items []item, account community.Account) []community.Message {
	out := make([]community.Message, len(items))
	for i := range items {
		out[i] = items[i].Post.message(account)
	}
	return out
}
