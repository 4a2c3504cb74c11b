package x

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// RetryWaits are the waits between two attempts to open a stream, as X documents
// them ("Consuming streaming data"): a broken connection waits linearly longer,
// an error status doubles, a 429 doubles from a minute.
type RetryWaits struct {
	Network, NetworkMost time.Duration
	Status, StatusMost   time.Duration
	Limited              time.Duration
}

func (w RetryWaits) orDocumented() RetryWaits {
	if w != (RetryWaits{}) {
		return w
	}
	return RetryWaits{250 * time.Millisecond, 16 * time.Second, 5 * time.Second, 320 * time.Second, time.Minute}
}

// retry counts failures in a row.
type retry struct {
	waits  RetryWaits
	kind   community.FaultKind
	failed int
}

// after is how long to wait after err.
func (r *retry) after(err error, now time.Time) time.Duration {
	kind := community.FaultKind("")
	var status *collectors.StatusError
	switch {
	case community.KindOf(err) == community.Limited:
		kind = community.Limited
	case errors.As(err, &status):
		kind = community.Refused
	}
	if kind != r.kind {
		r.kind, r.failed = kind, 0
	}
	r.failed++
	double := func(first, most time.Duration) time.Duration { return min(first<<min(r.failed-1, 16), most) }
	switch kind {
	case community.Limited:
		wait := double(r.waits.Limited, 16*r.waits.Limited)
		if at, told := collectors.RetryAt(err); told {
			wait = max(wait, at.Sub(now))
		}
		return wait
	case community.Refused:
		return double(r.waits.Status, r.waits.StatusMost)
	}
	return min(time.Duration(r.failed)*r.waits.Network, r.waits.NetworkMost)
}

// stream is the filtered stream of one app. X allows an app a single connection,
// so its accounts share it: each has rules of its own, by whose tags what arrives
// is given to it. It is connected while somebody listens. It is safe for
// concurrent use.
type stream struct {
	mu        sync.Mutex
	listeners map[string]*listener // by account key
	stop      context.CancelFunc
	ended     chan struct{} // closed when the connection's goroutine is gone
	changed   chan struct{} // the listeners are others than when the rules were set
	open      bool
	failed    map[string]chan error
	strays    map[string]struct{} // accounts nobody listens for whose rules may still stand
}

// streamOf is the stream of the session's app.
func (n *Network) streamOf(s *session) *stream {
	key := s.server.String() + "\x00" + s.credentials().app.bearer
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.streams[key] == nil {
		n.streams[key] = &stream{
			listeners: map[string]*listener{}, failed: map[string]chan error{}, strays: map[string]struct{}{},
			changed: make(chan struct{}, 1),
		}
	}
	return n.streams[key]
}

// serve gives l what the stream brings for its account, until ctx ends or a batch
// of its own could not be kept.
func (st *stream) serve(ctx context.Context, l *listener) error {
	key, failed := l.s.account.Key(), make(chan error, 1)
	st.join(ctx, key, l, failed)
	defer st.leave(key, l)
	select {
	case <-ctx.Done():
		return ctx.Err()
	case err := <-failed:
		return err
	}
}

func (st *stream) join(ctx context.Context, key string, l *listener, failed chan error) {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.listeners[key], st.failed[key] = l, failed
	delete(st.strays, key)
	if st.stop == nil {
		// The connection outlives the account that happened to open it.
		running, cancel := context.WithCancel(context.WithoutCancel(ctx))
		before, ended := st.ended, make(chan struct{})
		st.stop, st.ended = cancel, ended
		go func() {
			defer close(ended)
			if before != nil {
				<-before // two connections at once would both be refused
			}
			st.run(running, l.s)
		}()
		return
	}
	if st.open {
		l.up(true)
	}
	st.change()
}

// change has the rules set again.
func (st *stream) change() {
	select {
	case st.changed <- struct{}{}:
	default:
	}
}

// stray notes that nobody listens for an account: what its rules bring would be
// paid for and given to nobody. It is called with the stream locked.
func (st *stream) stray(account string) {
	if _, known := st.strays[account]; !known {
		st.strays[account] = struct{}{}
		st.change()
	}
}

// leave takes a listener away; the last one waits for the connection to end.
func (st *stream) leave(key string, l *listener) {
	st.mu.Lock()
	if st.listeners[key] == l {
		delete(st.listeners, key)
		delete(st.failed, key)
		st.stray(key)
	}
	if len(st.listeners) > 0 || st.stop == nil {
		st.mu.Unlock()
		return
	}
	st.stop()
	st.stop = nil
	ended := st.ended
	st.mu.Unlock()
	<-ended
}

// run keeps the stream open while somebody listens.
func (st *stream) run(ctx context.Context, s *session) {
	again := retry{waits: s.o.Retry}
	for {
		began := s.o.Now()
		err := collectors.Guard(func() error { return st.once(ctx, s) })
		st.tell(false)
		if ctx.Err() != nil {
			return
		}
		if s.o.Now().Sub(began) > s.o.Retry.StatusMost {
			again = retry{waits: s.o.Retry}
		}
		wait := again.after(err, s.o.Now())
		s.o.Logger.Info("stream ended", "network", Name, "error", err, "again_in", wait)
		if collectors.Wait(ctx, wait) != nil {
			return
		}
	}
}

// once sets the rules, connects and reads until the connection ends.
func (st *stream) once(ctx context.Context, s *session) error {
	ctx = context.WithValue(ctx, asApp{}, true)
	if err := st.setRules(ctx, s); err != nil {
		return err
	}
	response, done, err := s.open(ctx, http.MethodGet, "/2/tweets/search/stream", fields())
	if err != nil {
		return err
	}
	defer done()
	ruling, cancel := context.WithCancel(ctx)
	var rules sync.WaitGroup
	rules.Go(func() { st.keepRules(ruling, s) })
	defer rules.Wait()
	defer cancel()
	st.tell(true)
	return eachLine(response.Body, func(line []byte) error { return st.handle(ctx, s, line) })
}

// tell says to everybody that the stream came or went.
func (st *stream) tell(up bool) {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.open = up
	for _, l := range st.listeners {
		l.up(up)
	}
}

// frame is one line of the stream.
type frame struct {
	wireList
	Rules []struct {
		Tag string `json:"tag"`
	} `json:"matching_rules"`
}

// handle gives one line to the accounts whose rules matched. An error without a
// post is X's way of hanging up.
func (st *stream) handle(ctx context.Context, s *session, line []byte) error {
	posts, tags, err := decodeFrame(line)
	if err != nil {
		return err
	}
	seen := map[string]struct{}{}
	for _, tag := range tags {
		account, via, ok := strings.Cut(tag, " ")
		if _, had := seen[account]; had || !ok {
			continue
		}
		seen[account] = struct{}{}
		st.mu.Lock()
		l, failed := st.listeners[account], st.failed[account]
		if l == nil && len(account) == len(s.account.Key()) {
			// Its rules are left over from before a restart; or another process
			// collects it, which polls, and sets them again once it has the stream.
			st.stray(account)
		}
		st.mu.Unlock()
		if l == nil {
			continue
		}
		ids, people := make([]string, 0, 1), make([]string, 0, 1)
		for i := range posts.posts {
			ids, people = append(ids, posts.posts[i].ID), append(people, posts.posts[i].Author.ID)
		}
		err := l.s.paid(ctx, readPost, ids, people)
		if err == nil {
			err = l.take(ctx, posts.posts, via, nil, posts.unreadable)
		}
		if err == nil {
			err = l.s.within(ctx, pricePost+pricePerson) // else the next one may not come
		}
		if err != nil {
			select {
			case failed <- err: // its own; the others go on
			default:
			}
		}
	}
	return nil
}

// decodeFrame reads one line of the stream: the post, and the tags of the rules
// it matched, the account's own rule first.
func decodeFrame(line []byte) (page, []string, error) {
	var f frame
	if err := json.Unmarshal(line, &f); err != nil {
		return page{}, nil, community.Faultf(community.Unavailable, "network.unreadable").Because(err)
	}
	if len(f.Data) == 0 && len(f.Errors) > 0 {
		return page{}, nil, community.Faultf(community.Unavailable, "network.unavailable").Because(fmt.Errorf("hung up: %s", f.Errors[0].Title))
	}
	tags := make([]string, 0, len(f.Rules))
	for _, r := range f.Rules {
		tags = append(tags, r.Tag)
	}
	// "account " sorts before "account query": a post that is about the account
	// itself was not merely found by a query.
	slices.Sort(tags)
	return f.posts(), tags, nil
}

// accounts are the accounts that listen now, by key.
func (st *stream) accounts() map[string]community.Account {
	st.mu.Lock()
	defer st.mu.Unlock()
	accounts := map[string]community.Account{}
	for key, l := range maps.All(st.listeners) {
		accounts[key] = l.s.account
	}
	return accounts
}

// open opens a stream: a call without an end, which is given up when it has been
// silent for too long. done must be called.
func (s *session) open(ctx context.Context, method, path string, query map[string][]string) (*http.Response, func(), error) {
	ctx, cancel := context.WithCancel(ctx)
	request, err := s.request(ctx, method, path, query, nil)
	if err != nil {
		cancel()
		return nil, nil, err
	}
	response, err := (&http.Client{Transport: signed{s, listening{s, cancel, s.o.Silence}}, CheckRedirect: noRedirect}).Do(request)
	if err != nil {
		cancel()
		return nil, nil, s.fault(ctx, err, false)
	}
	return response, func() { response.Body.Close(); cancel() }, nil
}

// listening is the transport of streams: faults as of any call, no end, but
// given up when nothing arrives for as long as silence.
type listening struct {
	s       *session
	cancel  context.CancelFunc
	silence time.Duration
}

func (t listening) RoundTrip(r *http.Request) (*http.Response, error) {
	watchdog := time.AfterFunc(t.silence, t.cancel)
	response, err := t.s.base.RoundTrip(r)
	if err != nil {
		watchdog.Stop()
		return nil, collectors.FromNetwork(err, false, true)
	}
	if response.StatusCode >= 300 {
		defer watchdog.Stop()
		defer response.Body.Close()
		reason, _ := io.ReadAll(io.LimitReader(response.Body, 4<<10))
		fault := collectors.FromStatus(response.StatusCode, response.Header, false, t.s.o.Now())
		return nil, fault.Because(&collectors.StatusError{Status: response.StatusCode, Reason: strings.ToValidUTF8(string(reason), "�")})
	}
	response.Body = &heard{response.Body, watchdog, t.silence}
	return response, nil
}

// heard is a stream's body: whatever arrives proves that it lives.
type heard struct {
	io.ReadCloser
	watchdog *time.Timer
	silence  time.Duration
}

func (h *heard) Read(p []byte) (int, error) {
	n, err := h.ReadCloser.Read(p)
	if n > 0 {
		h.watchdog.Reset(h.silence)
	}
	return n, err
}

func (h *heard) Close() error {
	h.watchdog.Stop()
	return h.ReadCloser.Close()
}

// A line longer than maxLine ends the connection: no post comes near.
const maxLine = 1 << 20

// eachLine calls with every line of a stream that is not a keep-alive.
func eachLine(body io.Reader, with func([]byte) error) error {
	lines := bufio.NewScanner(body)
	lines.Buffer(make([]byte, 0, 8<<10), maxLine)
	for lines.Scan() {
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 {
			continue
		}
		if err := with(line); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return community.Faultf(community.Unavailable, "network.unreachable").Because(err)
	}
	return community.Faultf(community.Unavailable, "network.unavailable")
}
