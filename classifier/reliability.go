package classifier

import "math"

// Bin is the answers whose probability lies in (From, To].
type Bin struct {
	From     float64 `json:"from"`
	To       float64 `json:"to"`
	Messages int     `json:"n"`
	MeanP    float64 `json:"mean_p"`
	Right    float64 `json:"right"` // share; a head that means what it says has it near MeanP
}

// RiskPoint is what happens if a head answers only its surest messages.
type RiskPoint struct {
	Coverage  float64 `json:"coverage"` // share of messages answered
	Messages  int     `json:"n"`
	LeastP    float64 `json:"least_p"`   // the probability below which it keeps silent
	Precision float64 `json:"precision"` // share of the answers that are right
	Risk      float64 `json:"risk"`      // share that are wrong
}

// bins is how finely probabilities are compared with what comes true.
const bins = 15

// binOf is the bin of a probability: b/15 < p <= (b+1)/15.
func binOf(p float64) int {
	b := min(max(int(p*bins), 0), bins-1)
	if b > 0 && p <= float64(b)/bins {
		b--
	}
	return b
}

// reliability sorts the answers into bins.
func reliability(right []bool, p []float64) []Bin {
	out := make([]Bin, bins)
	for b := range out {
		out[b].From, out[b].To = float64(b)/bins, float64(b+1)/bins
	}
	for i, q := range p {
		b := &out[binOf(q)]
		b.Messages++
		b.MeanP += q
		if right[i] {
			b.Right++
		}
	}
	for i := range out {
		if n := float64(out[i].Messages); n > 0 {
			out[i].MeanP /= n
			out[i].Right /= n
		}
	}
	return out
}

// calibrationError is the expected calibration error over 15 equal bins (Guo et
// al., ICML 2017): the mean distance between how often a bin is right and how
// sure it was. A sample names the answers that count, each as often as it is named.
func calibrationError(right []bool, p []float64, sample []int) float64 {
	var diff [bins]float64
	for _, i := range sample {
		b := binOf(p[i])
		diff[b] -= p[i]
		if right[i] {
			diff[b]++
		}
	}
	total := 0.0
	for _, d := range diff {
		total += math.Abs(d)
	}
	return total / float64(max(1, len(sample)))
}

// riskTable walks down the answers from the surest and stops at every tenth.
func riskTable(r *ranking, right []bool, p []float64) []RiskPoint {
	const steps = 10
	var out []RiskPoint
	n, hits, step := len(r.order), 0, 1
	for k, i := range r.order {
		hits += oneIf(right[i])
		if (k+1)*steps < step*n {
			continue
		}
		step = (k+1)*steps/n + 1
		precision := share(hits, k+1)
		out = append(out, RiskPoint{share(k+1, n), k + 1, p[i], precision, 1 - precision})
	}
	return out
}
