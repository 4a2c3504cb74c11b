package classifier

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTrainingIsDeterministic(t *testing.T) {
	a, b := file(t, toyModel(t)), file(t, toyModel(t))
	if !bytes.Equal(a, b) {
		t.Error("the same seed and examples gave two models")
	}
	other, _, err := Train(context.Background(), toy(), Options{Version: "toy", Bits: 10, Folds: 3, Seed: 2}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(a, file(t, other)) {
		t.Error("the seed does nothing")
	}
}

func TestTrainingLearnsTheToy(t *testing.T) {
	r := Evaluate(toyModel(t), toy())
	for _, h := range r.Heads {
		if h.MacroF1 < 0.99 {
			t.Errorf("%s: macro-F1 %.2f", h.Head, h.MacroF1)
		}
	}
}

func TestTrainingOfAnotherTaxonomy(t *testing.T) {
	heads := []Head{{Name: HeadCategory, Labels: []string{"plane", "train", "boat", "bike"}}}
	var rows []Example
	for i := range 80 {
		l := heads[0].Labels[i%4]
		e := Example{Labels: map[string]string{HeadCategory: l}}
		e.Message.Text = "a question on my " + l + " ticket " + string(rune('a'+i%9))
		rows = append(rows, e)
	}
	m, _, err := Train(context.Background(), rows, Options{Bits: 10, Heads: heads}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if h := Evaluate(m, rows).Heads[0]; h.MacroF1 < 0.99 {
		t.Errorf("macro-F1 %.2f", h.MacroF1)
	}
	if v := New(m).Classify(rows[0].Message); v.Category.Label != "plane" || v.Urgency.Label != "" {
		t.Errorf("verdict %+v", v)
	}
}

func TestTrainingRefuses(t *testing.T) {
	ctx := context.Background()
	wrong := toy()
	wrong[3].Labels[HeadCategory] = "sav"
	for name, f := range map[string]func() error{
		"nothing":       func() error { _, _, err := Train(ctx, nil, Options{}, nil); return err },
		"unknown label": func() error { _, _, err := Train(ctx, wrong, Options{Bits: 10}, nil); return err },
		"many buckets":  func() error { _, _, err := Train(ctx, toy(), Options{Bits: 40}, nil); return err },
		"one fold":      func() error { _, _, err := Train(ctx, toy(), Options{Bits: 10, Folds: 1}, nil); return err },
	} {
		if f() == nil {
			t.Errorf("%s: no error", name)
		}
	}
	stopped, stop := context.WithCancel(ctx)
	stop()
	if _, _, err := Train(stopped, toy(), Options{Bits: 10}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped training: %v", err)
	}
}

func TestRunTrainKeepsApartWhatIsForJudging(t *testing.T) {
	dir := t.TempDir()
	write := func(name, body string) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	labelled := write("a.jsonl", `{"text":"one","category":"support","split":"train","ship":true}
{"text":"two","category":"support","split":"train","ship":false}
{"text":"Three  words","category":"noise","split":"dev","ship":true}`)
	published := write("b.jsonl", `{"text":"three words","label":"spam"}
{"text":"ONE","label":"ham"}
{"text":"four","label":"ham"}`)
	for _, tc := range []struct {
		ship bool
		want string
	}{{true, "one four"}, {false, "one two four"}} {
		tr := Training{Files: []string{labelled, published + ":spam"}, Shippable: tc.ship}
		rows, err := tr.gather()
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range rows {
			got = append(got, e.Message.Text)
		}
		if strings.Join(got, " ") != tc.want {
			t.Errorf("shippable %v: %q, want %q", tc.ship, got, tc.want)
		}
	}
}

func TestRunTrainWritesAModelThatRunEvaluateReads(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "model.bin")
	var report, asJSON bytes.Buffer
	steps := 0
	err := RunTrain(context.Background(), Training{Examples: toy(), Out: out, Options: Options{Bits: 10, Folds: 3}}, &report,
		func(done, total int, _ string) {
			steps++
			if done < 1 || done > total {
				t.Errorf("step %d of %d", done, total)
			}
		})
	if err != nil {
		t.Fatal(err)
	}
	if steps == 0 || !strings.Contains(report.String(), "category") {
		t.Errorf("%d steps, report %q", steps, report.String())
	}
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	c, err := Load(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	labelled := filepath.Join(dir, "dev.jsonl")
	if err := os.WriteFile(labelled, []byte(`{"text":"mon colis est en retard","category":"support","lang":"fr","split":"dev"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := RunEvaluate(context.Background(), c, Evaluation{Files: []string{labelled}, Split: "dev", JSON: true}, &asJSON, nil); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(asJSON.String(), `"macro_f1"`) {
		t.Error(asJSON.String())
	}
	if err := RunEvaluate(context.Background(), c, Evaluation{Files: []string{labelled}, Split: "test", JSON: true}, &asJSON, nil); err == nil {
		t.Error("a split nobody has: no error")
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 2 {
		t.Errorf("left behind: %v", entries)
	}
}
