package community

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestSampleCap(t *testing.T) {
	for _, x := range []struct {
		sizes []int
		want  int
	}{
		{nil, 50},
		{[]int{10}, 50},
		{[]int{500}, 50},
		{[]int{500, 500}, 25},
		{[]int{500, 4}, 46},
		{[]int{500, 400, 4}, 23},
		{[]int{20, 20}, 30},
	} {
		if got := SampleCap(x.sizes, 50); got != x.want {
			t.Errorf("%v: %d, want %d", x.sizes, got, x.want)
		}
	}
	many := make([]int, 80)
	for i := range many {
		many[i] = 9
	}
	if got := SampleCap(many, 50); got != 1 {
		t.Errorf("more strata than places: %d each, want 1", got)
	}
}

// TestSampleCapFalls holds what the keeping of a sample rests on: as a day goes
// on the cap never rises (unless everything is in), and the sample fills the
// quota but for a rest.
func TestSampleCapFalls(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		quota := rapid.IntRange(1, 60).Draw(t, "quota")
		sizes := make([]int, rapid.IntRange(1, 12).Draw(t, "strata"))
		last, seen := 0, 0
		for step := range 200 {
			sizes[rapid.IntRange(0, len(sizes)-1).Draw(t, "grows")]++
			seen++
			there := slices.DeleteFunc(slices.Clone(sizes), func(n int) bool { return n == 0 })
			most := SampleCap(there, quota)
			kept := 0
			for _, n := range there {
				kept += min(n, most)
			}
			if seen <= quota && kept != seen {
				t.Fatalf("there is room and only %d of %d are in: %v", kept, seen, there)
			}
			if seen > quota && quota >= len(there) && (kept > quota || kept <= quota-len(there)) {
				t.Fatalf("%d in a sample of %d: %v", kept, quota, there)
			}
			if seen > quota && step > 0 && last > 0 && most > last {
				t.Fatalf("the cap rises from %d to %d: %v", last, most, there)
			}
			if seen > quota {
				last = most
			}
		}
	})
}

func TestLotsAreFair(t *testing.T) {
	var buckets [10]int
	const n = 20_000
	for i := range n {
		buckets[uint64(Lot(fmt.Sprint("m", i)))*10>>32]++
	}
	for i, got := range buckets {
		if got < n/10-250 || got > n/10+250 {
			t.Errorf("bucket %d has %d of %d", i, got, n)
		}
	}
}

func TestJudgementCheck(t *testing.T) {
	for _, x := range []struct {
		j   Judgement
		key string
	}{
		{Judgement{}, "audit.empty"},
		{Judgement{Labels: map[string]string{"mood": "sad"}}, "correct.head"},
		{Judgement{Labels: map[string]string{HeadCategory: "sav"}}, "correct.label"},
		{Judgement{Labels: map[string]string{HeadLanguage: "fr"}}, "correct.head"},
		{Judgement{Labels: map[string]string{HeadComplaint: "yes"}}, ""},
		{Judgement{Skipped: true}, ""},
	} {
		err := x.j.Check()
		key := ""
		if f, ok := err.(*Fault); ok {
			key = f.Key
		}
		if key != x.key {
			t.Errorf("%+v: %v, want %q", x.j, err, x.key)
		}
	}
}

func TestAuditTaskIsBlind(t *testing.T) {
	m := Message{Brand: "b", Text: "Où est mon colis ?", Lang: "fr", ReceivedAt: time.Unix(1e9, 0)}
	got := fmt.Sprintf("%+v", AuditTaskOf("m1", &m, 3))
	want := fmt.Sprintf("%+v", AuditTask{Message: "m1", Brand: "b", Text: m.Text, CreatedAt: m.ReceivedAt, Left: 3})
	if got != want {
		t.Errorf("it shows %s", got)
	}
}

// population is a brand's day with known truth: how often a model that says
// "support" or "noise" is right, stratum by stratum.
type population struct {
	n     [2]int     // messages by predicted category
	right [2]float64 // share that is as predicted
}

// truth is the population's precision and recall of support.
func (p population) truth() (precision, recall float64) {
	found, missed := float64(p.n[0])*p.right[0], float64(p.n[1])*(1-p.right[1])
	return p.right[0], found / (found + missed)
}

// sample judges k messages of each stratum.
func (p population) sample(rng *rand.Rand, k int) ([]Judged, []Size) {
	var rows []Judged
	var sizes []Size
	labels := []string{"support", "noise"}
	for s := range p.n {
		stratum := Stratum{Category: Category(labels[s])}
		sizes = append(sizes, Size{Stratum: stratum, Seen: p.n[s]})
		for range min(k, p.n[s]) {
			truth := labels[s]
			if rng.Float64() >= p.right[s] {
				truth = labels[1-s]
			}
			rows = append(rows, Judged{
				Draw:      Draw{Stratum: stratum, Answers: Answers{Shown: map[string]string{HeadCategory: labels[s]}}},
				Judgement: Judgement{Labels: map[string]string{HeadCategory: truth}},
			})
		}
	}
	return rows, sizes
}

// TestIntervalsHold draws many samples from populations whose figures are known
// and counts how often the intervals hold them. Even where a rare label hides in
// a stratum a hundred times as large, that is 90 % at least, and 93 % on average.
func TestIntervalsHold(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	const rounds = 150
	var all, held int
	for _, p := range []population{
		{[2]int{500, 500}, [2]float64{0.8, 0.9}},
		{[2]int{100, 5000}, [2]float64{0.85, 0.99}},
		{[2]int{1000, 2000}, [2]float64{0.6, 0.7}},
		{[2]int{300, 900}, [2]float64{0.95, 0.97}},
	} {
		precision, recall := p.truth()
		for _, k := range []int{25, 100} {
			var inPrecision, inRecall int
			for range rounds {
				q := QualityOf(p.sample(rng, k))
				for _, l := range q.Shown[0].Labels {
					if l.Label != "support" {
						continue
					}
					inPrecision += boolInt(l.Precision.Low <= precision && precision <= l.Precision.High)
					inRecall += boolInt(l.Recall.Low <= recall && recall <= l.Recall.High)
				}
			}
			t.Logf("%+v, %d judged a stratum: precision %.3f held by %.3f, recall %.3f held by %.3f", p, k,
				precision, float64(inPrecision)/rounds, recall, float64(inRecall)/rounds)
			if inPrecision < rounds*90/100 || inRecall < rounds*88/100 {
				t.Errorf("%+v, %d judged a stratum: intervals hold precision in %d and recall in %d of %d samples", p, k, inPrecision, inRecall, rounds)
			}
			all, held = all+2*rounds, held+inPrecision+inRecall
		}
	}
	if float64(held) < 0.93*float64(all) {
		t.Errorf("intervals hold %.3f of figures", float64(held)/float64(all))
	}
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestQualityOf(t *testing.T) {
	row := func(predicted, truth string, skipped bool) Judged {
		j := Judged{Draw: Draw{Stratum: Stratum{Category: Category(predicted), Channel: "c." + predicted}, Answers: Answers{
			Shown: map[string]string{HeadCategory: predicted}, Alone: map[string]string{HeadCategory: "noise"}, Model: "m1", Language: "fr",
			Shadow: map[string]string{HeadCategory: truth}, ShadowModel: "m2",
		}}}
		j.Labels, j.Skipped = map[string]string{HeadCategory: truth}, skipped
		return j
	}
	rows := []Judged{
		row("support", "support", false), row("support", "brand", false), row("noise", "noise", false), row("noise", "support", false),
		row("noise", "", true),
	}
	size := func(category string, n int) Size {
		return Size{Stratum: Stratum{Category: Category(category), Channel: "c." + category}, Seen: n}
	}
	q := QualityOf(rows, []Size{size("support", 20), size("noise", 200), size("noise", 20)})
	if q.Judged != 4 || q.Skipped != 1 || q.Enough || q.Seen != 240 || q.Models[0] != (NamedCount{"m1", 4}) {
		t.Errorf("%+v", q)
	}
	// Of support, 10 messages are found and, of 220, as many as judged: half.
	support := q.Shown[0].Labels[0]
	if support.Label != "support" || support.Precision.Value != 0.5 || support.Recall.Value != 10.0/(10+110) {
		t.Errorf("%+v", support)
	}
	if q.Shadow.Version != "m2" || q.Shadow.Heads[0].Accuracy.Value != 1 || q.Shadow.Running[0].Accuracy.Value >= 0.5 {
		t.Errorf("%+v", q.Shadow)
	}
	// The model on trial is the last by the clock, not by the order of rows.
	rows[0].Answers.ShadowModel, rows[0].Said.ReceivedAt = "m3", time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)
	if q := QualityOf(rows, nil); q.Shadow.Version != "m3" || q.Shadow.Judged != 1 {
		t.Errorf("%+v", q.Shadow)
	}
	rows[0].Answers.ShadowModel = "m2"
	if len(q.Channels) != 2 || q.Channels[0].Accuracy.N != 2 || q.Languages[0].Name != "fr" || q.Languages[0].Accuracy.N != 4 {
		t.Errorf("%+v %+v", q.Channels, q.Languages)
	}
	again := QualityOf(rows, []Size{size("support", 20), size("noise", 200), size("noise", 20)})
	if fmt.Sprint(again.Shown) != fmt.Sprint(q.Shown) {
		t.Error("the same sample, other intervals")
	}
	if got := ShareOf(0, 0); got != (Estimate{}) {
		t.Errorf("of nothing %+v", got)
	}
	if got := ShareOf(10, 10); got.Value != 1 || got.High != 1 || got.Low < 0.75 || got.Low > 0.85 {
		t.Errorf("ten of ten %+v", got)
	}
}
