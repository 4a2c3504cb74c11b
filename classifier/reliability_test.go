package classifier

import "testing"

func TestReliability(t *testing.T) {
	all := reliability([]bool{true, false, true}, []float64{0.9, 0.88, 0.2})
	if len(all) != 15 {
		t.Fatalf("%d bins", len(all))
	}
	if b := all[13]; b.Messages != 2 || !near(b.MeanP, 0.89) || !near(b.Right, 0.5) {
		t.Errorf("%+v", b)
	}
	if b := all[2]; b.Messages != 1 || !near(b.Right, 1) || !near(b.To, 0.2) {
		t.Errorf("an upper end belongs to its bin: %+v", b)
	}
}

func TestBinOf(t *testing.T) {
	for b := range bins {
		for _, p := range []float64{float64(b)/bins + 1e-9, (float64(b) + 0.5) / bins, float64(b+1) / bins} {
			if got := binOf(p); got != b {
				t.Errorf("%v is in bin %d, want %d", p, got, b)
			}
		}
	}
	if binOf(0) != 0 || binOf(1.5) != bins-1 {
		t.Error("what lies outside belongs to the ends")
	}
}

func TestRiskTable(t *testing.T) {
	p := []float64{0.1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.45, 0.4, 0.3, 0.2}
	right := []bool{false, true, true, false, true, true, true, true, true, true}
	order := rank(p)
	risk := riskTable(&order, right, p)
	if len(risk) != 10 || risk[9].Coverage != 1 || !near(risk[9].Risk, 0.2) {
		t.Fatalf("%+v", risk)
	}
	if r := risk[2]; r.Messages != 3 || !near(r.Precision, 2./3) || r.LeastP != 0.7 {
		t.Errorf("%+v", r)
	}
	few := rank([]float64{0.5, 0.4})
	if risk = riskTable(&few, []bool{true, false}, []float64{0.5, 0.4}); len(risk) != 2 || risk[0].Messages != 1 || risk[1].Risk != 0.5 {
		t.Errorf("two messages: %+v", risk)
	}
}

func TestRankingCountsASample(t *testing.T) {
	order := rank([]float64{0.1, 0.9, 0.9, 0.2})
	wanted := []bool{true, false, true, false}
	// Equals keep their order: the first quarter is message 1.
	if f := order.found(wanted); f != 0 {
		t.Error(f)
	}
	order.take([]int{2, 2, 0, 3}) // the first quarter is one of the two copies of message 2
	if f := order.found(wanted); !near(f, 1./3) {
		t.Error(f)
	}
	if c := order.coverage([]bool{true, false, false, false}, 0.25); !near(c, 1) {
		t.Error(c)
	}
}
