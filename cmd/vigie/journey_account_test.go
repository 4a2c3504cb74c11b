package main

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestAccountJourney is what an administrator does with accounts: sees how they
// stand and what came from them, renames one, and begins to connect another, on a
// desk and on a phone.
func TestAccountJourney(t *testing.T) {
	chromium(t)
	g := startDemo(t)
	ctx := browser(t, 1280, 900)
	g.enter(t, ctx, "nadia")
	do(
		t, ctx, chromedp.Navigate(g.URL+"/settings/accounts"), chromedp.WaitVisible(css(`.acc-row`)),
		chromedp.Click(css(`.acc-name`)), chromedp.WaitVisible(css(`#f-title`)),
	)
	shot(t, ctx, "account")
	do(
		t, ctx, chromedp.SetValue(css(`#f-title`), "Maison Lune, la vigie"), chromedp.Click(css(`.acc-form button`)),
		chromedp.WaitVisible(css(`.banner-done`)),
	)
	if log := text(t, ctx, ".acts-log"); !strings.Contains(log, "Maison Lune, la vigie") {
		t.Errorf("written down: %q", log)
	}
	do(t, ctx, chromedp.Navigate(g.URL+"/settings/ledger"), chromedp.WaitVisible(css(`.ledger tbody tr`)))
	shot(t, ctx, "ledger")
	do(
		t, ctx, chromedp.Navigate(g.URL+"/settings/accounts/new"), chromedp.WaitVisible(css(`.cards a`)),
		chromedp.Click(css(`.cards a[href$="mastodon"]`)), chromedp.WaitVisible(css(`.connect-form`)),
	)
	shot(t, ctx, "connect")
	do(t, ctx, chromedp.EmulateViewport(390, 844))
	for _, page := range []string{"/settings/accounts", "/settings/accounts/new/x", "/settings/ledger"} {
		do(t, ctx, chromedp.Navigate(g.URL+page), chromedp.WaitVisible(css(`main`)))
		if tooWide(t, ctx) {
			t.Errorf("%s is wider than the phone", page)
		}
		shot(t, ctx, "phone"+strings.ReplaceAll(page, "/", "-"))
	}
}
