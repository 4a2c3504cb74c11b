package feed_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/collectors/feed"
	"github.com/vigie-hq/vigie/collectors/feed/feedtest"
	"github.com/vigie-hq/vigie/community"
)

// basket collects what is emitted, and the cursor.
type basket struct {
	mu     sync.Mutex
	items  []community.Message
	cursor community.Cursor
	polls  int
}

func (b *basket) emit(_ context.Context, batch collectors.Batch) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.items = append(b.items, batch.Messages...)
	if batch.Cursor != nil {
		b.cursor = *batch.Cursor
		b.polls++
	}
	return nil
}

// collect runs Collect from the basket's cursor for so many polls.
func (b *basket) collect(t *testing.T, n *feed.Network, a community.Account, polls int) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	b.polls = 0
	err := n.Collect(ctx, a, b.cursor, func(ctx context.Context, batch collectors.Batch) error {
		if err := b.emit(ctx, batch); err != nil {
			return err
		}
		if b.polls >= polls {
			cancel()
		}
		return nil
	})
	if b.polls >= polls {
		return nil
	}
	return err
}

func (b *basket) texts() string {
	var all []string
	for _, m := range b.items {
		all = append(all, m.Text)
	}
	return strings.Join(all, " | ")
}

func TestUnchangedCostsNoDocument(t *testing.T) {
	server := serve(t, feedtest.Options{})
	server.Add(feedtest.Entry{Title: "One", HTML: "first words", Created: time.Now()})
	n := quick()
	a := connect(t, n, server.URL, "")
	_, before := server.Requests()
	var b basket
	if err := b.collect(t, n, a, 5); err != nil {
		t.Fatal(err)
	}
	if _, documents := server.Requests(); documents-before != 1 || len(b.items) != 1 {
		t.Errorf("%d documents, %d messages", documents-before, len(b.items))
	}
	// A restart remembers the tag, and what was seen.
	if err := b.collect(t, n, a, 2); err != nil {
		t.Fatal(err)
	}
	if _, documents := server.Requests(); documents-before != 1 || len(b.items) != 1 {
		t.Errorf("after a restart %d documents, %d messages", documents-before, len(b.items))
	}
}

func TestConnect(t *testing.T) {
	server := serve(t, feedtest.Options{})
	n := quick()
	for _, address := range []string{server.URL, server.PageURL(), "feed:" + server.URL} {
		a := connect(t, n, address, "colis AND perdu")
		if a.Server != server.URL || a.Title != "The shop's blog" || a.Sends || !a.Collects || a.NativeID != server.URL || a.Name == "" {
			t.Errorf("%s: %+v", address, a)
		}
	}
	server.Move()
	if a := connect(t, n, server.URL, ""); a.Server != server.MovedURL() {
		t.Errorf("a feed that moved is connected as %s", a.Server)
	}
	for _, c := range []struct{ url, queries, key string }{
		{"", "", "account.server"},
		{"ftp://x", "", "account.server"},
		{"https://me:secret@x.example/feed", "", "account.server"},
		{server.URL, `"never closed`, "phrase.quote"},
		{strings.Replace(server.URL, "/feed", "/nothing", 1), "", "network.not_found"},
	} {
		_, err := n.Connect(t.Context(), collectors.Filled{Values: map[string]string{"url": c.url, "queries": c.queries}})
		var f *community.Fault
		if !errors.As(err, &f) || f.Key != c.key || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v, want %s", c.url, err, c.key)
		}
	}
	// Nothing of our own house can be connected by default.
	_, err := feed.New(feed.Options{}).Connect(t.Context(), collectors.Filled{Values: map[string]string{"url": server.URL}})
	var f *community.Fault
	if !errors.As(err, &f) || f.Key != "network.private" {
		t.Errorf("the loopback: %v", err)
	}
}

func TestQueriesListen(t *testing.T) {
	server := serve(t, feedtest.Options{})
	server.Add(feedtest.Entry{Title: "Concours", HTML: "gagnez un vélo", Author: "x", Created: time.Now()})
	server.Add(feedtest.Entry{Title: "Déçue", HTML: "mon colis est perdu", Author: "x", Created: time.Now()})
	later := server.Add(feedtest.Entry{Title: "Divers", HTML: "rien", Author: "x", Created: time.Now()})
	n := quick()
	a := connect(t, n, server.URL, "colis AND perdu\nremboursement")
	var b basket
	if err := b.collect(t, n, a, 1); err != nil {
		t.Fatal(err)
	}
	server.Edit(later, "pas de remboursement", true)
	if err := b.collect(t, n, a, 2); err != nil {
		t.Fatal(err)
	}
	server.Edit(later, "enfin réglé", true) // no longer asked for, but known
	if err := b.collect(t, n, a, 2); err != nil {
		t.Fatal(err)
	}
	if got := b.texts(); got != "Déçue\n\nmon colis est perdu | Divers\n\npas de remboursement | Divers\n\nenfin réglé" {
		t.Errorf("heard %q", got)
	}
	if b.items[0].Via != "colis AND perdu" || b.items[1].Via != "remboursement" {
		t.Errorf("via %q and %q", b.items[0].Via, b.items[1].Via)
	}
}

// A feed that answers with what is none keeps its cursor; once it is well again
// nothing is missing.
func TestBadAnswers(t *testing.T) {
	for _, c := range []struct {
		failure feedtest.Failure
		kind    community.FaultKind
		key     string
	}{
		{feedtest.Half, community.Unavailable, "feed.unreadable"},
		{feedtest.Page, community.Unavailable, "feed.unreadable"},
		{feedtest.Broken, community.Unavailable, "network.unavailable"},
		{feedtest.Busy, community.Limited, "network.limited"},
		{feedtest.Missing, community.NotFound, "network.not_found"},
		{feedtest.Gone, community.Unauthorised, "feed.gone"},
	} {
		server := serve(t, feedtest.Options{})
		server.Add(feedtest.Entry{Title: "One", HTML: "x", Created: time.Now()})
		n := quick()
		a := connect(t, n, server.URL, "")
		var b basket
		if err := b.collect(t, n, a, 1); err != nil {
			t.Fatal(err)
		}
		before := b.cursor
		server.Add(feedtest.Entry{Title: "Two", HTML: "y", Created: time.Now()})
		server.Fail(c.failure, 1)
		err := b.collect(t, n, a, 1)
		var f *community.Fault
		if !errors.As(err, &f) || f.Kind != c.kind || f.Key != c.key || b.cursor != before {
			t.Errorf("%s: %v", c.failure, err)
		}
		if c.failure == feedtest.Busy {
			time.Sleep(1100 * time.Millisecond)
		}
		if err := b.collect(t, n, a, 1); err != nil || len(b.items) != 2 {
			t.Errorf("after %s: %v, %d messages", c.failure, err, len(b.items))
		}
	}
}

func TestMovedForGoodIsRemembered(t *testing.T) {
	server := serve(t, feedtest.Options{})
	n := quick()
	a := connect(t, n, server.URL, "")
	server.Move()
	var b basket
	if err := b.collect(t, n, a, 1); err != nil {
		t.Fatal(err)
	}
	before, _ := server.Requests()
	if err := b.collect(t, n, a, 3); err != nil {
		t.Fatal(err)
	}
	if after, _ := server.Requests(); after-before != 3 || !strings.Contains(b.cursor.Since, "/new") {
		t.Errorf("%d requests for 3 polls; cursor %s", after-before, b.cursor.Since)
	}
	// Nothing there any more: back to where it was.
	server.Fail(feedtest.Missing, 1)
	if err := b.collect(t, n, a, 1); err != nil {
		t.Error(err)
	}
}

// An entry without a date is history on the first fetch, and news afterwards;
// its date does not move.
func TestUndatedEntries(t *testing.T) {
	server := serve(t, feedtest.Options{})
	server.Add(feedtest.Entry{Title: "old", HTML: "x"})
	n := quick()
	a := connect(t, n, server.URL, "")
	b := basket{cursor: community.Cursor{Connected: time.Now().UTC()}}
	if err := b.collect(t, n, a, 1); err != nil {
		t.Fatal(err)
	}
	id := server.Add(feedtest.Entry{Title: "new", HTML: "y"})
	if err := b.collect(t, n, a, 2); err != nil {
		t.Fatal(err)
	}
	server.Edit(id, "z", false)
	if err := b.collect(t, n, a, 2); err != nil {
		t.Fatal(err)
	}
	if len(b.items) != 3 || !b.items[0].CreatedAt.Before(b.cursor.Connected) || b.items[1].CreatedAt.Before(b.cursor.Connected) ||
		!b.items[2].CreatedAt.Equal(b.items[1].CreatedAt) || b.items[2].EditedAt.IsZero() {
		t.Errorf("%+v", b.items)
	}
}

// What leaves the window is not deleted, and two windows that share nothing are
// noticed.
func TestTheWindowMovesOn(t *testing.T) {
	server := serve(t, feedtest.Options{Window: 3})
	var log bytes.Buffer
	n := feed.New(feed.Options{HTTP: http.DefaultTransport, Logger: slog.New(slog.NewTextHandler(&log, nil)), Poll: 30 * time.Millisecond, Floor: 10 * time.Millisecond})
	a := connect(t, n, server.URL, "")
	var b basket
	for i, adds := range []int{3, 2, 4} {
		for range adds {
			server.Add(feedtest.Entry{Title: fmt.Sprint("round ", i), HTML: fmt.Sprint(time.Now().UnixNano()), Created: time.Now()})
		}
		if err := b.collect(t, n, a, 1); err != nil {
			t.Fatal(err)
		}
		if torn := strings.Contains(log.String(), "may have passed"); torn != (i == 2) {
			t.Errorf("round %d: torn %v", i, torn)
		}
	}
	for _, m := range b.items {
		if m.Deleted {
			t.Errorf("deleted: %s", m.ID)
		}
	}
	if len(b.items) != 8 {
		t.Errorf("%d entries", len(b.items))
	}
}

// What a hostile server may send costs bounded memory and time, and one fetch.
func TestHostileDocuments(t *testing.T) {
	laughs := `<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><rss version="2.0"><channel><item><title>&b;</title></item></channel></rss>`
	deep := `<rss version="2.0" xmlns:x="y"><channel><item>` + strings.Repeat("<x:a>", 200_000) + strings.Repeat("</x:a>", 200_000) + `</item></channel></rss>`
	for name, c := range map[string]struct {
		write func(http.ResponseWriter)
		key   string
	}{
		"billion laughs": {func(w http.ResponseWriter) { _, _ = io.WriteString(w, laughs) }, "feed.unreadable"},
		"nested":         {func(w http.ResponseWriter) { _, _ = io.WriteString(w, deep) }, "feed.unreadable"},
		"nested json":    {func(w http.ResponseWriter) { _, _ = io.WriteString(w, `{"version":`+strings.Repeat("[", 1<<20)) }, "feed.unreadable"},
		"a million entries": {func(w http.ResponseWriter) {
			_, _ = io.WriteString(w, `<rss version="2.0"><channel>`+strings.Repeat("<item/>", 1_000_000)+`</channel></rss>`)
		}, "feed.unreadable"},
		"a million attributes": {func(w http.ResponseWriter) {
			_, _ = io.WriteString(w, `<rss version="2.0"><channel`+strings.Repeat(` a=""`, 1_000_000)+`></channel></rss>`)
		}, "feed.unreadable"},
		"a million objects": {func(w http.ResponseWriter) {
			_, _ = io.WriteString(w, `{"version":"https://jsonfeed.org/version/1.1","items":[{}`+strings.Repeat(",{}", 1_000_000)+`]}`)
		}, "feed.unreadable"},
		"empty": {func(http.ResponseWriter) {}, "feed.unreadable"},
		"50 MB": {func(w http.ResponseWriter) {
			_, _ = io.WriteString(w, `<rss version="2.0"><channel><title>`)
			for range 50 {
				_, _ = w.Write(bytes.Repeat([]byte("a"), 1<<20))
			}
		}, "feed.too_large"},
		"packed": {func(w http.ResponseWriter) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			for range 50 {
				_, _ = z.Write(make([]byte, 1<<20))
			}
			_ = z.Close()
		}, "feed.too_large"},
		"badly packed": {func(w http.ResponseWriter) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = io.WriteString(w, "no gzip")
		}, "network.unreachable"},
		"redirects": {func(w http.ResponseWriter) {
			w.Header().Set("Location", "/")
			w.WriteHeader(http.StatusFound)
		}, "feed.redirect"},
		"redirect to a file": {func(w http.ResponseWriter) {
			w.Header().Set("Location", "file:///etc/passwd")
			w.WriteHeader(http.StatusFound)
		}, "feed.redirect"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { c.write(w) }))
			defer server.Close()
			var b basket
			err := b.collect(t, quick(), community.Account{Network: feed.Name, Server: server.URL + "/?token=s3cr3t"}, 1)
			var f *community.Fault
			if !errors.As(err, &f) || f.Kind != community.Unavailable || f.Key != c.key {
				t.Errorf("%v, want %s", err, c.key)
			}
			if err != nil && strings.Contains(err.Error(), "s3cr3t") {
				t.Errorf("the address stands in %v", err)
			}
		})
	}
}
