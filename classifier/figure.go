package classifier

import "github.com/vigie-hq/vigie/community"

// figure is a number that a head is judged by: a function of a sample of its
// messages, each named as often as it counts.
type figure struct {
	name  string // as in the JSON of a HeadReport
	value *float64
	of    func(sample []int) float64
}

// figures fills in the numbers of a head beside its macro-F1, and their intervals:
// all over the same samples.
func (s *sheet) figures(r *HeadReport, right []bool, order ranking) {
	all := []figure{
		{"accuracy", &r.Accuracy, func(sample []int) float64 {
			hits := 0
			for _, i := range sample {
				hits += oneIf(right[i])
			}
			return share(hits, len(sample))
		}},
		{"ece", &r.Calibration, func(sample []int) float64 { return calibrationError(right, s.p, sample) }},
		{"coverage_at_95", &r.Coverage95, func(sample []int) float64 {
			order.take(sample)
			return order.coverage(right, 0.95)
		}},
	}
	if l := s.head.index(string(community.CategorySupport)); s.head.Name == HeadCategory && l >= 0 && r.Truth[l] > 0 {
		r.SupportReport = &SupportReport{}
		all = append(all, figure{"support_recall", &r.SupportRecall, func(sample []int) float64 {
			hits, n := 0, 0
			for _, i := range sample {
				if s.truth[i] == l {
					n++
					hits += oneIf(right[i])
				}
			}
			return share(hits, n)
		}})
	}
	if s.head.Name == HeadUrgency && s.head.asGuided() {
		all = append(all, s.urgency(r)...)
	}
	whole := make([]int, len(right))
	for i := range whole {
		whole[i] = i
	}
	for _, f := range all {
		*f.value = f.of(whole)
	}
	r.Intervals = map[string][2]float64{}
	for i, ends := range intervals(len(right), len(all), func(sample []int, out []float64) {
		for k, f := range all {
			out[k] = f.of(sample)
		}
	}) {
		r.Intervals[all[i].name] = ends
	}
}

// urgency adds what is asked of the urgency alone.
func (s *sheet) urgency(r *HeadReport) []figure {
	r.UrgencyReport = &UrgencyReport{}
	critical, high := s.head.index(string(community.Critical)), s.head.index(string(community.High))
	merge := func(labels []int) []int {
		out := make([]int, len(labels))
		for i, l := range labels {
			if out[i] = l; l == critical {
				out[i] = high
			}
		}
		return out
	}
	truth, guess := merge(s.truth), merge(s.guess)
	burning, worst := make([]bool, len(truth)), make([]bool, len(truth))
	for i, l := range truth {
		burning[i], worst[i] = l == high, s.truth[i] == critical
		r.Hot += oneIf(burning[i])
		r.Critical += oneIf(worst[i])
	}
	order := rank(s.score)
	found := func(wanted []bool) func([]int) float64 {
		return func(sample []int) float64 {
			order.take(sample)
			return order.found(wanted)
		}
	}
	t, g := make([]int, len(truth)), make([]int, len(truth))
	return []figure{
		{"three_classes", &r.ThreeClasses, func(sample []int) float64 {
			for k, i := range sample {
				t[k], g[k] = truth[i], guess[i]
			}
			return macroF1(confusion(t, g, len(s.head.Labels)))
		}},
		{"hot_found_in_first_quarter", &r.HotFirstQuarter, found(burning)},
		{"critical_found_in_first_quarter", &r.CriticalFirstQuarter, found(worst)},
	}
}
