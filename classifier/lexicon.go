package classifier

import (
	_ "embed"
	"errors"
	"fmt"
	"strings"
)

//go:embed lexicon.txt
var shippedLexicon string

// Lexicon groups words that mean the same to a help desk, in several languages,
// so that what is learnt of one holds for the others. It is part of a model: the
// model's weights mean nothing under another one. Read-only once made.
type Lexicon struct {
	text      string
	concepts  int
	companies [maxConcepts + 1]bool // concepts that are names of companies
	slots     []slot                // open addressing, a power of two of them
}

// slot is a word, or the stem of words, and its concept; concept 0 is empty.
type slot struct {
	hash    uint32
	concept uint8
	stem    bool
}

// The limits of a lexicon; a stem of three letters would catch anything.
const (
	maxConcepts    = 200
	maxLexiconText = 1 << 20
	minStem        = 4
	maxStem        = 12
)

// DefaultLexicon is the one that is part of the program, French and English.
func DefaultLexicon() (*Lexicon, error) { return ParseLexicon(shippedLexicon) }

// ParseLexicon reads a lexicon: one concept a line, "name: word word stem*", in
// folded letters and figures; a line that begins with # is skipped. A concept whose
// name begins with "brand" holds names of companies. A word in
// two concepts is an error, and so is a stem under four or over twelve letters.
func ParseLexicon(text string) (*Lexicon, error) {
	if len(text) > maxLexiconText {
		return nil, errors.New("lexicon: too large")
	}
	l := &Lexicon{text: text, slots: make([]slot, slotsFor(len(strings.Fields(text))))}
	n := 0
	for line := range strings.Lines(text) {
		n++
		if strings.TrimSpace(line) == "" || line[0] == '#' {
			continue
		}
		name, list, ok := strings.Cut(line, ":")
		if !ok || strings.TrimSpace(name) == "" {
			return nil, fmt.Errorf("lexicon: line %d: no name before a colon", n)
		}
		if l.concepts++; l.concepts > maxConcepts {
			return nil, fmt.Errorf("lexicon: line %d: more than %d concepts", n, maxConcepts)
		}
		l.companies[l.concepts] = strings.HasPrefix(name, "brand")
		for _, w := range strings.Fields(list) {
			if err := l.add(w, uint8(l.concepts)); err != nil {
				return nil, fmt.Errorf("lexicon: line %d: %q %w", n, w, err)
			}
		}
	}
	return l, nil
}

// slotsFor leaves three of four slots empty, so that a look-up is one step.
func slotsFor(words int) int {
	n := 64
	for n < 4*words {
		n *= 2
	}
	return n
}

func (l *Lexicon) add(word string, concept uint8) error {
	base, stem := strings.CutSuffix(word, "*")
	runes := []rune(base)
	if stem && (len(runes) < minStem || len(runes) > maxStem) || len(runes) == 0 || len(runes) > maxRun {
		return errors.New("is too short or too long")
	}
	for _, r := range runes {
		if foldRune(r) != r || classOf(r) != classLetter && r != '0' {
			return errors.New("is not folded")
		}
	}
	hash := wordHash(runes)
	for i := hash; ; i++ {
		s := &l.slots[int(i)&(len(l.slots)-1)]
		if s.concept == 0 {
			*s = slot{hash, concept, stem}
			return nil
		}
		if s.hash == hash && s.stem == stem {
			return errors.New("stands there already")
		}
	}
}

func wordHash(runes []rune) uint32 { return uint32(hashRunes(seedWord, runes) >> 32) }

// find returns the concept of a hash, 0 for none.
func (l *Lexicon) find(hash uint32, stem bool) uint8 {
	for i := hash; ; i++ {
		s := l.slots[int(i)&(len(l.slots)-1)]
		if s.concept == 0 || s.hash == hash && s.stem == stem {
			return s.concept
		}
	}
}

// company tells whether a folded name begins with that of a company.
func (l *Lexicon) company(name []rune) bool {
	seed := seedWord
	h := seed * multiplier
	for i, r := range name {
		h = step(h, uint64(r))
		if i >= 2 && l.companies[l.find(uint32(h>>32), false)] {
			return true
		}
	}
	return false
}

// concept returns the concept of a folded word: its own, else that of the
// longest stem it begins with, else 0.
func (l *Lexicon) concept(word []rune) uint8 {
	if len(l.slots) == 0 {
		return 0
	}
	if c := l.find(wordHash(word), false); c != 0 {
		return c
	}
	var found uint8
	seed := seedWord
	h := seed * multiplier
	for i, r := range word[:min(len(word), maxStem)] {
		h = step(h, uint64(r))
		if i+1 >= minStem {
			if c := l.find(uint32(h>>32), true); c != 0 {
				found = c
			}
		}
	}
	return found
}
