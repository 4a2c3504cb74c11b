package community

import (
	"testing"
	"time"
)

func TestPercentilesOfLags(t *testing.T) {
	var l Ledger
	if got := l.Percentile(.5); got != 0 {
		t.Errorf("of nothing: %v", got)
	}
	for i := range 100 {
		l.Late(time.Duration(i+1) * 100 * time.Millisecond) // 0.1 s to 10 s
	}
	for share, want := range map[float64]time.Duration{.5: 5 * time.Second, .99: 9900 * time.Millisecond, 0: 100 * time.Millisecond} {
		got := l.Percentile(share)
		if got < want || got > want*3/2 {
			t.Errorf("p%v is %v, want %v or up to half more", 100*share, got, want)
		}
	}
	if got := l.Percentile(1); got != 10*time.Second {
		t.Errorf("the longest is %v", got)
	}
	l.Late(100 * time.Hour)
	if got := l.Percentile(1); got != 100*time.Hour {
		t.Errorf("beyond the last step: %v", got)
	}
	for i := range len(l.Lags) - 1 {
		if bucketOf(bound(i)) != i || bucketOf(bound(i)+bound(i)/1000) != i+1 {
			t.Errorf("step %d does not end at its bound", i)
		}
	}
}

func TestLedgersAddUp(t *testing.T) {
	at := time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)
	a := Ledger{Pushed: 1, Gap: time.Minute, GapAt: at, Lag: time.Second}
	b := Ledger{Pushed: 2, Recovered: 1, Gap: time.Hour, GapAt: at.Add(-time.Hour), Lag: time.Millisecond}
	b.Late(3 * time.Second)
	a.Add(&b)
	if a.Pushed != 3 || a.Recovered != 1 || a.Gap != time.Minute || a.Lag != 3*time.Second || a.Percentile(.5) != 3*time.Second {
		t.Errorf("%+v", a)
	}
}
