package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/vigie-hq/vigie/collectors/simulated"
	"github.com/vigie-hq/vigie/community"
)

// enter signs somebody in at the door and waits for the inbox.
func (g guide) enter(t *testing.T, ctx context.Context, mail string) {
	t.Helper()
	for _, u := range g.Users {
		if strings.HasPrefix(u.Email, mail+"@") {
			do(
				t, ctx,
				chromedp.Navigate(g.URL+"/"),
				chromedp.WaitVisible(css(`input[name=email]`)),
				chromedp.SendKeys(css(`input[name=email]`), u.Email),
				chromedp.SendKeys(css(`#password`), u.Password+kb.Enter),
				chromedp.WaitVisible(css(`.row a.row-name`)),
			)
			return
		}
	}
	t.Fatalf("nobody is called %s", mail)
}

// text is the text of the first element a selector finds.
func text(t *testing.T, ctx context.Context, selector string) string {
	t.Helper()
	return strings.TrimSpace(get(t, ctx, chromedp.Text(css(selector))))
}

// tooWide tells whether the page is wider than its window.
func tooWide(t *testing.T, ctx context.Context) bool {
	t.Helper()
	return get(t, ctx, chromedp.Evaluate[bool](`document.documentElement.scrollWidth > innerWidth`))
}

// press types keys at whatever has the focus.
func press(keys string) chromedp.Action[chromedp.Void] { return chromedp.KeyEvent(keys) }

// TestJourney is what a community manager does on a Monday morning: sign in,
// find the most urgent, see why, answer it from the support account, undo once,
// hand off, escalate, look at the sentiment, in French and in English.
func TestJourney(t *testing.T) {
	chromium(t)
	g := startDemo(t)
	ctx := browser(t, 1440, 900) // closed before the demo ends
	g.enter(t, ctx, "lea")
	shot(t, ctx, "inbox-fr")

	// The first row is the one that must be answered next.
	var list community.Page[community.Conversation]
	g.ask(t, "GET", "/api/v1/conversations?status=open&category=support&network=simulated&limit=40", "", &list)
	if len(list.Items) < 3 {
		t.Fatalf("%d support conversations to answer", len(list.Items))
	}
	for i := 1; i < len(list.Items); i++ {
		a, b := list.Items[i-1].Due, list.Items[i].Due
		if !a.IsZero() && !b.IsZero() && b.Before(a) {
			t.Errorf("row %d is due before row %d", i+1, i)
		}
	}

	// By keyboard: next, open, why.
	do(t, ctx, press("j"), press("j"), press("k"), press(kb.Enter), chromedp.WaitVisible(css(`#thread .say`)), chromedp.WaitVisible(css(`#why`)))
	shot(t, ctx, "conversation-fr")

	// A support question, answered from the support account and taken back once.
	public := publicSupport(t, list.Items)
	do(t, ctx, chromedp.Navigate(g.URL+"/c/"+public.ID), chromedp.WaitVisible(css(`#write`)))
	if from := get(t, ctx, chromedp.Evaluate[string]("document.querySelector('#account').selectedOptions[0].label")); !strings.Contains(from, "maisonlune_aide") {
		t.Errorf("answers leave from %q", from)
	}
	do(
		t, ctx, chromedp.SendKeys(css(`#write`), "Bonjour, nous regardons cela tout de suite. ^LM"),
		chromedp.Click(css(`.btn-send`)), chromedp.WaitVisible(css(`#undo .undo`)),
	)
	shot(t, ctx, "undo")
	do(t, ctx, chromedp.Click(css(`#do-undo`)), chromedp.WaitNotPresent(css(`#undo .undo`)))
	if s := replyState(t, g, public.ID); s != community.ReplyDraft {
		t.Errorf("after undo the reply is %s", s)
	}
	if words := get(t, ctx, chromedp.Value(css(`#write`))); !strings.Contains(words, "nous regardons cela") {
		t.Errorf("after undo the composer holds %q", words)
	}
	do(
		t, ctx, chromedp.SendKeys(css(`#write`), " Je vous écris en privé."),
		chromedp.Click(css(`.btn-send`)), chromedp.WaitVisible(css(`#undo .undo`)),
	)
	eventually(t, 40*time.Second, "the answer leaves", func() bool {
		s := replyState(t, g, public.ID)
		return s == community.ReplySent || s == community.ReplyUnknown || s == community.ReplyRefused
	})
	shot(t, ctx, "answered")

	// The brand's own page only hands over, by a sentence that is there already.
	handed := toThePage(t, list.Items, public.ID)
	do(
		t, ctx, chromedp.Navigate(g.URL+"/c/"+handed.ID), chromedp.WaitVisible(css(`.relay`)), chromedp.Click(css(`.relay`)),
	)
	if words := get(t, ctx, chromedp.Value(css(`#write`))); !strings.Contains(words, "@maisonlune_aide") {
		t.Errorf("the handover says %q", words)
	}
	shot(t, ctx, "handover")
	do(t, ctx, chromedp.Click(css(`.btn-send`)), chromedp.WaitVisible(css(`#undo .undo`)))
	var m community.Matter
	g.ask(t, "GET", "/api/v1/conversations/"+handed.ID, "", &m)
	if n := len(m.Replies); n == 0 || m.Replies[n-1].Kind != community.ReplyHandoff || m.Replies[n-1].Account != thePage {
		t.Errorf("handed over as %+v", m.Replies)
	}

	// Escalate another one, and find it in the register.
	other := list.Items[2]
	if other.ID == public.ID {
		other = list.Items[1]
	}
	do(
		t, ctx, chromedp.Navigate(g.URL+"/c/"+other.ID), chromedp.WaitVisible(css(`[popovertarget=escalate]`)),
		chromedp.Click(css(`[popovertarget=escalate]`)), chromedp.WaitVisible(css(`#escalate textarea`)),
	)
	shot(t, ctx, "escalate")
	do(t, ctx, chromedp.Click(css(`#escalate .btn-act`)), chromedp.Sleep(500*time.Millisecond), chromedp.Navigate(g.URL+"/complaints"), chromedp.WaitVisible(css(`main`)))
	if page := text(t, ctx, "main"); !strings.Contains(page, "R-20") && !strings.Contains(page, "0001") {
		t.Errorf("the register does not show the complaint: %s", page)
	}
	shot(t, ctx, "complaints")

	do(t, ctx, chromedp.Navigate(g.URL+"/brand"), chromedp.WaitVisible(css(`main svg`)), chromedp.WaitReady(css(`main table`)))
	shot(t, ctx, "sentiment")
	do(t, ctx, chromedp.Navigate(g.URL+"/settings"), chromedp.WaitVisible(css(`main`)))
	shot(t, ctx, "settings")
}

// TestJourneyInEnglish signs an English speaker in and looks at every page.
func TestJourneyInEnglish(t *testing.T) {
	chromium(t)
	g := startDemo(t)
	ctx := browser(t, 1440, 900) // closed before the demo ends
	g.enter(t, ctx, "tom")
	if s := text(t, ctx, "nav.rail"); !strings.Contains(s, "Inbox") {
		t.Errorf("the rail says %q", s)
	}
	do(t, ctx, press("?"), chromedp.WaitVisible(css(`#keys`)))
	shot(t, ctx, "keys-en")
	do(t, ctx, press(kb.Escape), chromedp.WaitNotVisible(css(`#keys`)), press("j"), press(kb.Enter), chromedp.WaitVisible(css(`#thread .say`)))
	shot(t, ctx, "conversation-en")
	do(t, ctx, press("/"), press("order"), chromedp.Sleep(600*time.Millisecond))
	shot(t, ctx, "search-en")
	do(t, ctx, chromedp.Navigate(g.URL+"/brand"), chromedp.WaitVisible(css(`main svg`)))
	shot(t, ctx, "sentiment-en")
}

// TestJourneyOnAPhone goes from the list to an answer and back with one pane.
func TestJourneyOnAPhone(t *testing.T) {
	chromium(t)
	g := startDemo(t)
	ctx := browser(t, 390, 844)
	g.enter(t, ctx, "lea")
	shot(t, ctx, "list")
	if tooWide(t, ctx) {
		t.Error("the list is wider than the phone")
	}
	do(t, ctx, chromedp.Click(css(`.row a.row-name`)), chromedp.WaitVisible(css(`#write`)))
	shot(t, ctx, "conversation")
	if tooWide(t, ctx) {
		t.Error("the conversation is wider than the phone")
	}
	do(t, ctx, chromedp.Click(css(`[data-back]`)), chromedp.WaitVisible(css(`.row a.row-name`)))
	for _, page := range []string{"/brand", "/complaints", "/settings"} {
		do(t, ctx, chromedp.Navigate(g.URL+page), chromedp.WaitVisible(css(`main`)))
		if tooWide(t, ctx) {
			t.Errorf("%s is wider than the phone", page)
		}
		shot(t, ctx, strings.Trim(page, "/"))
	}
}

// publicSupport is a support conversation that was held in public.
func publicSupport(t *testing.T, list []community.Conversation) community.Conversation {
	t.Helper()
	for _, c := range list {
		if !c.Private {
			return c
		}
	}
	t.Fatal("no public support conversation")
	return community.Conversation{}
}

// thePage is the account of the brand's own page.
var thePage = community.AccountKey(demoBrand, simulated.Name, "corporate")

// toThePage is a public support conversation that reached the brand's own page.
func toThePage(t *testing.T, list []community.Conversation, not string) community.Conversation {
	t.Helper()
	for _, c := range list {
		if !c.Private && c.Account == thePage && c.ID != not {
			return c
		}
	}
	t.Fatal("no public support conversation with the brand's own page")
	return community.Conversation{}
}

// replyState is the state of a conversation's newest reply.
func replyState(t *testing.T, g guide, conversation string) community.ReplyState {
	t.Helper()
	var m community.Matter
	g.ask(t, "GET", "/api/v1/conversations/"+conversation, "", &m)
	if len(m.Replies) == 0 {
		return ""
	}
	return m.Replies[len(m.Replies)-1].State
}
