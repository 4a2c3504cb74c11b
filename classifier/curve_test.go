package classifier

import (
	"context"
	"strings"
	"testing"
)

func TestLearningCurve(t *testing.T) {
	learn, judged := toy(), toy()[:6]
	for i := range learn {
		if i >= 14 { // the toy repeats itself after 14 rows: make the others new
			learn[i].Message.Text += strings.Repeat(" vraiment", i)
		}
	}
	steps := 0
	points, err := learningCurve(context.Background(), learn, Options{Bits: 10, Folds: 2, Passes: 3, Seed: 1}, judged, func(done, total int, _ string) {
		if done < steps || done > total {
			t.Errorf("%d of %d after %d", done, total, steps)
		}
		steps = done
	})
	if err != nil {
		t.Fatal(err)
	}
	last := points[len(points)-1]
	if last.Share != 1 || last.MacroF1[HeadCategory] < 0.9 || steps == 0 {
		t.Errorf("%+v", points)
	}
	if last.Messages >= len(learn) {
		t.Errorf("%d learnt from, of which some are judged", last.Messages)
	}
	for i, p := range points[1:] {
		if p.Messages < points[i].Messages {
			t.Errorf("a larger share learns from less: %+v", points)
		}
	}
	if _, err := learningCurve(context.Background(), judged, Options{Bits: 10}, judged, nil); err == nil {
		t.Error("nothing but what is judged: no error")
	}
}

func TestLot(t *testing.T) {
	low := 0
	for i := range 2000 {
		x := lot(strings.Repeat("a", i), 3)
		if x < 0 || x >= 1 {
			t.Fatal(x)
		}
		if x < 0.25 {
			low++
		}
	}
	if low < 440 || low > 560 {
		t.Errorf("%d of 2000 under a quarter", low)
	}
	if lot("a", 1) == lot("a", 2) {
		t.Error("the seed does nothing")
	}
}
