package classifier

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
)

// FoldReport is how one fold of a set was answered by a model that learnt from
// the others.
type FoldReport struct {
	Fold     string  `json:"fold"`
	Messages int     `json:"messages"`
	Accuracy float64 `json:"accuracy"`
	MacroF1  float64 `json:"macro_f1"`
}

// seededFolds is how many folds a set is dealt to that brings none of its own.
const seededFolds = 10

// crossValidate judges each fold of a set labelled for one head by a model that
// learnt from the other folds, and pools the answers. besides teaches every model
// as well, but not this head, and no text of the set.
func crossValidate(ctx context.Context, own *taxonomy, head string, examples, besides []Example, o Options, progress Progress) (Report, error) {
	heads, err := own.heads()
	if err != nil {
		return Report{}, err
	}
	examples = slices.DeleteFunc(examples, func(e Example) bool { return e.Labels[head] == "" })
	inSet := map[string]bool{}
	for i := range examples {
		e := &examples[i]
		e.Labels = map[string]string{head: e.Labels[head]} // a language is no part of this question
		inSet[plain(e.Message.Text)] = true
	}
	besides = slices.DeleteFunc(own.strip(besides), func(e Example) bool { return inSet[plain(e.Message.Text)] })
	if o.Heads, err = taughtHeads(heads, slices.Concat(examples, besides)); err != nil {
		return Report{}, err
	}
	at := slices.IndexFunc(o.Heads, func(h Head) bool { return h.Name == head })
	o.Heads[at].Helper = false // here it is the question
	of, names := dealFolds(examples, o.Seed)
	if len(names) < 2 {
		return Report{}, errors.New("folds: the set has one fold only")
	}
	r := Report{Model: fmt.Sprintf("%d folds", len(names)), Messages: len(examples)}
	pooled := &sheet{head: o.Heads[at]}
	for step, name := range names {
		var learn []Example
		for i, e := range examples {
			if of[i] != name {
				learn = append(learn, e)
			}
		}
		m, _, err := Train(ctx, append(learn, besides...), o, nested(progress, step, len(names), "fold "+name))
		if err != nil {
			return Report{}, fmt.Errorf("fold %s: %w", name, err)
		}
		// The head may be one that no verdict names: it is asked in place of the category.
		c := New(m)
		c.heads[atCategory] = at
		fold := &sheet{head: pooled.head}
		for i := range examples {
			if of[i] == name {
				v := c.Classify(examples[i].Message)
				truth := pooled.head.index(examples[i].Labels[head])
				fold.add(i, truth, v.Category, v.Urgency.Score)
				pooled.add(i, truth, v.Category, v.Urgency.Score)
			}
		}
		counts := confusion(fold.truth, fold.guess, len(fold.head.Labels))
		r.Folds = append(r.Folds, FoldReport{name, len(fold.truth), accuracy(counts), macroF1(counts)})
	}
	r.Heads = []HeadReport{pooled.report()}
	return r, nil
}

// dealFolds says which fold each example is of, and the folds in order: those of
// the set, or by lot where one row has none. Rows of the same text draw the same lot.
func dealFolds(examples []Example, seed uint64) (of, names []string) {
	own := !slices.ContainsFunc(examples, func(e Example) bool { return e.Fold == "" })
	for _, e := range examples {
		name := e.Fold
		if !own {
			name = strconv.Itoa(int(lot(plain(e.Message.Text), seed) * seededFolds))
		}
		of = append(of, name)
	}
	names = slices.Clone(of)
	slices.SortFunc(names, func(a, b string) int {
		if len(a) != len(b) {
			return len(a) - len(b) // numbers by size
		}
		if a < b {
			return -1
		}
		return 1
	})
	return of, slices.Compact(names)
}
