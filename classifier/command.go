package classifier

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Evaluation says what RunEvaluate and RunFolds judge by, and where they tell it.
type Evaluation struct {
	Files []string  // labelled files: JSONL or CSV, or "FILE:HEAD", a set labelled for one head
	Split string    // keeps the rows of that split only; empty keeps all
	Learn *Training // what the learning curve learns from, or each fold besides its set; nil: no curve, nothing besides
	JSON  bool      // the report as JSON instead of text
	HTML  string    // also writes it as a page to this file
	Lang  string    // of the page: "en" or "fr"; empty is English
}

// RunEvaluate judges a classifier by labelled files and writes the report. The
// files may use the labels of the model's own heads. With Learn it also trains on
// parts of what there is to learn, and judges each by the same files.
func RunEvaluate(ctx context.Context, c *Classifier, e Evaluation, out io.Writer, progress Progress) error {
	if err := e.check(); err != nil {
		return err
	}
	examples, err := e.read(ctx, labelsOf(c.Model().Heads()))
	if err != nil {
		return err
	}
	report := Evaluate(c.Model(), examples)
	if len(report.Heads) == 0 {
		return errors.New("evaluate: none of the labels answers a head of the model")
	}
	report.Judged = e.title()
	if e.Learn != nil {
		rows, err := e.Learn.gather()
		if err != nil {
			return err
		}
		if report.Curve, err = learningCurve(ctx, rows, e.Learn.Options, examples, progress); err != nil {
			return err
		}
	}
	return e.write(&report, out)
}

// RunEvidence judges what a classifier shows for its answers by the files'
// messages, which need no labels, as text or JSON.
func RunEvidence(ctx context.Context, c *Classifier, e Evaluation, out io.Writer) error {
	if err := e.check(); err != nil {
		return err
	}
	examples, err := e.read(ctx, labelsOf(c.Model().Heads()))
	if err != nil {
		return err
	}
	report := JudgeEvidence(c.Model(), examples)
	if e.JSON {
		return report.WriteJSON(out)
	}
	return report.WriteText(out)
}

// RunFolds trains on all folds of a set but one, judges that one, and so on in
// turn; the report pools the answers.
func RunFolds(ctx context.Context, e Evaluation, out io.Writer, progress Progress) error {
	if err := e.check(); err != nil {
		return err
	}
	heads := map[string]bool{}
	for _, name := range e.Files {
		heads[parseLabelFile(name).head] = true
	}
	head := parseLabelFile(e.Files[0]).head
	if len(heads) != 1 || head == "" {
		return errors.New("folds: which head? name the files FILE:HEAD, all for one head")
	}
	own := newTaxonomy(head)
	examples, err := e.read(ctx, own.check)
	if err != nil {
		return err
	}
	var besides []Example
	o := Options{}
	if e.Learn != nil {
		o = e.Learn.Options
		if besides, err = e.Learn.gather(); err != nil {
			return err
		}
	}
	report, err := crossValidate(ctx, own, head, examples, besides, o, progress)
	if err != nil {
		return err
	}
	report.Judged = e.title()
	return e.write(&report, out)
}

func (e *Evaluation) check() error {
	if len(e.Files) == 0 {
		return errors.New("evaluate: no labelled file")
	}
	if e.HTML != "" {
		_, err := readWording(e.Lang)
		return err
	}
	return nil
}

// title names what was judged, without the folders.
func (e *Evaluation) title() string {
	names := make([]string, len(e.Files))
	for i, name := range e.Files {
		names[i] = filepath.Base(name)
	}
	title := strings.Join(names, ", ")
	if e.Split != "" {
		title += " (" + e.Split + ")"
	}
	return title
}

func (e *Evaluation) read(ctx context.Context, check labelCheck) ([]Example, error) {
	var examples []Example
	for _, name := range e.Files {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		rows, err := parseLabelFile(name).read(check)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			if e.Split == "" || row.Split == e.Split {
				examples = append(examples, row)
			}
		}
	}
	if len(examples) == 0 {
		return nil, fmt.Errorf("evaluate: no labelled message (split %q)", e.Split)
	}
	return examples, nil
}

func (e *Evaluation) write(r *Report, out io.Writer) error {
	if e.HTML != "" {
		if err := writeWhole(e.HTML, func(w io.Writer) error { return r.WriteHTML(w, e.Lang) }); err != nil {
			return fmt.Errorf("write the page: %w", err)
		}
	}
	if e.JSON {
		return r.WriteJSON(out)
	}
	return r.WriteText(out)
}

// Training says what RunTrain learns from and where the model goes.
type Training struct {
	Files     []string  // labelled files; "tweets.jsonl:tone" is a published set for that head
	Examples  []Example // more of them, e.g. corpus.Examples
	Labels    Labels    // further labels for texts of the files, e.g. corpus.Labels
	Split     string    // of a file with splits, the one to learn from; default "train"
	Shippable bool      // learn only from rows whose licence lets a model ship
	OwnLabels bool      // categories and reasons are the files' own: Examples teach the other heads, Labels nothing
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
	err = writeWhole(t.Out, func(w io.Writer) error {
		_, err := model.WriteTo(w)
		return err
	})
	if err != nil {
		return fmt.Errorf("write model: %w", err)
	}
	return report.WriteText(out)
}

// gather reads the files and keeps what may be learnt from. With own labels it
// also sets the heads to learn.
func (t *Training) gather() ([]Example, error) {
	check, own := guideLabels(), newTaxonomy(ownHeads()...)
	if t.OwnLabels {
		check = own.check
	}
	var all []Example
	for _, name := range t.Files {
		rows, err := parseLabelFile(name).read(check)
		if err != nil {
			return nil, err
		}
		all = append(all, rows...)
	}
	if !t.OwnLabels {
		t.Labels.apply(all)
		return t.keep(all, t.Examples), nil
	}
	heads, err := own.heads()
	if err != nil {
		return nil, err
	}
	rows := t.keep(all, own.strip(t.Examples))
	t.Options = t.Options.forOwnLabels()
	t.Options.Heads, err = taughtHeads(heads, rows)
	return rows, err
}

// keep leaves out what is for judging and what would be learnt twice.
func (t *Training) keep(read, more []Example) []Example {
	split := t.Split
	if split == "" {
		split = "train"
	}
	// A text of another split is for judging; a text with our own labels is not
	// taught a second time by a published set, which would flatter the blend.
	apart, own := map[string]bool{}, map[string]bool{}
	for _, e := range read {
		if e.Split != "" && e.Split != split {
			apart[plain(e.Message.Text)] = true
		} else if e.Labels[HeadCategory] != "" {
			own[plain(e.Message.Text)] = true
		}
	}
	var out []Example
	for _, e := range slices.Concat(read, more) {
		text := plain(e.Message.Text)
		if apart[text] || own[text] && e.Labels[HeadCategory] == "" {
			continue
		}
		if (e.Split == "" || e.Split == split) && (e.Ship || !t.Shippable) {
			out = append(out, e)
		}
	}
	return out
}

// plain is a text without what changes when it is copied: case and spaces.
func plain(text string) string { return strings.Join(strings.Fields(strings.ToLower(text)), " ") }

// writeWhole writes beside the file and renames, so that a reader never sees
// half of it.
func writeWhole(name string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(name), ".vigie-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	if err = write(f); err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return err
	}
	if err = os.Chmod(f.Name(), 0o644); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
