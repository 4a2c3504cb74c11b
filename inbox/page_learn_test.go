package inbox

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
)

// as makes the visitor's agent one of another role and language.
func (v visitor) as(st *stage, role community.Role, lang string) {
	a := st.agents["u-acme"]
	a.Lang, a.Grants = lang, []community.Grant{{Brand: stageBrand, Role: role}}
	st.agents["u-acme"] = a
}

func (v visitor) post(path string, pairs ...string) (int, http.Header, string) {
	v.t.Helper()
	form := url.Values{}
	header := []string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if strings.HasPrefix(pairs[i], "HX-") {
			header = append(header, pairs[i], pairs[i+1])
			continue
		}
		form.Add(pairs[i], pairs[i+1])
	}
	return v.ask(http.MethodPost, path, form, header...)
}

// doubts makes conversations doubtful, as the model would.
func (s *stage) doubts(ids ...string) {
	for id, c := range s.conversations {
		c.Triage = false
		s.conversations[id] = c
	}
	for _, id := range ids {
		c := s.conversations[id]
		c.Triage = true
		s.conversations[id] = c
		e := s.entries["m"+id]
		e.Verdict.Category.Abstain = true
		s.entries["m"+id] = e
	}
}

// TestTriage sorts, goes back, passes over and comes to the end, without a script.
func TestTriage(t *testing.T) {
	st, v := newVisitor(t)
	st.doubts("c05", "c09")
	page := v.get("/triage")
	for _, want := range []string{
		`action="/triage/c05"`, T("fr", "triage.left", 2), `data-key="1"`, `data-key="q"`, `<mark class="h-support`, "46", `id="do-skip"`, `<b>2<i class="sr">`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("triage lacks %q", want)
		}
	}
	if strings.Contains(page, `id="do-back"`) {
		t.Error("there is nothing to go back to")
	}
	skip := regexp.MustCompile(`id="do-skip" href="([^"]+)"`).FindStringSubmatch(page)
	if len(skip) < 2 || !strings.Contains(v.get(strings.ReplaceAll(skip[1], "&amp;", "&")), `action="/triage/c09"`) {
		t.Errorf("passing over leads to %v", skip)
	}

	status, header, _ := v.post("/triage/c05", "label", "support", "urgency", "high", "version", "3", "since", "1")
	next := header.Get("Location")
	if status != http.StatusSeeOther || !strings.Contains(next, "was=c05") || !strings.Contains(next, "done=1") {
		t.Fatalf("%d %q", status, next)
	}
	c := st.conversations["c05"]
	if c.Triage || c.Category != community.CategorySupport || c.CategoryBy != "u-acme" || c.Urgency != community.High {
		t.Errorf("sorted as %+v", c)
	}
	page = v.get(next)
	if !strings.Contains(page, `action="/triage/c09"`) || !strings.Contains(page, `id="do-back"`) || !strings.Contains(page, T("fr", "triage.was")) {
		t.Errorf("after a choice: %s", page)
	}

	// Back, and another word: it replaces the first and counts once.
	back := strings.ReplaceAll(regexp.MustCompile(`id="do-back" href="([^"]+)"`).FindStringSubmatch(page)[1], "&amp;", "&")
	if page = v.get(back); !strings.Contains(page, `action="/triage/c05"`) || !strings.Contains(page, `aria-pressed="true"`) {
		t.Errorf("going back shows %s", page)
	}
	if _, header, _ = v.post("/triage/c05", "label", "noise", "urgency", "high", "was", "c05", "done", "1"); !strings.Contains(header.Get("Location"), "done=1&") {
		t.Errorf("counted twice: %q", header.Get("Location"))
	}
	if c := st.conversations["c05"]; c.Status != community.Closed || c.Category != community.CategoryNoise {
		t.Errorf("noise stays %+v", c)
	}
	st.at = st.at.Add(time.Minute)
	v.post("/triage/c05", "label", "support")
	if c := st.conversations["c05"]; c.Status != community.Open {
		t.Errorf("what was no noise is %s", c.Status)
	}

	// The last one, and the end of it.
	v.post("/triage/c09", "label", "community")
	if page = v.get("/triage?done=2&was=c09+c05"); !strings.Contains(page, T("fr", "triage.empty.title")) || !strings.Contains(page, T("fr", "triage.empty.done", 2)) {
		t.Errorf("the end says %s", page)
	}
}

// TestTriageMeanwhile: what changed since it was shown is shown again.
func TestTriageMeanwhile(t *testing.T) {
	st, v := newVisitor(t)
	st.doubts("c05")
	status, _, part := v.post("/triage/c05", "label", "brand", "version", "1", "HX-Request", "true")
	if status != http.StatusOK || !strings.Contains(part, T("fr", "triage.meanwhile")) || strings.Contains(part, "<html") {
		t.Errorf("%d %s", status, part)
	}
	if c := st.conversations["c05"]; !c.Triage {
		t.Error("it was sorted all the same")
	}
	status, header, part := v.post("/triage/c05", "label", "brand", "version", "3", "HX-Request", "true")
	if status != http.StatusOK || header.Get("HX-Replace-Url") == "" || !strings.Contains(part, `id="rail-triage" hx-swap-oob`) {
		t.Errorf("%d %v %s", status, header, part)
	}
}

func TestRate(t *testing.T) {
	for _, c := range []struct {
		done int
		took time.Duration
		want int
	}{{2, time.Minute, 0}, {5, 5 * time.Second, 0}, {18, time.Minute, 18}, {9, 2 * time.Minute, 5}} {
		s := sitting{Done: c.done, Since: stageNow.Add(-c.took)}
		if got := s.rate(stageNow); got != c.want {
			t.Errorf("%d in %v: %d, want %d", c.done, c.took, got, c.want)
		}
	}
}

// TestKeepMine: a form that a colleague was faster than keeps what was typed, and
// saves it over the colleague's version when asked to.
func TestKeepMine(t *testing.T) {
	st, v := newVisitor(t)
	form := func(name string, more ...string) []string {
		return append([]string{"name", name, "phrase", "robe", "raise", "high", "enabled", "true"}, more...)
	}
	v.post("/settings/rules/new", form("A")...)
	v.post("/settings/rules/r1", form("theirs", "version", "1")...)
	for range 2 { // a second Save on the old version is refused as the first was
		status, _, page := v.post("/settings/rules/r1", form("mine", "version", "1")...)
		if status != http.StatusConflict || !strings.Contains(page, `name="mine" value="2"`) || !strings.Contains(page, `id="f-name" name="name" value="mine"`) {
			t.Fatalf("%d %s", status, page)
		}
		if !strings.Contains(page, T("fr", "rule.theirs")) || strings.Contains(page, ">"+T("fr", "rule.save")+"</button>") {
			t.Error("it does not offer theirs, or offers a Save that cannot work")
		}
	}
	if status, _, _ := v.post("/settings/rules/r1", form("mine", "version", "1", "mine", "2")...); status != http.StatusSeeOther {
		t.Errorf("keeping mine: %d", status)
	}
	list := st.rules[stageBrand].List
	if r := list[len(list)-1]; r.Name != "mine" || r.Version != 3 {
		t.Errorf("kept %+v", r)
	}
}

// TestRulePages makes a rule, tries it, moves, switches and deletes it.
func TestRulePages(t *testing.T) {
	st, v := newVisitor(t)
	page := v.get("/settings/rules")
	if !strings.Contains(page, T("fr", "rule.shipped")) || !strings.Contains(page, "Danger : feu, fumée, explosion (français)") {
		t.Error("the shipped rules are not there, or not told as such")
	}
	part := v.get("/settings/rules/counts", "HX-Request", "true")
	if !strings.Contains(part, `id="hits-fire-fr" hx-swap-oob="true"`) {
		t.Error(part)
	}

	rule := []string{"name", "Robes", "phrase", `robe OR "couture lâchée"`, "raise", "critical", "tags", "#Robe, atelier", "kinds", "", "enabled", "true"}
	status, _, part := v.post("/settings/rules/try", append(rule, "HX-Request", "true")...)
	if status != http.StatusOK || !strings.Contains(part, `<mark class="h-rule e3">Couture lâchée</mark>`) || !strings.Contains(part, "aurait touché") {
		t.Errorf("%d %s", status, part)
	}
	if strings.Contains(part, "<html") || len(st.rules) != 0 {
		t.Error("a trial saves nothing")
	}

	status, header, body := v.post("/settings/rules/new", rule...)
	if status != http.StatusSeeOther || !strings.HasSuffix(header.Get("Location"), "#r-r1") {
		t.Fatalf("%d %v %s", status, header, body)
	}
	list := st.rules[stageBrand].List
	r := list[len(list)-1]
	if r.Name != "Robes" || r.Effect.Raise != community.Critical || strings.Join(r.Effect.Tags, " ") != "atelier robe" || !r.Enabled || r.Shipped {
		t.Errorf("saved %+v", r)
	}
	if page = v.get("/settings/rules/r1"); !strings.Contains(page, ">robe OR &#34;couture lâchée&#34;</textarea>") || !strings.Contains(page, `value="critical" selected`) {
		t.Errorf("the form shows %s", page)
	}

	order := func() string {
		var ids []string
		for _, r := range st.rules[stageBrand].List {
			ids = append(ids, r.ID)
		}
		return strings.Join(ids, " ")
	}
	before := order()
	status, _, part = v.post("/settings/rules/order", "move", "r1", "by", "-1", "HX-Request", "true")
	if n := len(list); status != http.StatusOK || st.rules[stageBrand].List[n-2].ID != "r1" || !strings.Contains(part, `id="up-r1"`) {
		t.Errorf("%d moved to %s", status, order())
	}
	if status, _, _ = v.post("/settings/rules/order", "ids", before); status != http.StatusSeeOther || order() != before {
		t.Errorf("%d dragged to %s", status, order())
	}
	if status, _, _ = v.post("/settings/rules/order", "ids", "r1"); status != http.StatusConflict {
		t.Errorf("half a list: %d", status)
	}
	if v.post("/settings/rules/r1/switch", "on", "false"); st.rules[stageBrand].List[len(list)-1].Enabled {
		t.Error("it is still on")
	}
	if status, _, _ = v.post("/settings/rules/r1/delete", "version", "1"); status != http.StatusConflict {
		t.Errorf("a version that is gone: %d", status)
	}
	status, header, _ = v.post("/settings/rules/r1/delete")
	if status != http.StatusSeeOther || strings.Contains(order(), "r1") || !strings.Contains(v.get(header.Get("Location")), T("fr", "rule.gone")) {
		t.Errorf("%d %v %s", status, header, order())
	}
}

// TestRuleFaults are told at their field, and where in the expression.
func TestRuleFaults(t *testing.T) {
	_, v := newVisitor(t)
	for _, c := range []struct {
		field, want string
		form        []string
	}{
		{"phrase", `colis AND <mark class="h-late e3">(</mark>perdu`, []string{"name", "A", "phrase", "colis AND (perdu", "raise", "high"}},
		{"name", "120", []string{"phrase", "colis", "raise", "high"}},
		{"condition", T("fr", "fault.rule.empty"), []string{"name", "A", "raise", "high"}},
		{"effect", T("fr", "fault.rule.effect"), []string{"name", "A", "phrase", "colis"}},
		{"tags", "a/b", []string{"name", "A", "phrase", "colis", "tags", "a/b"}},
		{"followers", "beaucoup", []string{"name", "A", "phrase", "colis", "raise", "high", "followers", "beaucoup"}},
		{"channel", "nowhere", []string{"name", "A", "phrase", "colis", "channel", "nowhere"}},
	} {
		status, _, page := v.post("/settings/rules/new", c.form...)
		at := regexp.MustCompile(`(?s)id="err-` + c.field + `">(.*?)</p>`).FindStringSubmatch(page)
		if status != http.StatusBadRequest || len(at) < 2 || !strings.Contains(at[1], c.want) {
			t.Errorf("%s: %d %v", c.field, status, at)
		}
		if !strings.Contains(page, `<html lang="fr"`) {
			t.Errorf("%s: no page", c.field)
		}
	}
	_, _, part := v.post("/settings/rules/try", "phrase", "colis AND (perdu", "HX-Request", "true")
	if !strings.Contains(part, `id="err-phrase" hx-swap-oob="true"`) || !strings.Contains(part, T("fr", "rule.try.fault")) {
		t.Error(part)
	}
	// What stopped the last attempt to save is not wiped off by a trial that does
	// not ask for it.
	for _, line := range []string{`id="err-name"`, `id="err-effect"`, `id="err-rule"`} {
		if _, _, part = v.post("/settings/rules/try", "phrase", "robe", "HX-Request", "true"); strings.Contains(part, line) {
			t.Errorf("a trial writes %s", line)
		}
		_, _, part = v.post("/settings/rules/try", "name", "A", "phrase", "robe", "raise", "high", "HX-Request", "true")
		if want := line != `id="err-rule"`; strings.Contains(part, line+` hx-swap-oob="true" hidden`) != want {
			t.Errorf("a trial that reads it clears %s: %v", line, !want)
		}
	}
	if _, _, part = v.post("/settings/rules/try", "HX-Request", "true"); !strings.Contains(part, T("fr", "rule.try.blank")) {
		t.Error(part)
	}
	if _, _, part = v.post("/settings/rules/try", "phrase", "robe", "HX-Request", "true"); !strings.Contains(part, T("fr", "rule.try.idle")) {
		t.Error(part)
	}
}

// sampled draws a message of the stage for the audit.
func (s *stage) sampled(ids ...string) {
	for _, id := range ids {
		e := s.entries["m"+id]
		s.drawn[e.Key] = desk.Drawn{
			Draw: community.Draw{Stratum: community.Stratum{Brand: stageBrand, Day: community.DayOf(stageNow), Category: community.CategorySupport}, Message: e.Key, Lot: community.Lot(e.Key)},
			Now:  s.conversations[id].Channel,
		}
	}
}

// TestAuditPage: nothing on it tells what the classifier said, every label has its
// definition in both languages, and a judgement leads to the next.
func TestAuditPage(t *testing.T) {
	st, v := newVisitor(t)
	st.sampled("c05", "c09")
	for _, lang := range []string{"fr", "en"} {
		v.as(st, community.RoleAgent, lang)
		page := v.get("/audit")
		page = page[strings.Index(page, "<main"):strings.Index(page, "</main>")]
		for _, head := range community.HumanHeads() {
			for _, label := range community.HeadLabels(head) {
				if !strings.Contains(page, `name="`+head+`" value="`+label+`"`) || !strings.Contains(page, escaped(T(lang, "means."+head+"."+label))) {
					t.Errorf("%s: no %s %s", lang, head, label)
				}
			}
		}
		for _, told := range []string{"checked", `href="/c/`, "guess", "<mark", "90", T(lang, "why.title")} {
			if strings.Contains(page, told) {
				t.Errorf("%s: a blind page tells %q", lang, told)
			}
		}
	}
	page := v.get("/audit")
	id := regexp.MustCompile(`action="/audit/([^"]+)"`).FindStringSubmatch(page)[1]
	status, header, part := v.post("/audit/"+id, "category", "support", "complaint", "yes", "done", "0", "HX-Request", "true")
	if status != http.StatusOK || header.Get("HX-Replace-Url") != "/audit?done=1" || strings.Contains(part, `action="/audit/`+id) {
		t.Errorf("%d %v %s", status, header, part)
	}
	if j := st.drawn[id].Judgement; j == nil || j.Labels["category"] != "support" || j.Agent != "u-acme" {
		t.Errorf("kept %+v", j)
	}
	if status, _, _ = v.post("/audit/"+id, "category", "brand", "HX-Request", "true"); status != http.StatusOK {
		t.Errorf("judged twice: %d", status)
	}
	if status, _, _ = v.post("/audit/" + id); status != http.StatusBadRequest {
		t.Errorf("nothing said: %d", status)
	}
	other := regexp.MustCompile(`action="/audit/([^"]+)"`).FindStringSubmatch(v.get("/audit"))[1]
	if status, header, _ = v.post("/audit/"+other, "skip", "true", "done", "1"); status != http.StatusSeeOther || header.Get("Location") != "/audit?done=2" {
		t.Errorf("%d %v", status, header)
	}
	if page = v.get("/audit?done=2"); !strings.Contains(page, T("en", "audit.empty.title")) || !strings.Contains(page, T("en", "audit.empty.done", 2)) {
		t.Error(page)
	}
}

// escaped is a sentence as a page escapes it.
func escaped(s string) string { return strings.NewReplacer("'", "&#39;", `"`, "&#34;").Replace(s) }
