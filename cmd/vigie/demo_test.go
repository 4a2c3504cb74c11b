package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// startDemo runs the demo in this process on a free port until the test ends,
// and returns what it printed.
func startDemo(t testing.TB, args ...string) guide {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	out, w := io.Pipe()
	done := make(chan int, 1)
	var log strings.Builder
	go func() {
		c := &call{
			args: append([]string{"demo", "--listen", "127.0.0.1:0", "--json"}, args...),
			in:   strings.NewReader(""), out: w, errOut: &log, getenv: func(string) string { return "" },
		}
		done <- vigie(ctx, c)
		_ = w.Close()
	}()
	t.Cleanup(func() {
		stop()
		// The network is meant to fail now and then, which is warned of.
		if code := <-done; code != exitOK || strings.Contains(log.String(), "level=ERROR") {
			t.Errorf("the demo ended with %d and said %s", code, log.String())
		}
	})
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		t.Fatalf("the demo printed nothing: %v %s", err, log.String())
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	var g guide
	if err := json.Unmarshal(line, &g); err != nil {
		t.Fatal(err)
	}
	return g
}

// ask makes one call of the API and decodes its answer.
func (g guide) ask(t testing.TB, method, path, body string, into any) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, g.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+g.Token)
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if into != nil {
		if err := json.Unmarshal(data, into); err != nil {
			t.Fatalf("%s %s: %s", method, path, data)
		}
	}
	return answer.StatusCode
}

// eventually waits for something that takes its time.
func eventually(t testing.TB, within time.Duration, what string, f func() bool) {
	t.Helper()
	for end := time.Now().Add(within); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if f() {
			return
		}
	}
	t.Fatalf("not within %s: %s", within, what)
}
