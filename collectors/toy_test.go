package collectors_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// toy is a whole network as doc.go tells how to write one: a forum that is
// polled, whose server numbers every change.
type toy struct {
	transport *collectors.Transport
	token     string
	poll      time.Duration
}

// toyPost is a post on the wire. Change grows with every new state of any post.
type toyPost struct {
	Change                              int64
	ID, Thread, InReplyTo, Author, Text string
	Private, Deleted                    bool
	At                                  time.Time
}

func (n *toy) call(ctx context.Context, method, address, key string, send, receive any) error {
	body, err := json.Marshal(send)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+n.token)
	r.Header.Set("Idempotency-Key", key)
	response, err := (&http.Client{Transport: n.transport}).Do(r)
	if err != nil {
		return err // the transport made it a fault; the fleet knows what to do
	}
	defer response.Body.Close()
	return json.NewDecoder(response.Body).Decode(receive)
}

func (n *toy) Collect(ctx context.Context, a community.Account, cursor community.Cursor, emit collectors.Emit) error {
	for {
		began := time.Now()
		var posts []toyPost
		if err := n.call(ctx, "GET", a.Server+"/posts?after="+cursor.Since, "", nil, &posts); err != nil {
			return err
		}
		batch := collectors.Batch{Cursor: &cursor, Skew: n.transport.Skew()}
		for _, p := range posts {
			batch.Messages = append(batch.Messages, community.Message{
				ID: p.ID, Thread: p.Thread, InReplyTo: p.InReplyTo, Author: community.Author{ID: p.Author}, Kind: community.KindPost,
				Text: p.Text, Private: p.Private, Deleted: p.Deleted, CreatedAt: p.At, CanReply: true,
			})
			cursor.Since = strconv.FormatInt(p.Change, 10)
		}
		if len(posts) == 0 {
			cursor.Complete = began // nothing is left: up to here nothing is missing
		}
		if err := emit(ctx, batch); err != nil {
			return err // not kept: the same posts come again
		}
		if len(posts) == 0 && collectors.Wait(ctx, n.poll) != nil {
			return ctx.Err()
		}
	}
}

func (n *toy) Reply(ctx context.Context, a community.Account, target community.Message, r community.Reply) (community.Receipt, error) {
	var p toyPost
	sent := toyPost{InReplyTo: target.ID, Text: r.Text, Private: target.Private || r.Visibility == community.Private}
	err := n.call(ctx, "POST", a.Server+"/posts", r.ID, sent, &p)
	return community.Receipt{ID: p.ID, At: p.At}, err
}

func (n *toy) Look(ctx context.Context, a community.Account, target community.Message, r community.Reply) (community.Receipt, bool, error) {
	var posts []toyPost
	err := n.call(ctx, "GET", a.Server+"/posts?key="+url.QueryEscape(r.ID), "", nil, &posts)
	if err != nil || len(posts) == 0 {
		return community.Receipt{}, false, err
	}
	return community.Receipt{ID: posts[0].ID, At: posts[0].At}, true, nil
}

func (n *toy) Describe(context.Context, community.Account) (community.Capability, error) {
	return community.Capability{Collects: true, ReplyPublic: true, ReplyPrivate: true, Limit: 500, Unit: community.Codepoints, IdempotencyKey: true, ReadBack: true}, nil
}

func (n *toy) Count(_ community.Visibility, text string) int { return len([]rune(text)) }
