package text

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rivo/uniseg"
	"pgregory.net/rapid"
)

func TestGraphemes(t *testing.T) {
	for s, want := range map[string]int{
		"":          0,
		"abc":       3,
		"é e\u0301": 3,
		"\r\n\n\r":  3,
		"👍🏽":        1,
		"👨‍👩‍👧‍👦 👩🏽‍🚀":           3,
		"🇫🇷🇬🇧🇫":                  3,
		"1️⃣#️⃣":                 2,
		"🏴󠁧󠁢󠁥󠁮󠁧󠁿":                1,
		"한국어 \u1112\u1161\u11ab": 5,
		"❤️‍🔥":                   1,
		"a\u200db":               2,
		"\xff\xfe":               2,
		"ภาษา":                   4,
		"z̸͉̈a͎l̷g̵o":            5,
	} {
		if got := Graphemes(s); got != want {
			t.Errorf("%q has %d graphemes, want %d", s, got, want)
		}
	}
}

// sameAsUniseg compares every boundary with github.com/rivo/uniseg, which
// follows the same version of Unicode.
func sameAsUniseg(t interface{ Fatalf(string, ...any) }, s string) {
	rest, state := s, -1
	for i, g := range Clusters(s) {
		var want string
		want, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if g != want {
			t.Fatalf("%q: at %d %q, uniseg %q", s, i, g, want)
		}
	}
	if rest != "" {
		t.Fatalf("%q: uniseg has %q more", s, rest)
	}
}

// joints has the characters that join and cut, often.
var joints = rapid.OneOf(
	rapid.SampledFrom([]rune("\r\n\u00ada\u0301\u200d\u200c👍🏽👨👩🇫🇷1#\u20e3\ufe0f한국\u1112\u1161\u11ab\u0e33क्षि\u0600\u110bd©™\u2028\u061c\U000e0067\U000e007f\u0903")),
	rapid.Rune(),
	rapid.Int32Range(0, 0x10FFFF),
)

func TestGraphemesEqualUniseg(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := string(rapid.SliceOfN(joints, 0, 20).Draw(t, "runes"))
		sameAsUniseg(t, s)
		n := rapid.IntRange(0, 25).Draw(t, "n")
		if cut := Cut(s, n); !strings.HasPrefix(s, cut) || Graphemes(cut) != min(n, Graphemes(s)) {
			t.Fatalf("%q cut at %d: %q", s, n, cut)
		}
	})
}

// TestEveryCharacterEqualsUniseg puts every code point of the planes that hold
// any between others that bring out its class.
func TestEveryCharacterEqualsUniseg(t *testing.T) {
	for r := rune(0); r <= 0x10FFFF; r++ {
		if r >= 0xD800 && r < 0xE000 || r >= 0x33000 && r < 0xE0000 || r >= 0xE1000 {
			continue
		}
		c := string(r)
		sameAsUniseg(t, "a"+c+"a"+c+"\u0301👍\u200d"+c+c+"\u1161"+c+"\u11a8"+c+"🇫"+c)
	}
}

func FuzzGraphemes(f *testing.F) {
	f.Add("a👨‍👩‍👧\r\n🇫🇷")
	f.Add("\xf0\x9f\x91\u0301")
	f.Fuzz(func(t *testing.T, s string) { sameAsUniseg(t, s) })
}

// TestRealTextsEqualUniseg reads the shared messages, where they are.
func TestRealTextsEqualUniseg(t *testing.T) {
	shared := os.Getenv("VIGIE_SHARED")
	if shared == "" {
		t.Skip("VIGIE_SHARED is not set: no real messages to read")
	}
	file, err := os.Open(filepath.Join(shared, "messages", "real.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<22)
	n := 0
	for lines.Scan() {
		var m struct{ Text string }
		if err := json.Unmarshal(lines.Bytes(), &m); err != nil {
			t.Fatal(err)
		}
		sameAsUniseg(t, m.Text)
		checkTokens(t, m.Text)
		n++
	}
	t.Logf("%d messages", n)
}

func TestSnap(t *testing.T) {
	s := "a👍🏽e\u0301b" // boundaries at 0 1 9 12 13
	for _, c := range [][4]int{{0, 1, 0, 1}, {2, 3, 1, 9}, {1, 9, 1, 9}, {9, 10, 9, 12}, {10, 13, 9, 13}, {-4, 99, 0, 13}, {3, 3, 1, 9}, {1, 1, 1, 1}, {99, 99, 13, 13}} {
		if from, to := Snap(s, c[0], c[1]); from != c[2] || to != c[3] {
			t.Errorf("Snap(%d, %d) = %d, %d, want %d, %d", c[0], c[1], from, to, c[2], c[3])
		}
	}
}

func BenchmarkGraphemes(b *testing.B) {
	b.SetBytes(int64(len(sentence)))
	b.ReportAllocs()
	for b.Loop() {
		Graphemes(sentence)
	}
}

func BenchmarkGraphemesUniseg(b *testing.B) {
	b.SetBytes(int64(len(sentence)))
	b.ReportAllocs()
	for b.Loop() {
		uniseg.GraphemeClusterCount(sentence)
	}
}
