package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/vigie-hq/vigie/classifier"
)

func version(_ context.Context, c *call) error {
	cl, err := classifier.Open()
	if err != nil {
		return err
	}
	built := "unknown revision"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				built = s.Value
			}
		}
	}
	fmt.Fprintf(c.out, "vigie %s, model %s, %s %s/%s\n", built, cl.Version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return nil
}
