package classifier

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
)

// Progress is told how far a training is, done steps of total, and what it does.
type Progress func(done, total int, what string)

// Train learns a model from examples and reports how it did on texts held out
// in turn (each fold judged by a model that had not seen it). progress may be nil.
func Train(ctx context.Context, examples []Example, o Options, progress Progress) (*Model, Report, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, Report{}, fmt.Errorf("train: %w", err)
	}
	if progress == nil {
		progress = func(int, int, string) {}
	}
	if len(examples) == 0 {
		return nil, Report{}, errors.New("train: no examples")
	}
	if o.Folds < 2 {
		return nil, Report{}, fmt.Errorf("train: %d folds, want 2 or more", o.Folds)
	}
	if o.Bits < minBits || o.Bits > maxBits {
		return nil, Report{}, fmt.Errorf("train: %d bits, want %d to %d", o.Bits, minBits, maxBits)
	}
	for i, e := range examples {
		if err := checkLabels(o.Heads, e.Labels); err != nil {
			return nil, Report{}, fmt.Errorf("train: example %d: %w", i+1, err)
		}
	}
	w := newWorkshop(examples, o)
	if wordsFor(w.lanes) > maxWords {
		return nil, Report{}, fmt.Errorf("train: %d lanes, at most %d", w.lanes, maxWords*8-1)
	}
	total := 2*o.Folds + 3
	progress(1, total, "features")
	w.table = w.solve(ctx, w.rows, true)
	progress(2, total, "helpers")
	held, err := w.holdOut(ctx, func(n int) { progress(2+n, total, "folds") })
	if err != nil {
		return nil, Report{}, err
	}
	model := w.model(ctx)
	model.blends = w.fitBlends(held)
	progress(total, total, "model")
	return model, w.report(model, held), ctx.Err()
}

// workshop is the state of one training.
type workshop struct {
	o        Options
	examples []Example
	rows     []*row
	main     []int  // rows that teach a verdict's head, not only a helper or a language
	shared   []bool // by head: solved once for all folds (language, helpers)
	table    []float32
	spans    []span
	lanes    int
	rarity   []uint8 // of each bucket
	boost    []float32
}

func newWorkshop(examples []Example, o Options) *workshop {
	w := &workshop{o: o, examples: examples}
	w.spans, w.lanes = layout(o.Heads)
	for _, h := range o.Heads {
		w.shared = append(w.shared, h.Helper || h.Name == HeadLanguage || h.Name == HeadSpam)
	}
	hashes := w.hash()
	w.weigh(hashes)
	sizes := map[string]int{}
	for i := range examples {
		if w.isMain(i) {
			w.main = append(w.main, i)
			sizes[examples[i].Source]++
		}
	}
	largest := 0
	for _, n := range sizes {
		largest = max(largest, n)
	}
	w.rows = make([]*row, len(examples))
	for i := range examples {
		r := vector(hashes[i], w.rarity, w.blockWeights())
		hashes[i] = [blocks][]uint32{}
		weight := examples[i].Weight
		if weight == 0 {
			weight = 1
		}
		if n := sizes[examples[i].Source]; w.isMain(i) {
			weight *= math.Pow(float64(largest)/float64(n), o.Even)
		} else {
			weight *= o.Helper
		}
		for k, h := range o.Heads {
			if label, ok := examples[i].Labels[h.Name]; ok {
				r.tasks = append(r.tasks, task{k, w.spans[k], h.index(label), float32(o.Cost * weight)})
			}
		}
		w.rows[i] = r
	}
	w.boost = w.boosts()
	return w
}

func (w *workshop) isMain(i int) bool {
	for k, h := range w.o.Heads {
		if _, ok := w.examples[i].Labels[h.Name]; ok && !w.shared[k] {
			return true
		}
	}
	return false
}

// hash extracts every example's features.
func (w *workshop) hash() [][blocks][]uint32 {
	s := newScratch().(*scratch)
	out := make([][blocks][]uint32, len(w.examples))
	for i := range w.examples {
		out[i] = s.buckets(&w.examples[i].Message, w.o.Lexicon, w.o.Bits)
	}
	return out
}

// weigh gives each bucket its rarity, ln((n+1)/(count+1)) + 1, in 255 steps.
func (w *workshop) weigh(hashes [][blocks][]uint32) {
	counts := make([]int, 1<<w.o.Bits)
	for _, h := range hashes {
		for _, list := range h {
			for _, b := range list {
				counts[b]++
			}
		}
	}
	n := float64(len(hashes))
	top := math.Log((n+1)/float64(w.o.MinCount+1)) + 1
	w.rarity = make([]uint8, len(counts))
	for b, c := range counts {
		if c >= w.o.MinCount {
			idf := max(math.Log((n+1)/float64(c+1))+1, 0.1)
			w.rarity[b] = uint8(max(1, math.Round(255*min(idf/top, 1))))
		}
	}
}

func (w *workshop) blockWeights() [blocks]float32 {
	return [blocks]float32{float32(w.o.Words), float32(w.o.Chars), float32(w.o.Concepts), float32(w.o.Genre)}
}

// boosts gives each lane the extra cost of its own examples.
func (w *workshop) boosts() []float32 {
	counts := make([]float64, w.lanes)
	for _, r := range w.rows {
		for _, t := range r.tasks {
			for lane := t.span.from; lane < t.span.to; lane++ {
				if t.speaksFor(lane - t.span.from) {
					counts[lane]++
				}
			}
		}
	}
	out := make([]float32, w.lanes)
	for k, s := range w.spans {
		largest := slices.Max(counts[s.from:s.to])
		for lane := s.from; lane < s.to; lane++ {
			out[lane] = 1
			if counts[lane] > 0 && len(w.o.Heads[k].Labels) > 2 {
				out[lane] = float32(math.Pow(largest/counts[lane], w.o.Boost))
			}
		}
	}
	return out
}

// solve finds the lanes of the shared heads or those of the others. No lane
// depends on another, so the shared ones need not be solved again for each fold.
func (w *workshop) solve(ctx context.Context, rows []*row, shared bool) []float32 {
	part := make([]*row, 0, len(rows))
	for _, r := range rows {
		view := *r
		view.tasks = slices.DeleteFunc(slices.Clone(r.tasks), func(t task) bool { return w.shared[t.head] != shared })
		if len(view.tasks) > 0 {
			part = append(part, &view)
		}
	}
	return solve(ctx, part, 1<<w.o.Bits, w.lanes, w.o.Passes, w.boost, w.o.Seed)
}

// model solves for all examples and packs the table into bytes.
func (w *workshop) model(ctx context.Context) *Model {
	table := w.solve(ctx, w.rows, false)
	for i, v := range w.table {
		table[i] += v // other lanes: one of the two is 0
	}
	m := &Model{
		Version: w.o.Version, Trained: w.sources(), lexicon: w.o.Lexicon, heads: w.o.Heads, spans: w.spans, lanes: w.lanes,
		bits: w.o.Bits, weight: w.blockWeights(),
	}
	for b, r := range w.rarity {
		for lane := range w.lanes {
			table[b*w.lanes+lane] *= float32(r)
		}
	}
	m.pack(table, w.rarity)
	return m
}

// sources names what was learnt from, largest first.
func (w *workshop) sources() string {
	counts := map[string]int{}
	for _, e := range w.examples {
		counts[e.Source]++
	}
	keys := make([]string, 0, len(counts))
	for k := range counts {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b string) int {
		if counts[a] != counts[b] {
			return counts[b] - counts[a]
		}
		return strings.Compare(a, b)
	})
	for i, k := range keys {
		keys[i] = fmt.Sprintf("%s %d", k, counts[k])
	}
	return strings.Join(keys, ", ")
}

// folds deals the main rows to folds: each message alone by chance, or all
// messages of a source together, so that a fold is also a new source. A source that
// alone teaches a head is dealt by chance even so: without it nothing could answer.
func (w *workshop) folds(bySource bool) []int {
	rng := rand.New(rand.NewPCG(w.o.Seed, 2))
	fold := make([]int, len(w.rows))
	for i := range fold {
		fold[i] = -1
	}
	source, alone := map[string]int{}, w.soleTeachers()
	for _, i := range w.main {
		fold[i] = rng.IntN(w.o.Folds)
		if name := w.examples[i].Source; bySource && !alone[name] {
			if _, ok := source[name]; !ok {
				source[name] = len(source) % w.o.Folds
			}
			fold[i] = source[name]
		}
	}
	return fold
}

// soleTeachers are the sources that more than four fifths of a head's examples
// come from, as when a company brings one table of its own.
func (w *workshop) soleTeachers() map[string]bool {
	out := map[string]bool{}
	for k, h := range w.o.Heads {
		counts, all := map[string]int{}, 0
		for _, i := range w.main {
			if _, ok := w.examples[i].Labels[h.Name]; ok && !w.shared[k] {
				counts[w.examples[i].Source]++
				all++
			}
		}
		for name, n := range counts {
			if 5*n > 4*all {
				out[name] = true
			}
		}
	}
	return out
}
