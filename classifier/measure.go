package classifier

import (
	"math"
	"math/rand/v2"
	"slices"
)

// confusion counts [truth][guess]; a guess of -1 (no answer) counts nowhere but
// in the truth's missing row sum, so it is wrong.
func confusion(truth, guess []int, labels int) [][]int {
	out := make([][]int, labels)
	for i := range out {
		out[i] = make([]int, labels+1)
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
	for l := range c {
		if f, ok := labelF1(c, l); ok {
			sum += f
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

// calibrationError is the expected calibration error over 15 equal bins:
// the mean distance between how often a bin is right and how sure it was.
func calibrationError(right []bool, p []float64) float64 {
	const bins = 15
	var diff [bins]float64
	for i, q := range p {
		bin := min(max(int(math.Ceil(q*bins))-1, 0), bins-1)
		diff[bin] -= q
		if right[i] {
			diff[bin]++
		}
	}
	total := 0.0
	for _, d := range diff {
		total += math.Abs(d)
	}
	return total / float64(max(1, len(p)))
}

// coverage is the largest share of messages, surest first, that are right at
// least as often as precision demands.
func coverage(right []bool, p []float64, precision float64) float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case p[a] > p[b]:
			return -1
		case p[a] < p[b]:
			return 1
		}
		return 0
	})
	best, hits := 0, 0
	for n, i := range order {
		if right[i] {
			hits++
		}
		if float64(hits) >= precision*float64(n+1) {
			best = n + 1
		}
	}
	return float64(best) / float64(max(1, len(p)))
}

// interval is the middle 95 % of a figure over resamples of its messages.
func interval(n int, figure func(sample []int) float64) [2]float64 {
	const draws = 500
	if n == 0 {
		return [2]float64{}
	}
	rng := rand.New(rand.NewPCG(7, 7))
	values := make([]float64, draws)
	sample := make([]int, n)
	for d := range values {
		for i := range sample {
			sample[i] = rng.IntN(n)
		}
		values[d] = figure(sample)
	}
	slices.Sort(values)
	return [2]float64{values[draws*25/1000], values[draws*975/1000]}
}
