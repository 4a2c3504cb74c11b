package classifier

import "strings"

// The marks that stand for a mention's name.
const (
	markSomebody = '@'
	markDesk     = '§' // a customer service
	markCompany  = '¤' // a company
	markNumber   = '№' // a name somebody replaced by a number
)

// handleMark tells whose a handle seems to be.
func (s *scratch) handleMark(name string) rune {
	var folded [maxRun]rune
	n, figures := 0, 0
	for i := 0; i < len(name) && n < maxRun; i++ {
		b := name[i]
		switch {
		case b >= '0' && b <= '9':
			b = '0'
			figures++
		case b >= 'A' && b <= 'Z':
			b |= 0x20
		case b == '_':
			continue
		}
		folded[n] = rune(b)
		n++
	}
	switch {
	case n == figures:
		return markNumber
	case isDesk(name):
		return markDesk
	case s.lexicon.company(folded[:n]) || isCompany(name):
		return markCompany
	}
	return markSomebody
}

// isDesk tells whether a handle looks like a customer service's.
func isDesk(name string) bool {
	for i := range name {
		rest := name[i:]
		for _, word := range [...]string{"help", "care", "support", "service", "assist", "conso", "sav", "cares"} {
			if len(rest) >= len(word) && strings.EqualFold(rest[:len(word)], word) {
				return true
			}
		}
	}
	return false
}

// isCompany tells whether a handle ends as companies' do.
func isCompany(name string) bool {
	for _, end := range [...]string{
		"air", "airways", "airlines", "airline", "bank", "banque", "telecom", "mobile", "energy", "energie", "official", "officiel",
		"app", "shop", "store", "express", "hotels", "hotel", "trains", "rail", "games", "france", "hq",
	} {
		if len(name) > len(end) && strings.EqualFold(name[len(name)-len(end):], end) {
			return true
		}
	}
	return false
}
