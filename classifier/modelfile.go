package classifier

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// A model file is: the magic word, the length of the header (4 bytes, little
// endian), the header (JSON), the table (deflate, words little endian), and the
// SHA-256 of all that. The magic word changes when a reader of the old format
// could misread the new one; it also names the features, since weights mean
// nothing under another hash.
const (
	magic         = "VIGIE-M2"
	maxModelFile  = 64 << 20
	maxHeader     = 4 << 20
	minBits       = 8
	maxBits       = 20
	maxModelWords = 16 << 20 // words of a table: 128 MB
)

type header struct {
	Version string          `json:"version"`
	Trained string          `json:"trained"`
	Lexicon string          `json:"lexicon"`
	Heads   []Head          `json:"heads"`
	Bits    uint            `json:"bits"`
	Weight  [blocks]float32 `json:"weight"`
	Scale   []float32       `json:"scale"`
	Blends  []blend         `json:"blends"`
}

// WriteTo writes the model file; it satisfies io.WriterTo.
func (m *Model) WriteTo(w io.Writer) (int64, error) {
	var b bytes.Buffer
	b.WriteString(magic)
	head, err := json.Marshal(header{m.Version, m.Trained, m.lexicon.text, m.heads, m.bits, m.weight, m.scale, m.blends})
	if err != nil {
		return 0, fmt.Errorf("model header: %w", err)
	}
	b.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(head))))
	b.Write(head)
	z, err := flate.NewWriter(&b, flate.BestCompression)
	if err != nil {
		return 0, err
	}
	if err := binary.Write(z, binary.LittleEndian, m.table); err != nil {
		return 0, fmt.Errorf("model table: %w", err)
	}
	if err := z.Close(); err != nil {
		return 0, err
	}
	sum := sha256.Sum256(b.Bytes())
	b.Write(sum[:])
	return b.WriteTo(w)
}

// ReadModel reads a model file. Every damaged, cut or foreign file is an error;
// nothing in it can make the reader use unbounded memory or a verdict panic.
func ReadModel(r io.Reader) (*Model, error) {
	file, err := io.ReadAll(io.LimitReader(r, maxModelFile+1))
	if err != nil {
		return nil, fmt.Errorf("model file: %w", err)
	}
	switch {
	case len(file) > maxModelFile:
		return nil, errors.New("model file: too large")
	case len(file) < len(magic)+4+sha256.Size:
		return nil, errors.New("model file: too short")
	case string(file[:len(magic)]) != magic:
		return nil, fmt.Errorf("model file: starts with %q, want %q", file[:len(magic)], magic)
	}
	body, sum := file[:len(file)-sha256.Size], file[len(file)-sha256.Size:]
	if got := sha256.Sum256(body); !bytes.Equal(got[:], sum) {
		return nil, errors.New("model file: checksum differs, the file is damaged")
	}
	return decodeBody(body[len(magic):])
}

// decodeBody reads what stands between the magic word and the checksum.
func decodeBody(body []byte) (*Model, error) {
	if len(body) < 4 {
		return nil, errors.New("model file: no header")
	}
	n := binary.LittleEndian.Uint32(body)
	body = body[4:]
	if n > maxHeader || int(n) > len(body) {
		return nil, errors.New("model file: header length is wrong")
	}
	var h header
	if err := json.Unmarshal(body[:n], &h); err != nil {
		return nil, fmt.Errorf("model header: %w", err)
	}
	spans, lanes := layout(h.Heads)
	if err := h.check(lanes); err != nil {
		return nil, fmt.Errorf("model header: %w", err)
	}
	lexicon, err := ParseLexicon(h.Lexicon)
	if err != nil {
		return nil, fmt.Errorf("model header: %w", err)
	}
	m := &Model{
		Version: h.Version, Trained: h.Trained, lexicon: lexicon, heads: h.Heads, spans: spans, lanes: lanes,
		bits: h.Bits, words: wordsFor(lanes), scale: h.Scale, weight: h.Weight, blends: h.Blends,
	}
	size := m.words << m.bits
	if size > maxModelWords {
		return nil, errors.New("model table: too large")
	}
	z := flate.NewReader(bytes.NewReader(body[n:]))
	raw, err := io.ReadAll(io.LimitReader(z, int64(size)*8+1))
	if err != nil {
		return nil, fmt.Errorf("model table: %w", err)
	}
	if len(raw) != size*8 {
		return nil, fmt.Errorf("model table: %d bytes, want %d", len(raw), size*8)
	}
	m.table = make([]uint64, size)
	for i := range m.table {
		m.table[i] = binary.LittleEndian.Uint64(raw[i*8:])
	}
	return m, nil
}

// check holds the header to what the scorer takes for granted.
func (h *header) check(lanes int) error {
	switch {
	case h.Bits < minBits || h.Bits > maxBits:
		return fmt.Errorf("%d bits of buckets", h.Bits)
	case lanes < 1 || wordsFor(lanes) > maxWords:
		return fmt.Errorf("%d lanes", lanes)
	case len(h.Scale) != lanes:
		return fmt.Errorf("%d scales for %d lanes", len(h.Scale), lanes)
	case len(h.Blends) != len(h.Heads):
		return fmt.Errorf("%d blends for %d heads", len(h.Blends), len(h.Heads))
	}
	if !small(h.Scale) || !small(h.Weight[:]) {
		return errors.New("a scale is out of range")
	}
	for i, head := range h.Heads {
		b := h.Blends[i]
		if !small(b.Bias) {
			return fmt.Errorf("head %q: bias out of range", head.Name)
		}
		if len(head.Labels) < 2 || len(head.Labels) > maxLabels {
			return fmt.Errorf("head %q has %d labels", head.Name, len(head.Labels))
		}
		if head.Helper && len(b.Rows) == 0 {
			continue
		}
		if len(b.Rows) != len(head.Labels) || len(b.Bias) != len(head.Labels) {
			return fmt.Errorf("head %q: blend does not fit", head.Name)
		}
		for _, row := range b.Rows {
			if len(row) != lanes+1 {
				return fmt.Errorf("head %q: blend row of %d", head.Name, len(row))
			}
			if !small(row) {
				return fmt.Errorf("head %q: blend out of range", head.Name)
			}
		}
	}
	return nil
}

// small tells whether no value is so large that a sum of them could leave the
// range of numbers.
func small(values []float32) bool {
	return !slices.ContainsFunc(values, func(v float32) bool { return v < -1e6 || v > 1e6 })
}
