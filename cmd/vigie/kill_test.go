package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors/simulated"
	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/internal/sql"
)

// binary builds the real program once for the tests that kill it.
func binary(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "vigie")
	build := exec.Command("go", "build", "-o", path, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return path
}

// crowd writes an import file of n messages: threads, edits, deletions before
// their message, copies, and a few lines that are no messages.
func crowd(t testing.TB, n int) string {
	t.Helper()
	rng := rand.New(rand.NewPCG(7, 7))
	base := time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC)
	var b bytes.Buffer
	write := func(m community.Message) { b.Write(append(community.AppendMessage(nil, &m), '\n')) }
	for i := range n {
		author := rng.IntN(n/3 + 1)
		m := community.Message{
			V: 1, Network: "x", Account: "brand", ID: fmt.Sprint(i), Thread: fmt.Sprint("t", author, "-", rng.IntN(2)), Kind: community.KindMention,
			Author: community.Author{ID: fmt.Sprint(author), Handle: fmt.Sprint("u", author)}, CanReply: true,
			Text:      fmt.Sprintf("Bonjour, ma commande ML-%07d n'est toujours pas arrivée, message %d", rng.IntN(1e7), i),
			CreatedAt: base.Add(time.Duration(rng.IntN(14*24*60)) * time.Minute),
		}
		gone := community.Message{V: 1, Network: "x", Account: "brand", ID: m.ID, Deleted: true}
		if i%37 == 0 {
			write(gone)
		}
		write(m)
		if i%11 == 0 {
			write(m)
		}
		if i%23 == 0 {
			m.Text, m.EditedAt = m.Text+", merci", m.CreatedAt.Add(time.Minute)
			write(m)
		}
		if i%41 == 0 {
			write(gone)
		}
		if i%101 == 0 {
			b.WriteString("{\"network\":\"x\",\"id\":\n")
		}
	}
	path := filepath.Join(t.TempDir(), "crowd.jsonl")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// exported is the canonical export of an installation that nobody has open.
func exported(t testing.TB, dir string) []byte {
	t.Helper()
	ctx := context.Background()
	db, err := sql.Open(ctx, filepath.Join(dir, "vigie.db"), sql.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var b bytes.Buffer
	if err := db.Export(ctx, &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestAnImportSurvivesBeingKilled kills the real program at random moments of an
// import, starts it again each time, and compares what the store holds with an
// import nobody disturbed.
func TestAnImportSurvivesBeingKilled(t *testing.T) {
	vigie, file := binary(t), crowd(t, 6000)
	calm := t.TempDir()
	if out, err := exec.Command(vigie, "import", file, "--data", calm, "--json").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	want := exported(t, calm)
	rng := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
	dir := t.TempDir()
	kills := 0
	for attempt := 0; ; attempt++ {
		if attempt > 10*killTimes {
			t.Fatalf("still not done after %d kills", kills)
		}
		cmd := exec.Command(vigie, "import", file, "--data", dir, "--json")
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() { done <- cmd.Wait() }()
		wait := time.Duration(50+rng.IntN(400)) * time.Millisecond
		if kills >= killTimes {
			wait = 2 * time.Minute
		}
		select {
		case err := <-done:
			if err != nil {
				t.Fatalf("%v: %s", err, out.String())
			}
			if kills < killTimes {
				// It was faster than the kill: import once more, over what is there.
				continue
			}
		case <-time.After(wait):
			err := cmd.Process.Kill()
			if err != nil && !errors.Is(err, os.ErrProcessDone) {
				t.Fatal(err)
			}
			<-done
			if err == nil {
				kills++
			}
			continue
		}
		break
	}
	if got := exported(t, dir); !bytes.Equal(got, want) {
		t.Fatalf("after %d kills the store differs:\n%s", kills, difference(want, got))
	}
}

// difference shows the first lines two exports differ in.
func difference(want, got []byte) string {
	w, g := bytes.Split(want, []byte("\n")), bytes.Split(got, []byte("\n"))
	for i := range min(len(w), len(g)) {
		if !bytes.Equal(w[i], g[i]) {
			return fmt.Sprintf("line %d of %d and %d\nwant %s\ngot  %s", i+1, len(w), len(g), w[i], g[i])
		}
	}
	return fmt.Sprintf("%d lines, then %d", len(w), len(g))
}

// TestNoAnswerIsSentTwiceOrLost lets the real program answer people on a network
// in another process that refuses, times out and times out after accepting;
// kills it at random moments; and asks the network at the end how often each
// reply was posted.
func TestNoAnswerIsSentTwiceOrLost(t *testing.T) {
	trouble := simulated.Trouble{
		Lost: 0.1, Ghost: 0.2, EchoFirst: 0.3, Limit: 0.05,
		Stall: 1500 * time.Millisecond, IndexDelay: 300 * time.Millisecond,
	}
	network, err := simulated.NewServer(simulated.Options{Seed: 3, Backlog: 10*killTimes + 60, Trouble: trouble})
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
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
		if err := network.Close(); err != nil {
			t.Error(err)
		}
	})

	v := victim{program: binary(t), dir: t.TempDir(), network: "http://" + l.Addr().String()}
	rng := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 2))
	asked := map[string]bool{} // every reply the API took
	for round := range killTimes {
		g := v.start(t)
		v.answer(t, g, asked, round)
		time.Sleep(time.Duration(rng.IntN(1200)) * time.Millisecond)
		v.kill(t)
	}
	g := v.start(t)
	states := v.settle(t, g)
	posts := map[string]int{}
	for _, tally := range network.Tallies() {
		posts[tally.Reply] = len(tally.Posts)
		if len(tally.Posts) > 1 {
			t.Errorf("reply %s was posted %d times", tally.Reply, len(tally.Posts))
		}
	}
	count := map[community.ReplyState]int{}
	for id := range asked {
		state, known := states[id]
		count[state]++
		switch {
		case !known:
			t.Errorf("reply %s is lost", id)
		case state == community.ReplySent && posts[id] != 1:
			t.Errorf("reply %s is called sent and was posted %d times", id, posts[id])
		case state != community.ReplySent && state != community.ReplyUnknown && posts[id] != 0:
			t.Errorf("reply %s is called %s and was posted", id, state)
		case state == community.ReplyUnknown && posts[id] != 0:
			t.Errorf("reply %s was posted and was not found again", id)
		}
	}
	t.Logf("%d replies over %d kills: %v", len(asked), killTimes, count)
	if count[community.ReplySent] == 0 {
		t.Error("nothing was sent: the proof is about nothing")
	}
	v.kill(t)
}

// victim is the program that is killed and started again.
type victim struct {
	program, dir, network string
	cmd                   *exec.Cmd
}

func (v *victim) start(t *testing.T) guide {
	t.Helper()
	v.cmd = exec.Command(v.program, "demo", "--json", "--data", v.dir, "--listen", "127.0.0.1:0", "--network", v.network)
	v.cmd.Stderr = os.Stderr
	out, err := v.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := v.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = v.cmd.Process.Kill() })
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	var g guide
	if err := json.Unmarshal(line, &g); err != nil {
		t.Fatal(err)
	}
	return g
}

func (v *victim) kill(t *testing.T) {
	t.Helper()
	if err := v.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = v.cmd.Wait() // it was killed: that is what it says
}

// answer replies to a few conversations that wait, and lets the replies leave
// at once. What the API took is written down.
func (v *victim) answer(t *testing.T, g guide, asked map[string]bool, round int) {
	t.Helper()
	var list community.Page[community.Conversation]
	eventually(t, 20*time.Second, "conversations to answer", func() bool {
		g.ask(t, "GET", "/api/v1/conversations?status=open&limit=40", "", &list)
		return len(list.Items) > 0
	})
	for i, c := range list.Items {
		if i == 3 {
			return
		}
		id := fmt.Sprintf("reply-%d-%d", round, i)
		body, err := json.Marshal(map[string]any{"id": id, "text": fmt.Sprintf("Bonjour, nous regardons cela tout de suite. ^%s", id), "anyway": true})
		if err != nil {
			t.Fatal(err)
		}
		if status := g.ask(t, "POST", "/api/v1/conversations/"+c.ID+"/replies", string(body), nil); status >= 300 {
			continue // not answerable: somebody who lets nobody reply
		}
		asked[id] = true
		g.ask(t, "POST", "/api/v1/replies/"+id+"/send", "", nil)
	}
}

// settle waits until nothing is on its way any more and what was posted is
// found again, and returns every reply's state.
func (v *victim) settle(t *testing.T, g guide) map[string]community.ReplyState {
	t.Helper()
	states := map[string]community.ReplyState{}
	quiet := time.Time{}
	eventually(t, 3*time.Minute, "every reply is settled or shown", func() bool {
		clear(states)
		moving, unknown := 0, 0
		cursor := ""
		for {
			var list community.Page[community.Conversation]
			g.ask(t, "GET", "/api/v1/conversations?sort=newest&limit=200&cursor="+cursor, "", &list)
			for _, c := range list.Items {
				var m community.Matter
				g.ask(t, "GET", "/api/v1/conversations/"+c.ID, "", &m)
				for _, r := range m.Replies {
					states[r.ID] = r.State
					switch r.State {
					case community.ReplyHeld, community.ReplySending:
						moving++
					case community.ReplyUnknown:
						unknown++
					}
				}
			}
			if cursor = list.Next; cursor == "" {
				break
			}
		}
		if moving > 0 || (unknown > 0 && quiet.IsZero()) {
			if moving == 0 {
				quiet = time.Now()
			}
			return false
		}
		return unknown == 0 || time.Since(quiet) > 15*time.Second
	})
	return states
}
