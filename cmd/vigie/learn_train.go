package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"github.com/vigie-hq/vigie/classifier"
	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/internal/sql"
)

// What a candidate must be judged by before it may run by itself.
const (
	fewestJudged  = community.AuditFewest // messages of the audit sample with a category
	fewestSupport = 10                    // of those, messages that people call support
)

// relearning is a training from what an installation's people taught.
type relearning struct {
	folder string // of the installation
	name   string // of the new model; empty: the running one's, and how many texts it learnt
	seed   uint64
	dry    bool // nothing is written
	asJSON bool
}

// relearnt is what became of it.
type relearnt struct {
	Model   string    `json:"model"`
	Base    string    `json:"base"`
	Learnt  int       `json:"learnt"`   // corrected texts
	Left    int       `json:"left_out"` // corrected texts that are like one of the audit sample
	Judged  int       `json:"judged"`   // messages of the audit sample
	Before  standings `json:"before"`   // the running model on them
	After   standings `json:"after"`    // the new one
	Outcome string    `json:"outcome"`  // promoted, shadow or unchanged: then it is not on the shelf
	Why     string    `json:"why"`
	DryRun  bool      `json:"dry_run,omitempty"`
}

// standings are a model's figures on the audit sample.
type standings struct {
	MacroF1  map[string]float64 `json:"macro_f1"` // by head
	Interval [2]float64         `json:"interval"` // of the category's, 95 % bootstrap
	Category int                `json:"n"`        // messages with a category
	Support  community.Estimate `json:"support_recall"`
}

// learnFromCorrections refines the running model by what agents corrected, judges
// both by the audit sample, from which it does not learn, and puts the new model
// on the shelf: to run if support recall did not fall, else on trial. One that
// answers them all as the running model does is dropped.
func learnFromCorrections(ctx context.Context, c *call, r relearning) error {
	s := newShelf(r.folder, time.Now)
	st, err := s.state()
	if err != nil {
		return err
	}
	base, err := s.model(st.Running)
	if err != nil {
		return err
	}
	lessons, sample, left, err := readLessons(ctx, filepath.Join(r.folder, storeFile), base.Model())
	if err != nil {
		return err
	}
	if len(lessons) == 0 {
		return fmt.Errorf("there is nothing to learn from: nobody corrected anything in %s that is not part of the audit sample", r.folder)
	}
	out := relearnt{Base: base.Version(), Learnt: len(lessons), Left: left, Judged: len(sample), DryRun: r.dry}
	if out.Model, err = s.free(r.name, base.Version(), len(lessons)); err != nil {
		return err
	}
	fmt.Fprintf(c.errOut, "%s learns from %d corrected texts\n", base.Version(), len(lessons))
	next, err := classifier.Refine(ctx, base.Model(), lessons, classifier.RefineOptions{Version: out.Model, Seed: r.seed})
	if err != nil {
		return err
	}
	out.Before, out.After = stand(base.Model(), sample), stand(next, sample)
	out.Outcome, out.Why = decide(&out.Before, &out.After)
	if alike(base, classifier.New(next), lessons, sample) {
		out.Outcome, out.Why = "unchanged", "it answers every corrected text and every judged message as "+out.Base+" does"
	}
	if !r.dry && out.Outcome != "unchanged" {
		if out.Outcome, out.Why, err = s.place(ctx, next, st.Running, out.Outcome, out.Why); err != nil {
			return err
		}
	}
	if r.asJSON {
		return json.NewEncoder(c.out).Encode(out)
	}
	return out.write(c.out)
}

// readLessons reads what people taught, as examples: what they corrected, and
// what they judged blind. A corrected text that is like one of the sample is left
// out, whatever it says: what judges must not have been learnt from.
func readLessons(ctx context.Context, file string, m *classifier.Model) (lessons, sample []classifier.Example, left int, err error) {
	if _, err := os.Stat(file); err != nil {
		return nil, nil, 0, fmt.Errorf("there is no installation: %w", err)
	}
	db, err := sql.Look(ctx, file)
	if err != nil {
		return nil, nil, 0, err
	}
	defer db.Close()
	held := sql.NewLessons(db)
	corrected, err := held.All(ctx)
	if err != nil {
		return nil, nil, 0, err
	}
	judged, err := held.Judged(ctx)
	if err != nil {
		return nil, nil, 0, err
	}
	var apart []community.Lesson
	for i := range judged {
		j := &judged[i]
		apart = append(apart, community.Lesson{
			Correction: community.Correction{Message: j.Draw.Message, Head: community.HeadCategory, To: string(community.CategoryNoise)}, Said: j.Said,
		})
		if !j.Skipped {
			sample = append(sample, exampleOf(m, j.Said, j.Labels, "audit"))
		}
	}
	known := community.NewTaught(apart)
	for _, t := range community.Teachings(corrected) {
		if known.Knows(t.Said.Text) {
			left++
			continue
		}
		if e := exampleOf(m, t.Said, t.Labels, "corrections"); len(e.Labels) > 0 {
			lessons = append(lessons, e)
		}
	}
	return lessons, sample, left, nil
}

// exampleOf keeps the labels the model knows: it may have a taxonomy of its own.
func exampleOf(m *classifier.Model, said community.Message, labels map[string]string, source string) classifier.Example {
	e := classifier.Example{Message: said, Labels: map[string]string{}, Source: source}
	for _, h := range m.Heads() {
		if label := labels[h.Name]; slices.Contains(h.Labels, label) {
			e.Labels[h.Name] = label
		}
	}
	return e
}

// stand judges a model by the sample.
func stand(m *classifier.Model, sample []classifier.Example) standings {
	out := standings{MacroF1: map[string]float64{}}
	if len(sample) == 0 {
		return out
	}
	report := classifier.Evaluate(m, sample)
	for _, h := range report.Heads {
		out.MacroF1[h.Head] = h.MacroF1
		if h.Head != community.HeadCategory {
			continue
		}
		out.Category, out.Interval = h.Messages, h.Interval
		if l := slices.Index(h.Labels, string(community.CategorySupport)); l >= 0 {
			n := 0
			for _, k := range h.Confusion[l] {
				n += k
			}
			out.Support = community.ShareOf(h.Confusion[l][l], n)
		}
	}
	return out
}

// decide says what becomes of a candidate, and why.
func decide(before, after *standings) (outcome, why string) {
	switch {
	case after.Category < fewestJudged || after.Support.N < fewestSupport:
		return "shadow", fmt.Sprintf("only %d judged messages, %d of them support: it takes %d and %d to let a model run by itself",
			after.Category, after.Support.N, fewestJudged, fewestSupport)
	case after.Support.Value < before.Support.Value:
		return "shadow", fmt.Sprintf("support recall falls from %.3f to %.3f on the audit sample", before.Support.Value, after.Support.Value)
	}
	return "promoted", fmt.Sprintf("support recall %.3f, before %.3f, on %d judged messages", after.Support.Value, before.Support.Value, after.Category)
}

// alike tells whether two models give every example the same answers: then one
// in the other's place would change nothing that is known, and cost the model
// that can be rolled back to.
func alike(a, b *classifier.Classifier, sets ...[]classifier.Example) bool {
	for _, set := range sets {
		for i := range set {
			x, y := a.Classify(set[i].Message), b.Classify(set[i].Message)
			for _, h := range community.HumanHeads() {
				was, is := x.Head(h), y.Head(h)
				if was.Label != is.Label || was.Abstain != is.Abstain {
					return false
				}
			}
		}
	}
	return true
}

// place puts a candidate on the shelf and where it belongs, and says where that
// is. One that was to run goes on trial when its base runs no more: it was not
// compared with what runs now.
func (s *shelf) place(ctx context.Context, m *classifier.Model, base, outcome, why string) (became, because string, err error) {
	if err := s.keep(ctx, m, "", "learnt from corrections"); err != nil {
		return "", "", err
	}
	if outcome == "promoted" {
		err := s.promoteOver(ctx, base, m.Version, "", why)
		if community.KindOf(err) != community.Conflict {
			return outcome, why, err
		}
		outcome, why = "shadow", "another model was made to run meanwhile, and it was not compared with that one"
	}
	return outcome, why, s.shadow(ctx, m.Version, "", why)
}

// learntSuffix is what free adds to a version, and takes off before it adds it
// again.
var learntSuffix = regexp.MustCompile(`-c[0-9]+(\.[0-9]+)?$`)

// free is a version no model has: the one asked for, else the base's with how
// many texts were learnt.
func (s *shelf) free(asked, base string, n int) (string, error) {
	name := asked
	if name == "" {
		name = fmt.Sprintf("%s-c%d", learntSuffix.ReplaceAllString(base, ""), n)
	}
	if !versionForm.MatchString(name) || name == builtIn {
		return "", usagef("--version %q cannot name a model", name)
	}
	for k := 1; ; k++ {
		try := name
		if k > 1 {
			try = fmt.Sprintf("%s.%d", name, k)
		}
		_, err := os.Stat(s.file(try))
		if os.IsNotExist(err) {
			return try, nil
		}
		if err != nil {
			return "", err
		}
		if asked != "" {
			return "", community.Faultf(community.Conflict, "model.exists", asked)
		}
	}
}

// write says what became of a training.
func (r *relearnt) write(w io.Writer) error {
	did := map[string]string{"promoted": "runs from now on (vigie model rollback goes back)", "shadow": "is on trial", "unchanged": "is not kept"}
	if r.DryRun {
		did = map[string]string{"promoted": "would run", "shadow": "would be on trial", "unchanged": "would not be kept"}
	}
	var err error
	line := func(format string, args ...any) {
		if err == nil {
			_, err = fmt.Fprintf(w, format+"\n", args...)
		}
	}
	line("learnt             %d corrected texts (%d left out: they are like messages of the audit sample)", r.Learnt, r.Left)
	line("judged by          %d messages of the audit sample, %d with a category, %d of them support", r.Judged, r.After.Category, r.After.Support.N)
	line("%-18s %-32s %s", "", "now: "+r.Base, "new: "+r.Model)
	if r.After.Category > 0 {
		line("%-18s %-32s %s", "category macro-F1", spread(r.Before.MacroF1["category"], r.Before.Interval), spread(r.After.MacroF1["category"], r.After.Interval))
		line("%-18s %-32s %s", "support recall", spread(r.Before.Support.Value, [2]float64{r.Before.Support.Low, r.Before.Support.High}),
			spread(r.After.Support.Value, [2]float64{r.After.Support.Low, r.After.Support.High}))
	}
	for _, head := range community.HumanHeads()[1:] {
		if _, ok := r.After.MacroF1[head]; ok {
			line("%-18s %-32.3f %.3f", head+" macro-F1", r.Before.MacroF1[head], r.After.MacroF1[head])
		}
	}
	line("%s %s: %s.", r.Model, did[r.Outcome], r.Why)
	return err
}

func spread(v float64, interval [2]float64) string {
	return fmt.Sprintf("%.3f (%.3f to %.3f)", v, interval[0], interval[1])
}
