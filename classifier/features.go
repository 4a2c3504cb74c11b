package classifier

import (
	"math/bits"

	"github.com/vigie-hq/vigie/community"
)

// A message's features stand in three blocks, each brought to length one
// before it is summed, so that a long word list cannot drown the rest.
const (
	blockWords    = iota // words and pairs of words, marks, emoji
	blockChars           // 2 to 5 letters inside a word
	blockConcepts        // what the words mean to a help desk, in either language
	blockGenre           // what sort of text it is: length, capitals, questions, amounts ...
	blocks
)

// feature is a hash and where it comes from: a token and up to two before it, so
// many tokens back; 0 is none. A signal speaks of the whole text.
type feature struct {
	hash  uint32
	token uint16
	back  [2]uint8
}

const (
	maxFeatures = 4096 // of one block; a longer text adds nothing new
	seenSlots   = 4 * maxFeatures
	multiplier  = 0x9E3779B97F4A7C15 // 2^64 over the golden ratio (Knuth, TAOCP 3, 6.4)
)

// scratch is the memory one classification needs; it is reused.
type scratch struct {
	runes   []rune
	tokens  []token
	list    [blocks][]feature
	seen    [seenSlots]uint64 // hash and stamp: which features this text already has
	stamp   uint32
	lexicon *Lexicon
	block   int
	z       [maxWords * 8]float64 // margins, a lane each
	p       [maxWords * 8]float64 // probabilities of the head asked last
}

func newScratch() any {
	s := &scratch{runes: make([]rune, 0, 512), tokens: make([]token, 0, 128)}
	for b := range s.list {
		s.list[b] = make([]feature, 0, 512)
	}
	return s
}

// extract fills s.list with the features of a message, each once.
func (s *scratch) extract(m *community.Message, lex *Lexicon) {
	s.lexicon = lex // which cut asks for the names of companies
	s.cut(m.Text)
	s.gather(m, lex)
}

// gather fills s.list with the features of the tokens that were cut from a
// message, or of some of them.
func (s *scratch) gather(m *community.Message, lex *Lexicon) {
	s.lexicon = lex
	for b := range s.list {
		s.list[b] = s.list[b][:0]
	}
	if s.stamp++; s.stamp == 0 {
		clear(s.seen[:])
		s.stamp = 1
	}
	s.words()
	s.chars()
	s.skeleton()
	s.genre(m)
}

// buckets extracts a message and returns the rows its features have in a table
// of 2^bits.
func (s *scratch) buckets(m *community.Message, lex *Lexicon, bits uint) [blocks][]uint32 {
	var out [blocks][]uint32
	s.extract(m, lex)
	for b, list := range s.list {
		out[b] = make([]uint32, len(list))
		for k, f := range list {
			out[b][k] = f.hash >> (32 - bits)
		}
	}
	return out
}

// emit adds a feature of the current block unless the text has it already.
func (s *scratch) emit(h uint64, token int, back [2]uint8) {
	if len(s.list[s.block]) >= maxFeatures {
		return
	}
	hash := uint32(h >> 32)
	mark := uint64(hash)<<32 | uint64(s.stamp)
	for i := hash % seenSlots; ; i = (i + 1) % seenSlots {
		switch {
		case s.seen[i] == mark:
			return
		case uint32(s.seen[i]) != s.stamp:
			s.seen[i] = mark
			s.list[s.block] = append(s.list[s.block], feature{hash, uint16(token), back})
			return
		}
	}
}

// step adds one value to a running hash.
func step(h, v uint64) uint64 { return (bits.RotateLeft64(h, 23) ^ v) * multiplier }

func hashRunes(seed uint64, runes []rune) uint64 {
	h := seed * multiplier
	for _, r := range runes {
		h = step(h, uint64(r))
	}
	return h
}

// Seeds keep the sorts of feature apart.
const (
	seedWord uint64 = iota + 1
	seedPair
	seedFirst
	seedDenied
	seedSkip
	seedChars
	seedGenre
	seedConcept
)

// words emits words, pairs, pairs with one word between, the opening word, and
// words under a negation ("pas reçu" is not "reçu").
func (s *scratch) words() {
	s.block = blockWords
	var last, before uint64
	denied := 0
	for i := range s.tokens {
		t := &s.tokens[i]
		h := hashRunes(seedWord, s.runes[t.from:t.to])
		s.emit(h, i, [2]uint8{})
		if i == 0 {
			s.emit(step(h, seedFirst), i, [2]uint8{})
		} else {
			s.emit(step(last, h^seedPair), i, [2]uint8{1})
		}
		if i > 1 {
			s.emit(step(before, h^seedSkip), i, [2]uint8{1, 2})
		}
		if denied > 0 && t.form == formWord {
			s.emit(step(h, seedDenied), i, [2]uint8{})
			denied--
		}
		t.role = roleOf(s.runes[t.from:t.to])
		if t.role == roleDenial {
			denied = 3
		}
		if t.form == formMark {
			denied = 0
		}
		last, before = h, last
	}
}

// chars emits the runs of 2 to 5 letters of each word, with its borders.
func (s *scratch) chars() {
	s.block = blockChars
	const border = ' '
	var word [maxRun + 4]rune
	for i := range s.tokens {
		t := &s.tokens[i]
		if t.form != formWord {
			continue
		}
		word[0] = border
		n := 1 + copy(word[1:len(word)-1], s.runes[t.from:t.to])
		word[n] = border
		n++
		for a := 0; a < n-1; a++ {
			h := step(seedChars, uint64(word[a]))
			for b := a + 1; b < n && b < a+5; b++ {
				h = step(h, uint64(word[b]))
				s.emit(h, i, [2]uint8{})
			}
		}
	}
}
