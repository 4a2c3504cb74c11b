package community

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// QualityOf measures by the judged messages of a sample. sizes are the strata
// they were drawn from; the days of a period are taken together: within a
// category and channel, each judged message stands for as many as there were to
// one that was judged. Skipped messages are taken to be like the others.
//
// Shares are ratios of weighted sums. Their intervals come from what is known of
// two groups of messages, those that were given the label and those that were
// not: in each, the share that people give it has the posterior Beta(½+x, ½+n-x)
// (Jeffreys' prior; Brown, Cai and DasGupta, 2001), with n the effective number
// of messages under unequal weights, (Σw)²/Σw² (Kish, 1965), and x that number
// times the weighted share. Precision is the first share; recall combines both,
// with the groups' sizes, by drawing from the two posteriors (Webber, 2013,
// "Approximate recall confidence intervals"): a label that was never missed in
// few messages of a large group may well be missed in the others, which
// resampling cannot see. The middle 95 % of draws from a fixed seed are given.
func QualityOf(rows []Judged, sizes []Size) Quality {
	q := Quality{Models: []NamedCount{}, Languages: []GroupShare{}, Channels: []GroupShare{}, Corrections: []CorrectionCount{}}
	w := weigh(rows, sizes)
	models := map[string]int{}
	last, at := "", time.Time{}
	for i := range rows {
		switch {
		case rows[i].Skipped:
			q.Skipped++
			continue
		case rows[i].Answers.ShadowModel != "" && !rows[i].Said.ReceivedAt.Before(at):
			last, at = rows[i].Answers.ShadowModel, rows[i].Said.ReceivedAt
		}
		q.Judged++
		models[rows[i].Answers.Model]++
	}
	for i := range sizes {
		q.Seen += sizes[i].Seen
	}
	q.Enough = q.Judged >= AuditFewest
	for name, n := range models {
		q.Models = append(q.Models, NamedCount{name, n})
	}
	slices.SortFunc(q.Models, func(a, b NamedCount) int { return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Name, b.Name)) })
	every := func(*Judged) bool { return true }
	q.Shown = headQualities(rows, w, every, func(r *Judged) map[string]string { return r.Answers.Shown })
	q.Model = headQualities(rows, w, every, func(r *Judged) map[string]string { return r.Answers.Alone })
	if last != "" {
		q.Shadow = trialQuality(rows, w, last)
	}
	q.Languages = groupShares(rows, w, func(r *Judged) string { return r.Answers.Language })
	q.Channels = groupShares(rows, w, func(r *Judged) string { return r.Channel })
	return q
}

func trialQuality(rows []Judged, w []float64, version string) *TrialQuality {
	on := func(r *Judged) bool { return r.Answers.ShadowModel == version }
	t := &TrialQuality{Version: version}
	for i := range rows {
		if on(&rows[i]) && !rows[i].Skipped {
			t.Judged++
		}
	}
	t.Enough = t.Judged >= AuditFewest
	t.Heads = headQualities(rows, w, on, func(r *Judged) map[string]string { return r.Answers.Shadow })
	t.Running = headQualities(rows, w, on, func(r *Judged) map[string]string { return r.Answers.Alone })
	return t
}

// weigh gives each judged row how many messages it stands for.
func weigh(rows []Judged, sizes []Size) []float64 {
	type cell struct {
		category Category
		channel  string
	}
	seen, judged := map[cell]int{}, map[cell]int{}
	for i := range sizes {
		seen[cell{sizes[i].Category, sizes[i].Channel}] += sizes[i].Seen
	}
	for i := range rows {
		if !rows[i].Skipped {
			judged[cell{rows[i].Category, rows[i].Channel}]++
		}
	}
	w := make([]float64, len(rows))
	for i := range rows {
		c := cell{rows[i].Category, rows[i].Channel}
		if n := judged[c]; n > 0 && !rows[i].Skipped {
			w[i] = max(1, float64(seen[c])/float64(n))
		}
	}
	return w
}

// headQualities measures the answers of some rows, head by head. A head nobody
// judged has no figures.
func headQualities(rows []Judged, w []float64, of func(*Judged) bool, answers func(*Judged) map[string]string) []HeadQuality {
	out := []HeadQuality{}
	for _, head := range HumanHeads() {
		labels := HeadLabels(head)
		var truth, answer []int
		var weight []float64
		for i := range rows {
			r := &rows[i]
			t := slices.Index(labels, r.Labels[head])
			if t < 0 || w[i] == 0 || !of(r) {
				continue
			}
			truth, weight = append(truth, t), append(weight, w[i])
			answer = append(answer, slices.Index(labels, answers(r)[head]))
		}
		if len(truth) > 0 {
			out = append(out, headQuality(head, labels, truth, answer, weight))
		}
	}
	return out
}

func headQuality(head string, labels []string, truth, answer []int, weight []float64) HeadQuality {
	h := HeadQuality{Head: head, N: len(truth), Enough: len(truth) >= AuditFewest, Order: labels, Confusion: make([][]int, len(labels))}
	var right group
	for i := range h.Confusion {
		h.Confusion[i] = make([]int, len(labels)+1)
	}
	for i, t := range truth {
		a := answer[i]
		right.add(weight[i], t == a)
		if a < 0 {
			a = len(labels)
		}
		h.Confusion[t][a]++
	}
	h.Accuracy = right.estimate()
	for l, name := range labels {
		var given, other group // of those the label was given, and the others: did people give it?
		for i, t := range truth {
			if answer[i] == l {
				given.add(weight[i], t == l)
			} else {
				other.add(weight[i], t == l)
			}
		}
		if given.n > 0 || other.hits > 0 {
			h.Labels = append(h.Labels, LabelQuality{Label: name, Precision: given.estimate(), Recall: recall(&given, &other)})
		}
	}
	return h
}

func groupShares(rows []Judged, w []float64, name func(*Judged) string) []GroupShare {
	groups := map[string]*group{}
	for i := range rows {
		r := &rows[i]
		truth := r.Labels[HeadCategory]
		if truth == "" || w[i] == 0 {
			continue
		}
		g := groups[name(r)]
		if g == nil {
			g = &group{}
			groups[name(r)] = g
		}
		g.add(w[i], truth == r.Answers.Shown[HeadCategory])
	}
	out := make([]GroupShare, 0, len(groups))
	for name, g := range groups {
		out = append(out, GroupShare{name, g.estimate()})
	}
	slices.SortFunc(out, func(a, b GroupShare) int {
		return cmp.Or(cmp.Compare(b.Accuracy.N, a.Accuracy.N), cmp.Compare(a.Name, b.Name))
	})
	return out
}

// ShareOf is how many of n messages are hits, with its interval (see QualityOf).
func ShareOf(hits, n int) Estimate {
	g := group{n: n, hits: hits, weight: float64(n), hit: float64(hits), squares: float64(n)}
	return g.estimate()
}

// group sums up weighted messages of which some are hits.
type group struct {
	n                    int
	hits                 int
	weight, hit, squares float64
}

func (g *group) add(w float64, hit bool) {
	g.n++
	g.weight += w
	g.squares += w * w
	if hit {
		g.hits++
		g.hit += w
	}
}

// share is the weighted share of hits; 0 of nothing.
func (g *group) share() float64 {
	if g.weight == 0 {
		return 0
	}
	return g.hit / g.weight
}

// posterior gives the parameters of what is known of the share.
func (g *group) posterior() (a, b float64) {
	if g.squares == 0 {
		return 0.5, 0.5
	}
	n := g.weight * g.weight / g.squares
	x := n * g.share()
	return 0.5 + x, 0.5 + max(0, n-x)
}

// draws is how many times a posterior is drawn from.
const draws = 2000

// estimate is the group's share of hits with its interval.
func (g *group) estimate() Estimate {
	if g.n == 0 {
		return Estimate{}
	}
	rng := rand.New(rand.NewPCG(2013, 31))
	a, b := g.posterior()
	return between(g.share(), g.n, func() float64 { return beta(rng, a, b) })
}

// recall is the share of hits that are among those given the label.
func recall(given, other *group) Estimate {
	n := given.hits + other.hits
	if n == 0 {
		return Estimate{}
	}
	rng := rand.New(rand.NewPCG(2013, 31))
	a, b := given.posterior()
	c, d := other.posterior()
	return between(given.hit/(given.hit+other.hit), n, func() float64 {
		found, missed := given.weight*beta(rng, a, b), other.weight*beta(rng, c, d)
		return found / (found + missed)
	})
}

// between is a value and the middle 95 % of what draw gives. A share of nothing
// or of everything is its own end.
func between(value float64, n int, draw func() float64) Estimate {
	values := make([]float64, draws)
	for i := range values {
		values[i] = draw()
	}
	slices.Sort(values)
	e := Estimate{Value: value, Low: values[draws*25/1000], High: values[draws*975/1000-1], N: n}
	if value == 0 {
		e.Low = 0
	}
	if value == 1 {
		e.High = 1
	}
	e.Low, e.High = min(e.Low, value), max(e.High, value)
	return e
}

// beta draws from Beta(a, b) as a ratio of gammas.
func beta(rng *rand.Rand, a, b float64) float64 {
	x, y := gamma(rng, a), gamma(rng, b)
	if x+y == 0 {
		return 0.5
	}
	return x / (x + y)
}

// gamma draws from Gamma(a, 1) (Marsaglia and Tsang, 2000).
func gamma(rng *rand.Rand, a float64) float64 {
	if a < 1 {
		return gamma(rng, a+1) * math.Pow(rng.Float64(), 1/a)
	}
	d := a - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := rng.NormFloat64()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v = v * v * v
		if math.Log(1-rng.Float64()) < 0.5*x*x+d-d*v+d*math.Log(v) {
			return d * v
		}
	}
}
