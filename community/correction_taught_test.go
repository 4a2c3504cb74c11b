package community

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func lesson(n int, text, head, to string) Lesson {
	return Lesson{
		Correction: Correction{Brand: "b", Message: fmt.Sprint("m", n), Head: head, To: to, At: time.Unix(int64(n), 0)},
		Said:       Message{Brand: "b", Text: text},
	}
}

func TestTaught(t *testing.T) {
	const template = "bonjour votre transporteur a encore livré mon colis chez le voisin sans me prévenir cordialement "
	taught := NewTaught([]Lesson{
		lesson(1, "Où est mon colis ?", HeadCategory, "brand"),
		lesson(2, "ou est mon colis ?", HeadCategory, "support"), // another agent, later
		lesson(3, "Où est mon colis ?", HeadUrgency, "high"),
		lesson(4, template+"Paul", HeadReason, "delivery"),
		lesson(5, template+"Jeanne", HeadReason, "other"),
		lesson(6, template+"Jeanne", HeadSentiment, "negative"),
		lesson(7, "", HeadCategory, "noise"),
		lesson(8, "tout autre chose", "category", "nonsense"),
	})
	for _, x := range []struct {
		name, text string
		want       map[string]string
		learned    []string
	}{
		{"the later agent", "@marque OU EST MON COLIS ??", map[string]string{HeadCategory: "support", HeadUrgency: "high"}, []string{"m2", "m3"}},
		{"its own words before later ones", template + "paul", map[string]string{HeadReason: "delivery"}, []string{"m4"}},
		{"the latest that is like it", template + "Hugo", map[string]string{HeadReason: "other", HeadSentiment: "negative"}, []string{"m5", "m6"}},
		{"nothing like it", "Où est mon argent ?", nil, nil},
		{"an empty one", "", nil, nil},
		{"a label nobody has", "tout autre chose", nil, nil},
	} {
		v := Verdict{Category: Head{Label: "noise", P: 0.4, Abstain: true}, Urgency: UrgencyHead{Head: Head{Label: "low"}}, Reason: Head{Label: "none"}, Sentiment: Head{Label: "neutral"}}
		before := v
		taught.Apply(&Message{Brand: "b", Text: x.text}, &v)
		if !slices.Equal(v.Learned, x.learned) || v.Corrections != 8 {
			t.Errorf("%s: learned %v of %d, want %v", x.name, v.Learned, v.Corrections, x.learned)
		}
		for _, head := range HumanHeads() {
			got, want := *v.Head(head), *before.Head(head)
			if label := x.want[head]; label != "" {
				want = Head{Label: label, P: 1}
			}
			if got != want {
				t.Errorf("%s: %s is %+v, want %+v", x.name, head, got, want)
			}
		}
		alone := v.Alone()
		for _, head := range HumanHeads() {
			if *alone.Head(head) != *before.Head(head) {
				t.Errorf("%s: the model said %+v of %s, want %+v", x.name, *alone.Head(head), head, *before.Head(head))
			}
		}
	}
	var nobody *Taught
	v := Verdict{Category: Head{Label: "noise"}}
	nobody.Apply(&Message{Text: "Où est mon colis ?"}, &v)
	if v.Category.Label != "noise" || v.Corrections != 0 || nobody.Version() != 0 {
		t.Errorf("nobody taught %+v", v)
	}
}

// TestTaughtFindsAll holds the index to comparing with every lesson.
func TestTaughtFindsAll(t *testing.T) {
	words := strings.Fields("le la colis livraison retard magasin client panne facture compte prix taille rouge bleu vert mardi jeudi merci bonjour vite")
	rapid.Check(t, func(t *rapid.T) {
		base := rapid.SliceOfN(rapid.SampledFrom(words), 8, 40).Draw(t, "base")
		variant := func(label string) string {
			v := slices.Clone(base)
			for range rapid.IntRange(0, 2).Draw(t, label) {
				v[rapid.IntRange(0, len(v)-1).Draw(t, label+" at")] = rapid.SampledFrom(words).Draw(t, label+" word")
			}
			return strings.Join(v, " ")
		}
		var lessons []Lesson
		for i := range rapid.IntRange(1, 20).Draw(t, "lessons") {
			lessons = append(lessons, lesson(i, variant(fmt.Sprint(i)), HeadCategory, rapid.SampledFrom([]string{"support", "brand", "community"}).Draw(t, "label")))
		}
		asked := variant("asked")
		g := gistOf(asked)
		like := func(l *Lesson) (exactly, nearly bool) {
			o := gistOf(l.Said.Text)
			return o.whole == g.whole, o.near(&g)
		}
		want := latestOf(lessons, func(l *Lesson) bool { exactly, _ := like(l); return exactly })
		if want == "" {
			want = latestOf(lessons, func(l *Lesson) bool { _, nearly := like(l); return nearly })
		}
		v := Verdict{Category: Head{Label: "noise"}}
		NewTaught(lessons).Apply(&Message{Text: asked}, &v)
		if want == "" {
			want = "noise"
		}
		if v.Category.Label != want {
			t.Fatalf("%s, want %s", v.Category.Label, want)
		}
	})
}

func latestOf(lessons []Lesson, of func(*Lesson) bool) string {
	for _, l := range slices.Backward(lessons) {
		if of(&l) {
			return l.To
		}
	}
	return ""
}

func TestTeachings(t *testing.T) {
	got := Teachings([]Lesson{
		lesson(3, "Où est mon colis", HeadCategory, "support"),
		lesson(1, "ou est mon COLIS !", HeadCategory, "brand"), // earlier, read later
		lesson(2, "ou est mon COLIS !", HeadReason, "delivery"),
		lesson(4, "!!", HeadCategory, "noise"),
		{Correction: Correction{Head: HeadCategory, To: "noise"}, Said: Message{Brand: "other", Text: "Où est mon colis"}},
	})
	if len(got) != 2 || got[0].Labels[HeadCategory] != "support" || got[0].Labels[HeadReason] != "delivery" || got[1].Labels[HeadCategory] != "noise" {
		t.Errorf("%+v", got)
	}
}

// manyLessons are n corrected messages, a fifth of them from a few templates.
func manyLessons(n int) []Lesson {
	rng := rand.New(rand.NewPCG(1, 2))
	words := make([]string, 3000)
	for i := range words {
		words[i] = fmt.Sprintf("mot%c%c%c", 'a'+i%26, 'a'+i/26%26, 'a'+i/676)
	}
	text := func(n int) []string {
		out := make([]string, n)
		for i := range out {
			out[i] = words[int(float64(len(words))*rng.Float64()*rng.Float64())]
		}
		return out
	}
	templates := [][]string{text(25), text(30), text(40)}
	var out []Lesson
	for i := range n {
		said := text(6 + rng.IntN(25))
		if i%5 == 0 {
			said = slices.Clone(templates[rng.IntN(len(templates))])
			said[len(said)-1] = fmt.Sprint("nom", text(1)[0])
		}
		out = append(out, lesson(i, strings.Join(said, " "), HeadCategory, "support"))
	}
	return out
}

// TestTaughtWith: what was taught bit by bit is what is taught at once, and what
// stood before is left as it was.
func TestTaughtWith(t *testing.T) {
	lessons := manyLessons(300)
	for i := range lessons {
		lessons[i].At = lessons[i%7].At // many at the same moment
		if i%3 == 0 {
			lessons[i].Said.Text, lessons[i].Head, lessons[i].To = lessons[i/2].Said.Text, HeadReason, HeadLabels(HeadReason)[i%5]
		}
	}
	whole := NewTaught(lessons)
	var grown *Taught
	for part := range slices.Chunk(lessons, 37) {
		before := grown
		kept := fmt.Sprintf("%+v", before)
		grown = grown.With(part)
		if fmt.Sprintf("%+v", before) != kept {
			t.Fatal("what was taught before is another")
		}
	}
	if !reflect.DeepEqual(grown, whole) {
		t.Error("taught bit by bit is another than taught at once")
	}
}

func BenchmarkTaughtApply(b *testing.B) {
	lessons := manyLessons(10_000)
	taught := NewTaught(lessons)
	rng := rand.New(rand.NewPCG(3, 4))
	fresh := manyLessons(11_000)[10_000:]
	for name, of := range map[string]func() string{
		"new":      func() string { return fresh[rng.IntN(len(fresh))].Said.Text },
		"known":    func() string { return lessons[rng.IntN(len(lessons))].Said.Text },
		"template": func() string { return lessons[rng.IntN(len(lessons)/5)*5].Said.Text + " en plus" },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				v := Verdict{}
				taught.Apply(&Message{Text: of()}, &v)
			}
		})
	}
}

func BenchmarkNewTaught(b *testing.B) {
	lessons := manyLessons(10_000)
	for b.Loop() {
		NewTaught(lessons)
	}
}
