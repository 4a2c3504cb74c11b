package classifier

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestRunFolds(t *testing.T) {
	var given, free strings.Builder
	for i := range 60 {
		text, label := fmt.Sprintf("le colis %d est perdu", i%9), "1"
		if i%2 == 0 {
			text, label = fmt.Sprintf("quelle belle photo %d", i%9), "0"
		}
		fmt.Fprintf(&given, `{"text":%q,"label":%q,"fold":%d}`+"\n", text, label, i%3)
		fmt.Fprintf(&free, `{"text":%q,"label":%q}`+"\n", text, label)
	}
	for name, tc := range map[string]struct {
		file  string
		folds int
	}{
		"folds of the set": {write(t, "given.jsonl", given.String()), 3},
		"folds by lot":     {write(t, "free.jsonl", free.String()), 0},
	} {
		var out bytes.Buffer
		e := Evaluation{Files: []string{tc.file + ":grief"}, JSON: true, Learn: &Training{Options: Options{Bits: 10, Folds: 2, Passes: 3}}}
		if err := RunFolds(context.Background(), e, &out, nil); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var r Report
		if err := json.Unmarshal(out.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, f := range r.Folds {
			n += f.Messages
		}
		if n != 60 || r.Heads[0].Head != HelperGrief || r.Heads[0].Messages != 60 || r.Heads[0].Accuracy < 0.95 {
			t.Errorf("%s: %d judged, %+v", name, n, r.Heads[0])
		}
		if tc.folds > 0 && len(r.Folds) != tc.folds || len(r.Folds) < 2 {
			t.Errorf("%s: %d folds", name, len(r.Folds))
		}
	}
	for name, files := range map[string][]string{"no head": {"a.jsonl"}, "two heads": {"a.jsonl:grief", "b.jsonl:spam"}} {
		if err := RunFolds(context.Background(), Evaluation{Files: files}, &bytes.Buffer{}, nil); err == nil || !strings.Contains(err.Error(), "which head") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDealFolds(t *testing.T) {
	var rows []Example
	for i := range 400 {
		e := Example{}
		e.Message.Text = fmt.Sprint("message ", i/2) // each text twice
		rows = append(rows, e)
	}
	of, names := dealFolds(rows, 1)
	if !slices.Equal(names, []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}) {
		t.Errorf("folds %v", names)
	}
	counts := map[string]int{}
	for i, name := range of {
		counts[name]++
		if name != of[i/2*2] {
			t.Errorf("message %d is in two folds", i/2)
		}
	}
	for name, n := range counts {
		if n < 15 || n > 70 {
			t.Errorf("fold %s has %d of 400", name, n)
		}
	}
	for i := range rows {
		rows[i].Fold = fmt.Sprint(i % 12)
	}
	if _, names = dealFolds(rows, 1); len(names) != 12 || names[2] != "2" || names[11] != "11" {
		t.Errorf("the set's folds %v", names)
	}
}
