package classifier

import "math"

// Model is a table of small weights: one row for each bucket of the feature
// hash, one column (lane) for each label, and one more lane that says how rare
// the bucket's features are. Eight lanes lie in one word of 64 bits, so that
// eight sums are made by two additions, and every machine gets the same sums.
//
// A model is read-only once it is made; any number of goroutines may share it.
type Model struct {
	Version string // shown in every verdict, e.g. "2026-11-21.1"
	Trained string // what it learnt from: the sets, by name and number of rows

	lexicon *Lexicon
	heads   []Head
	spans   []span
	lanes   int       // label lanes; the lane after them is the rarity
	bits    uint      // log2 of the number of buckets
	words   int       // 64-bit words in a row
	table   []uint64  // rows of words; a byte is weight + 128
	scale   []float32 // what one step of a lane's weight is worth
	weight  [blocks]float32
	blends  []blend
}

const zeroWeight = 0x80 // the byte of weight 0

// Heads returns the questions this model answers.
func (m *Model) Heads() []Head { return m.heads }

// Size is the memory the table takes, in bytes.
func (m *Model) Size() int { return len(m.table) * 8 }

func wordsFor(lanes int) int { return (lanes + 1 + 7) / 8 }

func (m *Model) row(hash uint32) []uint64 {
	at := int(hash>>(32-m.bits)) * m.words
	return m.table[at : at+m.words]
}

const (
	maxWords  = 32             // of a row: at most 255 lanes and the rarity
	maxLabels = maxWords*8 - 1 // of a head
	evenMask  = 0x00FF00FF00FF00FF
	maxRows   = 256 // sums of bytes that fit in 16 bits
)

// margins sums each block's rows and adds them up, weighted, in z, one value a
// lane. Bytes are summed in 16-bit lanes of a word (even bytes, odd bytes), and
// moved to wider sums before they could overflow.
func (m *Model) margins(s *scratch, z []float64) {
	clear(z[:m.lanes])
	var sum [maxWords * 8]int64
	for b := range s.list {
		norm := m.block(s.list[b], sum[:m.words*8])
		if norm == 0 {
			continue
		}
		m.raise(z, b, norm, &sum)
	}
}

// raise adds a block's sums to the margins, weighted.
func (m *Model) raise(z []float64, b int, norm float64, sum *[maxWords * 8]int64) {
	value := float64(m.weight[b]) / norm
	for lane := range m.lanes {
		step := float64(sum[lane]) * float64(m.scale[lane])
		z[lane] += float64(value * step)
	}
}

// block leaves the integer sums of the rows in sum and returns the block's
// length: the root of the sum of squared rarities. A bucket that training never
// saw has rarity 0 and weights 0: it does not count.
func (m *Model) block(list []feature, sum []int64) float64 {
	clear(sum)
	var even, odd [maxWords]uint64
	squares, rarity := 0, m.lanes
	shift := rarity % 8 * 8
	for at := 0; at < len(list); at += maxRows {
		part := list[at:min(at+maxRows, len(list))]
		for i := range part {
			row := m.row(part[i].hash)
			for w, x := range row {
				even[w] += x & evenMask
				odd[w] += x >> 8 & evenMask
			}
			r := int(row[rarity/8] >> shift & 0xFF)
			squares += r * r
		}
		for w := range m.words {
			for k := range 4 {
				sum[w*8+2*k] += int64(even[w]>>(16*k)&0xFFFF) - int64(len(part)*zeroWeight)
				sum[w*8+2*k+1] += int64(odd[w]>>(16*k)&0xFFFF) - int64(len(part)*zeroWeight)
			}
			even[w], odd[w] = 0, 0
		}
	}
	return math.Sqrt(float64(squares))
}
