package inbox

import (
	"html/template"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/vigie-hq/vigie/community"
)

// shadowView is how far the model on trial and the running one are apart.
type shadowView struct {
	Version  string
	Finding  string
	Compared int
	Differ   int
	Heads    []differRow
	Samples  []differSample
}

type differRow struct {
	Label string
	N     int
	Share string
	Width int // of 100
	Pairs []pairView
}

type pairView struct {
	From, To mark
	N        int
}

// differSample is a message the two do not agree on.
type differSample struct {
	messageRow
	Pairs []pairView
}

// shadowOf lays out a comparison; nil when no model was on trial.
func shadowOf(lang string, r *community.ShadowReport, now time.Time) *shadowView {
	if r.Shadow == "" {
		return nil
	}
	v := &shadowView{Version: r.Shadow, Compared: r.Compared, Differ: r.Differ}
	v.Finding = T(lang, "shadow.none")
	if r.Compared > 0 {
		v.Finding = T(lang, "shadow.differ", percent(lang, share(r.Differ, r.Compared)))
	}
	for _, h := range r.Heads {
		row := differRow{Label: headName(lang, h.Head), N: h.Differ, Share: percent(lang, share(h.Differ, r.Compared)), Width: h.Differ * 100 / max(1, r.Compared)}
		for i, p := range h.Pairs {
			if i == 3 {
				break
			}
			row.Pairs = append(row.Pairs, pairView{headMark(lang, h.Head, p.Running), headMark(lang, h.Head, p.Shadow), p.N})
		}
		v.Heads = append(v.Heads, row)
	}
	for i := range r.Samples {
		sample := differSample{messageRow: messageOf(lang, &r.Samples[i].Entry, now)}
		alone := r.Samples[i].Entry.Verdict.Alone()
		sample.Pairs = differing(lang, &alone, &r.Samples[i].Shadow)
		v.Samples = append(v.Samples, sample)
	}
	return v
}

// differing are the heads a model on trial answers otherwise.
func differing(lang string, running *community.Verdict, trial *community.ShadowVerdict) []pairView {
	var out []pairView
	other := trial.Verdict()
	for _, head := range community.HumanHeads() {
		if a, b := running.Head(head), other.Head(head); a.Label != b.Label {
			out = append(out, pairView{From: headMark(lang, head, a.Label), To: headMark(lang, head, b.Label)})
		}
	}
	return out
}

func headName(lang, head string) string {
	if head == community.HeadLanguage {
		return T(lang, "facts.lang")
	}
	return T(lang, "audit.head."+head)
}

// modelsView is the models of the installation, for who may change them.
type modelsView struct {
	Rows     []modelRow
	History  []template.HTML
	Previous string
	Shadow   string
}

type modelRow struct {
	Version, Trained, When string
	Stands                 []mark
	Damaged                bool
	Runs, OnTrial          bool
}

// shownChanges is how many lines of the models' history a page shows.
const shownChanges = 5

// modelsView reads the models; nil for who may not change them.
func (s *Server) modelsView(c *fiber.Ctx) (*modelsView, error) {
	l, err := s.Models.Models(c.UserContext(), viewerOf(c))
	if community.KindOf(err) == community.Forbidden {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	lang, now := langOf(c), s.Now()
	v := &modelsView{Previous: l.Previous, Shadow: l.Shadow}
	for _, m := range l.Models {
		row := modelRow{Version: m.Version, Trained: m.Trained, Damaged: m.Damaged != "", Runs: m.Version == l.Running, OnTrial: m.Version == l.Shadow}
		row.When = T(lang, "model.builtin")
		if !m.BuiltIn {
			row.When = spoken().moment(lang, m.AddedAt, now)
		}
		if row.Runs {
			row.Stands = append(row.Stands, mark{Icon: "check", Word: T(lang, "model.running"), Class: "mk mk-done"})
		}
		if row.OnTrial {
			row.Stands = append(row.Stands, mark{Icon: "eye", Word: T(lang, "model.trial"), Class: "mk mk-soon"})
		}
		if m.Version == l.Previous {
			row.Stands = append(row.Stands, mark{Icon: "history", Word: T(lang, "model.previous"), Class: "mk"})
		}
		if row.Damaged {
			row.Stands = append(row.Stands, mark{Icon: "warn", Word: T(lang, "model.damaged"), Class: "mk mk-late"})
		}
		v.Rows = append(v.Rows, row)
	}
	for i, h := range l.History {
		if i == shownChanges {
			break
		}
		who := T(lang, "model.console")
		if h.By != "" {
			who = s.face.names.agent(h.By).Name
		}
		key := "modelact." + h.Verb
		if h.Verb == "shadow" && h.Version == "" {
			key = "modelact.ended"
		}
		if !spoken().has(lang, key) {
			key = "modelact.other"
		}
		bold := func(s string) string { return "<b>" + template.HTMLEscapeString(s) + "</b>" }
		v.History = append(v.History, template.HTML(T(lang, key, bold(who), bold(h.Version), template.HTMLEscapeString(spoken().moment(lang, h.At, now))))) //nolint:gosec // arguments are escaped, sentences are ours
	}
	return v, nil
}

// changeModelPage puts a model on trial, ends the trial, makes one run or goes
// back.
func (s *Server) changeModelPage(c *fiber.Ctx) error {
	ctx, v, version := c.UserContext(), viewerOf(c), c.FormValue("version")
	var err error
	switch verb := c.FormValue("verb"); verb {
	case "shadow":
		_, err = s.Models.ShadowModel(ctx, v, version)
	case "promote":
		_, err = s.Models.PromoteModel(ctx, v, version)
	case "rollback":
		_, err = s.Models.RollBackModel(ctx, v)
	default:
		err = community.Faultf(community.Invalid, "query.value", "verb", verb)
	}
	if err != nil {
		return err
	}
	return c.Redirect("/quality#models", fiber.StatusSeeOther)
}
