package classifier

import (
	"strings"
	"testing"

	"github.com/vigie-hq/vigie/community"
)

// TestTrialIsTheTextWithoutTheSpans: leaving tokens out gives what blanking their
// bytes gives, for every head.
func TestTrialIsTheTextWithoutTheSpans(t *testing.T) {
	c, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	m := community.Message{Text: "Hello, my parcel never arrived and nobody answers me, not even by phone"}
	s := newScratch().(*scratch)
	s.extract(&m, c.model.lexicon)
	e := c.explanation(s, &m)
	list := []choice{{from: 1, to: 3}, {from: 6, to: 7}, {from: 10, to: 13}}
	for set := range 1 << len(list) {
		cut := m
		for at, span := range list {
			if set>>at&1 == 1 {
				start, end := e.bounds(span)
				cut.Text = cut.Text[:start] + strings.Repeat(" ", end-start) + cut.Text[end:]
			}
		}
		for _, k := range c.heads {
			if k < 0 {
				continue
			}
			other := newScratch().(*scratch)
			other.extract(&cut, c.model.lexicon)
			c.model.margins(other, other.z[:])
			c.model.blends[k].softmax(other.z[:], other.p[:])
			for label := range c.model.heads[k].Labels {
				if got := e.try(list, set, k, label); got != other.p[label] {
					t.Errorf("%q, %s: %v, want %v", cut.Text, c.model.heads[k].Name, got, other.p[label])
				}
			}
		}
	}
}

// TestProvedEvidenceLowersOrIsNotShown: what is left of doubtful spans lowers the
// probability.
func TestProvedEvidenceLowersOrIsNotShown(t *testing.T) {
	c, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"Bien merci super", "ok", "Super rapide et sans surprise.", "Rien a dire ...nickel", "the the the the the", "a b c d e f g"} {
		m := community.Message{Text: text}
		s := newScratch().(*scratch)
		s.extract(&m, c.model.lexicon)
		e := c.explanation(s, &m)
		for _, k := range c.heads {
			if k < 0 {
				continue
			}
			for label := range c.model.heads[k].Labels {
				c.model.blends[k].softmax(s.z[:], s.p[:])
				c.model.slope(k, label, s.p[:], e.slope)
				e.shares.weigh(e.slope, e.weights)
				list := e.prove(e.pick(nil), k, label)
				weight := 0.0
				for _, span := range list {
					weight += span.weight
				}
				if len(list) > 0 && weight < doubtful && e.try(list, 1<<len(list)-1, k, label) >= s.p[label] {
					t.Errorf("%q, %s %d: %+v lowers nothing", text, c.model.heads[k].Name, label, list)
				}
			}
		}
	}
}
