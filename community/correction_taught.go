package community

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"time"
)

// Taught is what a brand's agents taught by correcting: it puts their word in
// the place of the model's for messages whose text is near-identical to one
// they corrected (NearIdentical). Of one text and head the latest correction
// counts, whoever made it; a message whose words are exactly those of a corrected
// text follows that one, else, of those that are like it, the latest.
//
// It is never changed: a new correction makes a new Taught. Any number of
// goroutines may share it; nil is what nobody taught.
type Taught struct {
	version int
	texts   []taughtText
	exact   map[uint64]int32   // gist.whole to text
	count   map[uint64]int32   // in how many texts a shingle is
	rare    map[uint64][]int32 // a shingle to the texts in whose rarest shingles it is, newest first
}

// taughtText is one corrected text: what people said of it, by head.
type taughtText struct {
	gist gist
	said []word
}

// word is what a person said last of one head of a text.
type word struct {
	head, label string
	message     string // key of the message the correction was made on
	at          time.Time
	order       int
}

// later tells whether w was said after o.
func (w *word) later(o *word) bool {
	if !w.at.Equal(o.at) {
		return w.at.After(o.at)
	}
	return w.order > o.order
}

// nearest is how many texts a message is compared with at most: the newest
// that share one of its rarest shingles. It bounds the work where thousands of
// corrections are made of the same template.
const nearest = 32

// NewTaught makes the index of one brand's lessons, in the order they were given.
func NewTaught(lessons []Lesson) *Taught {
	var nobody *Taught
	return nobody.With(lessons)
}

// With is what was taught so far and by further lessons: what NewTaught makes of
// all of them, without reading the words of the first ones again.
func (t *Taught) With(lessons []Lesson) *Taught {
	out := &Taught{version: t.Version() + len(lessons), exact: map[uint64]int32{}, count: map[uint64]int32{}, rare: map[uint64][]int32{}}
	if t != nil {
		out.texts, out.exact = slices.Clone(t.texts), maps.Clone(t.exact)
	}
	for i := range lessons {
		out.learn(&lessons[i], t.Version()+i)
	}
	out.index()
	return out
}

// index puts the texts in their order, the newest first, and finds their
// shingles.
func (t *Taught) index() {
	slices.SortFunc(t.texts, func(a, b taughtText) int {
		return cmp.Or(b.last().Compare(a.last()), cmp.Compare(a.gist.whole, b.gist.whole))
	})
	for i := range t.texts {
		t.exact[t.texts[i].gist.whole] = int32(i)
		for _, s := range t.texts[i].gist.shingles {
			t.count[s]++
		}
	}
	var rarest []uint64
	for i := range t.texts {
		rarest = t.rarest(rarest[:0], t.texts[i].gist.shingles)
		for _, s := range rarest {
			t.rare[s] = append(t.rare[s], int32(i))
		}
	}
}

// learn takes a lesson in. What the texts have said may be another Taught's too:
// it is replaced, never changed.
func (t *Taught) learn(l *Lesson, order int) {
	if CheckLabel(l.Head, l.To) != nil {
		return
	}
	g := gistOf(l.Said.Text)
	if g.words == 0 {
		return
	}
	at, known := t.exact[g.whole]
	if !known {
		at = int32(len(t.texts))
		t.exact[g.whole] = at
		t.texts = append(t.texts, taughtText{gist: g})
	}
	said := word{l.Head, l.To, l.Message, l.At, order}
	text := &t.texts[at]
	text.said = slices.Clone(text.said)
	for i := range text.said {
		if w := &text.said[i]; w.head == l.Head {
			if said.later(w) {
				*w = said
			}
			return
		}
	}
	text.said = append(text.said, said)
}

func (t *taughtText) last() time.Time {
	var last time.Time
	for i := range t.said {
		last = later(last, t.said[i].at)
	}
	return last
}

// rarest adds to dst the shingles of which two sets that share NearShare must
// have one in common, if each is sorted by how rare its shingles are: the first
// n - ceil(NearShare n) + 1 of them (the prefix filter of Chaudhuri, Ganti and
// Kaushik, 2006). Those that no text has come first and lead nowhere: they are
// left out, and a text with enough of them has no others.
func (t *Taught) rarest(dst, shingles []uint64) []uint64 {
	n := len(shingles)
	if n == 0 {
		return dst
	}
	type counted struct {
		shingle uint64
		texts   int32
	}
	var stack [96]counted
	order := stack[:0]
	first := n - int(math.Ceil(NearShare*float64(n))) + 1
	for _, s := range shingles {
		if c := t.count[s]; c > 0 {
			order = append(order, counted{s, c})
		} else if first--; first == 0 {
			return dst
		}
	}
	slices.SortFunc(order, func(a, b counted) int {
		return cmp.Or(cmp.Compare(a.texts, b.texts), cmp.Compare(a.shingle, b.shingle))
	})
	for i := range first {
		dst = append(dst, order[i].shingle)
	}
	return dst
}

// Version is how many corrections it was made of: what a verdict names.
func (t *Taught) Version() int {
	if t == nil {
		return 0
	}
	return t.version
}

// Apply puts what people said of near-identical texts in the place of what the
// model, or a rule, says of m. The verdict names the messages they said it of
// (Learned) and, for every message, how many corrections were known
// (Corrections).
func (t *Taught) Apply(m *Message, v *Verdict) {
	if t == nil {
		return
	}
	v.Corrections = t.version
	if len(t.texts) == 0 || m.Text == "" {
		return
	}
	g := gistOf(m.Text)
	if g.words == 0 {
		return
	}
	said := t.alike(&g)
	var learned []string
	for i := range said {
		v.Decide(said[i].head, said[i].label)
		learned = append(learned, said[i].message)
	}
	slices.Sort(learned)
	v.Learned = slices.Compact(learned)
}

// Knows tells whether a text is near-identical to one that somebody corrected.
func (t *Taught) Knows(text string) bool {
	var v Verdict
	t.Apply(&Message{Text: text}, &v)
	return len(v.Learned) > 0
}

// alike is what was said of exactly this text, else the latest that was said, by
// head, of near-identical ones.
func (t *Taught) alike(g *gist) []word {
	if i, ok := t.exact[g.whole]; ok {
		return t.texts[i].said
	}
	var said []word
	var looks [nearest]int32
	looked := looks[:0]
	var rarest [32]uint64
	for _, s := range t.rarest(rarest[:0], g.shingles) {
		for _, i := range t.rare[s] {
			if len(looked) == nearest {
				return said
			}
			if slices.Contains(looked, i) {
				continue
			}
			looked = append(looked, i)
			if text := &t.texts[i]; text.gist.near(g) {
				said = latest(said, text.said)
			}
		}
	}
	return said
}

// latest takes words into said, of each head the latest.
func latest(said, more []word) []word {
	for i := range more {
		at := slices.IndexFunc(said, func(w word) bool { return w.head == more[i].head })
		switch {
		case at < 0:
			said = append(said, more[i])
		case more[i].later(&said[at]):
			said[at] = more[i]
		}
	}
	return said
}
