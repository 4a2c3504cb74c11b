package main

import (
	"context"
	"flag"
	"time"

	"github.com/vigie-hq/vigie/classifier"
)

func train(ctx context.Context, c *call) error {
	fs := flag.NewFlagSet("train", flag.ContinueOnError)
	var data list
	fs.Var(&data, "data", "labelled `file`, JSONL or CSV, several times; FILE:HEAD is a set whose column label answers one head")
	out := fs.String("out", "", "where the model `file` goes")
	split := fs.String("split", "train", "of a file with splits, the `split` to learn from")
	shippable := fs.Bool("shippable", false, "learn only from rows whose licence lets a model ship")
	ownLabels := fs.Bool("own-labels", false, "categories and reasons are the files' own, not the guide's")
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
	if *dry || *asJSON {
		return usagef("--dry-run and --json go with --from-corrections")
	}
	if *label == "" {
		*label = time.Now().UTC().Format("2006-01-02") + ".1"
	}
	data = append(data, rest...)
	if *out == "" || (len(data) == 0 && !*own) {
		return usagef("--out and something to learn from are needed")
	}
	t := classifier.Training{
		Files: data, Split: *split, Shippable: *shippable, OwnLabels: *ownLabels, Out: *out,
		Options: classifier.Options{Version: *label, Seed: *seed},
	}
	if *own {
		if t.Examples, t.Labels, err = ownTexts(); err != nil {
			return err
		}
	}
	bar := newBar(c.errOut)
	defer bar.end()
	return classifier.RunTrain(ctx, t, c.out, bar.show)
}
