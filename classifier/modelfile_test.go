package classifier

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"testing"

	"github.com/vigie-hq/vigie/community"
)

// toy is a small set that is easy to learn.
func toy() []Example {
	var out []Example
	for i := range 60 {
		e := Example{Labels: map[string]string{}, Ship: true, Source: string(rune('a' + i%4))}
		n := string(rune('a' + i%7))
		if i%2 == 0 {
			e.Message.Text = "mon colis " + n + " est en retard, répondez"
			e.Labels[HeadCategory], e.Labels[HeadUrgency], e.Labels[HeadComplaint] = "support", "high", "yes"
		} else {
			e.Message.Text = "super photo " + n + " j'adore merci"
			e.Labels[HeadCategory], e.Labels[HeadUrgency], e.Labels[HeadComplaint] = "community", "low", "no"
		}
		out = append(out, e)
	}
	return out
}

func toyModel(t testing.TB) *Model {
	t.Helper()
	m, _, err := Train(context.Background(), toy(), Options{Version: "toy", Bits: 10, Folds: 3, Seed: 1}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func file(t testing.TB, m *Model) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := m.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestModelSurvivesItsFile(t *testing.T) {
	m := toyModel(t)
	data := file(t, m)
	back, err := ReadModel(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(data, file(t, back)) {
		t.Error("the file of the model read back differs")
	}
	a, b := New(m), New(back)
	for _, e := range toy() {
		v, w := a.Classify(e.Message), b.Classify(e.Message)
		if v.Category != w.Category || v.Urgency != w.Urgency || v.Complaint != w.Complaint {
			t.Fatalf("%q: %+v, read back %+v", e.Message.Text, v, w)
		}
	}
}

func TestDamagedModelFileIsAnError(t *testing.T) {
	data := file(t, toyModel(t))
	for n := 0; n < len(data); n += 1 + len(data)/200 {
		if _, err := ReadModel(bytes.NewReader(data[:n])); err == nil {
			t.Errorf("cut at %d: no error", n)
		}
		broken := bytes.Clone(data)
		broken[n] ^= 0x40
		if _, err := ReadModel(bytes.NewReader(broken)); err == nil {
			t.Errorf("bit flipped at %d: no error", n)
		}
	}
	if _, err := ReadModel(bytes.NewReader(nil)); err == nil {
		t.Error("an empty file: no error")
	}
}

// seal puts the magic word, a header and a right checksum around a body, so that
// what stands behind the checksum is tried too.
func seal(head, rest []byte) []byte {
	b := append([]byte(magic), binary.LittleEndian.AppendUint32(nil, uint32(len(head)))...)
	b = append(append(b, head...), rest...)
	sum := sha256.Sum256(b)
	return append(b, sum[:]...)
}

func FuzzReadModel(f *testing.F) {
	data := file(f, toyModel(f))
	n := int(binary.LittleEndian.Uint32(data[len(magic):]))
	at := len(magic) + 4
	f.Add(data[at:at+n], data[at+n:len(data)-sha256.Size])
	f.Add([]byte(`{"heads":[{"name":"category","labels":["a","b"]}],"bits":8,"scale":[1],"blends":[{}]}`), []byte{})
	f.Add([]byte(`{}`), []byte{1, 2, 3})
	f.Fuzz(func(t *testing.T, head, rest []byte) {
		m, err := ReadModel(bytes.NewReader(seal(head, rest)))
		if err != nil {
			return
		}
		c := New(m)
		msg := community.Message{Text: "mon colis 👩‍👩‍👧 est en retard"}
		c.Explain(msg, c.Classify(msg))
	})
}
