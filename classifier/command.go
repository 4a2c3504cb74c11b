package classifier

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// RunEvaluate judges a classifier by labelled files and writes the report, as
// text or JSON. A file may be "FILE:HEAD", a published set. split keeps the rows of that split only; empty keeps all.
func RunEvaluate(ctx context.Context, c *Classifier, files []string, split string, out io.Writer, asJSON bool) error {
	var examples []Example
	for _, name := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		rows, err := readExamples(name)
		if err != nil {
			return err
		}
		for _, e := range rows {
			if split == "" || e.Split == split {
				examples = append(examples, e)
			}
		}
	}
	if len(examples) == 0 {
		return fmt.Errorf("evaluate: no labelled message (split %q)", split)
	}
	report := Evaluate(c.Model(), examples)
	if asJSON {
		return report.WriteJSON(out)
	}
	return report.WriteText(out)
}

// Training says what RunTrain learns from and where the model goes.
type Training struct {
	Files     []string  // labelled files; "tweets.jsonl:tone" is a published set for that head
	Examples  []Example // more of them, e.g. corpus.Examples
	Split     string    // of a file with splits, the one to learn from; default "train"
	Shippable bool      // learn only from rows whose licence lets a model ship
	Out       string    // where the model file is written, whole or not at all
	Options   Options
}

// RunTrain trains a model, writes its file and the held-out report. Texts that
// also stand in another split of the files are left out, so that a set that
// shares messages with the test does not teach the answers.
func RunTrain(ctx context.Context, t Training, out io.Writer, progress Progress) error {
	if t.Out == "" {
		return errors.New("train: no file to write the model to")
	}
	examples, err := t.gather()
	if err != nil {
		return err
	}
	model, report, err := Train(ctx, examples, t.Options, progress)
	if err != nil {
		return err
	}
	if err := writeModel(t.Out, model); err != nil {
		return err
	}
	return report.WriteText(out)
}

// gather reads the files and keeps what may be learnt from.
func (t *Training) gather() ([]Example, error) {
	split := t.Split
	if split == "" {
		split = "train"
	}
	var all []Example
	for _, file := range t.Files {
		rows, err := readExamples(file)
		if err != nil {
			return nil, err
		}
		all = append(all, rows...)
	}
	// A text of another split is for judging; a text with our own labels is not
	// taught a second time by a published set, which would flatter the blend.
	apart, own := map[string]bool{}, map[string]bool{}
	for _, e := range all {
		if e.Split != "" && e.Split != split {
			apart[plain(e.Message.Text)] = true
		} else if e.Labels[HeadCategory] != "" {
			own[plain(e.Message.Text)] = true
		}
	}
	var out []Example
	for _, e := range append(all, t.Examples...) {
		text := plain(e.Message.Text)
		if apart[text] || own[text] && e.Labels[HeadCategory] == "" {
			continue
		}
		if (e.Split == "" || e.Split == split) && (e.Ship || !t.Shippable) {
			out = append(out, e)
		}
	}
	return out, nil
}

// plain is a text without what changes when it is copied: case and spaces.
func plain(text string) string { return strings.Join(strings.Fields(strings.ToLower(text)), " ") }

func knownHead(name string) bool {
	for _, h := range DefaultHeads() {
		if h.Name == name {
			return true
		}
	}
	return false
}

// readExamples reads a labelled file; "FILE:HEAD" is a published set for a head.
func readExamples(name string) ([]Example, error) {
	head := ""
	if i := strings.LastIndexByte(name, ':'); i > 0 && knownHead(name[i+1:]) {
		name, head = name[:i], name[i+1:]
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := DecodeExamples(f, head)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return rows, nil
}

// writeModel writes beside the file and renames, so that a reader never sees
// half a model.
func writeModel(name string, m *Model) (err error) {
	f, err := os.CreateTemp(filepath.Dir(name), ".model-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	if _, err = m.WriteTo(f); err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return fmt.Errorf("write model: %w", err)
	}
	if err = os.Chmod(f.Name(), 0o644); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
