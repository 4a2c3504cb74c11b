package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/collectors/simulated"
	"github.com/vigie-hq/vigie/community"
)

// runHouse opens an installation on a simulated network, lets it live for as
// long as f takes, and returns what it logged.
func runHouse(t *testing.T, dir string, network *simulated.Network, f func(h *house)) string {
	t.Helper()
	var log bytes.Buffer
	ctx, stop := context.WithCancel(context.Background())
	h, err := openHouse(ctx, &place{dir: dir}, slog.New(slog.NewTextHandler(&log, nil)), map[string]collectors.Network{simulated.Name: network})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.seed(ctx); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- h.serve(ctx, serving{listen: "127.0.0.1:0"}) }()
	f(h)
	stop()
	if err := <-done; err != nil && !errors.Is(err, context.Canceled) { // it may be stopped while it starts
		t.Error(err)
	}
	if err := h.close(); err != nil {
		t.Error(err)
	}
	return log.String()
}

// TestTheLogIsDeletedBetweenTwoRuns loses the log with messages in it that were
// collected and not received: the accounts are read again from what was
// received, nothing a network still has is lost, and the user is told.
func TestTheLogIsDeletedBetweenTwoRuns(t *testing.T) {
	server, err := simulated.NewServer(simulated.Options{Seed: 5})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	network := server.Network(simulated.Options{Poll: 100 * time.Millisecond})
	dir := t.TempDir()
	system := community.Viewer{System: true}
	said := func(h *house) int {
		page, err := h.reader.Messages(t.Context(), system, community.MessageQuery{Brand: demoBrand, Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		return len(page.Items)
	}
	say := func(words string) {
		if _, err := server.Say(simulated.Post{Text: words, Kind: community.KindMention, Author: community.Author{ID: words, Handle: words}}); err != nil {
			t.Fatal(err)
		}
	}
	say("first")
	first := runHouse(t, dir, network, func(h *house) {
		eventually(t, 10*time.Second, "the first message", func() bool { return said(h) == 1 })
		eventually(t, 10*time.Second, "the received cursor", func() bool {
			corporate := community.AccountKey(demoBrand, simulated.Name, "corporate")
			published, err := h.memory.Cursor(t.Context(), corporate)
			if err != nil {
				t.Fatal(err)
			}
			received, err := h.memory.Received(t.Context(), corporate)
			if err != nil {
				t.Fatal(err)
			}
			return published.Since != "" && published.Since == received.Since
		})
		// What comes now is collected, and never received: the account's
		// published cursor runs ahead of the received one.
		say("second")
		corporate := community.AccountKey(demoBrand, simulated.Name, "corporate")
		received, err := h.memory.Received(t.Context(), corporate)
		if err != nil {
			t.Fatal(err)
		}
		eventually(t, 10*time.Second, "the second message", func() bool { return said(h) == 2 })
		if err := h.memory.SaveReceived(t.Context(), corporate, received); err != nil {
			t.Fatal(err)
		}
	})
	if strings.Contains(first, "deleted or replaced") {
		t.Errorf("the first run warned: %s", first)
	}
	if err := os.RemoveAll(filepath.Join(dir, "log")); err != nil {
		t.Fatal(err)
	}
	say("third")
	second := runHouse(t, dir, network, func(h *house) {
		eventually(t, 10*time.Second, "all three messages, once each", func() bool { return said(h) == 3 })
	})
	if !strings.Contains(second, "the log was deleted or replaced") {
		t.Errorf("nobody was told: %s", second)
	}
	third := runHouse(t, dir, network, func(h *house) {
		eventually(t, 10*time.Second, "all three messages", func() bool { return said(h) == 3 })
	})
	if strings.Contains(third, "deleted or replaced") {
		t.Errorf("told twice: %s", third)
	}
}

// TestRealMessages brings the whole file of real public messages in, twice.
func TestRealMessages(t *testing.T) {
	dir := os.Getenv("VIGIE_SHARED")
	if dir == "" {
		t.Skip("VIGIE_SHARED is not set: no real messages to import")
	}
	file, data := filepath.Join(dir, "messages", "real.jsonl"), t.TempDir()
	for _, want := range []string{`{"accepted":8297,"edited":0,"duplicate":0,"set_aside":0,"refused":0,`, `{"accepted":0,"edited":0,"duplicate":8297,"set_aside":0,"refused":0,`} {
		var out, progress bytes.Buffer
		c := &call{args: []string{"import", file, "--data", data, "--json", "--log", "error"}, out: &out, errOut: &progress, getenv: func(string) string { return "" }}
		if code := vigie(t.Context(), c); code != exitOK || !strings.HasPrefix(out.String(), want) {
			t.Fatalf("exit %d: %s\n%s", code, out.String(), progress.String())
		}
	}
}
