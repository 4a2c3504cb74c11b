package simulated

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors/collectortest"
	"github.com/vigie-hq/vigie/community"
)

// TestSuite holds the network to what every network is held to, with its server
// in this process and behind a socket.
func TestSuite(t *testing.T) {
	t.Run("in this process", func(t *testing.T) {
		collectortest.Run(t, func(t testing.TB) collectortest.Bench {
			b := newBreaker(t)
			base := &url.URL{Scheme: "http", Host: "simulated.invalid"}
			return b.bench(client(Options{Poll: 50 * time.Millisecond}, base, inProcess{b}))
		})
	})
	t.Run("behind a socket", func(t *testing.T) {
		collectortest.Run(t, func(t testing.TB) collectortest.Bench {
			b := newBreaker(t)
			b.socket = true
			server := httptest.NewServer(b)
			t.Cleanup(server.Close)
			t.Cleanup(b.cut)
			network, err := New(Options{URL: server.URL, Poll: 50 * time.Millisecond})
			if err != nil {
				t.Fatal(err)
			}
			return b.bench(network)
		})
	})
}

// breaker stands before a silent, perfect server and spoils its answers.
type breaker struct {
	server  *Server
	account community.Account
	socket  bool

	mu      sync.Mutex
	push    collectortest.Push
	failure collectortest.Failure
	calls   int
	streams map[*http.Request]context.CancelFunc
	modes   map[string]collectortest.Push // of pushing, when a post was last touched
	held    []item                        // late copies
	count   int
}

func newBreaker(t testing.TB) *breaker {
	server, err := NewServer(Options{})
	if err != nil {
		t.Fatal(err)
	}
	return &breaker{
		server: server, account: Accounts("lune")[0],
		push: collectortest.PushAll, streams: map[*http.Request]context.CancelFunc{},
		modes: map[string]collectortest.Push{},
	}
}

func (b *breaker) bench(n *Network) collectortest.Bench {
	return collectortest.Bench{Network: n, Account: b.account, Server: collectortest.Server{
		Post: func(t testing.TB, p collectortest.Post) string {
			kind := community.KindMention
			if p.Private {
				kind = community.KindDirect
			}
			return b.say(t, Post{
				Author: community.Author{ID: "7", Handle: "lea"}, Kind: kind,
				Text: p.Text, Private: p.Private, InReplyTo: p.InReplyTo,
			})
		},
		Own: func(t testing.TB, text, to string) string {
			author := community.Author{ID: b.account.NativeID, Handle: b.account.Handle}
			return b.say(t, Post{Author: author, Kind: community.KindReply, Text: text, InReplyTo: to})
		},
		Edit: func(t testing.TB, id, text string) {
			b.touch(t, id, func() error { return b.server.Edit(id, text) })
		},
		Delete: func(t testing.TB, id string) {
			b.touch(t, id, func() error { return b.server.Delete(id) })
		},
		Posted: func(_ testing.TB, text string) (n int) {
			for _, tally := range b.server.Tallies() {
				if tally.Text == text {
					n += len(tally.Posts)
				}
			}
			return n
		},
		Cut: func(testing.TB) { b.cut() },
		Push: func(_ testing.TB, p collectortest.Push) {
			b.mu.Lock()
			b.push = p
			b.mu.Unlock()
			if p == collectortest.PushRefused {
				b.cut()
			}
		},
		Fail: func(_ testing.TB, f collectortest.Failure, calls int) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.failure, b.calls = f, calls
		},
		Token: func(_ testing.TB, alive bool) {
			b.server.Revoke(b.account.NativeID, !alive)
			b.cut()
		},
	}}
}

func (b *breaker) say(t testing.TB, p Post) string {
	b.mu.Lock() // so that no stream brings it before its mode is known
	defer b.mu.Unlock()
	said, err := b.server.Say(p)
	if err != nil {
		t.Fatal(err)
	}
	b.modes[said.ID] = b.push
	return said.ID
}

func (b *breaker) touch(t testing.TB, id string, do func() error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.modes[id] = b.push
	if err := do(); err != nil {
		t.Fatal(err)
	}
}

func (b *breaker) cut() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, cancel := range b.streams {
		cancel()
	}
}

// fails takes one of the ordered failures for this call, if it is meant.
func (b *breaker) fails(r *http.Request) collectortest.Failure {
	b.mu.Lock()
	defer b.mu.Unlock()
	anyCall := b.failure == collectortest.Broken || b.failure == collectortest.Limited
	if b.calls == 0 || !anyCall && r.Method != http.MethodPost {
		return ""
	}
	b.calls--
	return b.failure
}

func (b *breaker) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	switch b.fails(r) {
	case collectortest.Limited, collectortest.LimitReply:
		rw.Header().Set("Retry-After", "1")
		fail(rw, http.StatusTooManyRequests, "too many")
	case collectortest.Broken, collectortest.BusyReply:
		rw.Header().Set("Retry-After", "1")
		fail(rw, http.StatusServiceUnavailable, "<html>busy</html>")
	case collectortest.LostAnswer:
		b.server.ServeHTTP(&recorder{header: http.Header{}}, r)
		if b.socket {
			panic(http.ErrAbortHandler) // the connection breaks off
		}
		fail(rw, http.StatusGatewayTimeout, "")
	default:
		if strings.HasSuffix(r.URL.Path, "/stream") {
			b.stream(rw, r)
			return
		}
		b.server.ServeHTTP(rw, r)
	}
}

// stream passes one stream on, as well or badly as was asked for.
func (b *breaker) stream(rw http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	in := r.WithContext(ctx)
	b.mu.Lock()
	refused := b.push == collectortest.PushRefused
	b.streams[in] = cancel
	b.mu.Unlock()
	defer func() {
		b.mu.Lock()
		delete(b.streams, in)
		b.mu.Unlock()
	}()
	if refused {
		fail(rw, http.StatusServiceUnavailable, "no streams today")
		return
	}
	out := &recorder{header: http.Header{}, status: http.StatusOK}
	b.server.ServeHTTP(out, in)
	var brought burst
	if json.Unmarshal(out.body.Bytes(), &brought) == nil {
		b.spoil(&brought)
		out.body = bytes.Buffer{}
		_ = json.NewEncoder(&out.body).Encode(brought)
	}
	rw.WriteHeader(out.status)
	_, _ = io.Copy(rw, &out.body)
}

func (b *breaker) spoil(brought *burst) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []item
	for _, it := range brought.Items {
		b.count++
		switch b.modes[it.Post.ID] {
		case collectortest.PushAll, "":
			out = append(out, it)
		case collectortest.PushSome:
			if b.count%2 == 0 {
				out = append(out, it)
			}
		case collectortest.PushTwice:
			if b.count%3 == 0 { // late: with a later burst
				b.held = append(b.held, it)
			} else {
				out = append([]item{it, it}, out...)
			}
		}
	}
	if len(b.held) > 2 {
		out = append(out, b.held...)
		b.held = nil
	}
	brought.Items = out
}
