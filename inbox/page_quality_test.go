package inbox

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// measured is the stage with figures.
type measured struct {
	*stage
	quality community.Quality
	shadow  community.ShadowReport
}

func (m *measured) Quality(context.Context, community.Viewer, string, time.Time, time.Time) (community.Quality, error) {
	return m.quality, nil
}

func (m *measured) Shadow(context.Context, community.Viewer, string, time.Time, time.Time) (community.ShadowReport, error) {
	return m.shadow, nil
}

// figures are sixty judged messages and a model on trial.
func figures() (community.Quality, community.ShadowReport) {
	share := func(v, low, high float64) community.Estimate {
		return community.Estimate{Value: v, Low: low, High: high, N: 60}
	}
	head := community.HeadQuality{
		Head: "category", N: 60, Enough: true, Accuracy: share(0.91, 0.86, 0.95), Order: []string{"support", "brand"}, Confusion: [][]int{{40, 2, 1}, {3, 14, 0}},
		Labels: []community.LabelQuality{{Label: "support", Precision: share(0.93, 0.85, 0.97), Recall: share(0.95, 0.88, 0.98)}, {Label: "brand", Precision: share(0.87, 0.7, 0.95)}},
	}
	q := community.Quality{
		Seen: 3204, Judged: 60, Skipped: 2, Enough: true, Shown: []community.HeadQuality{head}, Model: []community.HeadQuality{head},
		Shadow:      &community.TrialQuality{Version: "next.1", Judged: 60, Enough: true, Heads: []community.HeadQuality{{Head: "category", Accuracy: share(0.94, 0.9, 0.97)}}},
		Languages:   []community.GroupShare{{Name: "fr", Accuracy: share(0.9, 0.8, 1)}, {Name: "en", Accuracy: share(0.92, 0.8, 1)}},
		Corrections: []community.CorrectionCount{{Head: "category", From: "brand", To: "support", N: 7}, {Head: "complaint", From: "no", To: "yes", N: 1}},
	}
	said := community.Entry{
		Key: "mc05", Conversation: "c05", Message: community.Message{Text: "Et mon <remboursement> ?", CreatedAt: stageNow},
		Verdict: community.Verdict{Category: community.Head{Label: "brand"}, Urgency: community.UrgencyHead{Head: community.Head{Label: "normal"}}},
	}
	r := community.ShadowReport{
		Shadow: "next.1", Compared: 1000, Differ: 80,
		Heads:   []community.HeadDiff{{Head: "category", Differ: 80, Pairs: []community.LabelDiff{{Running: "brand", Shadow: "support", N: 50}}}},
		Samples: []community.ShadowSample{{Entry: said, Shadow: community.ShadowVerdict{Category: community.Head{Label: "support"}, Urgency: community.UrgencyHead{Head: community.Head{Label: "normal"}}}}},
	}
	return q, r
}

// TestQualityPage: figures with their intervals, corrections apart, the model on
// trial beside the running one, and buttons for who may change it.
func TestQualityPage(t *testing.T) {
	st, v := newVisitor(t)
	if page := v.get("/quality"); !strings.Contains(page, T("fr", "quality.few")) || strings.Contains(page, "whisker") {
		t.Error("too few judged messages make figures")
	}
	m := &measured{stage: st}
	m.quality, m.shadow = figures()
	st.lineup = community.Lineup{
		Running: "now.1", Shadow: "next.1", Previous: "old.1",
		Models:  []community.ModelFile{{Version: "next.1", Trained: "12 corrections", AddedAt: stageNow}, {Version: "now.1", BuiltIn: true}, {Version: "old.1", Damaged: "cut"}},
		History: []community.ModelChange{{At: stageNow, By: "u-lea", Verb: "shadow", Version: "next.1"}, {At: stageNow, Verb: "shadow"}, {At: stageNow, Verb: "strange", Version: "now.1"}},
	}
	v.s.Reader = m
	for _, lang := range []string{"fr", "en"} {
		v.as(st, community.RoleAdmin, lang)
		st.agents["u-acme"] = func(a community.Agent) community.Agent {
			a.Grants = append(a.Grants, community.Grant{Brand: "bolt", Role: community.RoleAdmin})
			return a
		}(st.agents["u-acme"])
		page := v.get("/quality")
		for _, want := range []string{
			T(lang, "quality.finding", percent(lang, 0.91), percent(lang, 0.86), percent(lang, 0.95)), T(lang, "quality.of", 60, 3204), T(lang, "quality.skipped", 2),
			`class="whisker"`, T(lang, "quality.trial", "next.1"), T(lang, "quality.biased"), T(lang, "quality.corrections.n", 8), T(lang, "shadow.differ", percent(lang, 0.08)),
			"Et mon &lt;remboursement&gt; ?", T(lang, "model.damaged"), `name="verb" value="promote"`, `name="verb" value="rollback"`, T(lang, "model.stop"), "Léa Morvan",
			`heat-4 is-right`, T(lang, "modelact.ended", "<b>"+T(lang, "model.console")+"</b>", "", ""), T(lang, "lang.fr"),
		} {
			if !strings.Contains(page, want) {
				t.Errorf("%s: no %q", lang, want)
			}
		}
	}
	for verb, want := range map[string]string{"promote": "next.1", "rollback": "now.1"} {
		if status, _, body := v.post("/quality/models", "verb", "promote", "version", "next.1"); status != http.StatusSeeOther {
			t.Fatalf("%d %s", status, body)
		}
		st.lineup.Previous = "now.1"
		if status, _, _ := v.post("/quality/models", "verb", verb, "version", "next.1"); status != http.StatusSeeOther || st.lineup.Running != want {
			t.Errorf("%s: %d, %s runs", verb, status, st.lineup.Running)
		}
	}
	if status, _, _ := v.post("/quality/models", "verb", "burn"); status != http.StatusBadRequest {
		t.Errorf("%d", status)
	}
	v.as(st, community.RoleAgent, "fr")
	if page := v.get("/quality"); strings.Contains(page, T("fr", "model.promote")) || strings.Contains(page, `id="models"`) {
		t.Error("an agent is offered the models")
	}
	if status, _, _ := v.post("/quality/models", "verb", "rollback"); status != http.StatusForbidden {
		t.Errorf("an agent rolls back: %d", status)
	}
}

// TestWhoSeesWhat: a page one has no right to is not shown, nor is the way to it.
func TestWhoSeesWhat(t *testing.T) {
	st, v := newVisitor(t)
	for _, c := range []struct {
		role community.Role
		may  map[string]bool
	}{
		{community.RoleAdmin, map[string]bool{"/triage": true, "/settings/rules": true, "/settings/rules/new": true, "/audit": true, "/quality": true}},
		{community.RoleSupervisor, map[string]bool{"/triage": true, "/settings/rules": true, "/settings/rules/new": true, "/audit": true, "/quality": true}},
		{community.RoleAgent, map[string]bool{"/triage": true, "/audit": true, "/quality": true}},
		{community.RoleBrand, map[string]bool{"/quality": true}},
		{community.RoleReader, nil},
	} {
		for _, lang := range []string{"fr", "en"} {
			v.as(st, c.role, lang)
			home, settings := v.get("/"), v.get("/settings")
			for _, path := range []string{"/triage", "/settings/rules", "/settings/rules/new", "/audit", "/quality"} {
				want := http.StatusForbidden
				if c.may[path] {
					want = http.StatusOK
				}
				status, _, page := v.ask(http.MethodGet, path, nil)
				if status != want {
					t.Errorf("%s at %s: %d, want %d", c.role, path, status, want)
				}
				if status == http.StatusForbidden && strings.Contains(page, T(lang, "kind.unavailable")) {
					t.Errorf("%s at %s is told nothing: %s", c.role, path, page)
				}
			}
			for path, page := range map[string]string{"/triage": home, "/quality": home, "/settings/rules": settings} {
				if strings.Contains(page, `href="`+path+`"`) != c.may[path] {
					t.Errorf("%s: the way to %s is shown or hidden wrongly", c.role, path)
				}
			}
		}
		if !c.may["/settings/rules"] {
			for _, path := range []string{"/settings/rules/new", "/settings/rules/try", "/settings/rules/order", "/settings/rules/fire-fr/switch", "/settings/rules/fire-fr/delete"} {
				if status, _, _ := v.post(path, "name", "A", "phrase", "a", "stop", "true", "move", "fire-fr", "by", "1"); status != http.StatusForbidden {
					t.Errorf("%s at %s: %d", c.role, path, status)
				}
			}
		}
	}
}

// TestWhyTellsWhoOverruled: rules with their address, the correction that is
// followed, the model on trial, and a form for what can be corrected.
func TestWhyTellsWhoOverruled(t *testing.T) {
	st, v := newVisitor(t)
	st.conversations["cx"] = st.conversations["c05"]
	m := &community.Matter{Conversation: st.conversations["c03"], Entries: []community.Entry{st.entries["mc03"]}}
	trial := &community.ShadowVerdict{Category: community.Head{Label: "brand"}}
	verdict := st.Explain(m.Entries[0].Message)
	verdict.Fired, verdict.Learned, verdict.Shadow = []string{"fire-fr"}, []string{"mx", "mgone", "mc03"}, trial
	for _, c := range []struct {
		role  community.Role
		rule  string
		trial bool
	}{{community.RoleAdmin, "/settings/rules/fire-fr", true}, {community.RoleReader, "", false}} {
		viewer := community.Viewer{Agent: "x", Grants: []community.Grant{{Brand: stageBrand, Role: c.role}}}
		w := &whyView{Key: "mc03", verdict: verdict}
		if err := v.s.overruled(t.Context(), viewer, "fr", m, w); err != nil {
			t.Fatal(err)
		}
		if len(w.Fired) != 1 || w.Fired[0].Href != c.rule || len(w.Learned) != 2 || w.Learned[0].Href != "/c/c05" || w.Learned[1].Href != "" || (len(w.Trial) > 0) != c.trial {
			t.Errorf("%s: %+v %+v %+v", c.role, w.Fired, w.Learned, w.Trial)
		}
	}
	page := v.get("/c/c05")
	for _, head := range community.HumanHeads() {
		if !strings.Contains(page, `<select class="in" name="`+head+`">`) {
			t.Errorf("%s cannot be corrected", head)
		}
	}
	status, _, body := v.post("/c/c05/correct", "category", "brand", "urgency", "low", "sentiment", "positive", "reason", "billing", "complaint", "yes")
	if status != http.StatusSeeOther {
		t.Fatalf("%d %s", status, body)
	}
	e, c := st.entries["mc05"], st.conversations["c05"]
	if c.Category != community.CategoryBrand || c.Urgency != community.Low || e.Verdict.Sentiment.Label != "positive" || e.Verdict.Reason.Label != "billing" || e.Verdict.Complaint.Label != "yes" {
		t.Errorf("%+v %+v", c, e.Verdict)
	}
	if n := len(st.corrections); n != 5 {
		t.Errorf("%d corrections of five", n)
	}
	v.post("/c/c05/correct", "category", "brand", "sentiment", "positive")
	if n := len(st.corrections); n != 5 {
		t.Errorf("what stays as it is was corrected again: %d", n)
	}
	if page = v.get("/c/c05"); !strings.Contains(page, "a corrigé l’humeur") || !strings.Contains(page, "a corrigé le mécontentement") {
		t.Error("the log does not tell who corrected what")
	}
}
