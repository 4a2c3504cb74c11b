package classifier

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// write puts a file where only the test sees it.
func write(t *testing.T, name, body string) string {
	t.Helper()
	p := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(p, []byte(body), 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

// ferry is a company that sorts its messages by its own desks.
func ferry() string {
	var b strings.Builder
	b.WriteString("text;category;reason;urgency\n")
	for i := range 40 {
		n := string(rune('a' + i%8))
		fmt.Fprintf(&b, "the ferry %s left without my car;Harbour desk;missed boat;high\n", n)
		fmt.Fprintf(&b, "can I change my cabin %s for a larger one?;Booking desk;cabin;normal\n", n)
		fmt.Fprintf(&b, "lovely sunset %s on deck;Nobody;;low\n", n)
	}
	return b.String()
}

func TestOwnLabels(t *testing.T) {
	data := write(t, "ferry.csv", ferry())
	out := filepath.Join(t.TempDir(), "model.bin")
	tr := Training{Files: []string{data}, Examples: toy(), OwnLabels: true, Out: out, Options: Options{Bits: 12, Folds: 3}}
	if err := RunTrain(context.Background(), tr, &bytes.Buffer{}, nil); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c, err := Load(f)
	if err != nil {
		t.Fatal(err)
	}
	labels := map[string][]string{}
	for _, h := range c.Model().Heads() {
		labels[h.Name] = h.Labels
	}
	if !slices.Equal(labels[HeadCategory], []string{"Booking desk", "Harbour desk", "Nobody"}) || !slices.Equal(labels[HeadReason], []string{"cabin", "missed boat"}) {
		t.Errorf("labels %v", labels)
	}
	if labels[HeadSentiment] != nil || labels[HeadComplaint] == nil {
		t.Errorf("sentiment, which nobody taught: %v; complaint, which the examples taught: %v", labels[HeadSentiment], labels[HeadComplaint])
	}
	v := c.Classify(Example{}.Message)
	if !slices.Contains(labels[HeadCategory], v.Category.Label) {
		t.Errorf("verdict on nothing: %+v", v.Category)
	}
	var report bytes.Buffer
	page := filepath.Join(t.TempDir(), "report.html")
	if err := RunEvaluate(context.Background(), c, Evaluation{Files: []string{data}, HTML: page, Lang: "fr"}, &report, nil); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(report.String(), "Harbour desk") {
		t.Error(report.String())
	}
	if html, err := os.ReadFile(page); err != nil || !bytes.Contains(html, []byte("Harbour desk")) {
		t.Errorf("the page does not name the labels: %v", err)
	}
	err = RunEvaluate(context.Background(), c, Evaluation{Files: []string{write(t, "x.csv", "text,category\na,Nobody\nb,support\n")}}, &report, nil)
	if err == nil || !strings.Contains(err.Error(), `line 3: category has no label "support"`) {
		t.Errorf("a label the model does not know: %v", err)
	}
}

func TestOwnLabelsStripOthers(t *testing.T) {
	tr := Training{Files: []string{write(t, "r.csv", "text,reason\na,one\nb,two\n")}, Examples: toy(), OwnLabels: true}
	rows, err := tr.gather()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 2+len(toy()) {
		t.Errorf("%d rows", len(rows))
	}
	for _, h := range tr.Options.Heads {
		if h.Name == HeadCategory && h.index("support") < 0 {
			t.Errorf("nobody brought categories, yet they are %v", h.Labels)
		}
	}
	own := newTaxonomy(ownHeads()...)
	if err := own.check(map[string]string{HeadCategory: "desk"}); err != nil {
		t.Fatal(err)
	}
	before := toy()
	for _, e := range own.strip(before) {
		if e.Labels[HeadCategory] != "" || e.Labels[HeadUrgency] == "" {
			t.Fatalf("labels %v", e.Labels)
		}
	}
	if before[0].Labels[HeadCategory] == "" {
		t.Error("the examples themselves were changed")
	}
}

func TestOwnLabelsRefuse(t *testing.T) {
	var many strings.Builder
	many.WriteString("text,reason\n")
	for i := range mostLabels + 1 {
		fmt.Fprintf(&many, "a,label %d\n", i)
	}
	for name, tc := range map[string]struct{ body, want string }{
		"one label": {"text,reason\na,only\nb,only\n", `every reason is "only"; a head takes 2 to 200 labels`},
		"none":      {"text,urgency\na,low\n", "no file has a category or a reason"},
		"too many":  {many.String(), "line 202: the reason \"label 200\" is one too many"},
	} {
		tr := Training{Files: []string{write(t, "o.csv", tc.body)}, OwnLabels: true}
		if _, err := tr.gather(); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: error %v, want %q", name, err, tc.want)
		}
	}
	wide := newTaxonomy(ownHeads()...)
	for i := range 150 {
		if err := wide.check(map[string]string{HeadCategory: fmt.Sprint("c", i), HeadReason: fmt.Sprint("r", i)}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := wide.heads(); err == nil || !strings.Contains(err.Error(), "columns") {
		t.Errorf("more labels than columns: %v", err)
	}
}
