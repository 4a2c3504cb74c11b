package classifier

import (
	"math"
	"testing"
)

func near(a, b float64) bool { return math.Abs(a-b) < 1e-9 }

func TestMacroF1(t *testing.T) {
	// Label 0: tp 2, fp 1, fn 1. Label 1: tp 1, fp 1, fn 1, one of them unanswered.
	// Label 2 is never the truth and does not count.
	c := confusion([]int{0, 0, 0, 1, 1}, []int{0, 0, 1, 1, -1}, 3)
	f0, _ := labelF1(c, 0)
	f1, _ := labelF1(c, 1)
	if !near(f0, 4.0/5) || !near(f1, 2.0/4) || !near(macroF1(c), (f0+f1)/2) {
		t.Errorf("%v %v %v", f0, f1, macroF1(c))
	}
	if _, ok := labelF1(c, 2); ok {
		t.Error("a label that is never the truth has an F1")
	}
	if macroF1(confusion(nil, nil, 2)) != 0 {
		t.Error("nothing is not perfect")
	}
}

func TestCalibrationError(t *testing.T) {
	// Two answers at 0.9, one right: the bin says 1.8 and is right once.
	if e := calibrationError([]bool{true, false, true}, []float64{0.9, 0.9, 0.2}, []int{0, 1, 2}); !near(e, (0.8+0.8)/3) {
		t.Error(e)
	}
	if e := calibrationError(nil, nil, nil); e != 0 {
		t.Error(e)
	}
}

func TestCoverage(t *testing.T) {
	right := []bool{true, true, false, true, false}
	p := []float64{0.9, 0.8, 0.7, 0.6, 0.1}
	for want, precision := range map[float64]float64{0.4: 1, 0.8: 0.75, 1: 0.6} {
		order := rank(p)
		if c := order.coverage(right, precision); !near(c, want) {
			t.Errorf("precision %v: %v, want %v", precision, c, want)
		}
	}
}

func TestInterval(t *testing.T) {
	values := make([]float64, 400)
	for i := range values {
		values[i] = float64(i % 2)
	}
	got := interval(len(values), func(sample []int) float64 {
		sum := 0.0
		for _, i := range sample {
			sum += values[i]
		}
		return sum / float64(len(sample))
	})
	// A mean of 400 fair coins has a standard error of 0.025.
	if got[0] < 0.43 || got[0] > 0.47 || got[1] < 0.53 || got[1] > 0.57 {
		t.Errorf("interval %v", got)
	}
}

func TestUrgencyFigures(t *testing.T) {
	s := &sheet{head: DefaultHeads()[1]} // critical high normal low
	s.truth = []int{0, 1, 2, 3, 3, 3, 3, 3}
	s.guess = []int{1, 0, 2, 3, 3, 3, 3, 3}
	s.score = []float64{0.9, 0.1, 0.8, 0, 0, 0, 0, 0}
	s.p, s.abstain = make([]float64, 8), make([]bool, 8)
	r := s.report()
	if !near(r.ThreeClasses, 1) {
		t.Errorf("critical and high are one: %v", r.ThreeClasses)
	}
	if !near(r.HotFirstQuarter, 0.5) {
		t.Errorf("first quarter holds one of two: %v", r.HotFirstQuarter)
	}
	if !near(r.MacroF1, 0.5) {
		t.Errorf("macro-F1 %v", r.MacroF1)
	}
}
