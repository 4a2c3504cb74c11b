package community

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestNearIdentical(t *testing.T) {
	const long = "bonjour, ma commande numéro 48213 devait arriver mardi dernier et toujours aucune nouvelle du transporteur malgré mes trois appels, que faites-vous"
	for _, x := range []struct {
		name, a, b string
		want       bool
	}{
		{"case, accents, spaces, marks", "Où est mon COLIS  ??", "ou est mon colis ?", true},
		{"whom it mentions", "@maison où est mon colis ?", "Où est mon colis ? @maison_sav @lea", true},
		{"which link", "regardez https://a.example/1", "regardez https://b.example/2", true},
		{"which numbers", "commande FR-2024-00123 de 12,50 € perdue", "commande FR-2025-99001 de 7 € perdue", true},
		{"numbers in words", "le lot n12 du quai B3", "le lot n7 du quai B14", true},
		{"how many emoji", "merci 😍😍😍", "Merci 😍", true},
		{"a hashtag is its word", "#colis perdu", "colis perdu", true},
		{"another emoji", "merci 😍", "merci 😡", false},
		{"a short text turns on a word", "je suis content", "je suis déçu", false},
		{"a short text turns on a question", "Remboursé", "Remboursé ?", false},
		{"a short text with a word more", "où est mon colis", "où est donc mon colis", false},
		{"a long text with another end", long + " madame", long + " monsieur", true},
		{"a long text with another middle", strings.Replace(long, "mardi", "jeudi", 1), long, true},
		{"two other words", strings.Replace(strings.Replace(long, "mardi", "jeudi", 1), "trois", "quatre", 1), long, false},
		{"a shorter one with another middle", "ma commande devait arriver mardi dernier et toujours aucune nouvelle du transporteur", "ma commande devait arriver jeudi dernier et toujours aucune nouvelle du transporteur", false},
		{"a long text that denies", long + " merci", strings.Replace(long, "devait arriver", "ne devait pas arriver", 1) + " merci", false},
		{"a long text that asks", long + " ?", long, false},
		{"nothing is like nothing", "", "", false},
		{"no words", "!!!", "!!!", false},
		{"only whom it mentions", "@a", "@a", false},
		{"other words", "la livraison est en retard de deux semaines, personne ne répond", "le nouveau magasin de Lyon est superbe, bravo à toute l'équipe", false},
		{"too long to compare", strings.Repeat("mot ", nearLimit), strings.Repeat("mot ", nearLimit), false},
	} {
		if got := NearIdentical(x.a, x.b); got != x.want {
			t.Errorf("%s: %v, want %v", x.name, got, x.want)
		}
		if NearIdentical(x.b, x.a) != x.want {
			t.Errorf("%s: not the same the other way round", x.name)
		}
	}
}

// TestNearIsWhatItSays compares with the definition, word for word.
func TestNearIsWhatItSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.SliceOfN(rapid.SampledFrom(strings.Fields("un deux trois quatre cinq six sept huit neuf dix")), 0, 40).Draw(t, "a")
		b := append([]string(nil), a...)
		for range rapid.IntRange(0, 3).Draw(t, "changes") {
			if len(b) > 0 {
				b[rapid.IntRange(0, len(b)-1).Draw(t, "at")] = "onze"
			}
		}
		got := NearIdentical(strings.Join(a, " "), strings.Join(b, " "))
		if want := defined(a, b); got != want {
			t.Fatalf("%v, want %v: %v / %v", got, want, a, b)
		}
	})
}

// defined is the definition of NearIdentical for plain words.
func defined(a, b []string) bool {
	if len(a) == 0 || len(b) == 0 {
		return false
	}
	if strings.Join(a, " ") == strings.Join(b, " ") {
		return true
	}
	if len(a) < NearWords || len(b) < NearWords {
		return false
	}
	sets := [2]map[string]bool{{}, {}}
	for i, words := range [][]string{a, b} {
		for k := range len(words) - 1 {
			sets[i][fmt.Sprint(words[k:k+2])] = true
		}
	}
	shared := 0
	for s := range sets[0] {
		if sets[1][s] {
			shared++
		}
	}
	return float64(shared) >= NearShare*float64(len(sets[0])+len(sets[1])-shared)
}

func FuzzNearIdentical(f *testing.F) {
	f.Add("où est mon colis ?", "Où est mon colis")
	f.Add("\xff\u200d🏽🏽", "#️⃣")
	f.Fuzz(func(t *testing.T, a, b string) {
		if NearIdentical(a, b) != NearIdentical(b, a) {
			t.Error("not the same the other way round")
		}
		if g := gistOf(a); g.words > 0 && !NearIdentical(a, a+" ") {
			t.Error("not like itself")
		}
	})
}
