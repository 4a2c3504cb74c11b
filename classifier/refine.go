package classifier

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
)

// RefineOptions steer Refine. The zero value of a field means its default.
type RefineOptions struct {
	Version string  // of the new model; default the base's with "+" and the number of examples
	Seed    uint64  // default 1
	Cost    float64 // of a mistake on an example, beside the distance to the base; default 1
	Passes  int     // over the examples; default 30
}

// Refine teaches a model further examples without those it was made from: it
// finds the table nearest to the base that gets them right,
//
//	½|w − base|² + Σ cost · max(0, 1 − y·w·x)²
//
// by the same dual coordinate descent as a training, begun at the base (the prior
// of Li and Bilmes, "A Bayesian divergence prior for classifier adaptation",
// AISTATS 2007). What the examples do not speak of stays as it was, the blends and
// thresholds too, so a few hundred corrections move what they are about and little else.
//
// Examples teach the heads they are labelled for; a label the base does not know
// is an error. The base is not changed.
func Refine(ctx context.Context, base *Model, examples []Example, o RefineOptions) (*Model, error) {
	if len(examples) == 0 {
		return nil, errors.New("refine: no examples")
	}
	for i, e := range examples {
		if err := checkLabels(base.heads, e.Labels); err != nil {
			return nil, fmt.Errorf("refine: example %d: %w", i+1, err)
		}
	}
	if o.Version == "" {
		o.Version = fmt.Sprintf("%s+%d", base.Version, len(examples))
	}
	if o.Seed == 0 {
		o.Seed = 1
	}
	if o.Cost == 0 {
		o.Cost = 1
	}
	if o.Passes == 0 {
		o.Passes = 30
	}
	m := *base
	m.Version = o.Version
	m.Trained = fmt.Sprintf("%s, corrections %d", base.Trained, len(examples))
	table, rarity := base.unpack()
	lists := base.listed(examples)
	introduce(lists, rarity)
	rows := make([]*row, len(examples))
	for i, e := range examples {
		rows[i] = vector(lists[i], rarity, m.weight)
		weight := e.Weight
		if weight == 0 {
			weight = 1
		}
		for k, h := range m.heads {
			if label, ok := e.Labels[h.Name]; ok {
				rows[i].tasks = append(rows[i].tasks, task{k, m.spans[k], h.index(label), float32(o.Cost * weight)})
			}
		}
	}
	// Scoring adds weights that have the rarity folded in; the solver wants them apart.
	fold := func(by func(v, r float32) float32) {
		for b, r := range rarity {
			if r > 0 {
				for lane := range m.lanes {
					v := &table[b*m.lanes+lane]
					*v = by(*v, float32(r))
				}
			}
		}
	}
	fold(func(v, r float32) float32 { return v / r })
	boost := slices.Repeat([]float32{1}, m.lanes)
	descendFrom(ctx, table, rows, m.lanes, o.Passes, boost, o.Seed)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	fold(func(v, r float32) float32 { return v * r })
	m.pack(table, rarity)
	return &m, nil
}

// listed extracts the examples' buckets.
func (m *Model) listed(examples []Example) [][blocks][]uint32 {
	s := newScratch().(*scratch)
	out := make([][blocks][]uint32, len(examples))
	for i := range examples {
		out[i] = s.buckets(&examples[i].Message, m.lexicon, m.bits)
	}
	return out
}

// introduce gives buckets that the base never saw, and at least two examples
// have, the rarity of the rarest: a new word can be learnt.
func introduce(lists [][blocks][]uint32, rarity []uint8) {
	counts := map[uint32]int{}
	for _, l := range lists {
		for _, buckets := range l {
			for _, b := range buckets {
				if rarity[b] == 0 {
					counts[b]++
				}
			}
		}
	}
	for b, n := range counts {
		if n > 1 {
			rarity[b] = math.MaxUint8
		}
	}
}
