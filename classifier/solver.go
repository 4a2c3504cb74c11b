package classifier

import (
	"context"
	"math"
	"math/rand/v2"
)

// row is one example as the solver sees it.
type row struct {
	bucket []uint32
	value  []float32
	square float32 // sum of squared values
	tasks  []task
}

// task is a head an example is labelled for.
type task struct {
	head  int
	span  span
	label int     // position of the label among the head's
	cost  float32 // what a mistake on this head costs
}

// vector weights a message's buckets by rarity and brings each block to length
// one, as Model.margins does.
func vector(list [blocks][]uint32, rarity []uint8, weight [blocks]float32) *row {
	r := &row{}
	for b, buckets := range list {
		squares := 0
		for _, bucket := range buckets {
			squares += int(rarity[bucket]) * int(rarity[bucket])
		}
		if squares == 0 {
			continue
		}
		factor := float64(weight[b]) / math.Sqrt(float64(squares))
		for _, bucket := range buckets {
			if rarity[bucket] > 0 {
				v := float32(factor * float64(rarity[bucket]))
				r.bucket, r.value = append(r.bucket, bucket), append(r.value, v)
				r.square += v * v
			}
		}
	}
	return r
}

// solve finds the table that minimises, for every lane against the rest,
//
//	½|w|² + Σ cost · max(0, 1 − y·w·x)²
//
// by dual coordinate descent (Hsieh et al., "A dual coordinate descent method
// for large-scale linear SVM", ICML 2008, the L2-loss form). It has no learning
// rate, and the same seed gives the same table. boost multiplies the cost of a
// lane's own examples. When ctx ends it stops early; the caller looks at ctx.
func solve(ctx context.Context, rows []*row, buckets, lanes, passes int, boost []float32, seed uint64) []float32 {
	table := make([]float32, buckets*lanes)
	descendFrom(ctx, table, rows, lanes, passes, boost, seed)
	return table
}

// descendFrom is solve begun at a table instead of zero: it finds the least
// ½|w − table|² + Σ cost · loss, and leaves w in table.
func descendFrom(ctx context.Context, table []float32, rows []*row, lanes, passes int, boost []float32, seed uint64) {
	order := make([]int, len(rows))
	duals := make([][]float32, len(rows)) // one variable for each lane of each task
	for i, r := range rows {
		order[i] = i
		n := 0
		for _, t := range r.tasks {
			n += t.span.to - t.span.from
		}
		duals[i] = make([]float32, n)
	}
	rng := rand.New(rand.NewPCG(seed, 1))
	sums, steps := make([]float32, lanes), make([]float32, lanes)
	for range passes {
		if ctx.Err() != nil {
			break
		}
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, i := range order {
			rows[i].descend(duals[i], table, lanes, boost, sums, steps)
		}
	}
}

// descend brings one example's dual variables to their best values.
func (r *row) descend(duals, table []float32, lanes int, boost, sums, steps []float32) {
	if r.square == 0 {
		return
	}
	at := 0
	for _, t := range r.tasks {
		from, to := t.span.from, t.span.to
		sum, step := sums[:to-from], steps[:to-from]
		clear(sum)
		for k, b := range r.bucket {
			v := r.value[k]
			w := table[int(b)*lanes+from : int(b)*lanes+to]
			for lane := range sum {
				sum[lane] += v * w[lane]
			}
		}
		moved := false
		for lane := range sum {
			y, cost := float32(-1), t.cost
			if t.speaksFor(lane) {
				y, cost = 1, t.cost*boost[from+lane]
			}
			alpha := &duals[at+lane]
			gradient := y*sum[lane] - 1 + *alpha/(2*cost)
			next := max(0, *alpha-gradient/(r.square+1/(2*cost)))
			step[lane] = (next - *alpha) * y
			moved = moved || step[lane] != 0
			*alpha = next
		}
		at += to - from
		if !moved {
			continue
		}
		for k, b := range r.bucket {
			v := r.value[k]
			w := table[int(b)*lanes+from : int(b)*lanes+to]
			for lane := range step {
				w[lane] += v * step[lane]
			}
		}
	}
}

// speaksFor tells whether a lane of the head stands for the example's label. The
// one lane of a head of two labels stands for the second.
func (t *task) speaksFor(lane int) bool {
	if t.span.to-t.span.from == 1 {
		return t.label == 1
	}
	return t.label == lane
}

// margins adds a row's sums in all lanes to z.
func (r *row) margins(table []float32, lanes int, z []float64) {
	for k, b := range r.bucket {
		v := float64(r.value[k])
		for lane, w := range table[int(b)*lanes : int(b)*lanes+lanes] {
			z[lane] += v * float64(w)
		}
	}
}
