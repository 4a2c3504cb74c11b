//lint:file-ignore SA1019 the only client of version 1.1 is finished, like what it talks to

package x

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/dghubble/go-twitter/twitter"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// Version 1.1 sends a keep-alive every 30 seconds; three missing ones mean that
// nobody is there (developer.x.com, "Connecting to a streaming endpoint").
const legacySilence = 90 * time.Second

// legacyStream keeps version 1.1's stream of the account open until ctx ends or
// a batch could not be kept. It brings what names the account and what it writes;
// queries are searched for, because the stream's filters speak another language.
func (l *listener) legacyStream(ctx context.Context) error {
	again := retry{waits: l.s.o.Retry}
	for {
		began := l.s.o.Now()
		err := l.legacyOnce(ctx)
		l.up(false)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		var lost lostError
		if errors.As(err, &lost) {
			return err
		}
		if l.s.o.Now().Sub(began) > l.s.o.Retry.StatusMost {
			again = retry{waits: l.s.o.Retry}
		}
		wait := again.after(err, l.s.o.Now())
		l.s.o.Logger.Info("stream ended", "account", l.s.account.Key(), "error", err, "again_in", wait)
		if err := collectors.Wait(ctx, wait); err != nil {
			return err
		}
	}
}

// legacyOnce connects and reads until the connection ends. go-twitter would
// connect again by itself; its client is given one connection, so that it ends.
// Its Stop is never called: it races with its own reader, and waits for ever for
// a message nobody takes.
func (l *listener) legacyOnce(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	tap := &tap{base: signed{l.s, listening{l.s, cancel, max(l.s.o.Silence, legacySilence)}}, connected: func() { l.up(true) }}
	client := twitter.NewClient(&http.Client{Transport: boundTo{ctx, tap}, CheckRedirect: noRedirect})
	stream, err := client.Streams.Filter(&twitter.StreamFilterParams{
		Follow: []string{l.s.account.NativeID}, Track: []string{"@" + l.s.account.Handle},
	})
	if err != nil {
		return err
	}
	var ended error
	for message := range stream.Messages {
		if ended != nil {
			continue // until the library has noticed
		}
		if ended = l.legacyMessage(ctx, message, tap); ended != nil {
			cancel()
		}
	}
	return ended
}

func (l *listener) legacyMessage(ctx context.Context, message any, tap *tap) error {
	switch m := message.(type) {
	case error:
		var f *community.Fault
		if errors.As(m, &f) {
			return classify(m, false, l.s.o.Now())
		}
		return community.Faultf(community.Unavailable, "network.unavailable").Because(m)
	case *twitter.Tweet:
		item, ok := legacyPost(m, tap.history(m.IDStr))
		if !ok {
			return l.take(ctx, nil, "", nil, 1)
		}
		if item.Author.ID != l.s.account.NativeID && !l.s.summons(&item) && item.ParentBy != l.s.account.NativeID {
			return nil // the stream follows reposts of ours too
		}
		items := []post{item}
		if err := (&legacy{l.s}).thread(ctx, items); err != nil {
			return err // the poll will name it
		}
		return l.take(ctx, items, "", nil, 0)
	case *twitter.StatusDeletion:
		if m != nil && validID(m.IDStr) {
			return l.take(ctx, nil, "", []string{m.IDStr}, 0)
		}
	case *twitter.StreamDisconnect:
		return community.Faultf(community.Unavailable, "network.unavailable")
	}
	return nil
}

// boundTo puts a call's context below a library that knows none.
type boundTo struct {
	ctx  context.Context
	base http.RoundTripper
}

func (b boundTo) RoundTrip(r *http.Request) (*http.Response, error) {
	return b.base.RoundTrip(r.WithContext(b.ctx))
}

// tap is a transport for one connection. It reads along what the library reads
// and keeps the edit histories, which the library drops.
type tap struct {
	base      http.RoundTripper
	connected func()

	mu   sync.Mutex
	used bool
	line bytes.Buffer
	seen map[string][]string
}

var errOnce = errors.New("the stream ended")

func (t *tap) RoundTrip(r *http.Request) (*http.Response, error) {
	t.mu.Lock()
	used := t.used
	t.used = true
	t.mu.Unlock()
	if used {
		return nil, errOnce
	}
	response, err := t.base.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	t.connected()
	response.Body = &copied{io.TeeReader(response.Body, t), response.Body}
	return response, nil
}

// Write takes a part of the stream, before the library does.
func (t *tap) Write(part []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.line.Write(part)
	for {
		whole := t.line.Bytes()
		end := bytes.Index(whole, []byte("\r\n"))
		if end < 0 {
			if len(whole) > maxLine {
				return 0, errOnce
			}
			return len(part), nil
		}
		if line := whole[:end]; strings.Contains(string(line), `"edit_history"`) {
			if t.seen == nil || len(t.seen) > ringSize {
				t.seen = map[string][]string{}
			}
			for id, ids := range histories(line) {
				t.seen[id] = ids
			}
		}
		t.line.Next(end + 2)
	}
}

func (t *tap) history(id string) map[string][]string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return map[string][]string{id: t.seen[id]}
}
