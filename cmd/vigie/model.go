package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/vigie-hq/vigie/classifier"
	"github.com/vigie-hq/vigie/community"
)

// The commands about models touch files only: they work whether or not a server
// has the installation open, and a server sees what they did within a second.

// modelCall reads the flags and arguments of a command about models: want names
// the arguments, "[...]" one that may be left out.
func modelCall(c *call, name string, want ...string) (*shelf, []string, error) {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	p := dataFlags(fs)
	rest, err := c.parse(fs)
	if err != nil {
		return nil, nil, err
	}
	least := 0
	for _, w := range want {
		if !strings.HasPrefix(w, "[") {
			least++
		}
	}
	if len(rest) < least || len(rest) > len(want) {
		return nil, nil, usagef("it takes %s", strings.Join(append(want, "--data DIR"), " "))
	}
	if _, err := os.Stat(filepath.Join(p.dir, storeFile)); err != nil {
		return nil, nil, fmt.Errorf("there is no installation in %s: %w", p.dir, err)
	}
	return newShelf(p.dir, time.Now), rest, nil
}

func modelList(_ context.Context, c *call) error {
	s, _, err := modelCall(c, "model list")
	if err != nil {
		return err
	}
	l, err := s.lineup()
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "MODEL\tSTANDS\tADDED\tBYTES\tLEARNT FROM")
	for _, m := range l.Models {
		added, size, trained := "built in", "-", m.Trained
		if !m.BuiltIn {
			added, size = m.AddedAt.Format(time.DateTime), fmt.Sprint(m.Size)
		}
		if m.Damaged != "" {
			trained = "DAMAGED: " + m.Damaged
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", m.Version, standing(l, m), added, size, clip(trained, 80))
	}
	return t.Flush()
}

// standing is what a model is now.
func standing(l community.Lineup, m community.ModelFile) string {
	var out []string
	for _, s := range []struct{ version, word string }{{l.Running, "running"}, {l.Shadow, "shadow"}, {l.Previous, "previous"}} {
		if s.version == m.Version {
			out = append(out, s.word)
		}
	}
	if len(out) == 0 {
		return "-"
	}
	return strings.Join(out, ", ")
}

// clip shows the first n characters of a line.
func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

func modelShow(_ context.Context, c *call) error {
	s, rest, err := modelCall(c, "model show", "VERSION")
	if err != nil {
		return err
	}
	name, err := s.named(rest[0])
	if err != nil {
		return err
	}
	held, err := s.model(name)
	if err != nil {
		return err
	}
	l, err := s.lineup()
	if err != nil {
		return err
	}
	m := held.Model()
	fmt.Fprintf(c.out, "version   %s\n", m.Version)
	fmt.Fprintf(c.out, "stands    %s\n", standing(l, community.ModelFile{Version: m.Version}))
	fmt.Fprintf(c.out, "learnt    %s\n", m.Trained)
	fmt.Fprintf(c.out, "memory    %d bytes\n", m.Size())
	for _, h := range m.Heads() {
		if !h.Helper {
			fmt.Fprintf(c.out, "head      %s: %s\n", h.Name, clip(strings.Join(h.Labels, " "), 120))
		}
	}
	for _, h := range l.History {
		if h.Version == m.Version {
			fmt.Fprintf(c.out, "history   %s  %s%s%s\n", h.At.Format(time.DateTime), h.Verb, prefixed("  by ", h.By), prefixed("  ", h.Why))
		}
	}
	return nil
}

// prefixed is s after a prefix, or nothing.
func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

func modelAdd(ctx context.Context, c *call) error {
	s, rest, err := modelCall(c, "model add", "FILE")
	if err != nil {
		return err
	}
	f, err := os.Open(rest[0])
	if err != nil {
		return err
	}
	defer f.Close()
	m, err := classifier.ReadModel(f)
	if err != nil {
		return fmt.Errorf("%s: %w", rest[0], err)
	}
	if err := s.keep(ctx, m, "", "from "+filepath.Base(rest[0])); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%s is on the shelf. Try it beside the running model: vigie model shadow %s\n", m.Version, m.Version)
	return nil
}

func modelShadow(ctx context.Context, c *call) error {
	s, rest, err := modelCall(c, "model shadow", "[VERSION, or nothing to end the trial]")
	if err != nil {
		return err
	}
	version := strings.Join(rest, "")
	if err := s.shadow(ctx, version, "", ""); err != nil {
		return err
	}
	if version == "" {
		fmt.Fprintln(c.out, "No model is on trial.")
		return nil
	}
	fmt.Fprintf(c.out, "%s is on trial: messages get its verdict too, and nobody is shown it.\n", version)
	return nil
}

func modelPromote(ctx context.Context, c *call) error {
	s, rest, err := modelCall(c, "model promote", "VERSION")
	if err != nil {
		return err
	}
	if err := s.promote(ctx, rest[0], "", ""); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%s runs from now on. To go back: vigie model rollback\n", rest[0])
	return nil
}

func modelRollback(ctx context.Context, c *call) error {
	s, _, err := modelCall(c, "model rollback")
	if err != nil {
		return err
	}
	if err := s.rollback(ctx, ""); err != nil {
		return err
	}
	l, err := s.lineup()
	if err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%s runs again.\n", l.Running)
	return nil
}
