package bluesky

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// How a stream is kept. Jetstream tells every post of the network: a connection
// that is silent for long is dead.
const (
	dialTimeout = 15 * time.Second
	pingEvery   = 20 * time.Second
	deadAfter   = 65 * time.Second
	maxFrame    = 1 << 20
	streamFirst = time.Second // back-off between connections
	streamMost  = time.Minute
	rewind      = 5 * time.Second // how much is read again after a break
	earSize     = 256             // events that may wait for an account; what is beyond is the poll's
)

// hub listens once to all that is posted and tells each account what concerns it.
// It listens while anybody does. It is safe for concurrent use.
type hub struct {
	o  *Options
	up atomic.Bool

	mu    sync.Mutex
	ears  map[*ear]struct{}
	fresh bool // crowd is built from ears
	crowd crowd
	stop  context.CancelFunc
	ended chan struct{}
}

// join begins to listen; the function it returns ends it.
func (h *hub) join(ctx context.Context, e *ear) (leave func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ears == nil {
		h.ears = map[*ear]struct{}{}
	}
	h.ears[e], h.fresh = struct{}{}, false
	if len(h.ears) == 1 {
		// The stream belongs to all who listen, not to the first of them.
		streaming, stop := context.WithCancel(context.WithoutCancel(ctx))
		ended := make(chan struct{})
		h.stop, h.ended = stop, ended
		go func() {
			defer close(ended)
			h.run(streaming)
		}()
	} else if h.up.Load() {
		e.state(true)
	}
	return func() { h.leave(e) }
}

func (h *hub) leave(e *ear) {
	h.mu.Lock()
	delete(h.ears, e)
	h.fresh = false
	var ended chan struct{}
	if len(h.ears) == 0 {
		h.stop()
		ended = h.ended
	}
	h.mu.Unlock()
	if ended != nil {
		<-ended
	}
}

// run streams until ctx ends, connecting again with back-off, from a little before
// where the stream broke.
func (h *hub) run(ctx context.Context) {
	retry := collectors.NewBackoff(streamFirst, streamMost, nil)
	var at int64
	for {
		began := h.o.Now()
		err := collectors.Guard(func() error { return h.once(ctx, &at) })
		h.tell(false)
		if ctx.Err() != nil {
			return
		}
		if h.o.Now().Sub(began) > streamMost {
			retry.Reset()
		}
		wait := retry.Next()
		h.o.Logger.Info("stream ended", "network", Name, "error", err, "again_in", wait)
		if collectors.Wait(ctx, wait) != nil {
			return
		}
	}
}

func (h *hub) tell(up bool) {
	if h.up.Swap(up) == up {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for e := range h.ears {
		e.state(up)
	}
}

// once connects and reads until the connection ends. at is the stream's clock at
// the last event.
func (h *hub) once(ctx context.Context, at *int64) error {
	address, err := streamURL(h.o.Jetstream, *at)
	if err != nil {
		return err
	}
	dialer := websocket.Dialer{HandshakeTimeout: dialTimeout, Proxy: http.ProxyFromEnvironment}
	if t, ok := h.o.HTTP.Transport.(*http.Transport); ok {
		dialer.NetDialContext, dialer.TLSClientConfig, dialer.Proxy = t.DialContext, t.TLSClientConfig, t.Proxy
	}
	conn, response, err := dialer.DialContext(ctx, address, http.Header{"User-Agent": {userAgent}})
	if err != nil {
		if response != nil {
			return &collectors.StatusError{Status: response.StatusCode, Reason: err.Error()}
		}
		return err
	}
	defer conn.Close()
	conn.SetReadLimit(maxFrame)
	// Reading knows no context: closing the connection ends it.
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go ping(ctx, conn)
	h.tell(true)
	return h.read(conn, at)
}

// streamURL is where posts are streamed from: everything after at, less what is
// read again; from now on when at is 0.
func streamURL(server string, at int64) (string, error) {
	if !strings.Contains(server, "://") {
		server = "wss://" + server
	}
	u, err := url.Parse(server)
	if err != nil || u.Hostname() == "" {
		return "", community.Faultf(community.Invalid, "account.server", server)
	}
	switch u.Scheme {
	case "http":
		u.Scheme = "ws"
	case "https":
		u.Scheme = "wss"
	}
	if strings.Trim(u.Path, "/") == "" {
		u.Path = "/subscribe"
	}
	q := url.Values{"wantedCollections": {postCollection}}
	if at > 0 {
		q.Set("cursor", strconv.FormatInt(at-rewind.Microseconds(), 10))
	}
	u.RawQuery = q.Encode()
	return u.String(), nil
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

var errFrames = errors.New("the stream sends what cannot be read")

// read tells what comes until the connection ends. A frame that cannot be read
// costs itself; a stream of nothing else is none of ours.
func (h *hub) read(conn *websocket.Conn, at *int64) error {
	alive := func(string) error { return conn.SetReadDeadline(time.Now().Add(deadAfter)) }
	conn.SetPongHandler(alive)
	pong := conn.PingHandler()
	conn.SetPingHandler(func(data string) error {
		if err := alive(""); err != nil {
			return err
		}
		return pong(data)
	})
	const patience = 1000
	for broken := 0; broken < patience; {
		if err := alive(""); err != nil {
			return err
		}
		kind, frame, err := conn.ReadMessage()
		if err != nil {
			return err
		}
		if kind != websocket.TextMessage {
			continue
		}
		e, ok, err := decodeEvent(frame)
		switch {
		case err != nil:
			broken++
		case ok:
			broken = 0
			*at = max(*at, e.micros)
			h.spread(&e)
		}
	}
	return errFrames
}

// spread gives an event to everybody it concerns.
func (h *hub) spread(e *event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.fresh {
		h.crowd, h.fresh = newCrowd(h.ears), true
	}
	for listener, via := range h.crowd.concerned(e) {
		select {
		case listener.heard <- heard{*e, via}:
		default: // it cannot follow: the poll finds it
		}
	}
}
