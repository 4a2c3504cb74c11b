package classifier

import (
	"bytes"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestPageNeedsNothingElse(t *testing.T) {
	rows := toy()
	rows[0].Message.Text += strings.Repeat(" vraiment", 30) // so that there are two lengths
	r := Evaluate(toyModel(t), rows)
	r.Judged = `<script>alert("file")</script>.jsonl`
	r.Curve = []CurvePoint{
		{Share: 0.5, Messages: 30, MacroF1: map[string]float64{HeadCategory: 0.5}, Interval: map[string][2]float64{HeadCategory: {0.4, 0.6}}},
		{Share: 1, Messages: 60, MacroF1: map[string]float64{HeadCategory: 0.7}, Interval: map[string][2]float64{HeadCategory: {0.6, 0.8}}},
	}
	for lang, want := range map[string]string{"en": "Support messages found", "fr": "Messages de SAV retrouvés"} {
		var b bytes.Buffer
		if err := r.WriteHTML(&b, lang); err != nil {
			t.Fatal(err)
		}
		page := b.String()
		for _, no := range []string{"<script", "http:", "https:", "src=", "@import", "url(", "ZgotmplZ", "NaN", "%!"} {
			if strings.Contains(page, no) {
				t.Errorf("%s: the page has %q", lang, no)
			}
		}
		for _, yes := range []string{want, "<svg", `id="curve"`, `id="by-length"`, `lang="` + lang + `"`, "prefers-color-scheme: dark"} {
			if !strings.Contains(page, yes) {
				t.Errorf("%s: the page has no %q", lang, yes)
			}
		}
		if n, m := strings.Count(page, "<svg"), strings.Count(page, "</svg>"); n != m {
			t.Errorf("%s: %d drawings begin, %d end", lang, n, m)
		}
	}
	if err := r.WriteHTML(&bytes.Buffer{}, "../x"); err == nil {
		t.Error("a language nobody wrote: no error")
	}
}

// Every sentence that the template or the code asks for is there in each language.
func TestPageHasItsWords(t *testing.T) {
	var asked []string
	for name, ask := range map[string]*regexp.Regexp{
		"report/page.html": regexp.MustCompile(`t "([a-z0-9.]*[a-z0-9])"[ })]`),
		"chart.go":         regexp.MustCompile(`w\.t\("([a-z0-9.]+)"`),
	} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range ask.FindAllStringSubmatch(string(text), -1) {
			asked = append(asked, m[1])
		}
	}
	if len(asked) < 40 {
		t.Fatalf("only %d sentences asked for", len(asked))
	}
	sentences := func(lang string) []string {
		w, err := readWording(lang)
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range asked {
			if w.said[key] == "" {
				t.Errorf("%s has no %q", lang, key)
			}
		}
		for _, h := range DefaultHeads() {
			if w.head(h.Name) == h.Name {
				t.Errorf("%s has no name for %s", lang, h.Name)
			}
		}
		keys := slices.Sorted(maps.Keys(w.said))
		return slices.DeleteFunc(keys, func(key string) bool { return strings.HasPrefix(key, "label.") })
	}
	if en, fr := sentences("en"), sentences("fr"); !slices.Equal(en, fr) {
		t.Errorf("the languages differ:\n%v\n%v", en, fr)
	}
}

func TestNumbersInWords(t *testing.T) {
	en, fr := &wording{lang: "en"}, &wording{lang: "fr"}
	for _, tc := range [][2]string{
		{en.num(0.5), "0.500"},
		{fr.num(0.5), "0,500"},
		{en.count(1234567), "1,234,567"},
		{fr.count(123), "123"},
		{fr.pct1(0.125), "12,5\u202f%"},
	} {
		if tc[0] != tc[1] {
			t.Errorf("%q, want %q", tc[0], tc[1])
		}
	}
}
