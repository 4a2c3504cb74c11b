package text

import (
	"testing"
	"unicode/utf8"
)

func TestHash(t *testing.T) {
	same := [][2]string{
		{"Où est mon colis ?", "ou est mon COLIS !!!"},
		{"Commande FR-2024-00123 perdue", "commande FR-2025-99 perdue"},
		{"Payé 12,50 € le 3", "paye 1299 € le 14"},
		{"@luma ça marche plus https://t.co/a", "ça marche plus https://luma.example/panne @autre"},
		{"  a\u00a0b ", "a b"},
	}
	for _, c := range same {
		if Hash(c[0]) != Hash(c[1]) {
			t.Errorf("%q and %q differ", c[0], c[1])
		}
	}
	other := [][2]string{
		{"colis perdu", "perdu colis"}, {"colis", "colis perdu"}, {"?", "!"}, {"", "?"}, {"ab", "a b"}, {"👍", "👎"}, {"#sav", "sav"},
	}
	for _, c := range other {
		if Hash(c[0]) == Hash(c[1]) {
			t.Errorf("%q and %q are the same", c[0], c[1])
		}
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "Ça va\n\t👍": "Ça va\n\t👍", "a\x00b": "a\ufffdb", "a\xff\xfeb": "a\ufffdb", "\x00\xff\x00": "\ufffd\ufffd\ufffd",
	} {
		if got := Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
	if n := testing.AllocsPerRun(100, func() { Clean(sentence) }); n != 0 {
		t.Errorf("%v allocations for a clean text", n)
	}
}

func FuzzClean(f *testing.F) {
	f.Add("a\x00\xff")
	f.Fuzz(func(t *testing.T, s string) {
		c := Clean(s)
		if !utf8.ValidString(c) || Clean(c) != c || (utf8.ValidString(s) && len([]rune(s)) != len([]rune(c))) {
			t.Fatalf("%q cleans to %q", s, c)
		}
	})
}

func BenchmarkHash(b *testing.B) {
	b.SetBytes(int64(len(sentence)))
	b.ReportAllocs()
	for b.Loop() {
		Hash(sentence)
	}
}
