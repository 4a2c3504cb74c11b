package classifier

import "math"

// shares is how a message's margins come about, token by token. A feature of
// several tokens is shared among them in equal parts, which is their Shapley
// value: the feature is there only while all of them are.
type shares struct {
	margin []float64                     // rows as wide as the model's: a token's part of each lane, in steps of its scale
	length []float64                     // rows of a block each: a token's part of the block's squared length
	total  [blocks][maxWords * 8]float64 // of all tokens, by block

	// The work on one block, by token: sums of rows in lanes of 16 bits (even
	// bytes, then odd bytes of each word), and how many parts of a feature and of
	// a squared rarity went in.
	sums           []uint64
	parts, squares []int
}

// whole is the parts a feature has, so that it can be shared by two and by three.
// A token is in at most 8 features of a block that shares them, and 8*6*255 fits
// in 16 bits; letters are not shared, and the 200 runs of the longest word fit.
const whole = 6

// spread fills the shares from a scratch whose features were extracted, and the
// scratch's margins on the way, the same to the last bit as Model.margins. The
// signals of the genre speak of the whole text and go to no token.
func (sh *shares) spread(m *Model, s *scratch) {
	n := len(s.tokens)
	sh.margin = zeros(sh.margin, n*8*m.words)
	sh.length = zeros(sh.length, n*blocks)
	sh.sums = zeros(sh.sums, n*2*m.words)
	sh.parts, sh.squares = zeros(sh.parts, n), zeros(sh.squares, n)
	clear(s.z[:m.lanes])
	var sum [maxWords * 8]int64
	for b, list := range s.list {
		clear(sh.total[b][:m.lanes])
		switch b {
		case blockGenre:
			if norm := m.block(list, sum[:m.words*8]); norm > 0 {
				m.raise(s.z[:], b, norm, &sum)
			}
		case blockChars:
			sh.letters(m, list)
			sh.settle(m, s, b, 1)
		default:
			sh.phrases(m, list)
			sh.settle(m, s, b, whole)
		}
	}
}

// letters adds up the rows of features that stand on one token each, token by
// token.
func (sh *shares) letters(m *Model, list []feature) {
	for at := 0; at < len(list); {
		token := list[at].token
		var even, odd [maxWords]uint64
		squares, first := 0, at
		for ; at < len(list) && list[at].token == token; at++ {
			row := m.row(list[at].hash)
			for w, x := range row {
				even[w] += x & evenMask
				odd[w] += x >> 8 & evenMask
			}
			r := int(row[m.lanes/8] >> (m.lanes % 8 * 8) & 0xFF)
			squares += r * r
		}
		sums := sh.sums[int(token)*2*m.words:][:2*m.words]
		for w := range m.words {
			sums[2*w], sums[2*w+1] = even[w], odd[w]
		}
		sh.parts[token], sh.squares[token] = at-first, squares
	}
}

// phrases adds up the rows of features that may stand on several tokens.
func (sh *shares) phrases(m *Model, list []feature) {
	for i := range list {
		f := &list[i]
		row := m.row(f.hash)
		at := int(f.token)
		switch near, far := int(f.back[0]), int(f.back[1]); {
		case near == 0:
			sh.add(m, row, at, whole)
		case far == 0:
			sh.add(m, row, at, whole/2)
			sh.add(m, row, at-near, whole/2)
		default:
			sh.add(m, row, at, whole/3)
			sh.add(m, row, at-near, whole/3)
			sh.add(m, row, at-far, whole/3)
		}
	}
}

// add gives parts of a row to a token.
func (sh *shares) add(m *Model, row []uint64, token, parts int) {
	sums := sh.sums[token*2*m.words:][:2*len(row)]
	for w, x := range row {
		sums[2*w] += x & evenMask * uint64(parts)
		sums[2*w+1] += x >> 8 & evenMask * uint64(parts)
	}
	r := int(row[m.lanes/8] >> (m.lanes % 8 * 8) & 0xFF)
	sh.parts[token] += parts
	sh.squares[token] += parts * r * r
}

// settle turns a block's sums into parts of the margins, and clears them for the
// next block.
func (sh *shares) settle(m *Model, s *scratch, b, parts int) {
	squares := 0
	for _, q := range sh.squares {
		squares += q
	}
	if squares > 0 {
		norm := math.Sqrt(float64(squares / parts))
		value := float64(m.weight[b]) / norm / float64(parts)
		var sum [maxWords * 8]int64
		for i := range s.tokens {
			if sh.parts[i] == 0 {
				continue
			}
			sh.length[i*blocks+b] = float64(sh.squares[i]) / float64(squares)
			sums := sh.sums[i*2*m.words:][:2*m.words]
			zero := int64(sh.parts[i] * zeroWeight)
			for w := range m.words {
				out, all := sh.margin[(i*m.words+w)*8:][:8], sum[w*8:][:8]
				even, odd := sums[2*w], sums[2*w+1]
				for k := 0; k < 8; k += 2 {
					a, b := int64(even&0xFFFF)-zero, int64(odd&0xFFFF)-zero
					out[k] += float64(value * float64(a))
					out[k+1] += float64(value * float64(b))
					all[k] += a
					all[k+1] += b
					even, odd = even>>16, odd>>16
				}
			}
		}
		for lane := range m.lanes {
			sh.total[b][lane] = value * float64(sum[lane])
			sum[lane] /= int64(parts)
		}
		m.raise(s.z[:], b, norm, &sum)
	}
	clear(sh.sums)
	clear(sh.parts)
	clear(sh.squares)
}

// weigh writes what each token weighs on a head of which slope is given: its
// part of the margins, less what its being there takes from the others by making
// the text longer (the derivative of a sum over a root of squares).
func (sh *shares) weigh(slope, weights []float64) {
	wide := wordsFor(len(slope)) * 8
	var pull [blocks]float64
	for b := range pull {
		pull[b] = dot(slope, sh.total[b][:len(slope)]) / 2
	}
	for i := range weights {
		weights[i] = dot(slope, sh.margin[i*wide:][:len(slope)]) - dot(pull[:], sh.length[i*blocks:][:blocks])
	}
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for i, x := range a {
		sum += float64(x * b[i])
	}
	return sum
}

// zeros returns n zeros, in the memory of old where that is enough.
func zeros[T int | uint64 | float64](old []T, n int) []T {
	if cap(old) < n {
		return make([]T, n, 2*n)
	}
	old = old[:n]
	clear(old)
	return old
}
