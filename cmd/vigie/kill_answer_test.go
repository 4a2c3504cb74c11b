package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors/simulated"
	"github.com/vigie-hq/vigie/community"
)

// cutter stands between Vigie and a network and cuts the connection of an answer
// at a random moment: before the network heard it, after it took it, or within
// the bytes of what it says.
type cutter struct {
	network string
	mu      sync.Mutex
	rng     *rand.Rand
	armed   bool
	begun   chan struct{} // an answer that will be cut has arrived
}

// arm has the next answer cut.
func (c *cutter) arm() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.armed = true
}

// moment draws where an answer is cut: a share of it, and how long to wait.
func (c *cutter) moment() (armed bool, where float64, wait time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	armed, c.armed = c.armed, false
	return armed, c.rng.Float64(), time.Duration(c.rng.IntN(8)) * time.Millisecond
}

func (c *cutter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	cut, where, wait := false, 0.0, time.Duration(0)
	if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/replies") {
		cut, where, wait = c.moment()
	}
	if cut {
		c.begun <- struct{}{}
		time.Sleep(wait)
		if where < .2 {
			panic(http.ErrAbortHandler) // the network never hears of it
		}
	}
	onward, err := http.NewRequestWithContext(r.Context(), r.Method, c.network+r.URL.RequestURI(), r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if cut { // what the network has heard it goes on with, whoever is still there
		onward = onward.WithContext(context.WithoutCancel(r.Context()))
	}
	onward.Header, onward.ContentLength = r.Header.Clone(), r.ContentLength
	response, err := http.DefaultTransport.RoundTrip(onward)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer response.Body.Close()
	if cut {
		time.Sleep(wait)
		c.hangUp(w, response, (where-.2)/.8)
	}
	for name, values := range response.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(response.StatusCode)
	buffer := make([]byte, 4<<10)
	for {
		n, err := response.Body.Read(buffer)
		if n > 0 {
			_, _ = w.Write(buffer[:n])
			_ = http.NewResponseController(w).Flush()
		}
		if err != nil {
			return
		}
	}
}

// hangUp writes a share of the response's bytes and hangs up.
func (*cutter) hangUp(w http.ResponseWriter, response *http.Response, share float64) {
	var whole bytes.Buffer
	if err := response.Write(&whole); err != nil {
		panic(http.ErrAbortHandler)
	}
	conn, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		_, _ = conn.Write(whole.Bytes()[:int(share*float64(whole.Len()))])
		_ = conn.Close()
	}
	panic(http.ErrAbortHandler)
}

// TestASenderIsKilledMidAnswer kills the real program while an answer is on its
// way and the network's connection is cut in the middle of it; starts it again,
// and asks the network at the end how often each answer was posted.
func TestASenderIsKilledMidAnswer(t *testing.T) {
	network, err := simulated.NewServer(simulated.Options{
		Seed: 5, Backlog: 3*answerKills + 60, Trouble: simulated.Trouble{IndexDelay: 300 * time.Millisecond},
	})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- simulated.Serve(ctx, l, network) }()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	between := &cutter{network: "http://" + l.Addr().String(), rng: rand.New(rand.NewPCG(seed, 3)), begun: make(chan struct{}, 1)}
	front := httptest.NewServer(between)
	t.Cleanup(func() {
		front.CloseClientConnections()
		stop()
		front.Close()
		if err := <-served; err != nil {
			t.Error(err)
		}
		if err := network.Close(); err != nil {
			t.Error(err)
		}
	})
	v := victim{program: binary(t), dir: t.TempDir(), network: front.URL}
	rng := rand.New(rand.NewPCG(seed, 4))
	asked := map[string]bool{}
	cuts := 0
	for round := range answerKills {
		g := v.start(t)
		between.arm()
		v.answer(t, g, asked, round)
		select {
		case <-between.begun:
			cuts++
			time.Sleep(time.Duration(rng.IntN(25_000)) * time.Microsecond)
		case <-time.After(5 * time.Second): // nobody here could be answered
		}
		v.kill(t)
	}
	g := v.start(t)
	states := v.settle(t, g)
	v.kill(t)
	posts := map[string]int{}
	for _, tally := range network.Tallies() {
		posts[tally.Reply] = len(tally.Posts)
	}
	count := map[string]int{}
	for id := range asked {
		state, known := states[id]
		count[fmt.Sprintf("%s, posted %d", state, posts[id])]++
		switch {
		case !known:
			t.Errorf("answer %s is lost", id)
		case posts[id] > 1:
			t.Errorf("answer %s was posted %d times", id, posts[id])
		case state == community.ReplySent && posts[id] != 1:
			t.Errorf("answer %s is called sent and was not posted", id)
		case posts[id] == 1 && state != community.ReplySent:
			t.Errorf("answer %s was posted and is called %s", id, state)
		}
	}
	t.Logf("%d answers over %d kills, %d of them cut: %v", len(asked), answerKills, cuts, count)
	if cuts < answerKills/2 {
		t.Error("too few answers were cut: the proof is about nothing")
	}
}
