package classifier

import "math"

// pack turns a table of floats into the model's bytes. table[bucket*lanes+lane]
// is a weight with its bucket's rarity folded in, so that scoring only adds;
// it is overwritten nowhere. Each lane gets the scale that its largest weight needs.
func (m *Model) pack(table []float32, rarity []uint8) {
	m.words = wordsFor(m.lanes)
	m.scale = make([]float32, m.lanes)
	for at, v := range table {
		lane := at % m.lanes
		m.scale[lane] = max(m.scale[lane], abs32(v)/127)
	}
	m.table = make([]uint64, m.words<<m.bits)
	for b, r := range rarity {
		packed := m.table[b*m.words : (b+1)*m.words]
		for lane := range m.words * 8 {
			value := uint64(zeroWeight)
			switch {
			case lane == m.lanes:
				value = uint64(r)
			case lane < m.lanes && m.scale[lane] > 0:
				value = uint64(zeroWeight + int(math.Round(float64(table[b*m.lanes+lane]/m.scale[lane]))))
			}
			packed[lane/8] |= value << (lane % 8 * 8)
		}
	}
}

// unpack is the inverse of pack, to half a step of each lane's scale.
func (m *Model) unpack() (table []float32, rarity []uint8) {
	table, rarity = make([]float32, m.lanes<<m.bits), make([]uint8, 1<<m.bits)
	for b := range rarity {
		packed := m.table[b*m.words : (b+1)*m.words]
		for lane := range m.lanes {
			steps := int(packed[lane/8]>>(lane%8*8)&0xFF) - zeroWeight
			table[b*m.lanes+lane] = float32(steps) * m.scale[lane]
		}
		rarity[b] = uint8(packed[m.lanes/8] >> (m.lanes % 8 * 8))
	}
	return table, rarity
}

func abs32(v float32) float32 { return max(v, -v) }
