package main

import (
	"context"
	"flag"

	"github.com/vigie-hq/vigie/classifier"
	"github.com/vigie-hq/vigie/classifier/corpus"
)

func evaluate(ctx context.Context, c *call) error {
	fs := flag.NewFlagSet("evaluate", flag.ContinueOnError)
	var learn list
	e := classifier.Evaluation{}
	fs.StringVar(&e.Split, "split", "", "only rows of this `split`")
	fs.BoolVar(&e.JSON, "json", false, "as JSON")
	fs.StringVar(&e.HTML, "html", "", "also as a page, one `file` with everything in it")
	fs.StringVar(&e.Lang, "lang", "en", "the page's `language`, en or fr")
	model := fs.String("model", "", "a model `file` instead of the shipped one")
	folds := fs.Bool("folds", false, "judge no model but a set, FILE:HEAD: train on all folds but one and judge that one, in turn")
	fs.Var(&learn, "learn-from", "a labelled `file` to draw the learning curve from, or with --folds to learn from besides; several times")
	evidence := fs.Bool("evidence", false, "judge the evidence instead: is a label less likely without the words shown for it?")
	shippable := fs.Bool("shippable", false, "with --learn-from: only rows whose licence lets a model ship")
	own := fs.Bool("corpus", true, "with --learn-from: Vigie's own sentences too")
	ownLabels := fs.Bool("own-labels", false, "with --learn-from: categories and reasons are the files' own")
	seed := fs.Uint64("seed", 1, "with --learn-from or --folds: what chance begins with")
	var err error
	if e.Files, err = c.parse(fs); err != nil {
		return err
	}
	switch {
	case len(e.Files) == 0:
		return usagef("which labelled file?")
	case e.Lang != "en" && e.Lang != "fr":
		return usagef("--lang %q: en or fr", e.Lang)
	case *evidence && (*folds || len(learn) > 0 || e.HTML != ""):
		return usagef("--evidence is judged alone: no --folds, --learn-from or --html")
	case *folds && *model != "":
		return usagef("--folds trains its own models; --model is too much")
	}
	if len(learn) > 0 || *folds {
		e.Learn = &classifier.Training{
			Files: learn, Shippable: *shippable, OwnLabels: *ownLabels, Options: classifier.Options{Seed: *seed},
		}
	}
	if len(learn) > 0 && *own {
		if e.Learn.Examples, e.Learn.Labels, err = ownTexts(); err != nil {
			return err
		}
	}
	bar := newBar(c.errOut)
	defer bar.end()
	if *folds {
		return classifier.RunFolds(ctx, e, c.out, bar.show)
	}
	cl, err := openModel(*model)
	if err != nil {
		return err
	}
	if *evidence {
		return classifier.RunEvidence(ctx, cl, e, c.out)
	}
	return classifier.RunEvaluate(ctx, cl, e, c.out, bar.show)
}

// ownTexts are what came with Vigie to learn from: its own sentences, and labels
// for sets that others publish.
func ownTexts() ([]classifier.Example, classifier.Labels, error) {
	examples, err := corpus.Examples()
	if err != nil {
		return nil, nil, err
	}
	labels, err := corpus.Labels()
	return examples, labels, err
}
