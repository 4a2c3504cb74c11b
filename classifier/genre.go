package classifier

import (
	"math/bits"

	"github.com/vigie-hq/vigie/community"
)

// The signals of the genre: what a reader notices before reading the words.
const (
	signalLength = iota
	signalCapitals
	signalStretched
	signalEmoji
	signalQuestion
	signalExclaim
	signalEllipsis
	signalMention
	signalDesk
	signalCompany
	signalNumber
	signalOpensWithMention
	signalLink
	signalHashtag
	signalLongNumber
	signalAmount
	signalDate
	signalClock
	signalFigures
	signalNegation
	signalAuthor
	signalReader
	signalAuthorToReader
	signalQuestionToReader
	signalEndsWithQuestion
	signalKind
	signalPrivate
	signalReply
)

// genre emits each signal with its strength in four steps.
func (s *scratch) genre(m *community.Message) {
	s.block = blockGenre
	var n [signalReply + 1]int
	for i := range s.tokens {
		t := &s.tokens[i]
		s.count(&n, t)
		if t.form == formMention && i == 0 {
			n[signalOpensWithMention] = 1
		}
		if t.form == formMark && i+2 >= len(s.tokens) && s.runes[t.from] == '?' {
			n[signalEndsWithQuestion] = 1
		}
	}
	n[signalAuthorToReader] = min(n[signalAuthor], n[signalReader], 1)
	n[signalQuestionToReader] = min(n[signalQuestion], n[signalReader], 1)
	for signal, count := range n {
		if signal == signalLength || count > 0 {
			s.emitSignal(signal, min(bits.Len(uint(count)), 4))
		}
	}
	s.emitSignal(signalLength, 8+bits.Len(uint(len(s.tokens))))
	if m.Kind == community.KindReview {
		s.emitSignal(signalKind, 1)
	}
	if m.Private || m.Kind == community.KindDirect {
		s.emitSignal(signalPrivate, 1)
	}
	if m.InReplyTo != "" || m.Kind == community.KindReply {
		s.emitSignal(signalReply, 1)
	}
}

func (s *scratch) emitSignal(signal, strength int) {
	s.emit(step(step(seedGenre, uint64(signal)), uint64(strength)), 0, [2]uint8{})
}

func (s *scratch) count(n *[signalReply + 1]int, t *token) {
	if t.caps {
		n[signalCapitals]++
	}
	if t.stretched {
		n[signalStretched]++
	}
	if t.hashtag {
		n[signalHashtag]++
	}
	runes := s.runes[t.from:t.to]
	switch t.form {
	case formEmoji:
		n[signalEmoji]++
	case formLink:
		n[signalLink]++
	case formMention:
		n[signalMention]++
		n[signalDesk] += oneIf(runes[0] == markDesk)
		n[signalCompany] += oneIf(runes[0] == markCompany)
		n[signalNumber] += oneIf(runes[0] == markNumber)
	case formMark:
		n[signalExclaim] += oneIf(runes[0] == '!')
		n[signalQuestion] += oneIf(runes[0] == '?')
		n[signalEllipsis] += oneIf(runes[0] == '…')
		n[signalAmount] += oneIf(runes[0] == '€' || runes[0] == '$' || runes[0] == '£')
	case formNumber:
		countNumber(n, runes)
	case formWord:
		n[signalNegation] += oneIf(t.role == roleDenial)
		n[signalAuthor] += oneIf(t.role == roleAuthor)
		n[signalReader] += oneIf(t.role == roleReader)
	}
}

func countNumber(n *[signalReply + 1]int, runes []rune) {
	n[signalFigures]++
	zeros := 0
	for _, r := range runes {
		switch r {
		case '0':
			zeros++
		case '/':
			n[signalDate]++
		case ':', 'h':
			n[signalClock]++
		case '€', '$':
			n[signalAmount]++
		}
	}
	n[signalLongNumber] += oneIf(zeros >= 5)
}

func oneIf(b bool) int {
	if b {
		return 1
	}
	return 0
}
