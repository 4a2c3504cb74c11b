package classifier

import (
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"math"
	"sync"

	"github.com/vigie-hq/vigie/community"
)

//go:embed model.bin
var shipped []byte

// Classifier answers for messages with one model. It is safe for concurrent use.
type Classifier struct {
	model   *Model
	heads   [headCount]int // where each verdict head stands in the model, or -1
	scratch sync.Pool      // of *scratch
	desk    sync.Pool      // of *explanation
}

// The heads of a verdict, by position in Classifier.heads.
const (
	atCategory = iota
	atUrgency
	atSentiment
	atReason
	atComplaint
	atLanguage
	atSpam
	headCount
)

var headNames = [headCount]string{HeadCategory, HeadUrgency, HeadSentiment, HeadReason, HeadComplaint, HeadLanguage, HeadSpam}

// Open returns a classifier with the model that is part of the program.
func Open() (*Classifier, error) {
	c, err := Load(bytes.NewReader(shipped))
	if err != nil {
		return nil, fmt.Errorf("classifier: the built-in model: %w", err)
	}
	return c, nil
}

// Load reads a model file and returns a classifier with it. A damaged or
// foreign file is an error.
func Load(r io.Reader) (*Classifier, error) {
	m, err := ReadModel(r)
	if err != nil {
		return nil, err
	}
	return New(m), nil
}

// New returns a classifier with a model. Heads of a verdict that the model does
// not know stay empty.
func New(m *Model) *Classifier {
	c := &Classifier{model: m, scratch: sync.Pool{New: newScratch}, desk: sync.Pool{New: newExplanation}}
	for i, name := range headNames {
		c.heads[i] = -1
		for k, h := range m.heads {
			if h.Name == name && !h.Helper {
				c.heads[i] = k
			}
		}
	}
	return c
}

// Version names the model, as verdicts do.
func (c *Classifier) Version() string { return c.model.Version }

// Model returns the model in use.
func (c *Classifier) Model() *Model { return c.model }

// Classify returns the verdict on a message, without evidence. It never fails:
// empty, broken or endless text has an answer too, a doubtful one. Rules and
// corrections are not applied here.
func (c *Classifier) Classify(m community.Message) community.Verdict {
	s := c.scratch.Get().(*scratch)
	defer c.scratch.Put(s)
	s.extract(&m, c.model.lexicon)
	c.model.margins(s, s.z[:])
	return c.verdict(s, &m)
}

// verdict answers every head by the margins in a scratch.
func (c *Classifier) verdict(s *scratch, m *community.Message) community.Verdict {
	v := community.Verdict{ID: m.ID, Model: c.model.Version}
	v.Category = c.answer(atCategory, s)
	v.Urgency.Head = c.answer(atUrgency, s)
	v.Urgency.Score = c.score(s)
	v.Sentiment = c.answer(atSentiment, s)
	v.Reason = c.answer(atReason, s)
	v.Complaint = c.answer(atComplaint, s)
	v.Language = c.answer(atLanguage, s)
	v.Spam = c.answer(atSpam, s)
	if v.Language.Abstain && m.Lang != "" && c.speaks(m.Lang) {
		v.Language.Label = m.Lang // too short to tell: the network's word is better than ours
	}
	return v
}

// answer asks one head. Its probabilities stay in s.p for score.
func (c *Classifier) answer(at int, s *scratch) community.Head {
	k := c.heads[at]
	if k < 0 {
		return community.Head{}
	}
	b := &c.model.blends[k]
	b.softmax(s.z[:], s.p[:])
	i := b.pick(s.p[:])
	p := s.p[i]
	return community.Head{Label: c.model.heads[k].Labels[i], P: round4(p), Abstain: p < float64(b.Abstain)}
}

// score is the urgency as one number in [0,1] by which a queue is ranked: the
// expected place between low (0) and critical (1). It reads the probabilities
// that answer has just left for the urgency.
func (c *Classifier) score(s *scratch) float64 {
	k := c.heads[atUrgency]
	if k < 0 {
		return 0
	}
	sum := 0.0
	for i, label := range c.model.heads[k].Labels {
		sum += float64(s.p[i] * urgencyWorth(community.Urgency(label)))
	}
	return round4(math.Sqrt(min(max(sum, 0), 1))) // the root spreads what is low, and keeps the order
}

// urgencyWorth places the urgencies on the score's line. A likely high stands
// below a doubtful critical: what is found late costs most there. On messages
// from sources never seen these worths find as many critical and high in the
// first quarter as evenly spaced ones do, and a tenth more of the critical.
func urgencyWorth(u community.Urgency) float64 {
	switch u {
	case community.Critical:
		return 1
	case community.High:
		return 0.25
	case community.Normal:
		return 0.05
	}
	return 0
}

func (c *Classifier) speaks(lang string) bool {
	k := c.heads[atLanguage]
	return k >= 0 && c.model.heads[k].index(lang) >= 0
}
