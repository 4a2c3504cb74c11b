package main

import (
	"context"
	"flag"
	"os"

	"github.com/vigie-hq/vigie/classifier"
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
