package collectors

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// Responses longer than maxBody are cut off: no page of any network comes near,
// and a broken server must not fill memory.
const maxBody = 16 << 20

// Rejections are read up to maxReason bytes, to be told in the log.
const maxReason = 4 << 10

// StatusError is the cause inside a fault that came from an HTTP status.
type StatusError struct {
	Status int
	Reason string // the start of the body, as the server wrote it
}

// Error gives status and reason.
func (e *StatusError) Error() string { return fmt.Sprintf("HTTP %d: %s", e.Status, e.Reason) }

// TransportOptions is what a Transport is built from; everything is optional.
type TransportOptions struct {
	Base http.RoundTripper // default http.DefaultTransport
	Now  func() time.Time  // default time.Now
	// Bucket names the budget a request draws on. Default: one for reads and
	// one for writes.
	Bucket func(*http.Request) string
	// Reserve is how many calls of a window reads leave over, so that collecting
	// never uses up what an agent's answer needs.
	Reserve int
	// Timeout is how long one call may take, its body included. Default 30 s.
	// (http.Client's own Timeout would hide the fault inside its error.)
	Timeout time.Duration
}

const callTimeout = 30 * time.Second

// Transport stands under a network's client. It knows the rate windows the
// network tells in its headers and refuses by itself what would only be
// rejected; it turns every status of 400 or more, and every broken connection,
// into a community.Fault, so that no client library retries on its own. One
// Transport serves one account. It is safe for concurrent use.
type Transport struct {
	o       TransportOptions
	mu      sync.Mutex
	windows map[string]budget
	skew    time.Duration
}

// The Date of an answer has whole seconds and was written some time ago: a
// difference of less is none.
const leastSkew = 3 * time.Second

// Skew is how far the network's clock is ahead of ours by the Date of its last
// answer, to within a second or so; negative: behind. Zero: none worth speaking
// of, or not known.
func (t *Transport) Skew() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.skew
}

// dated notes by how much the clocks differ.
func (t *Transport) dated(h http.Header) {
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return
	}
	skew := date.Add(time.Second / 2).Sub(t.o.Now())
	if skew.Abs() < leastSkew {
		skew = 0
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.skew = skew
}

type budget struct {
	remaining int
	limit     int // 0: not told
	reset     time.Time
}

// NewTransport returns a transport with no knowledge of any window yet.
func NewTransport(o TransportOptions) *Transport {
	if o.Base == nil {
		o.Base = http.DefaultTransport
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Timeout == 0 {
		o.Timeout = callTimeout
	}
	if o.Bucket == nil {
		o.Bucket = func(r *http.Request) string {
			if isWrite(r) {
				return "write"
			}
			return "read"
		}
	}
	return &Transport{o: o, windows: map[string]budget{}}
}

func isWrite(r *http.Request) bool {
	return r.Method != http.MethodGet && r.Method != http.MethodHead && r.Method != http.MethodOptions
}

// RoundTrip sends one request. Its errors are faults, except the caller's own
// cancellation of a read.
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	write := isWrite(r)
	bucket := t.o.Bucket(r)
	if err := t.spend(bucket, write); err != nil {
		return nil, err
	}
	var sent atomic.Bool
	trace := &httptrace.ClientTrace{WroteHeaders: func() { sent.Store(true) }}
	ctx, cancel := context.WithTimeout(httptrace.WithClientTrace(r.Context(), trace), t.o.Timeout)
	response, err := t.o.Base.RoundTrip(r.WithContext(ctx))
	if err != nil {
		cancel()
		return nil, FromNetwork(err, write, sent.Load())
	}
	t.dated(response.Header)
	t.learn(bucket, response)
	refused := response.StatusCode >= 400 || write && response.StatusCode >= 300
	if !refused {
		response.Body = &body{io.LimitReader(response.Body, maxBody), response.Body, cancel, write}
		return response, nil
	}
	defer cancel()
	defer response.Body.Close()
	reason, _ := io.ReadAll(io.LimitReader(response.Body, maxReason))
	fault := FromStatus(response.StatusCode, response.Header, write, t.o.Now())
	return nil, fault.Because(&StatusError{response.StatusCode, concealed(reason, r)})
}

// concealed is what a server said, without the secret it was sent: error pages
// that repeat the request are real, and what they say is logged.
func concealed(reason []byte, r *http.Request) string {
	said := strings.ToValidUTF8(string(reason), "\uFFFD")
	if _, secret, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok && secret != "" {
		said = strings.ReplaceAll(said, secret, "***")
	}
	return said
}

// Left is how many calls of a bucket's window remain, and whether the network
// told.
func (t *Transport) Left(bucket string) (int, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	b, ok := t.windows[bucket]
	return b.remaining, ok && t.o.Now().Before(b.reset)
}

// Windows lists the windows that are open now, by name: for Health.
func (t *Transport) Windows() []community.Window {
	t.mu.Lock()
	defer t.mu.Unlock()
	var out []community.Window
	for name, b := range t.windows {
		if t.o.Now().Before(b.reset) {
			out = append(out, community.Window{Name: name, Left: b.remaining, Limit: b.limit, Reset: b.reset.UTC()})
		}
	}
	slices.SortFunc(out, func(a, b community.Window) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// spend takes one call out of the bucket's window, or says when it opens again.
func (t *Transport) spend(bucket string, write bool) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	b, ok := t.windows[bucket]
	if !ok || !t.o.Now().Before(b.reset) {
		return nil
	}
	keep := t.o.Reserve
	if write {
		keep = 0
	}
	if b.remaining <= keep {
		return Limit("network.limited", b.reset)
	}
	b.remaining--
	t.windows[bucket] = b
	return nil
}

// learn keeps what the response tells of its window. A 429 closes it, whatever
// it says remains: X's playground answers 429 with the window's default.
func (t *Transport) learn(bucket string, response *http.Response) {
	now := t.o.Now()
	remaining, reset, ok := window(response.Header, now)
	if response.StatusCode == http.StatusTooManyRequests {
		remaining = 0
		if at, told := RetryAfter(response.Header, now); told {
			reset, ok = at, true
		}
	}
	if !ok {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if b, known := t.windows[bucket]; known && b.reset.Equal(reset) {
		// Answers may overtake each other: within one window it only shrinks.
		remaining = min(remaining, b.remaining)
	}
	limit, _ := strconv.Atoi(windowHeader(response.Header, "Limit"))
	t.windows[bucket] = budget{remaining, max(0, limit), reset}
}

// body is a response's body, bounded, whose read errors are faults too: a write
// whose answer breaks off was perhaps done.
type body struct {
	io.Reader
	whole  io.Closer
	cancel context.CancelFunc
	write  bool
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = FromNetwork(err, b.write, true)
	}
	return n, err
}

func (b *body) Close() error {
	defer b.cancel()
	return b.whole.Close()
}
