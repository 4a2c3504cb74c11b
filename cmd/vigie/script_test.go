package main

import (
	"context"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets the scripts call vigie as a program of its own.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"vigie": func() {
		c := &call{args: os.Args[1:], in: os.Stdin, out: os.Stdout, errOut: os.Stderr, getenv: os.Getenv}
		os.Exit(vigie(context.Background(), c))
	}})
}

// TestScripts runs the commands of the README, and their mistakes.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata/script"})
}
