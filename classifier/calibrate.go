package classifier

import "math"

// blend turns the margins of all lanes into the answer of one head: a small
// softmax over every margin, so that a head hears the others (what is a
// complaint is seldom praise), fitted on texts the table had not seen. Its
// softmax is also the calibration. Bias moves no probability: it is the
// advantage a label is given when the answer is picked, so that rare labels
// are not forgotten.
type blend struct {
	Rows    [][]float32 // [label][lane], the last column is the constant
	Bias    []float32   // added to the log-probability when the label is picked
	Abstain float32     // below this probability the head would rather not say
}

// softmax leaves the probabilities of a head's labels in p.
func (b *blend) softmax(z []float64, p []float64) {
	top := math.Inf(-1)
	for i, row := range b.Rows {
		sum := float64(row[len(row)-1])
		for lane, w := range row[:len(row)-1] {
			sum += float64(float64(w) * z[lane])
		}
		p[i] = sum
		top = max(top, sum)
	}
	total := 0.0
	for i := range b.Rows {
		p[i] = math.Exp(p[i] - top)
		total += p[i]
	}
	for i := range b.Rows {
		p[i] /= total
	}
}

// pick returns the label to answer with.
func (b *blend) pick(p []float64) int {
	best, value := 0, math.Inf(-1)
	for i := range b.Rows {
		if v := math.Log(p[i]+1e-9) + float64(b.Bias[i]); v > value {
			best, value = i, v
		}
	}
	return best
}

// round4 keeps four decimals: what is shown, stored and compared is the same on
// every machine whatever its last bit.
func round4(p float64) float64 { return math.Round(p*1e4) / 1e4 }
