package community

import (
	"slices"
	"strings"

	"github.com/vigie-hq/vigie/community/text"
)

// When two texts are near-identical, so that what a person said of one stands
// for the other: their gists are equal, or both have at least NearWords words,
// the same turns, and the Jaccard similarity of their shingles (what they share
// by what either has) is at least NearShare. A shingle is two words in a row.
//
// The gist of a text is its words, folded, without mentions, links and e-mail
// addresses; every run of digits is one 0, an emoji that is repeated is one, a
// hashtag is its word, spaces and punctuation are nothing. Its turns are how
// many words deny and whether it asks: "il marche" and "il ne marche pas",
// "remboursé" and "remboursé ?" share most of what they say and mean opposite
// things.
//
// Two words and four fifths let one word differ at the edge of a text from 10
// words on, and one in its middle from 19 on; short texts turn on a word.
const (
	NearWords = 8
	NearShare = 0.8
	shingle   = 2
)

// nearLimit is the longest text that is compared, in bytes: beyond it people
// paste pages, and nobody corrects those twice.
const nearLimit = 16 << 10

// gist is what is compared of a text.
type gist struct {
	whole    uint64   // of the words in their order, and of the turns
	words    int      // 0: nothing to compare
	denies   int      // words that deny
	asks     bool     // there is a question mark
	shingles []uint64 // sorted, each once; none for a short text
}

// gistOf gives a text's gist. A text without words, or longer than nearLimit,
// has none: it is like no other.
func gistOf(s string) gist {
	var g gist
	if len(s) > nearLimit {
		return g
	}
	var stack [96]text.Token
	var hashes [96]uint64
	words := hashes[:0]
	last := ""
	for _, t := range text.AppendTokens(stack[:0], s) {
		var h uint64
		switch t.Kind {
		case text.Mention, text.URL, text.Email:
			continue
		case text.Emoji:
			if t.Text == last {
				continue
			}
			h = wordHash(t.Text)
		default:
			word := strings.TrimPrefix(t.Text, "#")
			h = digitless(word)
			if denies(word) {
				g.denies++
			}
		}
		last = t.Text
		words = append(words, h)
	}
	g.words = len(words)
	g.asks = strings.IndexByte(s, '?') >= 0 || strings.Contains(s, "？") || strings.Contains(s, "؟")
	g.whole = seed
	for _, w := range words {
		g.whole = mix(g.whole, w)
	}
	if g.asks {
		g.whole = mix(g.whole, 1)
	}
	if g.words >= NearWords {
		g.shingles = make([]uint64, 0, len(words)-shingle+1)
		for i := range len(words) - shingle + 1 {
			h := uint64(seed)
			for _, w := range words[i : i+shingle] {
				h = mix(h, w)
			}
			g.shingles = append(g.shingles, h)
		}
		slices.Sort(g.shingles)
		g.shingles = slices.Compact(g.shingles)
	}
	return g
}

// near tells whether two texts are near-identical.
func (g *gist) near(o *gist) bool {
	switch {
	case g.words == 0 || o.words == 0:
		return false
	case g.whole == o.whole:
		return true
	case len(g.shingles) == 0 || len(o.shingles) == 0 || g.denies != o.denies || g.asks != o.asks:
		return false
	}
	return alike(g.shingles, o.shingles)
}

// alike tells whether two sorted sets share NearShare of what either has.
func alike(a, b []uint64) bool {
	if float64(min(len(a), len(b))) < NearShare*float64(max(len(a), len(b))) {
		return false
	}
	shared := 0
	for i, k := 0, 0; i < len(a) && k < len(b); {
		switch {
		case a[i] < b[k]:
			i++
		case a[i] > b[k]:
			k++
		default:
			shared, i, k = shared+1, i+1, k+1
		}
	}
	return float64(shared) >= NearShare*float64(len(a)+len(b)-shared)
}

// NearIdentical tells whether two texts are so alike that a correction of one
// stands for the other.
func NearIdentical(a, b string) bool {
	ga, gb := gistOf(a), gistOf(b)
	return ga.near(&gb)
}

// denies tells whether a folded word turns a sentence into its opposite, in one
// of the languages Vigie reads.
func denies(word string) bool {
	switch word {
	case "ne", "n", "pas", "non", "jamais", "rien", "aucun", "aucune", "sans", "ni", "plus", // French
		"no", "not", "never", "none", "nothing", "without", "dont", "doesnt", "didnt", "cant", "wont", "isnt", "wasnt", "cannot", // English
		"nunca", "nada", "sin", "tampoco", // Spanish
		"nicht", "kein", "keine", "keinen", "nie", "ohne", // German
		"mai", "senza", "niente", // Italian
		"nao", "sem", // Portuguese
		"niet", "geen", "nooit", "zonder", // Dutch
		"لا", "ليس", "لم", "لن", "ما", "بدون": // Arabic
		return true
	}
	return strings.HasSuffix(word, "n't")
}

// FNV-1a (Fowler, Noll, Vo) of words, and a mixing of hashes in their order.
const (
	seed  = 14695981039346656037
	prime = 1099511628211
)

func wordHash(s string) uint64 {
	h := uint64(seed)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * prime
	}
	return h
}

// digitless is the hash of s with each run of digits, points and commas as one 0.
func digitless(s string) uint64 {
	h := uint64(seed)
	run := false
	for i := range len(s) {
		c := s[i]
		digit := '0' <= c && c <= '9' || run && (c == '.' || c == ',')
		if !digit {
			h = (h ^ uint64(c)) * prime
		} else if !run {
			h = (h ^ '0') * prime
		}
		run = digit
	}
	return h
}

// mix is the finaliser of SplitMix64 (Steele, Lea, Flood, 2014) over a rolling
// value, so that the order of words counts.
func mix(h, w uint64) uint64 {
	h = h*prime ^ w
	h ^= h >> 30
	h *= 0xBF58476D1CE4E5B9
	h ^= h >> 27
	h *= 0x94D049BB133111EB
	return h ^ h>>31
}
