package inbox

import (
	"html/template"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/vigie-hq/vigie/community"
	expr "github.com/vigie-hq/vigie/community/phrase"
	"github.com/vigie-hq/vigie/community/text"
)

// trialView is what a rule that is being written would have done.
type trialView struct {
	Faults  ruleFaults
	Fields  []string // those whose line this trial writes anew
	Blank   bool     // nothing to look for was said yet
	Finding string
	Change  string
	Under   string
	Overlap []overlapView
	Samples []sampleView
}

// overlapView is another rule that touches some of the same messages.
type overlapView struct {
	Href, Name, Said string
	Width            int // of 100: how much of what this rule touches
}

// sampleView is a message the rule touches, with the words it asks for marked.
type sampleView struct {
	Name, When, Lang, Href string
	Who                    person
	Network                network
	Category, Urgency      mark
	Text                   template.HTML
	Private                bool
}

// ruleFields are the fields of the form that have a line for what is wrong.
var ruleFields = [...]string{"name", "phrase", "authors", "followers", "condition", "tags", "channel", "effect", "rule"}

// tryRule tells, while a rule is written, what it would have done. Its name and
// its effect may still be missing: what it touches does not depend on them.
func (s *Server) tryRule(c *fiber.Ctx) error {
	sh, err := s.mayRule(c)
	if err != nil {
		return err
	}
	view := &trialView{}
	r, err := ruleOf(c, sh.Brand.ID)
	idle, nameless := isIdle(&r.Effect), r.Name == ""
	if nameless {
		r.Name = "-"
	}
	if idle {
		r.Effect.Stop = true
	}
	var p community.RulePreview
	if err == nil {
		p, err = s.Desk.PreviewRule(c.UserContext(), viewerOf(c), r)
	}
	if err != nil {
		if community.KindOf(err) != community.Invalid {
			return err
		}
		view.Faults = faultsOf(langOf(c), err, r.Condition.Phrase)
		_, view.Blank = view.Faults["condition"]
		if view.Blank {
			view.Faults = nil
		}
		view.lines(nameless, idle)
		return s.render(c, "rule-trial", view)
	}
	view.lines(nameless, idle)
	view.tell(langOf(c), &p, idle)
	view.sample(langOf(c), &p, r.Condition.Phrase, s.Now().In(zone(sh.Brand)))
	return s.render(c, "rule-trial", view)
}

// lines chooses the fields of which the trial can say whether they are right. What
// the last attempt to save said of the others stays on the screen: a name or an
// effect that is still missing, a colleague who was faster.
func (v *trialView) lines(nameless, idle bool) {
	for _, name := range ruleFields {
		_, wrong := v.Faults[name]
		silent := name == "rule" || name == "name" && nameless || name == "effect" && idle || name == "condition" && v.Blank
		if wrong || !silent {
			v.Fields = append(v.Fields, name)
		}
	}
}

func isIdle(e *community.Effect) bool {
	return e.Category == "" && e.Urgency == "" && e.Raise == "" && e.Channel == "" && len(e.Tags) == 0 && !e.Stop
}

// tell says how many messages it would touch, how many it would change, and
// which other rules touch them too.
func (v *trialView) tell(lang string, p *community.RulePreview, idle bool) {
	v.Finding = T(lang, "rule.try.none")
	if p.Touched > 0 {
		v.Finding = T(lang, "rule.try.touched", p.Touched)
	}
	v.Under = T(lang, "rule.try.of", p.Read)
	if p.Cut {
		v.Under = T(lang, "rule.try.cut", p.Read)
	}
	switch {
	case p.Touched == 0:
	case idle:
		v.Change = T(lang, "rule.try.idle")
	default:
		v.Change = T(lang, "rule.try.changed", p.Touched-p.Right) + " " + T(lang, "rule.try.right", p.Right)
	}
	for _, o := range p.Overlap {
		v.Overlap = append(v.Overlap, overlapView{
			Href: "/settings/rules/" + o.Rule, Name: o.Name, Width: o.Messages * 100 / max(1, p.Touched),
			Said: T(lang, "rule.try.overlap", o.Messages, percent(lang, share(o.Messages, p.Touched))),
		})
	}
}

func (v *trialView) sample(lang string, p *community.RulePreview, query string, now time.Time) {
	e, err := expr.Parse(query)
	for i := range p.Samples {
		entry := &p.Samples[i]
		row := messageOf(lang, entry, now)
		v.Samples = append(v.Samples, sampleView{
			Name: row.Name, When: row.When, Lang: row.Lang, Href: row.Href, Who: row.Who, Network: row.Network, Category: row.Category,
			Urgency: urgencyMark(lang, community.Urgency(entry.Verdict.Urgency.Label)), Private: row.Private, Text: asked(row.Text, e, err == nil),
		})
	}
}

// asked marks in a text the words an expression asks for.
func asked(said string, e expr.Expr, phrased bool) template.HTML {
	var b strings.Builder
	at := 0
	if phrased {
		for _, s := range expr.Find(e, text.Tokens(said)) {
			b.WriteString(template.HTMLEscapeString(said[at:s.Start]))
			b.WriteString(`<mark class="h-rule e3">`)
			b.WriteString(template.HTMLEscapeString(said[s.Start:s.End]))
			b.WriteString("</mark>")
			at = s.End
		}
	}
	b.WriteString(template.HTMLEscapeString(said[at:]))
	return template.HTML(b.String()) //nolint:gosec // every piece was escaped
}
