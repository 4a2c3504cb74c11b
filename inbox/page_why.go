package inbox

import (
	"cmp"
	"html/template"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vigie-hq/vigie/community"
)

// whyView answers "why here?": what the classifier made of one message, how
// sure it was, and the words that weighed.
type whyView struct {
	Key       string
	When      string
	Heads     []headView
	Top       string // the words that weighed most
	TopClass  string
	Model     string
	Rules     int
	Fired     []option   // the rules that touched it: name, and address for who may change them
	Learned   []option   // the conversations whose corrections it follows
	Trial     []pairView // what the model on trial would say otherwise
	Fixed     int
	Corrected string // who overruled it
	Doubtful  bool
	Fixes     []fixView // what the reader can correct of it; empty: nothing
	verdict   community.Verdict
	text      string
	spans     []community.Evidence
	hues      map[string]string
}

// headView is one answer of the classifier, with a bar as long as it is sure.
type headView struct {
	mark
	P     string
	Width int // of 100
	Bar   string
}

// why explains the message with that key, or the newest that waits, or the
// newest there is. It is nil where nobody has said anything.
func (s *Server) why(lang, key string, m *community.Matter, now time.Time) *whyView {
	e := explained(key, m)
	if e == nil {
		return nil
	}
	verdict := judged(e, s.Explainer.Explain(e.Message))
	v := &whyView{
		Key: e.Key, When: spoken().moment(lang, e.Message.At().In(now.Location()), now),
		Model: verdict.Model, Rules: verdict.Rules, Fixed: verdict.Corrections,
		Doubtful: verdict.Category.Abstain, text: e.Message.Text, spans: verdict.Evidence, verdict: verdict,
		hues: map[string]string{
			"category": "h-" + verdict.Category.Label, "sentiment": "h-" + sentimentGlyphs[community.Sentiment(verdict.Sentiment.Label)],
			"urgency": urgencyHue(verdict.Urgency.Label), "complaint": "h-late",
		},
	}
	if by := m.Conversation.CategoryBy; by != "" {
		v.Corrected = s.face.names.agent(by).Name
	}
	add := func(mk mark, h community.Head, bar string) {
		if h.Label == "" || h.Label == "none" && bar == "b-ink" {
			return
		}
		v.Heads = append(v.Heads, headView{mk, percent(lang, h.P), int(math.Round(min(1, max(0, h.P)) * 100)), bar})
	}
	add(categoryMark(lang, community.Category(verdict.Category.Label)), verdict.Category, "b-"+verdict.Category.Label)
	add(urgencyMark(lang, community.Urgency(verdict.Urgency.Label)), verdict.Urgency.Head, "b-"+strings.TrimPrefix(urgencyHue(verdict.Urgency.Label), "h-"))
	add(sentimentMark(lang, community.Sentiment(verdict.Sentiment.Label)), verdict.Sentiment, "b-"+sentimentGlyphs[community.Sentiment(verdict.Sentiment.Label)])
	reason := reasonMark(lang, community.Reason(verdict.Reason.Label))
	reason.Icon = "tag"
	add(reason, verdict.Reason, "b-ink")
	if verdict.Complaint.Label == "yes" {
		add(mark{Icon: "file", Word: T(lang, "why.complaint"), Class: "mk"}, verdict.Complaint, "b-late")
	}
	v.Top, v.TopClass = v.heaviest()
	return v
}

// judged is the verdict a message was given, with the words that speak for it
// and what the model on trial says. now is its verdict by the model, rules and
// corrections of today, none of which may have been there when it came: where
// today's model gives another answer, its words would speak for that one.
func judged(e *community.Entry, now community.Verdict) community.Verdict {
	v, was, is := e.Verdict, e.Verdict.Alone(), now.Alone()
	v.Shadow = now.Shadow
	v.Evidence = slices.DeleteFunc(now.Evidence, func(span community.Evidence) bool {
		a, b := was.Head(span.Head), is.Head(span.Head)
		return a == nil || a.Label != b.Label
	})
	return v
}

func urgencyHue(u string) string {
	switch community.Urgency(u) {
	case community.Critical:
		return "h-late"
	case community.High:
		return "h-soon"
	}
	return "h-flat"
}

func explained(key string, m *community.Matter) *community.Entry {
	var newest, waiting *community.Entry
	for i := range m.Entries {
		e := &m.Entries[i]
		switch {
		case e.Out || e.Bare:
		case key != "" && e.Key == key:
			return e
		default:
			newest = e
			if waiting == nil && e.Message.At().After(m.Conversation.AnsweredAt) && !e.Gone {
				waiting = e
			}
		}
	}
	if waiting != nil {
		return waiting
	}
	return newest
}

// mark underlines, in the thread, what weighed.
func (v *whyView) mark(thread []turn) {
	if v == nil {
		return
	}
	for i := range thread {
		if thread[i].Key == v.Key && thread[i].Kind == "said" {
			thread[i].Marked, thread[i].Current = highlight(v.text, v.spans, v.hues), true
		}
	}
}

// heaviest is the span that weighed most, in its words.
func (v *whyView) heaviest() (words, class string) {
	var best float64
	for _, e := range v.spans {
		if _, ok := v.hues[e.Head]; ok && e.Weight > best && valid(v.text, e) {
			best, words, class = e.Weight, v.text[e.Start:e.End], v.hues[e.Head]
		}
	}
	return strings.TrimSpace(words), class
}

// valid tells whether a span lies in the text, on the edges of characters.
func valid(text string, e community.Evidence) bool {
	return 0 <= e.Start && e.Start < e.End && e.End <= len(text) &&
		utf8.RuneStart(text[e.Start]) && (e.End == len(text) || utf8.RuneStart(text[e.End]))
}

// A text underlined everywhere explains nothing: the heaviest spans are shown,
// and none that weighs less than a quarter of the heaviest.
const (
	mostSpans  = 6
	leastShare = 0.25
)

// highlight underlines the spans of evidence in the colour of what they proved.
// Every piece of the text is escaped by itself; spans that lie outside the text
// are left out. Where spans overlap, the heavier one is shown whole.
func highlight(text string, spans []community.Evidence, hues map[string]string) template.HTML {
	var heaviest float64
	kept := make([]community.Evidence, 0, len(spans))
	for _, e := range spans {
		if hues[e.Head] != "" && e.Weight > 0 && valid(text, e) {
			kept = append(kept, e)
			heaviest = max(heaviest, e.Weight)
		}
	}
	slices.SortStableFunc(kept, func(a, b community.Evidence) int { return cmp.Compare(b.Weight, a.Weight) })
	shown := kept[:0:0]
	for _, e := range kept {
		if len(shown) == mostSpans || e.Weight < leastShare*heaviest {
			break
		}
		if !slices.ContainsFunc(shown, func(o community.Evidence) bool { return e.Start < o.End && o.Start < e.End }) {
			shown = append(shown, e)
		}
	}
	slices.SortFunc(shown, func(a, b community.Evidence) int { return cmp.Compare(a.Start, b.Start) })
	var b strings.Builder
	at := 0
	for _, e := range shown {
		b.WriteString(template.HTMLEscapeString(text[at:e.Start]))
		b.WriteString(`<mark class="` + template.HTMLEscapeString(hues[e.Head]) + " " + strength(e.Weight/heaviest) + `">`)
		b.WriteString(template.HTMLEscapeString(text[e.Start:e.End]))
		b.WriteString("</mark>")
		at = e.End
	}
	b.WriteString(template.HTMLEscapeString(text[at:]))
	return template.HTML(b.String()) //nolint:gosec // every piece was escaped
}

// strength is how strongly a span is underlined, beside the heaviest one.
func strength(share float64) string {
	switch {
	case share >= 0.66:
		return "e3"
	case share >= 0.33:
		return "e2"
	}
	return "e1"
}
