package inbox

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// told is one server-sent event.
type told struct{ id, event, data string }

// listen opens a stream and gives its events; the channel closes with it.
func listen(t *testing.T, url string, header ...string) <-chan told {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := (&http.Transport{}).RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != 200 || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") {
		t.Fatalf("%s: %d %s", url, resp.StatusCode, resp.Header.Get("Content-Type"))
	}
	out, ready := make(chan told, 1000), make(chan struct{})
	go func() {
		defer resp.Body.Close()
		defer close(out)
		var e told
		for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
			name, value, _ := strings.Cut(lines.Text(), ": ")
			switch name {
			case "":
				if value == "hello" {
					close(ready)
				}
				if e.event != "" {
					out <- e
				}
				e = told{}
			case "id":
				e.id = value
			case "event":
				e.event = value
			case "data":
				e.data = value
			}
		}
	}()
	select {
	case <-ready:
	case <-time.After(5 * time.Second):
		t.Fatal("no hello")
	}
	return out
}

func next(t *testing.T, events <-chan told) told {
	t.Helper()
	select {
	case e, ok := <-events:
		if !ok {
			t.Fatal("the stream ended")
		}
		return e
	case <-time.After(5 * time.Second):
		t.Fatal("nothing came")
	}
	return told{}
}

func silent(t *testing.T, events <-chan told) {
	t.Helper()
	select {
	case e, ok := <-events:
		t.Fatalf("%+v came (open: %v)", e, ok)
	case <-time.After(150 * time.Millisecond):
	}
}

// tell publishes the events the desk wrote since the last time.
func (w *world) tell(h *Hub, after int) int {
	w.mu.Lock()
	events := slices.Clone(w.events[after:])
	w.mu.Unlock()
	for _, e := range events {
		h.Publish(e)
	}
	return after + len(events)
}

// session signs an agent of the world in and returns his cookie header.
func (w *world) session(agent string) (cookie, hash string) {
	secret, hash := NewToken()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sessions[hash] = community.Session{Hash: hash, Agent: agent, CSRF: "csrf-" + agent, Expires: worldNow.Add(time.Hour)}
	return "vigie=" + secret, hash
}

func TestLiveRows(t *testing.T) {
	w := newWorld(t)
	triage := community.Grant{Brand: "acme", Role: community.RoleAgent, Channels: []string{"acme.triage"}}
	w.agents["narrow"] = community.Agent{ID: "narrow", Lang: "en", Active: true, Grants: []community.Grant{triage}}
	s := w.server(t)
	url := serve(t, s)
	ada, _ := w.session("u-acme")
	other, _ := w.session("u-bolt")
	narrow, _ := w.session("narrow")
	mine := listen(t, url+"/live", "Cookie", ada)
	theirs := listen(t, url+"/live", "Cookie", other)
	few := listen(t, url+"/live", "Cookie", narrow)

	start := time.Now()
	c := w.said(t, s.Desk, "acme", "1", "Mon colis <b>perdu</b>", community.CategorySupport)
	n := w.tell(s.Hub, 0)
	e := next(t, mine)
	var row liveRow
	if err := json.Unmarshal([]byte(e.data), &row); err != nil || e.event != "row" {
		t.Fatalf("%+v: %v", e, err)
	}
	if row.ID != c.ID || row.Version != c.Version || row.Status != community.Open || !strings.Contains(row.HTML, "&lt;b&gt;perdu") {
		t.Errorf("%+v", row)
	}
	if took := time.Since(start); took > 300*time.Millisecond {
		t.Errorf("took %v", took)
	}
	silent(t, mine) // two events of one conversation are one row
	silent(t, theirs)
	if e := next(t, few); e.event != "gone" || e.data != `{"id":"`+c.ID+`"}` {
		t.Errorf("channel: %+v", e)
	}
	as(t, s, "acme").want(200, "PATCH", "/api/v1/conversations/"+c.ID, map[string]any{"version": c.Version, "assignee": "me"}, nil)
	w.tell(s.Hub, n)
	if e := next(t, mine); !strings.Contains(e.data, `"assignee":"u-acme"`) {
		t.Errorf("%+v", e)
	}
}

func TestLiveResync(t *testing.T) {
	w := newWorld(t)
	s := w.server(t)
	url := serve(t, s)
	ada, _ := w.session("u-acme")
	s.Hub.Publish(community.Event{ID: 7, Brand: "acme", Conversation: "c", Origin: community.Live})
	if e := next(t, listen(t, url+"/live", "Cookie", ada, "Last-Event-ID", "5")); e.event != "resync" || e.id != "7" {
		t.Errorf("%+v", e)
	}
	up := listen(t, url+"/live", "Cookie", ada, "Last-Event-ID", "7")
	silent(t, up)
	s.Hub.Publish(community.Event{ID: 8, Brand: "acme", Conversation: "c", Origin: community.Import})
	if e := next(t, up); e.event != "stale" {
		t.Errorf("history: %+v", e)
	}
	s.Hub.Publish(community.Event{ID: 9, Brand: "acme", Conversation: "nowhere", Origin: community.Live})
	if e := next(t, up); e.event != "gone" {
		t.Errorf("%+v", e)
	}
}

func TestLiveEnds(t *testing.T) {
	w := newWorld(t)
	s := w.server(t)
	s.Hub.beat = 20 * time.Millisecond
	url := serve(t, s)
	ended := func(events <-chan told) {
		t.Helper()
		select {
		case e, ok := <-events:
			if ok {
				t.Fatalf("%+v", e)
			}
		case <-time.After(5 * time.Second):
			t.Fatal("the stream goes on")
		}
	}
	cookie, hash := w.session("u-acme")
	out := listen(t, url+"/live", "Cookie", cookie)
	_ = w.EndSession(t.Context(), hash)
	ended(out)

	cookie, _ = w.session("u-acme")
	out = listen(t, url+"/live", "Cookie", cookie)
	w.mu.Lock()
	a := w.agents["u-acme"]
	a.Grants = []community.Grant{{Brand: "acme", Role: community.RoleReader}}
	w.agents["u-acme"] = a
	w.mu.Unlock()
	ended(out)

	out = listen(t, url+"/api/v1/events", "Authorization", "Bearer token-acme")
	w.mu.Lock()
	delete(w.tokens, HashToken("token-acme"))
	w.mu.Unlock()
	ended(out)
	if status, _, _ := asking(t, s).do("GET", "/live", nil); status != 401 {
		t.Errorf("nobody: %d", status)
	}
}

func TestLiveClientGone(t *testing.T) {
	w := newWorld(t)
	s := w.server(t)
	s.Hub.beat = 10 * time.Millisecond
	url := serve(t, s)
	cookie, _ := w.session("u-acme")
	ctx, cancel := context.WithCancel(t.Context())
	r, _ := http.NewRequestWithContext(ctx, http.MethodGet, url+"/live", nil)
	r.Header.Set("Cookie", cookie)
	resp, err := (&http.Transport{}).RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	open := func() int { s.Hub.mu.Lock(); defer s.Hub.mu.Unlock(); return len(s.Hub.watches) }
	if open() != 1 {
		t.Fatalf("%d streams", open())
	}
	cancel()
	resp.Body.Close()
	for deadline := time.Now().Add(5 * time.Second); open() > 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the stream of a client that went stays open")
		}
	}
}

// TestLiveClientTakesNothing ends the stream of a client that is there and does
// not read.
func TestLiveClientTakesNothing(t *testing.T) {
	w := newWorld(t)
	s := w.server(t)
	s.Hub.beat, s.Hub.patience = 50*time.Millisecond, 50*time.Millisecond
	url := serve(t, s)
	cookie, _ := w.session("u-acme")
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "GET /live HTTP/1.1\r\nHost: a\r\nCookie: %s\r\n\r\n", cookie)
	screens := func() []*watch {
		s.Hub.mu.Lock()
		defer s.Hub.mu.Unlock()
		return slices.Collect(maps.Keys(s.Hub.watches))
	}
	deadline := time.Now().Add(10 * time.Second)
	for ; len(screens()) == 0; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("no stream")
		}
	}
	much := frame(1, "row", bytes.Repeat([]byte("x"), 1<<20))
	for ; len(screens()) > 0; time.Sleep(5 * time.Millisecond) {
		for _, w := range screens() {
			w.push(much)
		}
		if time.Now().After(deadline) {
			t.Fatal("the stream waits for ever")
		}
	}
}

func TestLiveLimit(t *testing.T) {
	w := newWorld(t)
	h := w.server(t).Hub
	for i := range hubSession + 1 {
		err := h.watch(&watch{hash: "one"})
		if (err == nil) != (i < hubSession) {
			t.Fatalf("%d: %v", i, err)
		}
	}
	h.close()
	if err := h.watch(&watch{hash: "two"}); community.KindOf(err) != community.Unavailable {
		t.Errorf("closed: %v", err)
	}
}

func TestSlowScreenIsToldToResync(t *testing.T) {
	w := &watch{wake: make(chan struct{}, 1)}
	for i := range hubQueue + 10 {
		w.push(frame(int64(i), "row", []byte("{}")))
	}
	q := w.take(99)
	if len(q) != 1 || string(q[0]) != "id: 99\nevent: resync\ndata: {}\n\n" {
		t.Fatalf("%d frames, %q", len(q), q[0])
	}
	w.push(frame(100, "row", []byte("{}")))
	if q := w.take(100); len(q) != 1 || !strings.Contains(string(q[0]), "event: row") {
		t.Errorf("afterwards: %q", q)
	}
}

func BenchmarkHub(b *testing.B) {
	w := newWorld(b)
	s := w.server(b)
	c := w.said(b, s.Desk, "acme", "1", "Mon colis est perdu", community.CategorySupport)
	v := w.tokens[HashToken("token-acme")]
	var screens []*watch
	for range 100 {
		x := &watch{screen: true, viewer: v, lang: "fr", wake: make(chan struct{}, 1), done: make(chan struct{})}
		screens = append(screens, x)
	}
	e := community.Event{ID: 1, Brand: "acme", Conversation: c.ID, Version: 1, Origin: community.Live}
	b.ReportAllocs()
	for b.Loop() {
		s.Hub.show(b.Context(), e, screens)
		for _, x := range screens {
			x.take(1)
		}
	}
}

// TestLiveLatency holds 50 messages a second on 20 screens to the promise of
// 300 ms from received to shown, by a wide margin.
func TestLiveLatency(t *testing.T) {
	w := newWorld(t)
	s := w.server(t)
	url := serve(t, s)
	var screens []<-chan told
	for range 20 {
		cookie, _ := w.session("u-acme")
		screens = append(screens, listen(t, url+"/live", "Cookie", cookie))
	}
	const messages = 75
	sent := make(map[string]time.Time)
	seen := make(chan struct{})
	var took []time.Duration
	var mu sync.Mutex
	go func() {
		defer close(seen)
		for range messages {
			e := <-screens[0]
			var row liveRow
			_ = json.Unmarshal([]byte(e.data), &row)
			mu.Lock()
			took = append(took, time.Since(sent[row.ID]))
			mu.Unlock()
		}
	}()
	n := 0
	for i := range messages {
		c := w.said(t, s.Desk, "acme", strconv.Itoa(i), "Mon colis est perdu", community.CategorySupport)
		mu.Lock()
		sent[c.ID] = time.Now()
		mu.Unlock()
		n = w.tell(s.Hub, n)
		time.Sleep(20 * time.Millisecond)
	}
	select {
	case <-seen:
	case <-time.After(5 * time.Second):
		t.Fatal("not all came")
	}
	slices.Sort(took)
	t.Logf("median %v, most %v of %d rows", took[len(took)/2], took[len(took)-1], len(took))
	if p99 := took[len(took)*99/100]; p99 > 300*time.Millisecond {
		t.Errorf("p99 %v", p99)
	}
}
