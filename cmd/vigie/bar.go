package main

import (
	"fmt"
	"io"
	"os"
)

// bar shows how far a long work is, on one line that is written over. It shows
// nothing where nobody looks: into a pipe or a file.
type bar struct {
	out   io.Writer // nil: nobody looks
	shown bool
}

func newBar(out io.Writer) *bar {
	f, ok := out.(*os.File)
	if !ok {
		return &bar{}
	}
	if info, err := f.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return &bar{}
	}
	return &bar{out: out}
}

// show is a classifier.Progress.
func (b *bar) show(done, total int, what string) {
	if b.out == nil {
		return
	}
	b.shown = true
	fmt.Fprintf(b.out, "\r%3d %%  %-60.60s", 100*done/total, what)
}

// end leaves the line, so that what comes after it begins a new one.
func (b *bar) end() {
	if b.shown {
		fmt.Fprintln(b.out)
		b.shown = false
	}
}
