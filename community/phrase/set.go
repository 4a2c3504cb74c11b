package phrase

import (
	"math/bits"
	"slices"

	"github.com/vigie-hq/vigie/community/text"
)

// Set is many expressions that are matched at once. A text is read once against
// the words of all of them; then only those expressions are worth asking of
// which an anchor stands in it: a word without which no alternative can be met.
// So a text costs as much as its own words and as the expressions they name,
// however many there are. A Set is never changed and safe for concurrent use;
// what Match tells is what the function Match tells of the same expression.
type Set struct {
	words   map[string]int32  // whole words by their number
	stems   map[string]int32  // beginnings
	lengths [256]uint64       // bit n: a stem of n bytes (63: or more) begins with this byte
	longest int               // of the stems, in bytes
	named   map[int32][]int32 // the expressions a word is an anchor of
	roots   []node            // one an expression
	texts   int32             // how many words there are
}

// node is an expression with its words numbered.
type node struct {
	op       Op
	words    []int32 // of a Term
	single   []int32 // of an Or: its kids that are one word
	kids     []node  // the others
	distance int
}

// NewSet numbers the words of expressions. A zero Expr keeps its place and
// matches nothing.
func NewSet(exprs []Expr) *Set {
	s := &Set{words: map[string]int32{}, stems: map[string]int32{}, named: map[int32][]int32{}, roots: make([]node, len(exprs))}
	for i := range exprs {
		s.roots[i] = s.number(&exprs[i])
		if empty(&exprs[i]) {
			continue
		}
		for _, w := range anchors(&exprs[i]) {
			n := s.word(w)
			s.named[n] = append(s.named[n], int32(i))
		}
	}
	return s
}

// Len is how many expressions there are.
func (s *Set) Len() int { return len(s.roots) }

func (s *Set) number(e *Expr) node {
	n := node{op: e.Op, distance: e.Distance}
	for _, w := range e.Words {
		n.words = append(n.words, s.word(w))
	}
	for i := range e.Kids {
		kid := s.number(&e.Kids[i])
		if e.Op == Or && kid.op == Term && len(kid.words) == 1 {
			n.single = append(n.single, kid.words[0])
			continue
		}
		n.kids = append(n.kids, kid)
	}
	return n
}

// word gives a word its number.
func (s *Set) word(w Word) int32 {
	table := s.words
	if w.Prefix {
		table = s.stems
	}
	n, ok := table[w.Text]
	if ok {
		return n
	}
	n = s.texts
	s.texts++
	table[w.Text] = n
	if w.Prefix && w.Text != "" {
		s.lengths[w.Text[0]] |= 1 << min(len(w.Text), 63)
		s.longest = max(s.longest, len(w.Text))
	}
	return n
}

// empty tells whether an expression can match nothing, for want of words.
func empty(e *Expr) bool {
	switch e.Op {
	case Term:
		return len(e.Words) == 0
	case Not:
		return empty(&e.Kids[0])
	case Or:
		return !slices.ContainsFunc(e.Kids, func(kid Expr) bool { return !empty(&kid) })
	}
	return len(e.Kids) == 0 || slices.ContainsFunc(e.Kids, func(kid Expr) bool { return empty(&kid) })
}

// anchors are words of which one stands in every text the expression matches.
func anchors(e *Expr) []Word {
	switch e.Op {
	case Term:
		best := 0
		for i := range e.Words {
			if rarer(e.Words[i], e.Words[best]) {
				best = i
			}
		}
		return e.Words[best : best+1]
	case Or:
		var all []Word
		for i := range e.Kids {
			if !empty(&e.Kids[i]) {
				all = append(all, anchors(&e.Kids[i])...)
			}
		}
		return all
	case Not:
		return anchors(&e.Kids[0])
	}
	var best []Word // And, Near: any one kid will do
	for i := range e.Kids {
		if a := anchors(&e.Kids[i]); best == nil || rarer(commonest(a), commonest(best)) {
			best = a
		}
	}
	return best
}

// rarer guesses which word is met less often: the longer one, a beginning
// counting for less than it is long.
func rarer(a, b Word) bool { return weight(a) > weight(b) }

func weight(w Word) int {
	if w.Prefix {
		return len(w.Text) - 2
	}
	return len(w.Text)
}

func commonest(words []Word) Word {
	w := words[0]
	for _, other := range words[1:] {
		if rarer(w, other) {
			w = other
		}
	}
	return w
}

// Reading is one text read against a Set. It is used again for the next text.
type Reading struct {
	Asked Places  // expressions worth asking about this text
	seen  Places  // numbers of the words that stand in it
	ids   []int32 // the numbers of each token's words, token by token
	from  []int32 // where those of a token begin; one more than tokens
}

// NewReading makes room for readings against the Set.
func (s *Set) NewReading() *Reading {
	return &Reading{Asked: make(Places, (len(s.roots)+63)/64), seen: make(Places, (int(s.texts)+63)/64)}
}

// Read takes in a text.
func (s *Set) Read(r *Reading, tokens []text.Token) {
	clear(r.Asked)
	clear(r.seen)
	r.ids, r.from = r.ids[:0], r.from[:0]
	for i := range tokens {
		t := &tokens[i]
		r.from = append(r.from, int32(len(r.ids)))
		s.find(r, t.Text)
		if t.Kind == text.Hashtag || t.Kind == text.Mention {
			s.find(r, t.Text[1:]) // a word without # and @ also finds them
		}
	}
	r.from = append(r.from, int32(len(r.ids)))
}

// find notes the words that a token is.
func (s *Set) find(r *Reading, token string) {
	if token == "" {
		return
	}
	if n, ok := s.words[token]; ok {
		s.note(r, n)
	}
	for lengths := s.lengths[token[0]]; lengths != 0; lengths &= lengths - 1 {
		n := bits.TrailingZeros64(lengths)
		if n > len(token) {
			return
		}
		last := n
		if n == 63 {
			last = min(len(token), s.longest)
		}
		for ; n <= last; n++ {
			if id, ok := s.stems[token[:n]]; ok {
				s.note(r, id)
			}
		}
	}
}

func (s *Set) note(r *Reading, id int32) {
	r.ids = append(r.ids, id)
	if !r.seen.Has(int(id)) {
		r.seen.Add(int(id))
		for _, e := range s.named[id] {
			r.Asked.Add(int(e))
		}
	}
}

// Match tells whether the i-th expression matches the text that was read.
func (s *Set) Match(i int, r *Reading) bool { return r.match(&s.roots[i]) }

func (r *Reading) match(n *node) bool {
	switch n.op {
	case Term:
		return r.all(n.words) && r.occurs(n.words)
	case And:
		for i := range n.kids {
			if !r.match(&n.kids[i]) {
				return false
			}
		}
		return len(n.kids) > 0
	case Or:
		for _, id := range n.single {
			if r.seen.Has(int(id)) {
				return true
			}
		}
		for i := range n.kids {
			if r.match(&n.kids[i]) {
				return true
			}
		}
		return false
	case Not:
		return r.match(&n.kids[0]) && !r.match(&n.kids[1])
	case Near:
		return r.near(n)
	}
	return false
}

// near is meet, over numbers.
func (r *Reading) near(n *node) bool {
	for i := range n.kids {
		if !r.all(n.kids[i].words) {
			return false
		}
	}
	var room [MaxTerms]int
	began := room[:]
	if len(n.kids) > len(began) {
		began = make([]int, len(n.kids))
	}
	for at := range len(r.from) - 1 {
		here, gathers := false, true
		for i := range n.kids {
			words := n.kids[i].words
			if r.is(at, words[0]) && (len(words) == 1 || r.stands(words, at)) {
				began[i], here = at+1, true
			}
		}
		for i := 0; here && gathers && i < len(n.kids); i++ {
			gathers = began[i] > 0 && began[i] >= at+1-len(n.kids[i].words)-n.distance
		}
		if here && gathers {
			return true
		}
	}
	return false
}

// all tells whether every word stands somewhere; of no word, no.
func (r *Reading) all(words []int32) bool {
	for _, id := range words {
		if !r.seen.Has(int(id)) {
			return false
		}
	}
	return len(words) > 0
}

// occurs is the function of the same name, over numbers of words that all stand
// somewhere.
func (r *Reading) occurs(words []int32) bool {
	if len(words) == 1 {
		return true
	}
	for i := range len(r.from) - 1 {
		if r.stands(words, i) {
			return true
		}
	}
	return false
}

func (r *Reading) stands(words []int32, at int) bool {
	if len(words) == 0 || at+len(words) > len(r.from)-1 {
		return false
	}
	for i, id := range words {
		if !r.is(at+i, id) {
			return false
		}
	}
	return true
}

func (r *Reading) is(token int, id int32) bool {
	for _, have := range r.ids[r.from[token]:r.from[token+1]] {
		if have == id {
			return true
		}
	}
	return false
}

// Places is a set of small numbers.
type Places []uint64

// Add puts a number in.
func (p Places) Add(n int) { p[n>>6] |= 1 << (n & 63) }

// Has tells whether a number is in.
func (p Places) Has(n int) bool { return p[n>>6]&(1<<(n&63)) != 0 }

// Each gives the numbers in ascending order, until yield returns false: it is
// an iterator.
func (p Places) Each(yield func(int) bool) {
	for i, w := range p {
		for ; w != 0; w &= w - 1 {
			if !yield(i<<6 + bits.TrailingZeros64(w)) {
				return
			}
		}
	}
}
