package main

import (
	"fmt"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
)

// BenchmarkPreview tries a rule on a month of 50,000 messages in the store,
// beside the rules that come with Vigie.
func BenchmarkPreview(b *testing.B) {
	_, store := emptyStore(b, "b")
	d := desk.New(store, newSenders(nil, time.Now))
	now := time.Now().UTC()
	for from := 0; from < desk.PreviewLimit; from += desk.BatchSize {
		batch := make([]desk.Delivery, desk.BatchSize)
		for i := range batch {
			n := from + i
			at := now.Add(-time.Duration(n) * 40 * time.Second)
			c := community.Classified{Message: community.Message{
				V: 1, Brand: "b", Network: "x", Account: "brand", ID: fmt.Sprint(n), Kind: community.KindMention, Author: community.Author{ID: fmt.Sprint("u", n)},
				Text:      fmt.Sprintf("Bonjour, ma commande %d devait arriver mardi et le suivi ne bouge plus depuis %d jours, répondez !", n, n%9),
				CreatedAt: at, ReceivedAt: at, Origin: community.Import,
			}}
			c.Verdict.Category, c.Verdict.Urgency.Head = community.Head{Label: "support", P: 0.9}, community.Head{Label: "normal", P: 0.9}
			batch[i] = desk.Delivery{Classified: c, Position: desk.Position{Log: "l", Topic: "t", Offset: int64(n)}}
		}
		if err := d.Receive(b.Context(), batch); err != nil {
			b.Fatal(err)
		}
	}
	r := community.Rule{Brand: "b", Name: "n", Condition: community.Condition{Phrase: `"4 jours" OR (colis NEAR perdu)`}, Effect: community.Effect{Raise: community.High}}
	for b.Loop() {
		p, err := d.PreviewRule(b.Context(), community.Viewer{System: true}, r)
		if err != nil || p.Read != desk.PreviewLimit || p.Touched < 5000 || p.Cut {
			b.Fatalf("read %d, touched %d, cut %v: %v", p.Read, p.Touched, p.Cut, err)
		}
	}
}
