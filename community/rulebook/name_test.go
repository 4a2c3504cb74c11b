package rulebook

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/vigie-hq/vigie/community"
)

func TestNamesWithoutWhatDoesNotShow(t *testing.T) {
	for in, want := range map[string]string{
		" a\tb\n":                    "a b",
		"\u202eliame\u202c":          "liame",
		"a\x00b\u200b\ufeff\u2066c":  "abc",
		"\u200b":                     "",
		"\x00 \u200d\ufe0f":          "",
		"\u3164":                     "",
		"👩\u200d🚒 feu":               "👩\u200d🚒 feu",
		"می\u200cخواهم":              "می\u200cخواهم",
		"a\xffb":                     "a\ufffdb",
		"Été à l’œuvre, 10 % (déjà)": "Été à l’œuvre, 10 % (déjà)",
	} {
		if got := plain(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	r := Tidy(rule("1", words("a"), community.Effect{Tags: []string{"#vi\u200bp", "\u202e", "\u200b#a"}}))
	r.Name = "\u200b"
	if !slices.Equal(r.Effect.Tags, []string{"a", "vip"}) {
		t.Errorf("tags: %q", r.Effect.Tags)
	}
	if err := Check(&r); community.KindOf(err) != community.Invalid {
		t.Errorf("a name of nothing: %v", err)
	}
}

// TestWhatNeverMatches is refused when it is written, and stops nobody's book.
func TestWhatNeverMatches(t *testing.T) {
	for key, c := range map[string]community.Condition{
		"rule.kind":     {Kinds: []community.Kind{"banana"}},
		"rule.language": {Languages: []string{"french"}},
	} {
		r := rule("1", c, community.Effect{Stop: true})
		if err := Check(&r); err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("%s: %v", key, err)
		}
		compiled(t, r)
	}
	for _, l := range []string{"f", "fr-ca", "f1", "éé"} {
		if languages([]string{l}) == nil {
			t.Errorf("%s is taken", l)
		}
	}
	good := rule("1", community.Condition{Languages: []string{"fr", "gsw"}, Networks: []string{"unheard-of"}, Kinds: community.Kinds()}, community.Effect{Stop: true})
	if err := Check(&good); err != nil {
		t.Error(err)
	}
}

func TestSamplesAreCut(t *testing.T) {
	family := "👩\u200d👩\u200d👧"
	for _, said := range []string{"a" + strings.Repeat(family, 400), "e" + strings.Repeat("\u0301", 3000)} {
		p, err := NewPreview(rule("1", community.Condition{Followers: 1}, community.Effect{Stop: true}), community.Rules{}, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		e := community.Entry{Message: community.Message{Text: said, Author: community.Author{Followers: 2}}}
		if err := p.Read(&e); err != nil {
			t.Fatal(err)
		}
		got := p.Result(false).Samples[0].Message.Text
		if len(got) > sampleText || len(got) < sampleText-len(family) || !utf8.ValidString(got) || e.Message.Text != said {
			t.Errorf("%d bytes", len(got))
		}
		if said[0] == 'a' && !strings.HasSuffix(got, family) {
			t.Errorf("ends within a character: %q", got[len(got)-8:])
		}
	}
}
