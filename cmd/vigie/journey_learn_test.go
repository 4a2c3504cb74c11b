package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/vigie-hq/vigie/community"
)

// said lets a customer write to the support account, and returns the
// conversation it opened once it is there.
func (g guide) said(t *testing.T, id, words string) community.Conversation {
	t.Helper()
	body, err := json.Marshal([]map[string]any{{
		"v": 1, "brand": demoBrand, "network": "simulated", "account": "support", "id": id, "thread": id, "kind": "mention",
		"author": map[string]any{"id": "a-" + id, "handle": "passante_" + id, "name": "Passante " + id}, "text": words, "lang": "fr",
		"created_at": time.Now().UTC().Format(time.RFC3339), "can_reply": true,
	}})
	if err != nil {
		t.Fatal(err)
	}
	var answer any
	if status := g.ask(t, "POST", "/api/v1/messages", string(body), &answer); status != 202 {
		t.Fatalf("%d %v", status, answer)
	}
	var found community.Conversation
	eventually(t, 20*time.Second, "the message arrives", func() bool {
		var page community.Page[community.Conversation]
		g.ask(t, "GET", "/api/v1/conversations?q="+url.QueryEscape("passante_"+id), "", &page)
		for _, c := range page.Items {
			if c.Author.Handle == "passante_"+id {
				found = c
				return true
			}
		}
		return false
	})
	return found
}

// shown is the conversation that triage is at.
func shown(t *testing.T, ctx context.Context) string {
	t.Helper()
	return strings.TrimPrefix(get(t, ctx, chromedp.Evaluate[string](`new URL(document.querySelector(".triage-form").action).pathname`)), "/triage/")
}

// until waits for something to hold in the page.
func until(t *testing.T, ctx context.Context, what, js string) {
	t.Helper()
	eventually(t, 20*time.Second, what, func() bool { return get(t, ctx, chromedp.Evaluate[bool](js)) })
}

// TestJourneyOfLearning is what a supervisor does who teaches Vigie: sort what it
// is unsure of by keyboard, write a rule and see the next message follow it, judge
// a message blind, correct one and see the next of its kind already right.
func TestJourneyOfLearning(t *testing.T) {
	chromium(t)
	g := startDemo(t)
	ctx := browser(t, 1440, 900) // closed before the demo ends
	g.enter(t, ctx, "karim")

	// Three doubtful messages, three keys; one with another urgency.
	eventually(t, 60*time.Second, "something is doubtful", func() bool {
		var page community.Page[community.Conversation]
		g.ask(t, "GET", "/api/v1/conversations?status=open&triage=true&limit=10", "", &page)
		return len(page.Items) >= 4
	})
	do(t, ctx, chromedp.Navigate(g.URL+"/triage"), chromedp.WaitVisible(css(`.one`)))
	shot(t, ctx, "triage")
	var sorted []string
	for i, keys := range []string{"1", "s3", "2"} {
		id := shown(t, ctx)
		for _, k := range keys {
			do(t, ctx, press(string(k)))
		}
		until(t, ctx, "the next message", fmt.Sprintf(`!document.querySelector('[action="/triage/%s"]')`, id))
		var m community.Matter
		g.ask(t, "GET", "/api/v1/conversations/"+id, "", &m)
		want := []community.Category{community.CategorySupport, community.CategoryCommunity, community.CategoryBrand}[i]
		if c := m.Conversation; c.Category != want || c.Triage || c.CategoryBy != "karim" || i == 1 && c.Urgency != community.High {
			t.Errorf("sorted by %s as %s, %s, triage %v, by %q", keys, c.Category, c.Urgency, c.Triage, c.CategoryBy)
		}
		sorted = append(sorted, id)
	}
	shot(t, ctx, "triage-three")
	if rows := get(t, ctx, chromedp.Evaluate[int](`document.querySelectorAll(".did li").length`)); rows != 3 {
		t.Errorf("%d of three are told just before", rows)
	}
	do(t, ctx, press(kb.ArrowLeft))
	until(t, ctx, "the one before", fmt.Sprintf(`Boolean(document.querySelector('[action="/triage/%s"]'))`, sorted[2]))
	shot(t, ctx, "triage-back")
	do(t, ctx, press(kb.ArrowRight))
	until(t, ctx, "forward again", fmt.Sprintf(`!document.querySelector('[action="/triage/%s"]')`, sorted[2]))
	was := shown(t, ctx)
	do(t, ctx, press(kb.ArrowRight))
	until(t, ctx, "passed over", fmt.Sprintf(`!document.querySelector('[action="/triage/%s"]')`, was))

	// A rule, tried before it is saved; the next message carries its effect.
	g.said(t, "r1", "Quelqu'un a vu la licorne bleue en vitrine à Rennes ?")
	do(
		t, ctx, chromedp.Navigate(g.URL+"/settings/rules/new"), chromedp.WaitVisible(css(`#trial .stop`)),
		chromedp.SendKeys(css(`#f-name`), "Licorne"), chromedp.SendKeys(css(`#f-phrase`), "licorne AND (vitrine"), chromedp.WaitVisible(css(`#err-phrase .where`)),
	)
	shot(t, ctx, "rule-fault")
	do(
		t, ctx, chromedp.SendKeys(css(`#f-phrase`), " OR boutique)"), chromedp.WaitVisible(css(`.samples mark`)), chromedp.WaitNotVisible(css(`#err-phrase`)),
		chromedp.SendKeys(css(`#f-tags`), "licorne"),
	)
	until(t, ctx, "the trial marks the word", `document.querySelector(".samples mark")?.textContent === "licorne"`)
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[any](`document.getElementById("f-raise").value = "critical"; document.getElementById("f-raise").dispatchEvent(new Event("change", { bubbles: true }))`)); err != nil {
		t.Fatal(err)
	}
	until(t, ctx, "the trial says what changes", `document.querySelectorAll(".trial-head p").length > 1`)
	shot(t, ctx, "rule-trial")
	do(t, ctx, chromedp.Click(css(`#rule-form .btn-act`)), chromedp.WaitVisible(css(`.rules .is-new`)))
	until(t, ctx, "the rules are counted", `/\d/.test(document.querySelector(".is-new .rule-hits").textContent)`)
	shot(t, ctx, "rules")
	if c := g.said(t, "r2", "Y a-t-il encore la licorne en boutique à Lyon ?"); c.Urgency != community.Critical || !slices.Contains(c.Tags, "licorne") {
		t.Errorf("the rule left %s %v", c.Urgency, c.Tags)
	}

	// One message judged blind, by keys alone.
	do(t, ctx, chromedp.Navigate(g.URL+"/audit"), chromedp.WaitVisible(css(`.ask.is-now`)))
	shot(t, ctx, "audit")
	do(t, ctx, press("1"), press("3"), press("2"), press("1"), press("2"), press(kb.Enter))
	until(t, ctx, "it is kept", `location.search.includes("done=1")`)
	do(t, ctx, chromedp.Navigate(g.URL+"/quality"), chromedp.WaitVisible(css(`.q-head`)))
	shot(t, ctx, "quality")

	// A correction, and a message of the same words that is already right.
	const words = "Le lot %d de la marque au croissant tourne dans tout le quartier depuis ce matin"
	first := g.said(t, "c1", fmt.Sprintf(words, 12))
	other := community.CategoryCommunity
	if first.Category == other {
		other = community.CategoryBrand
	}
	do(
		t, ctx, chromedp.Navigate(g.URL+"/c/"+first.ID+"?view=all"), chromedp.WaitVisible(css(`[popovertarget=fixes]`)), chromedp.Click(css(`[popovertarget=fixes]`)),
		chromedp.WaitVisible(css(`#fixes select`)),
	)
	shot(t, ctx, "correct")
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[any](fmt.Sprintf(`document.querySelector("#fixes [name=category]").value = %q; document.querySelector("#fixes [name=reason]").value = "store"`, other))); err != nil {
		t.Fatal(err)
	}
	do(t, ctx, chromedp.Click(css(`#fixes .btn-act`)), chromedp.WaitNotVisible(css(`#fixes`)))
	eventually(t, 10*time.Second, "it is corrected", func() bool {
		var m community.Matter
		g.ask(t, "GET", "/api/v1/conversations/"+first.ID, "", &m)
		return m.Conversation.Category == other && m.Conversation.Reason == "store"
	})
	second := g.said(t, "c2", fmt.Sprintf(words, 47))
	if second.Category != other || second.Reason != "store" || second.Triage {
		t.Errorf("the next of its kind is %s, %s, triage %v; want %s", second.Category, second.Reason, second.Triage, other)
	}
	do(t, ctx, chromedp.Navigate(g.URL+"/c/"+second.ID+"?view=all"), chromedp.WaitVisible(css(`#why a[href="/c/`+first.ID+`"]`)))
	shot(t, ctx, "learned")
}

// TestJourneyOfLearningOnAPhone looks at the same pages with a thumb.
func TestJourneyOfLearningOnAPhone(t *testing.T) {
	chromium(t)
	g := startDemo(t)
	ctx := browser(t, 390, 844)
	g.enter(t, ctx, "nadia")
	for _, page := range []string{"/triage", "/settings/rules", "/settings/rules/new", "/audit", "/quality"} {
		do(t, ctx, chromedp.Navigate(g.URL+page), chromedp.WaitVisible(css(`main h1`)))
		if tooWide(t, ctx) {
			t.Errorf("%s is wider than the phone", page)
		}
		shot(t, ctx, strings.ReplaceAll(strings.Trim(page, "/"), "/", "-"))
	}
}
