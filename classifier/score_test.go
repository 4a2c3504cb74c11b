package classifier_test

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/vigie-hq/vigie/classifier"
)

// The figures of a report are those of the script that others score Vigie by,
// to its third decimal: calibration error, coverage and the first quarter included.
func TestFiguresAreThoseOfTheScore(t *testing.T) {
	dir := os.Getenv("VIGIE_SHARED")
	if dir == "" {
		t.Skip("VIGIE_SHARED is not set: no script and no labelled real messages to score")
	}
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("there is no python3 to run the script")
	}
	dir = filepath.Join(dir, "classification")
	for _, split := range []string{"dev", "dev-unseen"} {
		var rows []classifier.Example
		for _, e := range gold(t, filepath.Join(dir, "messages.jsonl")) {
			if e.Split == split {
				rows = append(rows, e)
			}
		}
		c := open(t)
		var verdicts bytes.Buffer
		for _, e := range rows {
			if err := json.NewEncoder(&verdicts).Encode(c.Classify(e.Message)); err != nil {
				t.Fatal(err)
			}
		}
		answers := filepath.Join(t.TempDir(), "verdicts.jsonl")
		if err := os.WriteFile(answers, verdicts.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(python, filepath.Join(dir, "score"), filepath.Join(dir, "messages.jsonl"), "--split", split, answers).Output()
		if err != nil {
			t.Fatal(err)
		}
		var script map[string]json.RawMessage
		if err := json.Unmarshal(out, &script); err != nil {
			t.Fatal(err)
		}
		compared := 0
		for _, h := range classifier.Evaluate(c.Model(), rows).Heads {
			data, err := json.Marshal(h)
			if err != nil {
				t.Fatal(err)
			}
			ours, theirs := map[string]any{}, map[string]float64{}
			if err := json.Unmarshal(data, &ours); err != nil {
				t.Fatal(err)
			}
			if script[h.Head] == nil {
				continue
			}
			if err := json.Unmarshal(script[h.Head], &theirs); err != nil {
				t.Fatal(err)
			}
			for name, want := range theirs {
				compared++
				if got, ok := ours[name].(float64); !ok || math.Abs(got-want) > 0.00051 {
					t.Errorf("%s, %s: %s is %v, the script says %v", split, h.Head, name, ours[name], want)
				}
			}
		}
		if compared < 15 {
			t.Errorf("%s: only %d figures compared", split, compared)
		}
	}
}
