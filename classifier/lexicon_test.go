package classifier

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/vigie-hq/vigie/community"
)

func TestParseLexiconRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"no name":      "colis paquet\n",
		"empty name":   " : colis\n",
		"twice":        "parcel: colis\nbox: colis\n",
		"not folded":   "parcel: Colis\n",
		"an accent":    "parcel: reçu\n",
		"a hyphen":     "parcel: mot-cle\n",
		"a short stem": "parcel: col*\n",
		"a long stem":  "parcel: abcdefghijklm*\n",
		"a long word":  "parcel: " + strings.Repeat("a", maxRun+1) + "\n",
		"too many":     strings.Repeat("a:\n", maxConcepts+1),
		"too large":    strings.Repeat("#", maxLexiconText+1),
	} {
		if _, err := ParseLexicon(text); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// Whatever stands between the words, there is room for them: a full table would
// be searched for ever.
func TestALexiconOfTabsHasRoom(t *testing.T) {
	var b strings.Builder
	b.WriteString("parcel:")
	for i := range 500 {
		fmt.Fprintf(&b, "\tw%s", strings.Map(func(r rune) rune { return 'a' + r - '0' }, fmt.Sprint(1000+i)))
	}
	l, err := ParseLexicon(b.String())
	if err != nil {
		t.Fatal(err)
	}
	if c := l.concept([]rune("nobody")); c != 0 {
		t.Errorf("a word that is not there has concept %d", c)
	}
}

func TestLexiconConcepts(t *testing.T) {
	l, err := ParseLexicon("# two tongues\n\nparcel: colis parcel\nrefund: rembours* refund\nwhole: remboursement\nbrandshop: acme\n")
	if err != nil {
		t.Fatal(err)
	}
	for word, want := range map[string]uint8{
		"colis": 1, "parcel": 1, "rembourse": 2, "refund": 2, "refunds": 0, "remboursement": 3, "rembour": 0, "acme": 4, "": 0,
	} {
		if got := l.concept([]rune(word)); got != want {
			t.Errorf("%q has concept %d, want %d", word, got, want)
		}
	}
	for name, want := range map[string]bool{"acme": true, "acmefrance": true, "acm": false, "colis": false} {
		if got := l.company([]rune(name)); got != want {
			t.Errorf("%q is a company: %v, want %v", name, got, want)
		}
	}
}

// What is learnt of a word holds for another of its concept: the two texts share
// no word and no letters that count, but their bones.
func TestWordsOfOneConceptShareTheirBones(t *testing.T) {
	lex := lexicon(t)
	bones := func(text string) map[uint32]bool {
		s := newScratch().(*scratch)
		s.extract(&community.Message{Text: text}, lex)
		out := map[uint32]bool{}
		for _, f := range s.list[blockConcepts] {
			out[f.hash] = true
		}
		return out
	}
	fr, en := bones("remboursement colis"), bones("refund parcel")
	if len(fr) < 3 {
		t.Fatalf("%d bones, want two concepts and their pair", len(fr))
	}
	for h := range fr {
		if !en[h] {
			t.Errorf("a bone of the French text is not in the English one")
		}
	}
	if denied := bones("pas remboursement colis"); maps.Equal(denied, fr) {
		t.Error("a denial changes nothing")
	}
}

func TestWhoseAMentionIs(t *testing.T) {
	s := newScratch().(*scratch)
	s.lexicon = lexicon(t)
	for name, want := range map[string]rune{
		"AcmeCares": markDesk, "SfrSAV": markDesk, "JetBlue": markCompany, "NordicAirlines": markCompany, "115821": markNumber, "lea_m": markSomebody,
	} {
		if got := s.handleMark(name); got != want {
			t.Errorf("@%s is %q, want %q", name, got, want)
		}
	}
}
