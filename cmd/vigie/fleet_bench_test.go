package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors/mastodon"
	"github.com/vigie-hq/vigie/collectors/mastodon/mastodontest"
	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
)

// crowdVariable makes TestMastodonForACrowd a fake server for so many accounts:
// it must stand in another process, or its memory would count as ours.
const crowdVariable = "VIGIE_TEST_CROWD"

// TestMastodonForACrowd is no test but that server: it prints its address, posts
// to everybody for each line it reads, and ends with its input.
func TestMastodonForACrowd(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv(crowdVariable))
	if err != nil {
		t.Skip("it is started by BenchmarkThousandAccounts")
	}
	names := []string{"alice"}
	for i := range n {
		names = append(names, fmt.Sprint("shop", i))
	}
	server := mastodontest.New(mastodontest.Options{RateLimit: 1e9}, names...)
	defer server.Close()
	fmt.Println(server.URL)
	for _, name := range names[1:] {
		fmt.Println(server.UserID(name))
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		for _, name := range names[1:] {
			server.Post("alice", "@"+name+" are you open?", "public", "", time.Time{})
		}
	}
}

// resident is how much memory the process takes, in bytes.
func resident(b *testing.B) int64 {
	b.Helper()
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		b.Skip("the memory of a process is read from /proc: ", err)
	}
	pages, err := strconv.ParseInt(strings.Fields(string(text))[1], 10, 64)
	if err != nil {
		b.Fatal(err)
	}
	return pages * int64(os.Getpagesize())
}

// BenchmarkThousandAccounts runs the whole of Vigie over a thousand accounts of
// the real Mastodon network, each with a stream and polls, against our fake in
// another process, and says what that takes once each has collected something.
func BenchmarkThousandAccounts(b *testing.B) {
	const accounts = 1000
	for b.Loop() {
		them := exec.Command(os.Args[0], "-test.run", "^TestMastodonForACrowd$")
		them.Env = append(os.Environ(), crowdVariable+"="+strconv.Itoa(accounts))
		in, err := them.StdinPipe()
		if err != nil {
			b.Fatal(err)
		}
		out, err := them.StdoutPipe()
		if err != nil {
			b.Fatal(err)
		}
		if err := them.Start(); err != nil {
			b.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		line := func() string {
			if !lines.Scan() {
				b.Fatal("the server says nothing: ", lines.Err())
			}
			return lines.Text()
		}
		address := line()
		ctx, stop := context.WithCancel(context.Background())
		h, err := openHouse(ctx, &place{dir: b.TempDir()}, slog.New(slog.DiscardHandler), nil)
		if err != nil {
			b.Fatal(err)
		}
		if err := h.ensureBrand(ctx, community.DefaultBrand); err != nil {
			b.Fatal(err)
		}
		var all []community.Account
		for i := range accounts {
			a := community.Account{
				Brand: community.DefaultBrand, Network: mastodon.Name, Name: fmt.Sprint("shop", i), Handle: fmt.Sprint("shop", i), NativeID: line(),
				Role: community.RoleStore, Server: address, Scope: strings.TrimPrefix(address, "http://"),
				Collects: true, Sends: true, State: community.AccountActive,
			}
			all = append(all, a)
			if err := h.vault.PutSecrets(ctx, a.Key(), map[string][]byte{"token": []byte("token-" + a.Name)}); err != nil {
				b.Fatal(err)
			}
		}
		go func() { _, _ = io.Copy(io.Discard, out) }()
		err = h.store.Write(ctx, func(tx desk.Tx) error {
			for _, a := range all {
				if err := tx.PutAccount(ctx, a); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		done := make(chan error, 1)
		go func() { done <- h.serve(ctx, serving{listen: "127.0.0.1:0"}) }()
		counted := func() (complete, live int) {
			running := h.hooks.Load()
			if running == nil {
				return 0, 0
			}
			for _, t := range running.fleet.Tallies() {
				if !t.Complete.IsZero() {
					complete++
				}
				if t.Ledger.Pushed+t.Ledger.Recovered > 0 {
					live++
				}
			}
			return complete, live
		}
		eventually(b, 2*time.Minute, "every account to be polled", func() bool { n, _ := counted(); return n == accounts })
		if _, err := fmt.Fprintln(in, "say"); err != nil {
			b.Fatal(err)
		}
		eventually(b, 2*time.Minute, "something from every account", func() bool { _, n := counted(); return n == accounts })
		time.Sleep(5 * time.Second) // until it is received, too
		debug.FreeOSMemory()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		b.ReportMetric(float64(resident(b))/(1<<20), "rss-MB")
		b.ReportMetric(float64(m.HeapInuse)/(1<<20), "heap-MB")
		b.ReportMetric(float64(m.StackInuse)/(1<<20), "stacks-MB")
		b.ReportMetric(float64(runtime.NumGoroutine())/accounts, "goroutines/account")
		stop()
		if err := errors.Join(<-done, h.close(), in.Close(), them.Wait()); err != nil {
			b.Error(err)
		}
	}
}
