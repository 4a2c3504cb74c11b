package rulebook

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/vigie-hq/vigie/community"
)

// benchWords are words customers use often, so that rules made of them meet.
var benchWords = strings.Fields(`colis livraison commande retard remboursement magasin produit facture compte carte retour client
	service site application panne connexion technicien rendez vendeur caisse prix promo taille couleur stock adresse suivi numéro mail
	parcel delivery order late refund store product invoice account card return customer service app outage engineer appointment price size
	colour stock address tracking number email broken missing wrong damaged cancelled charged twice waiting again nobody answers phone`)

// thousand makes rules such as brands write: one to four alternatives of words,
// pairs, exact expressions and stems, some with NOT or NEAR, some with lists.
func thousand(n int) community.Rules {
	rng := rand.New(rand.NewPCG(7, 7))
	word := func() string {
		w := benchWords[rng.IntN(len(benchWords))]
		switch rng.IntN(4) {
		case 0:
			return w + fmt.Sprint(rng.IntN(40)) // a product's name
		case 1:
			return w[:min(5, len(w))] + "*"
		}
		return w
	}
	var out community.Rules
	for i := range n {
		var alternatives []string
		for range 1 + rng.IntN(4) {
			switch rng.IntN(5) {
			case 0:
				alternatives = append(alternatives, word()+" AND "+word())
			case 1:
				alternatives = append(alternatives, `"`+benchWords[rng.IntN(len(benchWords))]+" "+benchWords[rng.IntN(len(benchWords))]+`"`)
			case 2:
				alternatives = append(alternatives, benchWords[rng.IntN(len(benchWords))]+" NEAR/4 "+word())
			case 3:
				alternatives = append(alternatives, word()+" NOT "+word())
			default:
				alternatives = append(alternatives, word()+" AND "+word()+" AND "+word())
			}
		}
		r := community.Rule{ID: fmt.Sprint("r", i), Name: "rule", Enabled: true, Position: i + 1}
		r.Condition.Phrase = "(" + strings.Join(alternatives, ") OR (") + ")"
		if rng.IntN(4) == 0 {
			r.Condition.Networks = []string{"x", "facebook"}
		}
		r.Effect = community.Effect{Raise: community.High, Tags: []string{benchWords[rng.IntN(10)]}}
		out.List = append(out.List, r)
	}
	return out
}

// benchTexts are 120 bytes long, more or less.
var benchTexts = []string{
	"Bonjour, ma commande 45122 devait arriver mardi et le suivi ne bouge plus depuis trois jours, pouvez-vous me répondre ?",
	"Third time I write: the app logs me out each time I open the cart and nobody answers the phone, please do something now",
	"Trop hâte d'aller voir la nouvelle collection samedi avec les copines, vos vitrines sont magnifiques comme chaque année !",
	"My parcel says delivered but there is nothing here, the driver did not even ring the bell, where is my refund please now",
}

// BenchmarkRules1000 judges messages of 120 bytes by a thousand rules: under 20 µs.
func BenchmarkRules1000(b *testing.B) {
	book, err := Compile(thousand(1000))
	if err != nil {
		b.Fatal(err)
	}
	touched := 0
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		m := community.Message{Network: "x", Text: benchTexts[i%len(benchTexts)]}
		var v community.Verdict
		book.Apply(&m, &v)
		touched += len(v.Fired)
	}
	b.ReportMetric(float64(touched)/float64(b.N), "touched/op")
}

// BenchmarkShipped judges ordinary messages by the rules Vigie comes with.
func BenchmarkShipped(b *testing.B) {
	book := shippedBook(b)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		m := community.Message{Text: benchTexts[i%len(benchTexts)]}
		var v community.Verdict
		book.Apply(&m, &v)
	}
}
