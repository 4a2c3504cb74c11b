package classifier

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash/fnv"
)

// CurvePoint is what a model learns from a share of the training texts.
type CurvePoint struct {
	Share    float64               `json:"share"`
	Messages int                   `json:"messages"` // it learnt from
	MacroF1  map[string]float64    `json:"macro_f1"` // by head, on the messages judged
	Interval map[string][2]float64 `json:"interval"`
}

// curveShares are the parts of the training texts that are learnt from.
func curveShares() []float64 { return []float64{1. / 8, 1. / 4, 1. / 2, 1} }

// learningCurve trains on growing parts of the examples, each part holding the
// one before, and judges every model by the same messages. No text that is judged is
// learnt from; rows of the same text go together.
func learningCurve(ctx context.Context, learn []Example, o Options, judged []Example, progress Progress) ([]CurvePoint, error) {
	apart := map[string]bool{}
	for _, e := range judged {
		apart[plain(e.Message.Text)] = true
	}
	var out []CurvePoint
	for step, portion := range curveShares() {
		var part []Example
		for _, e := range learn {
			if text := plain(e.Message.Text); !apart[text] && lot(text, o.Seed) < portion {
				part = append(part, e)
			}
		}
		if len(part) == 0 {
			continue
		}
		m, _, err := Train(ctx, part, o, nested(progress, step, len(curveShares()), fmt.Sprintf("%d texts", len(part))))
		if err != nil {
			return nil, fmt.Errorf("learning curve, %d texts: %w", len(part), err)
		}
		p := CurvePoint{Share: portion, Messages: len(part), MacroF1: map[string]float64{}, Interval: map[string][2]float64{}}
		for _, s := range fill(m.heads, judged, New(m).Classify) {
			p.MacroF1[s.head.Name], p.Interval[s.head.Name] = s.macroF1()
		}
		out = append(out, p)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("learning curve: nothing to learn from that is not judged")
	}
	return out, nil
}

// lot is a number in [0,1) that a text draws, the same on every machine.
func lot(plainText string, seed uint64) float64 {
	h := fnv.New64a()
	_, _ = h.Write(binary.LittleEndian.AppendUint64(nil, seed))
	_, _ = h.Write([]byte(plainText))
	// FNV's high bits hardly move with a text's last letters: mix them (the
	// finaliser of MurmurHash3, Appleby).
	x := h.Sum64()
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	x ^= x >> 33
	return float64(x>>11) / (1 << 53)
}

// nested tells a training's progress as part of a longer work: step of steps.
func nested(progress Progress, step, steps int, what string) Progress {
	if progress == nil {
		return nil
	}
	return func(done, total int, doing string) {
		progress(step*100+100*done/total, steps*100, what+": "+doing)
	}
}
