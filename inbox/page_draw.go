package inbox

import (
	"bytes"
	"html/template"
	"strconv"

	"github.com/vigie-hq/vigie/community"
)

// pen writes the HTML of a row. Rows are drawn for every change and every screen,
// some twenty times faster than html/template would; in exchange, every value
// passes through text or attr, which escape it.
type pen struct {
	bytes.Buffer
	assets *assets
}

// raw writes markup of ours.
func (p *pen) raw(s string) { p.WriteString(s) }

// text writes a value, escaped: good between tags and in quoted attributes.
func (p *pen) text(s string) { template.HTMLEscape(p, []byte(s)) }

// attr writes an attribute.
func (p *pen) attr(name, value string) {
	p.raw(" ")
	p.raw(name)
	p.raw(`="`)
	p.text(value)
	p.raw(`"`)
}

func (p *pen) number(name string, n int64) {
	p.raw(" ")
	p.raw(name)
	p.raw(`="`)
	p.Write(strconv.AppendInt(p.AvailableBuffer(), n, 10))
	p.raw(`"`)
}

// icon draws a glyph; with a name it says it, else it is decoration.
func (p *pen) icon(glyph, name string) {
	p.raw(`<svg class="i" viewBox="0 0 24 24"`)
	if name == "" {
		p.raw(` aria-hidden="true"`)
	} else {
		p.raw(` role="img"`)
		p.attr("aria-label", name)
	}
	p.raw(`><use href="`)
	p.raw(p.assets.sprite)
	p.text(glyph)
	p.raw(`"/></svg>`)
}

func (p *pen) mark(m *mark) {
	p.raw(`<span`)
	p.attr("class", m.Class)
	if m.Quiet {
		p.attr("title", m.Word)
		p.raw(`>`)
		p.icon(m.Icon, m.Word)
	} else {
		p.raw(`>`)
		if m.Icon != "" {
			p.icon(m.Icon, "")
		}
		p.text(m.Word)
	}
	p.raw(`</span>`)
}

func (p *pen) due(d *dueView) {
	p.raw(`<span class="due due-`)
	p.raw(d.State)
	p.raw(`"`)
	if d.At != 0 {
		p.number("data-start", d.Start)
		p.number("data-warn", d.Warn)
		p.number("data-at", d.At)
	}
	p.raw(`>`)
	if d.Icon != "" {
		p.icon(d.Icon, "")
	}
	if d.Before != "" {
		p.raw(`<span class="sr">`)
		p.text(d.Before)
		p.raw(` </span>`)
	}
	p.raw(`<span class="left">`)
	p.text(d.Text)
	p.raw(`</span></span>`)
}

// row draws a conversation as one row of 72 px. What it is (data-…) is there for
// the script that decides whether a pushed row belongs to the view on screen.
func (p *pen) row(lang string, r *rowView) {
	c := &r.Conversation
	p.raw(`<li class="row`)
	if c.Status == community.Closed {
		p.raw(` is-off`)
	}
	p.raw(`"`)
	p.attr("data-id", c.ID)
	p.number("data-version", c.Version)
	p.number("data-left", int64(r.Due.Left))
	for _, a := range [...][2]string{
		{"data-due", r.Due.State},
		{"data-brand", c.Brand},
		{"data-status", string(c.Status)},
		{"data-category", string(c.Category)},
		{"data-urgency", string(c.Urgency)},
		{"data-sentiment", string(c.Sentiment)},
		{"data-reason", string(c.Reason)},
		{"data-channel", c.Channel},
		{"data-account", c.Account},
		{"data-network", c.Network},
		{"data-assignee", c.Assignee},
		{"data-reply", c.ReplyState},
	} {
		p.attr(a[0], a[1])
	}
	if c.Triage {
		p.raw(` data-triage="true"`)
	}
	p.raw(">\n<i class=\"wick\"></i>\n<div class=\"who\"><span class=\"av\"><span aria-hidden=\"true\">")
	p.text(r.Initials)
	p.raw(`</span><span class="badge">`)
	p.icon(r.Network.Icon, r.Network.Name)
	p.raw("</span></span></div>\n<div class=\"row-in\">\n")
	p.head(lang, r)
	p.said(lang, r)
	p.raw(`<div class="row-meta"><span class="row-marks">`)
	p.mark(&r.Category)
	for i := range r.Marks {
		p.mark(&r.Marks[i])
	}
	if r.Foreign {
		p.raw(`<span class="mk">`)
		p.text(c.Lang)
		p.raw(`</span>`)
	}
	p.raw(`</span><span class="end">`)
	if r.Assignee.ID == "" {
		p.raw(`<span class="av us none"`)
		p.attr("title", T(lang, "row.unassigned"))
		p.raw(`></span>`)
	} else {
		p.raw(`<span class="av us"`)
		p.attr("title", T(lang, "row.assigned", r.Assignee.Name))
		p.raw(`><span aria-hidden="true">`)
		p.text(r.Assignee.Initials)
		p.raw(`</span></span>`)
	}
	p.raw("</span></div>\n</div>\n</li>")
}

// head is the row's first line: who, its case, its deadline.
func (p *pen) head(lang string, r *rowView) {
	p.raw(`<div class="row-top"><a class="row-name" dir="auto" href="/c/`)
	p.text(r.ID)
	p.raw(`" hx-get="/c/`)
	p.text(r.ID)
	p.raw(`" tabindex="-1">`)
	p.text(r.Name)
	p.raw(`</a>`)
	if r.Case != "" {
		word := T(lang, "row.case", r.Case)
		p.raw(`<span class="flag"`)
		p.attr("title", word)
		p.raw(`>`)
		p.icon("file", word)
		p.raw(`</span>`)
	}
	p.raw(`<span class="sides">`)
	p.due(&r.Due)
	p.raw("</span></div>\n")
}

// said is the row's second line: the customer's last words.
func (p *pen) said(lang string, r *rowView) {
	p.raw(`<p class="row-text" dir="auto"`)
	if r.Lang != "" {
		p.attr("lang", r.Lang)
	}
	p.raw(`>`)
	if r.Unanswered > 1 {
		p.raw(`<span class="more-said">`)
		p.text(number(lang, r.Unanswered))
		p.raw(`<span class="sr"> `)
		p.text(T(lang, "row.unanswered"))
		p.raw(`</span></span>`)
	}
	p.text(r.Preview)
	p.raw("</p>\n")
}
