package inbox

import (
	"flag"
	"html"
	"html/template"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/vigie-hq/vigie/community"
)

var update = flag.Bool("update", false, "write the golden pages anew")

// visitor asks for pages as a browser that is signed in.
type visitor struct {
	t      testing.TB
	s      *Server
	app    func(*http.Request, ...int) (*http.Response, error)
	cookie string
}

func newVisitor(t testing.TB) (*stage, visitor) {
	st, s := newStage(t)
	cookie, _ := st.session("u-acme")
	return st, visitor{t, s, s.app(t.Context()).Test, cookie}
}

func (v visitor) ask(method, path string, form url.Values, header ...string) (int, http.Header, string) {
	v.t.Helper()
	var body io.Reader
	if form != nil {
		form.Set("csrf", "csrf-u-acme")
		body = strings.NewReader(form.Encode())
	}
	r := httptest.NewRequest(method, path, body)
	r.Header.Set("Cookie", v.cookie)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := v.app(r, 10_000)
	if err != nil {
		v.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return res.StatusCode, res.Header, string(b)
}

func (v visitor) get(path string, header ...string) string {
	v.t.Helper()
	status, _, body := v.ask(http.MethodGet, path, nil, header...)
	if status != http.StatusOK {
		v.t.Fatalf("GET %s: %d %s", path, status, body)
	}
	return body
}

// settled takes out of a page what differs from run to run.
func settled(s string) string {
	s = regexp.MustCompile(`/asset/[0-9a-f]{10}/`).ReplaceAllString(s, "/asset/MARK/")
	s = regexp.MustCompile(`name="id" value="r[a-z2-7]+"`).ReplaceAllString(s, `name="id" value="NEW"`)
	return regexp.MustCompile(`\n\s*\n+`).ReplaceAllString(s, "\n")
}

// TestGolden compares what pages are made of with what they were when somebody
// last looked at them. Write them anew with -update, and look.
func TestGolden(t *testing.T) {
	_, v := newVisitor(t)
	part := []string{"HX-Request", "true"}
	for name, ask := range map[string]string{
		"row": "/rows?q=Toujours", "thread": "/c/c03/parts", "case": "/complaints/pc03", "messages": "/messages?day=2026-11-17&sentiment=positive",
	} {
		got := settled(v.get(ask, part...))
		if i := strings.Index(got, "<main"); i >= 0 { // the frame is the same everywhere
			got = got[i:strings.Index(got, "</main>")]
		}
		path := filepath.Join("testdata", name+".golden.html")
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s is not what it was; look at it, then run with -update\n%s", name, firstDifference(got, string(want)))
		}
	}
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			at := 0
			for at < min(len(g[i]), len(w[i])) && g[i][at] == w[i][at] {
				at++
			}
			cut := func(s string) string { return s[max(0, at-80):min(len(s), at+80)] }
			return "got  " + cut(g[i]) + "\nwant " + cut(w[i])
		}
	}
	return "one is longer"
}

// TestPages asks for every page, in both languages, and looks for what must
// never be in one.
func TestPages(t *testing.T) {
	st, v := newVisitor(t)
	x := community.AccountKey(stageBrand, "x", "maisonlune_aide")
	inline := regexp.MustCompile(`(?i)<style|\sstyle=|\son[a-z]+=|<script(?:\s[^>]*)?>[^<]|javascript:|hx-on|hx-vals='js`)
	unsaid := regexp.MustCompile(`\b(?:view|row|due|reply|case|fault|kind|filter|talk|said|act|why|compose|brand|figure|triage|rules?|audit|quality|shadow|model|means|fix|msgkind|complaining|modelact|accounts?|accountact|standing|connect|budget|can|deed|push|health|ledger|reach|queries|counted|permission|op)\.[a-z_]+\b`)
	tag := regexp.MustCompile(`<[^>]*>`)
	for _, lang := range []string{"fr", "en"} {
		a := st.agents["u-acme"]
		a.Lang = lang
		st.agents["u-acme"] = a
		for _, path := range []string{
			"/", "/?view=mine", "/?view=filed", "/?view=trouble", "/?q=nothing+says+this", "/?category=brand&urgency=high", "/?sort=newest",
			"/c/c01", "/c/c03", "/c/c04", "/c/c12", "/c/c13?view=closed", "/c/c14?view=filed", "/complaints", "/complaints?state=all", "/complaints/pc01",
			"/brand", "/brand?days=90&category=brand", "/brand?days=7", "/messages?day=2026-11-17", "/settings",
			"/triage", "/triage?at=c01", "/settings/rules", "/settings/rules/new", "/settings/rules/fire-fr", "/settings/rules/counts", "/audit", "/quality", "/quality?days=90",
			"/settings/accounts", "/settings/accounts?state=trouble&network=x", "/settings/accounts?q=nobody", "/settings/accounts/" + x, "/settings/accounts/new",
			"/settings/accounts/new/shops", "/settings/accounts/new/shops?account=" + x, "/settings/accounts/choose?choice=c1",
			"/settings/ledger", "/settings/ledger?hours=48&network=x", "/settings/ledger?account=" + x,
		} {
			page := v.get(path)
			if m := inline.FindString(page); m != "" {
				t.Errorf("%s %s has %q in it", lang, path, m)
			}
			if !strings.Contains(path, "counts") && !strings.Contains(page, `<html lang="`+lang+`"`) {
				t.Errorf("%s is not in %s", path, lang)
			}
			if m := unsaid.FindString(strings.ReplaceAll(tag.ReplaceAllString(page, " "), "network.example", "")); m != "" {
				t.Errorf("%s %s shows the key %q", lang, path, m)
			}
			if strings.Contains(page, "ZgotmplZ") || strings.Contains(page, "<no value>") {
				t.Errorf("%s %s has a hole", lang, path)
			}
		}
	}
}

// TestPageFaults: what goes wrong is a page for a browser and a line for htmx.
func TestPageFaults(t *testing.T) {
	_, v := newVisitor(t)
	status, _, page := v.ask(http.MethodGet, "/c/nobody", nil)
	if status != http.StatusNotFound || !strings.Contains(page, T("fr", "fault.conversation.unknown")) {
		t.Errorf("%d %s", status, page)
	}
	status, header, line := v.ask(http.MethodGet, "/c/nobody", nil, "HX-Request", "true")
	if status != http.StatusNotFound || header.Get("HX-Retarget") != "#notice" || strings.Contains(line, "<html") {
		t.Errorf("%d %v %s", status, header, line)
	}
	for _, path := range []string{"/?view=nonsense", "/?urgency=extreme", "/brand?days=5", "/messages?day=tomorrow", "/complaints?state=lost"} {
		if status, _, _ := v.ask(http.MethodGet, path, nil); status != http.StatusBadRequest {
			t.Errorf("%s: %d", path, status)
		}
	}
}

// TestAnswerByForm answers, takes back and settles without a script.
func TestAnswerByForm(t *testing.T) {
	st, v := newVisitor(t)
	post := func(path string, pairs ...string) (int, http.Header, string) {
		form := url.Values{}
		for i := 0; i+1 < len(pairs); i += 2 {
			form.Set(pairs[i], pairs[i+1])
		}
		return v.ask(http.MethodPost, path, form)
	}
	status, header, body := post("/c/c05/answer", "id", "mine", "mode", "public", "text", "Bonjour", "account", community.AccountKey(stageBrand, "x", "maisonlune_aide"))
	if status != http.StatusSeeOther || header.Get("Location") != "/c/c05" {
		t.Fatalf("%d %v %s", status, header, body)
	}
	if r := st.replies["mine"]; r.State != community.ReplyHeld {
		t.Errorf("reply %+v", r)
	}
	if page := v.get("/c/c05"); !strings.Contains(page, T("fr", "reply.undo")) {
		t.Error("no way to take it back")
	}
	if status, _, body := post("/replies/mine/undo"); status != http.StatusSeeOther {
		t.Fatalf("%d %s", status, body)
	}
	if page := v.get("/c/c05"); !strings.Contains(page, ">Bonjour</textarea>") {
		t.Error("the words are not back in the composer")
	}
	if status, _, _ := post("/c/c05/answer", "id", "note1", "mode", "note", "text", "à rappeler"); status != http.StatusSeeOther || st.notes[len(st.notes)-1].Text != "à rappeler" {
		t.Errorf("%d %v", status, st.notes)
	}
	if status, _, _ := post("/c/c05/assign", "agent", "u-lea"); status != http.StatusSeeOther || st.conversations["c05"].Assignee != "u-lea" {
		t.Errorf("%d %v", status, st.conversations["c05"].Assignee)
	}
	if status, _, body := post("/c/c05/correct", "head", "urgency", "label", "critical"); status != http.StatusSeeOther || st.conversations["c05"].Urgency != community.Critical {
		t.Errorf("%d %s", status, body)
	}
	if status, _, body := post("/replies/r2/settle", "sent", "true"); status != http.StatusSeeOther || st.replies["r2"].State != community.ReplySent {
		t.Errorf("%d %s", status, body)
	}
	if status, _, body := post("/c/c05/close", "version", "1"); status != http.StatusConflict {
		t.Errorf("closing what changed meanwhile: %d %s", status, body)
	}
}

// TestConflict shows what the customer wrote meanwhile and offers to go on.
func TestConflict(t *testing.T) {
	st, v := newVisitor(t)
	st.say("c05", "m-new", "Ah non, <b>ça remarche</b>", stageNow.Add(-time.Second), false, nil)
	form := url.Values{"id": {"x1"}, "mode": {"public"}, "text": {"Bonjour"}, "basis": {"mc05"}}
	status, header, body := v.ask(http.MethodPost, "/c/c05/answer", form, "HX-Request", "true")
	if status != http.StatusConflict || header.Get("HX-Retarget") != "#conflict" || !strings.Contains(body, "&lt;b&gt;ça remarche") || !strings.Contains(body, `name="anyway"`) {
		t.Errorf("%d %v %s", status, header, body)
	}
	form.Set("anyway", "true")
	if status, header, body = v.ask(http.MethodPost, "/c/c05/answer", form, "HX-Request", "true"); status != http.StatusOK || !strings.Contains(header.Get("HX-Trigger"), "vigie:written") {
		t.Errorf("%d %v %s", status, header, body)
	}
	if !strings.Contains(body, "data-leaves") {
		t.Error("no undo bar")
	}
}

// TestTriggerIsASCII: a header cannot carry anything else.
func TestTriggerIsASCII(t *testing.T) {
	st, v := newVisitor(t)
	st.replies["r9"] = community.Reply{ID: "r9", Brand: stageBrand, Conversation: "c05", Agent: "u-acme", State: community.ReplyHeld, Text: "à bientôt 👋", Visibility: community.Public}
	_, header, _ := v.ask(http.MethodPost, "/replies/r9/undo", url.Values{}, "HX-Request", "true")
	told := header.Get("HX-Trigger")
	if !strings.Contains(told, `\u00e0 bient\u00f4t \ud83d\udc4b`) {
		t.Errorf("told %q", told)
	}
}

// TestViewsPart: the numbers alone, for a page that is open.
func TestViewsPart(t *testing.T) {
	_, v := newVisitor(t)
	part := v.get("/views?view=waiting", "HX-Request", "true")
	if strings.Contains(part, "<main") || !strings.Contains(part, `href="/?view=late"`) || !strings.Contains(part, `<data class="hot" value="2">2</data>`) {
		t.Error(part)
	}
}

func TestTaste(t *testing.T) {
	st, v := newVisitor(t)
	status, header, _ := v.ask(http.MethodPost, "/taste", url.Values{"lang": {"en"}, "theme": {"dark"}, "back": {"//evil.example"}})
	if status != http.StatusSeeOther || header.Get("Location") != "/" || st.agents["u-acme"].Lang != "en" || !strings.Contains(header.Get("Set-Cookie"), "vigie-theme=dark") {
		t.Errorf("%d %v %s", status, header, st.agents["u-acme"].Lang)
	}
}

func TestAssets(t *testing.T) {
	_, v := newVisitor(t)
	page := v.get("/")
	found := regexp.MustCompile(`"(/asset/[^"#]+)"`).FindAllStringSubmatch(page, -1)
	if len(found) < 8 {
		t.Fatalf("%d assets", len(found))
	}
	for _, m := range found {
		status, header, _ := v.ask(http.MethodGet, m[1], nil)
		if status != http.StatusOK || !strings.Contains(header.Get("Cache-Control"), "immutable") || header.Get("Content-Type") == "" {
			t.Errorf("%s: %d %v", m[1], status, header)
		}
	}
	for _, m := range regexp.MustCompile(`icons\.svg#([a-z-]+)`).FindAllStringSubmatch(page, -1) {
		if !strings.Contains(string(v.s.face.assets.files["icons.svg"]), `id="`+m[1]+`"`) {
			t.Errorf("no icon %s", m[1])
		}
	}
}

func TestInitials(t *testing.T) {
	for name, want := range map[string]string{
		"Camille Rostand": "CR", "Sophie-Anne Delacroix-Beaumanoir": "SB", "Lulu 🌙✨": "LU", "élodie": "ÉL", "مريم الحسن": "ما",
		"": "•", "🌙": "•", "x": "X", "Jean de la Fontaine": "JF", "e\u0301lodie m": "E\u0301M", "@lea_b": "LB", "42": "•",
	} {
		if got := initials(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func FuzzHighlight(f *testing.F) {
	f.Add("je n’ai rien <b>reçu</b>", 3, 9, 5, 14, 1.5)
	f.Add("é", 1, 2, 0, 9, -1.0)
	f.Add("a\xffb", 0, 2, 1, 3, 0.1)
	f.Fuzz(func(t *testing.T, text string, a, b, c, d int, w float64) {
		hues := map[string]string{"category": "h-support", "urgency": "h-soon"}
		got := string(highlight(text, []community.Evidence{{Start: a, End: b, Head: "category", Weight: w}, {Start: c, End: d, Head: "urgency", Weight: 1}}, hues))
		bare := regexp.MustCompile(`</?mark[^>]*>`).ReplaceAllString(got, "")
		if bare != template.HTMLEscapeString(text) {
			t.Errorf("%q came out as %q", text, got)
		}
		if utf8.ValidString(text) && !utf8.ValidString(got) {
			t.Errorf("a character was cut: %q", got)
		}
		if strings.Contains(html.UnescapeString(bare), "\x00mark") {
			t.Error("mark")
		}
	})
}

func TestFinding(t *testing.T) {
	day := func(neg, neu, pos int) moodDay { return moodDay{Date: stageNow, Neg: neg, Neu: neu, Pos: pos} }
	sum := func(days []moodDay) (all moodDay) {
		for _, d := range days {
			all.Neg, all.Neu, all.Pos = all.Neg+d.Neg, all.Neu+d.Neu, all.Pos+d.Pos
		}
		return all
	}
	week := func(neg int) []moodDay {
		var out []moodDay
		for range 8 {
			out = append(out, day(neg, 20, 30))
		}
		return out
	}
	spiked := append(week(10), day(60, 20, 30))
	young := []moodDay{{}, {}, {}, {}, {}, {}, {}, day(50, 1, 1)}
	for name, c := range map[string]struct {
		days   []moodDay
		before moodDay
		want   string
	}{
		"none":   {nil, moodDay{}, T("en", "finding.none")},
		"spike":  {spiked, moodDay{}, "Negative messages were 6 times the usual"},
		"young":  {young, moodDay{}, "The mood is mostly negative"},
		"up":     {week(40), day(50, 200, 300), "The negative share rose from 9% to 44%"},
		"steady": {week(10), sum(week(10)), "The mood is mostly positive: 50% of messages"},
	} {
		got, under := finding("en", c.days, sum(c.days), c.before)
		if !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if under == "" {
			t.Errorf("%s rests on nothing", name)
		}
	}
}

func TestNice(t *testing.T) {
	for n, want := range map[int]int{0: 1, 1: 1, 3: 1, 4: 2, 9: 2, 10: 5, 20: 10, 164: 50, 250: 100} {
		if got := nice(n); got != want {
			t.Errorf("%d: %d, want %d", n, got, want)
		}
	}
}

// TestRowEscapes: whatever a customer calls himself and writes, it stays text.
func TestRowEscapes(t *testing.T) {
	st, s := newStage(t)
	c := st.conversations["c03"]
	const bad = `"><script>alert(1)</script>'&`
	c.Author.Name, c.Preview, c.Lang, c.Network, c.Case, c.Channel, c.Assignee = bad, bad, bad, bad, bad, bad, bad
	row, err := s.renderRow("fr", c, stageNow)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(row, "<script") || strings.Count(row, `"`)%2 != 0 || strings.Contains(row, bad) {
		t.Error(row)
	}
}

func BenchmarkRow(b *testing.B) {
	st, s := newStage(b)
	c := st.conversations["c03"]
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.renderRow("fr", c, stageNow); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkTalk(b *testing.B) {
	_, v := newVisitor(b)
	for b.Loop() {
		v.get("/c/c03", "HX-Request", "true")
	}
}
