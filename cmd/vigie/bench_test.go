package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/vigie-hq/vigie/community"
)

// openBench opens a fresh installation with its intake running.
func openBench(b *testing.B) *house {
	b.Helper()
	ctx, stop := context.WithCancel(context.Background())
	h, err := openHouse(ctx, &place{dir: b.TempDir()}, slog.New(slog.DiscardHandler), nil)
	if err != nil {
		b.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- together(ctx, h.intake()...) }()
	b.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			b.Error(err)
		}
		if err := h.close(); err != nil {
			b.Error(err)
		}
	})
	if err := h.ensureBrand(ctx, community.DefaultBrand); err != nil {
		b.Fatal(err)
	}
	return h
}

// realMessages is the file of real public messages, several times over with
// other ids and authors.
func realMessages(b *testing.B, times int) []byte {
	b.Helper()
	dir := os.Getenv("VIGIE_SHARED")
	if dir == "" {
		b.Skip("VIGIE_SHARED is not set: no real messages to import")
	}
	data, err := os.ReadFile(filepath.Join(dir, "messages", "real.jsonl"))
	if err != nil {
		b.Fatal(err)
	}
	var out bytes.Buffer
	for i := range times {
		for raw := range bytes.Lines(data) {
			m, err := community.ParseMessage(raw, time.Now())
			if err != nil {
				b.Fatal(err)
			}
			m.ID, m.Thread, m.Author.ID = fmt.Sprint(m.ID, i), fmt.Sprint(m.Thread, i), fmt.Sprint(m.Author.ID, i)
			out.Write(append(community.AppendMessage(nil, &m), '\n'))
		}
	}
	return out.Bytes()
}

// BenchmarkImport brings real messages in through the whole of the intake (log,
// classifier, store, search) while an agent writes a note fifty times a second.
// It reports messages a second and the agent's waits.
func BenchmarkImport(b *testing.B) {
	file := realMessages(b, 5)
	n := bytes.Count(file, []byte("\n"))
	for b.Loop() {
		b.StopTimer()
		h := openBench(b)
		agent := community.Viewer{System: true, Agent: "lea"}
		first := strings.NewReader(string(file[:bytes.IndexByte(file, '\n')+1]))
		importAll(b, h, first)
		list, err := h.reader.Conversations(b.Context(), agent, community.Query{Limit: 1, Sort: community.SortNewest})
		if err != nil || len(list.Items) == 0 {
			b.Fatal(err)
		}
		quit, waits := make(chan struct{}), make(chan []time.Duration, 1)
		go func() {
			var all []time.Duration
			for i := 0; ; i++ {
				select {
				case <-quit:
					waits <- all
					return
				case <-time.After(20 * time.Millisecond):
				}
				began := time.Now()
				err := h.desk.Write(context.Background(), agent, community.Note{ID: fmt.Sprint("note", i), Conversation: list.Items[0].ID, Text: "un mot"})
				if err != nil {
					b.Error(err)
				}
				all = append(all, time.Since(began))
			}
		}()
		b.StartTimer()
		began := time.Now()
		importAll(b, h, bytes.NewReader(file))
		took := time.Since(began)
		b.StopTimer()
		close(quit)
		all := <-waits
		slices.Sort(all)
		b.ReportMetric(float64(n)/took.Seconds(), "messages/s")
		b.ReportMetric(float64(all[len(all)/2].Microseconds())/1000, "agent-p50-ms")
		b.ReportMetric(float64(all[len(all)*99/100].Microseconds())/1000, "agent-p99-ms")
		b.StartTimer()
	}
}

func importAll(b *testing.B, h *house, file io.Reader) {
	b.Helper()
	var out bytes.Buffer
	c := &call{in: file, out: &out, errOut: io.Discard}
	source, err := openSource("-", file, false)
	if err != nil {
		b.Fatal(err)
	}
	o := importOptions{brand: community.DefaultBrand, asJSON: true}
	if err := runImport(b.Context(), c, o, source, &embedded{house: h}, noResume{}); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkScreen sends fifty messages a second to a running Vigie, from forty
// people whose conversations are on the screen, and measures in a real browser
// when each one's words stand in its row.
func BenchmarkScreen(b *testing.B) {
	path := chromium(b)
	const people, rate, seconds = 40, 50, 20
	g := startDemo(b)
	say := func(i int) {
		body := fmt.Sprintf(`{"brand":%q,"network":"bench","account":"bench","id":"%d-%d","thread":"t%d","author":{"id":"a%d","handle":"a%d"},
			"kind":"mention","text":"bench-%d, ma commande n'est toujours pas arrivée, pouvez-vous m'aider ?"}`, demoBrand, time.Now().UnixNano(), i, i%people, i%people, i%people, i)
		if status := g.ask(b, "POST", "/api/v1/messages", body, nil); status != 202 {
			b.Fatal(status)
		}
	}
	for i := range people {
		say(i)
	}
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(b.TempDir()),
		chromedp.Flag("disable-background-networking", true))...)
	b.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	b.Cleanup(cancel)
	err := chromedp.Do(
		ctx, chromedp.Navigate(g.URL+"/"), chromedp.WaitVisible(css("#password")),
		chromedp.SendKeys(css("input[name=email]"), g.Users[0].Email), chromedp.SendKeys(css("#password"), g.Users[0].Password+"\r"),
		chromedp.WaitVisible(css(".row a.row-name")), chromedp.Navigate(g.URL+"/?network=bench"),
		chromedp.WaitVisible(css(".row a.row-name")), chromedp.Sleep(2*time.Second),
		chromedp.Evaluate[chromedp.Void](`window.seen = {}; new MutationObserver(list => { for (const m of list) for (const n of m.addedNodes) {
			const said = n.nodeType === 1 && n.matches('.row') && n.textContent.match(/bench-(\d+),/);
			if (said) seen[said[1]] ??= Date.now();
		} }).observe(document.getElementById('rows'), {childList: true, subtree: true})`),
	)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		sent := map[string]int64{}
		tick := time.NewTicker(time.Second / rate)
		for i := people; i < people+rate*seconds; i++ {
			<-tick.C
			sent[fmt.Sprint(i)] = time.Now().UnixMilli()
			say(i)
		}
		tick.Stop()
		time.Sleep(2 * time.Second)
		raw, err := chromedp.Run(ctx, chromedp.Evaluate[string](`JSON.stringify(seen)`))
		if err != nil {
			b.Fatal(err)
		}
		var seen map[string]int64
		if err := json.Unmarshal([]byte(raw), &seen); err != nil {
			b.Fatal(err)
		}
		var took []int64
		for id, began := range sent {
			if at, ok := seen[id]; ok {
				took = append(took, at-began)
			}
		}
		slices.Sort(took)
		if len(took) == 0 {
			b.Fatal("no row ever changed")
		}
		b.ReportMetric(float64(took[len(took)/2]), "dom-p50-ms")
		b.ReportMetric(float64(took[len(took)*99/100]), "dom-p99-ms")
		b.ReportMetric(100*float64(len(took))/float64(len(sent)), "%seen")
	}
}
