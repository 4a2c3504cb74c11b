//go:build soak

package classifier

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// A company's 77 contact reasons (Banking77, CC BY 4.0), a fifth of the queries
// held out: the way from a file to a judged model, at full size.
func TestOwnLabelsOfABank(t *testing.T) {
	dir := os.Getenv("VIGIE_SHARED")
	if dir == "" {
		t.Skip("VIGIE_SHARED is not set: no published set to learn from")
	}
	in, err := os.Open(filepath.Join(dir, "classification", "public", "banking77-train.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var learn, judge bytes.Buffer
	for lines := bufio.NewScanner(in); lines.Scan(); {
		var row struct{ Text string }
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		to := &learn
		if lot(plain(row.Text), 1) < 0.2 {
			to = &judge
		}
		to.Write(append(lines.Bytes(), '\n'))
	}
	out := filepath.Join(t.TempDir(), "bank.bin")
	tr := Training{
		Files: []string{write(t, "learn.jsonl", learn.String()) + ":reason"}, OwnLabels: true, Out: out, Options: Options{Version: "bank"},
	}
	if err := RunTrain(context.Background(), tr, &bytes.Buffer{}, nil); err != nil {
		t.Fatal(err)
	}
	model, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	c, err := Load(bytes.NewReader(model))
	if err != nil {
		t.Fatal(err)
	}
	var report bytes.Buffer
	e := Evaluation{Files: []string{write(t, "judge.jsonl", judge.String()) + ":reason"}, JSON: true}
	if err := RunEvaluate(context.Background(), c, e, &report, nil); err != nil {
		t.Fatal(err)
	}
	var r Report
	if err := json.Unmarshal(report.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	h := r.Heads[0]
	t.Logf("%d labels, %d queries: accuracy %.3f (%.3f-%.3f), macro-F1 %.3f, calibration error %.3f, model %.1f MB",
		len(h.Labels), h.Messages, h.Accuracy, h.Intervals["accuracy"][0], h.Intervals["accuracy"][1], h.MacroF1, h.Calibration, float64(len(model))/1e6)
	if len(h.Labels) != 77 || h.Accuracy < 0.9 {
		t.Errorf("%d labels, accuracy %.3f, want 77 and 0.90", len(h.Labels), h.Accuracy)
	}
}
