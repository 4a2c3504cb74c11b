package text

// FNV-1a, 64 bits (Fowler, Noll, Vo).
const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

// Hash is the same for texts that differ only in what copies differ in: case,
// accents, spaces, punctuation, the digits of numbers and references, which
// links, and whom they mention. It groups the four hundred comments about one
// outage and recognises our own words when a network gives them back. Texts
// without a word are compared as they are.
func Hash(s string) uint64 {
	var stack [64]Token
	h := uint64(fnvOffset)
	some := false
	for _, t := range AppendTokens(stack[:0], s) {
		switch t.Kind {
		case Mention:
			continue
		case URL:
			h = add(h, "\x01")
		case Number, Reference:
			h = addDigitless(h, t.Text)
		default:
			h = add(h, t.Text)
		}
		h = add(h, "\x00")
		some = true
	}
	if !some {
		h = add(h, "\x02")
		h = add(h, Fold(s))
	}
	return h
}

func add(h uint64, s string) uint64 {
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * fnvPrime
	}
	return h
}

// addDigitless adds s with each run of digits, points and commas as one 0.
func addDigitless(h uint64, s string) uint64 {
	run := false
	for i := range len(s) {
		c := s[i]
		digit := '0' <= c && c <= '9' || run && (c == '.' || c == ',')
		if !digit {
			h = (h ^ uint64(c)) * fnvPrime
		} else if !run {
			h = (h ^ '0') * fnvPrime
		}
		run = digit
	}
	return h
}
