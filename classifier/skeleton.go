package classifier

import "math"

// skeleton emits what is left of a text when words are replaced by what they
// mean: concepts, who is spoken of, numbers, mentions, questions; alone, in
// pairs and in threes, whatever stands between. A source never seen uses other
// words for the same bones.
func (s *scratch) skeleton() {
	s.block = blockConcepts
	var last, before uint64
	lastAt, beforeAt := 0, 0
	denied := 0
	for i := range s.tokens {
		t := &s.tokens[i]
		if t.role == roleDenial {
			denied = 4
			continue
		}
		if t.form == formMark {
			denied = 0
		}
		h := s.bone(t)
		if denied > 0 {
			denied--
			if h != 0 {
				h = step(h, seedDenied)
			}
		}
		if h == 0 {
			continue
		}
		s.emit(h, i, [2]uint8{})
		if last != 0 {
			s.emit(step(last, h^seedPair), i, [2]uint8{back(i, lastAt)})
		}
		if before != 0 {
			s.emit(step(step(before, last), h^seedPair), i, [2]uint8{back(i, lastAt), back(i, beforeAt)})
		}
		before, last = last, h
		beforeAt, lastAt = lastAt, i
	}
}

// back is how far token j stands before token i, or 0 where that is too far to
// be told.
func back(i, j int) uint8 {
	if i-j > math.MaxUint8 {
		return 0
	}
	return uint8(i - j)
}

// The bones that are no concept come after the lexicon's.
const (
	boneRole = maxConcepts + 1 + iota*8
	boneForm
	boneMark
)

// bone is the hash of what a token is, 0 for a word nobody knows.
func (s *scratch) bone(t *token) uint64 {
	first := s.runes[t.from]
	bone := uint64(0)
	switch t.form {
	case formWord:
		if c := s.lexicon.concept(s.runes[t.from:t.to]); c != 0 {
			bone = uint64(c)
		} else if t.role != roleNone {
			bone = boneRole + uint64(t.role)
		}
	case formMark:
		switch first {
		case '?':
			bone = boneMark
		case '!':
			bone = boneMark + 1
		}
	case formMention:
		bone = boneMark + 2 + uint64(markKind(first))
	default:
		bone = boneForm + uint64(t.form)
	}
	if bone == 0 {
		return 0
	}
	return step(seedConcept, bone)
}

// markKind numbers the marks of mentions.
func markKind(mark rune) int {
	switch mark {
	case markDesk:
		return 1
	case markCompany:
		return 2
	case markNumber:
		return 3
	}
	return 0
}
