package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// chromium is the browser to drive; without one the test skips.
func chromium(t testing.TB) string {
	t.Helper()
	path := os.Getenv("VIGIE_TEST_CHROMIUM")
	if path == "" {
		t.Skip("VIGIE_TEST_CHROMIUM names no browser to drive")
	}
	return path
}

// browser opens a Chromium that speaks to loopback only, and fails the test for
// every script error and every word on the page's console.
func browser(t *testing.T, wide, high int64) context.Context {
	t.Helper()
	path := chromium(t)
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-background-networking", true), chromedp.WindowSize(int(wide), int(high)),
	)
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 3*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	size := chromedp.EmulateViewport(wide, high)
	if wide < 768 {
		size = chromedp.EmulateViewport(wide, high, chromedp.EmulateMobile, chromedp.EmulateTouch)
	}
	if err := chromedp.Do(ctx, size); err != nil { // the first run starts the browser
		t.Fatal(err)
	}
	go func() {
		for message, err := range chromedp.Console(ctx) {
			if err != nil {
				return
			}
			// What is typed while the server thinks takes the place of what was asked:
			// htmx calls the request it gives up an error, which it is not. One that
			// fails is told as another event too.
			if strings.HasPrefix(message.Text, "htmx:sendAbort") || strings.HasPrefix(message.Text, "htmx:afterRequest") {
				continue
			}
			if message.Type == chromedp.ConsoleException || message.Type == "error" || message.Type == "warning" {
				t.Errorf("the page's console says: %s", message.Text)
			}
		}
	}()
	return ctx
}

// do runs steps in the browser and says which one took too long.
func do(t *testing.T, ctx context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	for i, step := range steps {
		limited, cancel := context.WithTimeout(ctx, 20*time.Second)
		err := chromedp.Do(limited, step)
		cancel()
		if err != nil {
			shot(t, ctx, "failed")
			t.Fatalf("step %d: %v", i+1, err)
		}
	}
}

// shot keeps a picture of the page where VIGIE_SHOTS names a folder.
func shot(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	dir := os.Getenv("VIGIE_SHOTS")
	if dir == "" {
		return
	}
	time.Sleep(400 * time.Millisecond) // what moves has come to rest
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		t.Logf("no picture of %s: %v", name, err)
		return
	}
	name = strings.ReplaceAll(t.Name(), "/", "-") + "-" + name + ".png"
	if err := os.WriteFile(filepath.Join(dir, name), png, 0o600); err != nil {
		t.Error(err)
	}
}

// get runs an action that answers something.
func get[T any](t *testing.T, ctx context.Context, a chromedp.Action[T]) T {
	t.Helper()
	limited, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	v, err := chromedp.Run(limited, a)
	if err != nil {
		shot(t, ctx, "failed")
		t.Fatal(err)
	}
	return v
}

// css finds the first element of a CSS selector.
type css = chromedp.CSS
