package phrase

import (
	"strings"
	"testing"

	"github.com/vigie-hq/vigie/community/text"
)

func TestFind(t *testing.T) {
	const said = "Mon colis est perdu, le COLIS n'est jamais reçu. Concours !"
	for query, want := range map[string]string{
		`colis AND perdu`:                     "colis|perdu|COLIS",
		`"jamais recu" OR (colis AND volé)`:   "jamais reçu",
		`colis NOT concours`:                  "",
		`colis NEAR/2 perdu`:                  "colis|perdu|COLIS",
		`"colis est" OR colis OR "est perdu"`: "colis est perdu|COLIS",
		`absent`:                              "",
	} {
		e, err := Parse(query)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range Find(e, text.Tokens(said)) {
			got = append(got, said[s.Start:s.End])
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
}
