package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/classifier"
	"github.com/vigie-hq/vigie/community"
)

// written is a log that can be read while it is written.
type written struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (w *written) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.Write(p)
}

func (w *written) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.String()
}

// vigieCall runs vigie with arguments and returns what it printed.
func vigieCall(t *testing.T, args ...string) (code int, out, errOut string) {
	t.Helper()
	var o, e bytes.Buffer
	code = vigie(t.Context(), &call{args: args, in: strings.NewReader(""), out: &o, errOut: &e, getenv: func(string) string { return "" }})
	return code, o.String(), e.String()
}

// file writes a model to a file of a temporary folder.
func modelFile(t *testing.T, m *classifier.Model) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "model.bin")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := m.WriteTo(f); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestModelsWhileTheServerRuns puts a model on trial, makes it run, breaks its
// file and goes back, by the commands, beside an installation that is open.
func TestModelsWhileTheServerRuns(t *testing.T) {
	dir := t.TempDir()
	var log written
	h := openedHouse(t, dir, slog.New(slog.NewTextHandler(&log, nil)))
	own := h.models.now.Load().running.Version()
	do := func(want int, args ...string) string {
		t.Helper()
		code, out, errOut := vigieCall(t, append(args, "--data", dir)...)
		if code != want {
			t.Fatalf("vigie %v: %d, want %d: %s%s", args, code, want, out, errOut)
		}
		return out + errOut
	}
	if out := do(0, "model", "list"); !strings.Contains(out, own) || !strings.Contains(out, "running") {
		t.Errorf("a new installation lists %s", out)
	}
	trial, label := trained(t, "trial-1")
	do(0, "model", "add", modelFile(t, trial))
	do(1, "model", "rollback") // nothing ran before
	do(1, "model", "promote", "trial-9")
	do(2, "model", "promote")
	if e := h.say(t, "1", fair); e.Verdict.Model != own {
		t.Errorf("judged by %s", e.Verdict.Model)
	}

	do(0, "model", "shadow", "trial-1")
	e := h.say(t, "2", fair)
	r, err := h.reader.Shadow(t.Context(), manager(), "b", h.now().Add(-time.Hour), h.now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if e.Verdict.Model != own || r.Shadow != "trial-1" || r.Compared != 1 {
		t.Errorf("beside %s, %s judged %d messages", e.Verdict.Model, r.Shadow, r.Compared)
	}
	if r.Differ != 1 || r.Samples[0].Shadow.Category.Label != label || r.Samples[0].Entry.Key != e.Key {
		t.Errorf("they differ in %d: %+v", r.Differ, r.Samples)
	}

	do(0, "model", "promote", "trial-1")
	if e := h.say(t, "3", fair); e.Verdict.Model != "trial-1" || e.Verdict.Category.Label != label {
		t.Errorf("judged by %s: %s", e.Verdict.Model, e.Verdict.Category.Label)
	}
	if out := do(0, "model", "show", "trial-1"); !strings.Contains(out, "running") || !strings.Contains(out, "promote") {
		t.Errorf("it shows %s", out)
	}
	do(1, "model", "promote", "trial-1") // runs already

	// A file that breaks: what runs goes on, and the log says why.
	other, _ := trained(t, "trial-2")
	do(0, "model", "add", modelFile(t, other))
	data, err := os.ReadFile(filepath.Join(dir, "models", "trial-2.bin"))
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/2] ^= 1
	if err := os.WriteFile(filepath.Join(dir, "models", "trial-2.bin"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	if out := do(1, "model", "promote", "trial-2"); !strings.Contains(out, "damaged") {
		t.Errorf("a damaged file: %s", out)
	}
	if out := do(0, "model", "list"); !strings.Contains(out, "DAMAGED") {
		t.Errorf("it lists %s", out)
	}
	state := `{"running":"trial-2","previous":"trial-1"}`
	if err := os.WriteFile(filepath.Join(dir, "models", "state.json"), []byte(state), 0o600); err != nil {
		t.Fatal(err)
	}
	if e := h.say(t, "4", fair); e.Verdict.Model != "trial-1" {
		t.Errorf("judged by %s", e.Verdict.Model)
	}
	if n := strings.Count(log.String(), "the one that ran goes on"); n != 1 || !strings.Contains(log.String(), "checksum") {
		t.Errorf("told %d times: %s", n, log.String())
	}
	if err := os.WriteFile(filepath.Join(dir, "models", "state.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if e := h.say(t, "5", fair); e.Verdict.Model != "trial-1" || !strings.Contains(log.String(), "state of the models cannot be read") {
		t.Errorf("judged by %s: %s", e.Verdict.Model, log.String())
	}
	if err := os.WriteFile(filepath.Join(dir, "models", "state.json"), []byte(`{"running":"trial-1","previous":"built-in"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := do(0, "model", "rollback"); !strings.Contains(out, own) {
		t.Errorf("rolled back: %s", out)
	}
	if e := h.say(t, "6", fair); e.Verdict.Model != own {
		t.Errorf("judged by %s", e.Verdict.Model)
	}
	do(0, "model", "rollback") // and forth
	if got := h.say(t, "7", fair).Verdict.Model; got != "trial-1" {
		t.Errorf("judged by %s", got)
	}
	do(0, "model", "shadow", "built-in")
	do(0, "model", "shadow")
	if l, err := h.models.Models(t.Context(), manager()); err != nil || l.Shadow != "" || l.Running != "trial-1" || l.Previous != own {
		t.Errorf("%+v, %v", l, err)
	}
}

// TestModelsAreOneForAllBrands refuses a manager of one brand of two.
func TestModelsAreOneForAllBrands(t *testing.T) {
	h := openedHouse(t, t.TempDir(), slog.New(slog.DiscardHandler))
	ctx := t.Context()
	if _, err := h.models.Models(ctx, manager()); err != nil {
		t.Error(err)
	}
	if err := h.ensureBrand(ctx, "c"); err != nil {
		t.Fatal(err)
	}
	for name, f := range map[string]func() error{
		"list":     func() error { _, err := h.models.Models(ctx, manager()); return err },
		"shadow":   func() error { _, err := h.models.ShadowModel(ctx, manager(), ""); return err },
		"promote":  func() error { _, err := h.models.PromoteModel(ctx, manager(), "built-in"); return err },
		"rollback": func() error { _, err := h.models.RollBackModel(ctx, manager()); return err },
	} {
		if err := f(); community.KindOf(err) != community.Forbidden {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestShelf is used by several at once: each change is kept.
func TestShelf(t *testing.T) {
	s := newShelf(t.TempDir(), time.Now)
	var work sync.WaitGroup
	for _, version := range []string{"a", "b", "c", "d"} {
		m, _ := trained(t, version)
		work.Go(func() {
			if err := s.keep(context.Background(), m, "", ""); err != nil {
				t.Error(err)
			}
		})
	}
	work.Wait()
	l, err := s.lineup()
	if err != nil || len(l.Models) != 5 || len(l.History) != 4 {
		t.Errorf("%d models, %d changes, %v", len(l.Models), len(l.History), err)
	}
	other, _ := trained(t, "a")
	if err := s.keep(t.Context(), other, "", ""); err != nil {
		t.Errorf("the same model again: %v", err)
	}
	if err := s.shadow(t.Context(), "", "", ""); err != nil {
		t.Errorf("ending a trial nobody began: %v", err)
	}
	if l, err = s.lineup(); err != nil || len(l.History) != 4 {
		t.Errorf("%d changes after nothing changed, %v", len(l.History), err)
	}
	if err := s.promote(t.Context(), "", "", ""); community.KindOf(err) != community.Invalid {
		t.Errorf("promote nothing: %v", err)
	}
	own := l.Running
	other.Version = own
	if err := s.keep(t.Context(), other, "", ""); community.KindOf(err) != community.Conflict {
		t.Errorf("another model of the built-in one's name: %v", err)
	}
	other.Version = "a"
	other.Trained = "something else"
	if err := s.keep(t.Context(), other, "", ""); community.KindOf(err) != community.Conflict {
		t.Errorf("another model of that name: %v", err)
	}
	for _, version := range []string{"", "../x", ".hidden", "built-in", strings.Repeat("x", 65)} {
		other.Version = version
		if err := s.keep(t.Context(), other, "", ""); community.KindOf(err) != community.Invalid {
			t.Errorf("version %q: %v", version, err)
		}
		if version != "built-in" && version != "" {
			if err := s.promote(t.Context(), version, "", ""); community.KindOf(err) != community.NotFound {
				t.Errorf("promote %q: %v", version, err)
			}
		}
	}
}

// TestShelfReadsAFileOnce: the list reads a model again when its file is another.
func TestShelfReadsAFileOnce(t *testing.T) {
	s := newShelf(t.TempDir(), time.Now)
	m, _ := trained(t, "a")
	if err := s.keep(t.Context(), m, "", ""); err != nil {
		t.Fatal(err)
	}
	listed := func() community.ModelFile {
		t.Helper()
		l, err := s.lineup()
		if err != nil || len(l.Models) != 2 {
			t.Fatalf("%+v, %v", l, err)
		}
		return l.Models[slices.IndexFunc(l.Models, func(m community.ModelFile) bool { return m.Version == "a" })]
	}
	first := listed()
	file, err := os.ReadFile(s.file("a"))
	if err != nil {
		t.Fatal(err)
	}
	// Other bytes of the same size and time: whoever reads them is seen.
	if err := errors.Join(os.WriteFile(s.file("a"), make([]byte, len(file)), 0o600), os.Chtimes(s.file("a"), first.AddedAt, first.AddedAt)); err != nil {
		t.Fatal(err)
	}
	if again := listed(); again != first {
		t.Errorf("%+v was read again as %+v", first, again)
	}
	for _, later := range []struct {
		bytes   []byte
		damaged bool
	}{{make([]byte, len(file)), true}, {file, false}} {
		at := listed().AddedAt.Add(time.Second)
		if err := errors.Join(os.WriteFile(s.file("a"), later.bytes, 0o600), os.Chtimes(s.file("a"), at, at)); err != nil {
			t.Fatal(err)
		}
		if now := listed(); (now.Damaged != "") != later.damaged || !later.damaged && now.Trained != m.Trained {
			t.Errorf("damaged %v: %+v", later.damaged, now)
		}
	}
}

// TestShelfTellsWhatIsMissing: a model that should run and has no file is listed
// as such, and one that a newer Vigie brings too keeps a name of its own.
func TestShelfTellsWhatIsMissing(t *testing.T) {
	s := newShelf(t.TempDir(), time.Now)
	m, _ := trained(t, "a")
	if err := errors.Join(s.keep(t.Context(), m, "", ""), s.promote(t.Context(), "a", "", ""), os.Remove(s.file("a"))); err != nil {
		t.Fatal(err)
	}
	l, err := s.lineup()
	if err != nil || len(l.Models) != 2 || l.Running != "a" || l.Models[0].Version != "a" && l.Models[1].Version != "a" {
		t.Fatalf("%+v, %v", l, err)
	}
	for _, one := range l.Models {
		if (one.Damaged != "") != (one.Version == "a") {
			t.Errorf("%s: %q", one.Version, one.Damaged)
		}
	}
	own := l.Previous
	if err := os.WriteFile(s.file(own), []byte("of the last Vigie"), 0o600); err != nil {
		t.Fatal(err)
	}
	if l, err = s.lineup(); err != nil || l.Previous != builtIn {
		t.Errorf("%s ran before, %v", l.Previous, err)
	}
	if err := os.WriteFile(s.stateFile(), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err = s.lineup(); err == nil || !strings.Contains(err.Error(), "delete it") {
		t.Errorf("a damaged state: %v", err)
	}
}
