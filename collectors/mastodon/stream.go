package mastodon

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/gorilla/websocket"
	client "github.com/mattn/go-mastodon"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// How a stream is kept. Mastodon pings every 30 seconds; we ping too, for
// servers that do not, and give a silent connection up after three of them.
const (
	dialTimeout = 15 * time.Second
	pingEvery   = 30 * time.Second
	deadAfter   = 95 * time.Second
	maxFrame    = 4 << 20
	streamFirst = time.Second // back-off between connections
	streamMost  = time.Minute
)

// streamer brings what the server pushes. It never touches the cursor: what it
// misses, and it may miss anything, the poller finds.
type streamer struct {
	s     *session
	emit  collectors.Emit
	watch *watchlist
	up    func(bool) // told when the stream begins and ends
}

// lostError marks an error of emit: the batch is not kept, collecting must stop.
type lostError struct{ error }

func (e lostError) Unwrap() error { return e.error }

// run streams until ctx ends or a batch could not be kept, connecting again
// with back-off whenever the server hangs up.
func (st *streamer) run(ctx context.Context) error {
	retry := collectors.NewBackoff(streamFirst, streamMost, nil)
	for attempt := 0; ; attempt++ {
		began := st.s.o.Now()
		err := st.once(ctx, attempt)
		st.up(false)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		var lost lostError
		if errors.As(err, &lost) {
			return lost.error
		}
		if st.s.o.Now().Sub(began) > streamMost {
			retry.Reset()
		}
		wait := retry.Next()
		st.s.o.Logger.Info("stream ended", "account", st.s.account.Key(), "error", err, "again_in", wait)
		if err := collectors.Wait(ctx, wait); err != nil {
			return err
		}
	}
}

// once connects to one of the server's streaming addresses and reads until the
// connection ends.
func (st *streamer) once(ctx context.Context, attempt int) error {
	i, err := st.s.instance(ctx)
	if err != nil {
		return err
	}
	urls := st.s.streamURLs(i.streaming)
	conn, err := st.s.dial(ctx, urls[attempt%len(urls)])
	if err != nil {
		return err
	}
	defer conn.Close()
	// Reading knows no context: closing the connection ends it.
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	// Hashtags come over the same connection; a server that cannot do that says so
	// in a frame that is nothing to us, and the poll brings them.
	for _, tag := range st.s.tags {
		if err := conn.WriteJSON(map[string]string{"type": "subscribe", "stream": "hashtag", "tag": tag}); err != nil {
			return err
		}
	}
	go ping(ctx, conn)
	st.up(true)
	return st.read(ctx, conn)
}

// dial opens the stream. The token goes into a header, never into the address.
func (s *session) dial(ctx context.Context, address string) (*websocket.Conn, error) {
	dialer := websocket.Dialer{HandshakeTimeout: dialTimeout, Proxy: http.ProxyFromEnvironment}
	if t, ok := s.o.HTTP.Transport.(*http.Transport); ok {
		dialer.NetDialContext, dialer.TLSClientConfig, dialer.Proxy = t.DialContext, t.TLSClientConfig, t.Proxy
	}
	header := http.Header{"Authorization": {"Bearer " + s.token}, "User-Agent": {userAgent}}
	conn, response, err := dialer.DialContext(ctx, address, header)
	if err == nil {
		conn.SetReadLimit(maxFrame)
		return conn, nil
	}
	host := address
	if u, bad := url.Parse(address); bad == nil {
		host = u.Host
	}
	if response != nil {
		return nil, fmt.Errorf("streaming from %s: HTTP %d: %w", host, response.StatusCode, err)
	}
	return nil, fmt.Errorf("streaming from %s: %w", host, err)
}

func ping(ctx context.Context, conn *websocket.Conn) {
	ticker := time.NewTicker(pingEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(dialTimeout)) != nil {
				return
			}
		}
	}
}

func (st *streamer) read(ctx context.Context, conn *websocket.Conn) error {
	alive := func() error { return conn.SetReadDeadline(time.Now().Add(deadAfter)) }
	pong := conn.PingHandler()
	conn.SetPingHandler(func(data string) error {
		if err := alive(); err != nil {
			return err
		}
		return pong(data)
	})
	conn.SetPongHandler(func(string) error { return alive() })
	for {
		if err := alive(); err != nil {
			return err
		}
		kind, frame, err := conn.ReadMessage()
		if err != nil {
			return err
		}
		if kind != websocket.TextMessage || len(frame) == 0 {
			continue
		}
		if err := st.handle(ctx, frame); err != nil {
			return err
		}
	}
}

// handle emits what one frame tells, if it is about us.
func (st *streamer) handle(ctx context.Context, frame []byte) error {
	e, err := decodeEvent(frame)
	batch := collectors.Batch{Push: true}
	// The poller saves the watchlist in the cursor at any moment: it may know
	// only what is kept.
	kept := func() {}
	switch {
	case err != nil:
		batch.Unreadable = 1
	case e.deleted != "":
		// The stream tells every deletion on the home timeline, and does not say
		// whose: an unknown one must not be lost, because it may concern what was
		// collected long ago.
		batch.Messages = []community.Message{st.s.goneMessage(e.deleted)}
		kept = func() { st.watch.drop(string(e.deleted)) }
	case e.status != nil && e.status.Reblog == nil && st.concerns(&e):
		thread, err := st.s.threadOf(ctx, e.status)
		if err != nil {
			return err // the poll will name it
		}
		m := st.s.messageOf(e.status, thread)
		m.Via = st.s.viaOf(e.status, st.s.tagOf(e.status))
		batch.Messages = []community.Message{m}
		kept = func() { st.watch.add(e.status, st.s.o.Now()) }
	default:
		return nil
	}
	if err := st.emit(ctx, batch); err != nil {
		return lostError{err}
	}
	kept()
	return nil
}

// concerns tells whether a status is ours, mentions or quotes us, has a tag that we
// listen to (it may come over the home timeline too), or is the edit of one that was
// collected (an edit may take mention and tag away).
func (st *streamer) concerns(e *event) bool {
	own := string(e.status.Account.ID) == st.s.account.NativeID
	return own || e.quotes || e.edited && st.watch.knows(string(e.status.ID)) || st.s.mentioned(e.status) ||
		e.status.Visibility == client.VisibilityPublic && st.s.tagOf(e.status) != ""
}
