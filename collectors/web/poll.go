package web

import (
	"context"
	"encoding/json"
	"strconv"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// How many messages a poll asks for at once, and how long a position may be.
const (
	pageSize    = 500
	maxPosition = 4096
)

// page is what the other side answers to GET <Server>?since=…&limit=…: what
// happened after that position, oldest first: new messages, edits, deletions, each
// message as it is now. Next is the position after them; More says that there is
// more at once.
type page struct {
	Messages []json.RawMessage `json:"messages"`
	Next     string            `json:"next"`
	More     bool              `json:"more"`
}

// Collect polls where the account says how. Without a Server it only waits for
// ctx to end: everything is pushed then.
func (n *Network) Collect(ctx context.Context, account community.Account, cursor community.Cursor, emit collectors.Emit) error {
	if account.Server == "" {
		<-ctx.Done()
		return ctx.Err()
	}
	for {
		if err := n.sweep(ctx, &account, &cursor, emit); err != nil {
			return err
		}
		if err := collectors.Wait(ctx, n.o.Poll); err != nil {
			return err
		}
	}
}

// sweep takes everything after the cursor. Each page moves it: pages come oldest
// first, so nothing before it is missing.
func (n *Network) sweep(ctx context.Context, account *community.Account, cursor *community.Cursor, emit collectors.Emit) error {
	began := n.o.Now().UTC()
	for {
		got, err := n.ask(ctx, account, cursor.Since, pageSize)
		if err != nil {
			return err
		}
		batch := collectors.Batch{}
		for _, one := range got.Messages {
			m, err := messageOf(account, one, n.o.Now())
			if err != nil {
				// It would be as wrong next time: counted, and left out alone.
				n.o.Logger.Warn("a message cannot be read", "account", account.Key(), "error", err)
				batch.Unreadable++
				continue
			}
			batch.Messages = append(batch.Messages, m)
		}
		// A page that says "more" and does not move on would be asked for for ever;
		// nothing is complete then.
		more := got.More && got.Next != "" && got.Next != cursor.Since
		if got.Next != "" {
			cursor.Since = got.Next
		}
		if !got.More {
			cursor.Complete = began
		}
		next := *cursor
		batch.Cursor, batch.Skew = &next, n.transport(account).Skew()
		if err := emit(ctx, batch); err != nil {
			return err
		}
		if !more {
			return nil
		}
	}
}

// ask asks for one page.
func (n *Network) ask(ctx context.Context, account *community.Account, since string, limit int) (page, error) {
	address, err := parseAddress(account.Server)
	if err != nil {
		return page{}, err
	}
	q := address.Query()
	q.Set("since", since)
	q.Set("limit", strconv.Itoa(limit))
	address.RawQuery = q.Encode()
	var got page
	if err := n.get(ctx, account, address, &got); err != nil {
		return page{}, err
	}
	if len(got.Next) > maxPosition || len(got.Messages) > 2*pageSize {
		return page{}, community.Faultf(community.Unavailable, "network.unreadable")
	}
	return got, nil
}
