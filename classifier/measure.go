package classifier

import (
	"cmp"
	"math/rand/v2"
	"slices"
)

// confusion counts [truth][guess]; a guess of -1 (no answer) counts nowhere but
// in the truth's missing row sum, so it is wrong.
func confusion(truth, guess []int, labels int) [][]int {
	cells := make([]int, labels*(labels+1))
	out := make([][]int, labels)
	for i := range out {
		out[i] = cells[i*(labels+1) : (i+1)*(labels+1)]
	}
	for i, t := range truth {
		if g := guess[i]; g >= 0 {
			out[t][g]++
		} else {
			out[t][labels]++
		}
	}
	return out
}

// macroF1 is the mean F1 over the labels that occur in the truth.
func macroF1(c [][]int) float64 {
	sum, n := 0.0, 0
	given := make([]int, len(c))
	for _, row := range c {
		for g := range given {
			given[g] += row[g]
		}
	}
	for l, row := range c {
		wanted := 0
		for _, k := range row {
			wanted += k
		}
		if wanted > 0 {
			sum += 2 * float64(row[l]) / float64(wanted+given[l])
			n++
		}
	}
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}

// labelF1 is 2tp/(2tp+fp+fn); ok is false where the truth never says the label.
func labelF1(c [][]int, l int) (f float64, ok bool) {
	wanted, given := 0, 0
	for g := range c[l] {
		wanted += c[l][g]
	}
	for t := range c {
		given += c[t][l]
	}
	if wanted == 0 {
		return 0, false
	}
	return 2 * float64(c[l][l]) / float64(wanted+given), true
}

// accuracy is the share of right answers.
func accuracy(c [][]int) float64 {
	right, all := 0, 0
	for t, row := range c {
		right += row[t]
		for _, n := range row {
			all += n
		}
	}
	return share(right, all)
}

func share(part, whole int) float64 { return float64(part) / float64(max(1, whole)) }

// ranking is an order of messages in which each may stand several times or not
// at all, as in a bootstrap sample: the order is made once, the times vary.
type ranking struct {
	order []int // message, first to last
	times []int // of each message
}

// rank orders messages by a value, largest first; equals keep their order, as
// with any stable sort.
func rank(value []float64) ranking {
	r := ranking{order: make([]int, len(value)), times: make([]int, len(value))}
	for i := range r.order {
		r.order[i], r.times[i] = i, 1
	}
	slices.SortStableFunc(r.order, func(a, b int) int { return cmp.Compare(value[b], value[a]) })
	return r
}

// take counts how often each message is in a sample.
func (r *ranking) take(sample []int) {
	clear(r.times)
	for _, i := range sample {
		r.times[i]++
	}
}

// coverage is the largest share of messages, surest first, that are right at
// least as often as precision demands.
func (r *ranking) coverage(right []bool, precision float64) float64 {
	best, hits, n := 0, 0, 0
	for _, i := range r.order {
		for range r.times[i] {
			n++
			if right[i] {
				hits++
			}
			if float64(hits) >= precision*float64(n) {
				best = n
			}
		}
	}
	return share(best, n)
}

// found is the share of the wanted messages that stand in the first quarter.
func (r *ranking) found(wanted []bool) float64 {
	n := 0
	for _, k := range r.times {
		n += k
	}
	found, all, place := 0, 0, 0
	for _, i := range r.order {
		for range r.times[i] {
			if wanted[i] {
				all++
				found += oneIf(place < n/4)
			}
			place++
		}
	}
	return share(found, all)
}

// draws is how many samples an interval is made from.
const draws = 500

// interval is the middle 95 % of a figure over resamples of its messages
// (percentile bootstrap, Efron 1979), with a fixed seed.
func interval(n int, figure func(sample []int) float64) [2]float64 {
	return intervals(n, 1, func(sample []int, out []float64) { out[0] = figure(sample) })[0]
}

// intervals is interval for several figures over the same samples.
func intervals(n, figures int, measure func(sample []int, out []float64)) [][2]float64 {
	out := make([][2]float64, figures)
	if n == 0 {
		return out
	}
	rng := rand.New(rand.NewPCG(7, 7))
	values := make([][]float64, figures)
	sample, one := make([]int, n), make([]float64, figures)
	for range draws {
		for i := range sample {
			sample[i] = rng.IntN(n)
		}
		measure(sample, one)
		for f, v := range one {
			values[f] = append(values[f], v)
		}
	}
	for f, v := range values {
		slices.Sort(v)
		out[f] = [2]float64{v[draws*25/1000], v[draws*975/1000]}
	}
	return out
}
