package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/vigie-hq/vigie/classifier"
	"github.com/vigie-hq/vigie/classifier/corpus"
)

func classify(ctx context.Context, c *call) error {
	fs := flag.NewFlagSet("classify", flag.ContinueOnError)
	evidence := fs.Bool("evidence", false, "add the spans of the text that weighed most")
	model := fs.String("model", "", "a model `file` instead of the shipped one")
	rest, err := c.parse(fs)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return usagef("it reads standard input; %q is too much", rest[0])
	}
	cl, err := openModel(*model)
	if err != nil {
		return err
	}
	return classifier.RunClassify(ctx, c.in, c.out, cl, *evidence)
}

func evaluate(ctx context.Context, c *call) error {
	fs := flag.NewFlagSet("evaluate", flag.ContinueOnError)
	split := fs.String("split", "", "only rows of this `split`")
	asJSON := fs.Bool("json", false, "as JSON")
	model := fs.String("model", "", "a model `file` instead of the shipped one")
	files, err := c.parse(fs)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return usagef("which labelled file?")
	}
	cl, err := openModel(*model)
	if err != nil {
		return err
	}
	return classifier.RunEvaluate(ctx, cl, files, *split, c.out, *asJSON)
}

func openModel(file string) (*classifier.Classifier, error) {
	if file == "" {
		return classifier.Open()
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return classifier.Load(f)
}

func train(ctx context.Context, c *call) error {
	fs := flag.NewFlagSet("train", flag.ContinueOnError)
	var data list
	fs.Var(&data, "data", "labelled `file`, several times; FILE:HEAD is a set labelled for one head")
	out := fs.String("out", "", "where the model `file` goes")
	split := fs.String("split", "train", "of a file with splits, the `split` to learn from")
	shippable := fs.Bool("shippable", false, "learn only from rows whose licence lets a model ship")
	own := fs.Bool("corpus", true, "learn from Vigie's own sentences too")
	label := fs.String("version", "", "the model's `name`; default today's date, or what it was refined from")
	from := fs.String("from-corrections", "", "refine the running model of the installation in this `folder` by what its agents corrected")
	seed := fs.Uint64("seed", 1, "the same `seed` and examples give the same model")
	dry := fs.Bool("dry-run", false, "with --from-corrections: compare, and change nothing")
	asJSON := fs.Bool("json", false, "with --from-corrections: the comparison as JSON")
	rest, err := c.parse(fs)
	if err != nil {
		return err
	}
	if *from != "" {
		if len(rest) > 0 || len(data) > 0 || *out != "" {
			return usagef("--from-corrections learns from the installation alone; --data and --out are too much")
		}
		return learnFromCorrections(ctx, c, relearning{folder: *from, name: *label, seed: *seed, dry: *dry, asJSON: *asJSON})
	}
	if *label == "" {
		*label = time.Now().UTC().Format("2006-01-02") + ".1"
	}
	data = append(data, rest...)
	if *out == "" || (len(data) == 0 && !*own) {
		return usagef("--out and something to learn from are needed")
	}
	t := classifier.Training{
		Files: data, Split: *split, Shippable: *shippable, Out: *out,
		Options: classifier.Options{Version: *label, Seed: *seed},
	}
	if *own {
		if t.Examples, err = corpus.Examples(); err != nil {
			return err
		}
		if t.Labels, err = corpus.Labels(); err != nil {
			return err
		}
	}
	return classifier.RunTrain(ctx, t, c.out, func(done, total int, what string) {
		fmt.Fprintf(c.errOut, "\r%3d/%d  %-40s", done, total, what)
	})
}
