// Package indextest is what every search must find, whatever searches: one
// table of queries over one set of messages. It asserts which messages are
// found, never how they are ranked.
package indextest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// Index takes messages in and finds their conversations. The bench that a suite
// runs on files each message under its own conversation, whose id is the
// message's.
type Index interface {
	Conversations(ctx context.Context, v community.Viewer, q community.Query) (community.Page[community.Conversation], error)
}

// Brand is the brand of every message of the table.
const Brand = "maison"

// said is one message of the table.
type said struct {
	id, text, handle, name string
}

var messages = []said{
	{"colis", "Où est mon colis ? Commande ML-2041187, toujours rien.", "lea_m", "Léa Moreau"},
	{"rendu", "Livraison parfaite, œuf de Pâques pour ma sœur, merci la Maison Lumière", "zoe", "Zoë Ångström"},
	{"hopital", "J’attends à l’hôpital, aujourd’hui personne n’a rappelé", "h12", "Noël Petit"},
	{"perdu", "mon colis est perdu, encore un retard. Remboursez-moi !", "paul", "Paul"},
	{"retard", "un remboursement avec beaucoup de retard", "anna", "Anna"},
	{"colere", "C'est une honte😡😡 je veux parler à quelqu'un", "x", ""},
	{"coeur", "Je vous aime ❤️ #MaisonLumiere @lumiere_sav regardez", "fan", "Fan"},
	{"famille", "Photo de famille 👨‍👩‍👧 reçue", "f", "F"},
	{"english", "Where is my parcel? Don't ignore me. Order FR-2024-00123 or 1Z999AA10123456784", "john.doe", "John"},
	{"strasse", "Straße in Köln, ÉTÉ comme hiver", "k", "Jürgen"},
	{"concours", "colis perdu au concours", "c", "C"},
	{"chinois", "我的包裹在哪里", "cn", "王"},
	{"arabe", "أين طردي", "ar", "Ar"},
	{"url", "voir https://exemple.fr/suivi?id=42 svp", "u", "U"},
	{"deux", "LUMIERE lumière lumieres", "d", "D"},
}

// questions are what is asked and what must be found, no more and no less.
var questions = []struct {
	q    string
	want string
}{
	{"colis", "colis concours perdu"},
	{"COLIS", "colis concours perdu"},
	{"coli", "colis concours perdu"}, // the last word is still being typed
	{"hopital", "hopital"},
	{"hôpital", "hopital"},
	{"l'hôpital", "hopital"},
	{"l’hopital", "hopital"},
	{"aujourd'hui", "hopital"},
	{"oeuf", "rendu"},
	{"œuf", "rendu"},
	{"soeur", "rendu"},
	{"ete", "strasse"},
	{"strasse", "strasse"},
	{"koln", "strasse"},
	{"ML-2041187", "colis"},
	{"ml-2041187", "colis"},
	{"2041187", "colis"},
	{"FR-2024-00123", "english"},
	{"1Z999AA10123456784", "english"},
	{"😡", "colere"},
	{"❤️", "coeur"},
	{"❤", "coeur"},
	{"👨‍👩‍👧", "famille"},
	{"honte", "colere"}, // although an emoji hangs on it
	{"don't", "english"},
	{"rembours*", "perdu retard"},
	{"rembours", "perdu retard"},
	{"colis perdu", "concours perdu"},
	{"perdu colis", "concours perdu"},
	{`"colis perdu"`, "concours"},
	{"colis AND perdu", "concours perdu"},
	{"colis ET perdu NOT concours", "perdu"},
	{"perdu SAUF concours", "perdu"},
	{"parcel OR livraison", "english rendu"},
	{"colis (perdu OU commande)", "colis concours perdu"},
	{"remboursement NEAR/3 retard", "retard"},
	{"remboursement NEAR/1 retard", ""},
	{`"mon colis" NEAR/2 perdu`, "perdu"},
	{"#maisonlumiere", "coeur"},
	{"maisonlumiere", "coeur"},
	{"@lumiere_sav", "coeur"},
	{"#lumiere", ""},
	{"lumiere", "coeur deux rendu"},
	{"lea_m", "colis"},
	{"@lea_m", "colis"},
	{"Léa", "colis"},
	{"moreau", "colis"},
	{"lea colis", "colis"},
	{"zoe angstrom", "rendu"},
	{"john.doe", "english"},
	{"包裹", "chinois"},
	{"طردي", "arabe"},
	{"https://exemple.fr/suivi?id=42", "url"},
	{"colis introuvable", "colis concours perdu"}, // words from the end are dropped
	{"introuvable colis", ""},
	{"rien du tout de tel", "colis"}, // as far as "rien",
	// What somebody may type by mistake or malice is only words, or nothing.
	{`"`, ""},
	{`"colis`, "colis concours perdu"},
	{"AND", ""},
	{"NOT", ""},
	{"colis AND", "colis concours perdu"},
	{"OR OR", "english"},
	{"NEAR(colis", ""},
	{"((((", ""},
	{"colis)", "colis concours perdu"},
	{"*", ""},
	{"* colis", "colis concours perdu"},
	{"text : colis", ""},
	{"{text who}", ""},
	{"-colis", "colis concours perdu"},
	{"colis^", "colis concours perdu"},
	{"'; DROP TABLE message; --", ""},
	{"\x00colis\x00", "colis concours perdu"},
	{"colis \xff", "colis concours perdu"},
	{"%_", ""},
	{"?!…", ""},
}

// Run holds a search to the table. file takes one message in.
func Run(t *testing.T, index Index, file func(t *testing.T, m community.Message)) {
	at := time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)
	for i, s := range messages {
		when := at.Add(time.Duration(i) * time.Minute)
		file(t, community.Message{
			V: 1, Brand: Brand, Network: "x", Account: "brand", ID: s.id, Thread: s.id, Kind: community.KindMention, Text: s.text,
			Author:    community.Author{ID: fmt.Sprint("u", i), Handle: s.handle, Name: s.name},
			CreatedAt: when, ReceivedAt: when, Origin: community.Live,
		})
	}
	for _, one := range questions {
		t.Run(one.q, func(t *testing.T) {
			for _, sort := range []community.Sort{community.SortDue, community.SortNewest, community.SortOldest} {
				if got := find(t, index, one.q, sort); got != one.want {
					t.Errorf("%q by %s found %q, want %q", one.q, sort, got, one.want)
				}
			}
		})
	}
	long := strings.Repeat("colis ", 5000) // longer than any query may be
	find(t, index, long, community.SortDue)
	find(t, index, strings.Repeat("(", 3000)+"colis", community.SortDue)
	find(t, index, strings.Repeat("a OR ", 200)+"colis", community.SortDue)
}

func find(t *testing.T, index Index, q string, sort community.Sort) string {
	t.Helper()
	page, err := index.Conversations(t.Context(), community.Viewer{System: true}, community.Query{Q: q, Sort: sort, Limit: 100})
	if err != nil {
		t.Fatalf("%q: %v", q, err)
	}
	var got []string
	for i := range page.Items {
		got = append(got, page.Items[i].ID)
	}
	slices.Sort(got)
	return strings.Join(got, " ")
}
