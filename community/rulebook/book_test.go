package rulebook

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/community"
)

func rule(id string, c community.Condition, e community.Effect) community.Rule {
	return community.Rule{ID: id, Name: id, Enabled: true, Condition: c, Effect: e}
}

func words(phrase string) community.Condition { return community.Condition{Phrase: phrase} }

// numbered puts rules in a list in the order they are given.
func numbered(rules ...community.Rule) community.Rules {
	out := community.Rules{Brand: "b", Version: 3, List: rules}
	for i := range rules {
		rules[i].Position = i + 1
	}
	return out
}

func compiled(t testing.TB, rules ...community.Rule) *Book {
	t.Helper()
	b, err := Compile(numbered(rules...))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// modelSaid is what the model says of every message of these tests.
func modelSaid() community.Verdict {
	var v community.Verdict
	v.Category = community.Head{Label: "brand", P: 0.6, Abstain: true}
	v.Urgency = community.UrgencyHead{Head: community.Head{Label: "normal", P: 0.7}, Score: 0.4}
	v.Sentiment = community.Head{Label: "negative", P: 0.9}
	v.Language = community.Head{Label: "fr", P: 0.9}
	return v
}

func TestTheOrderOfEffects(t *testing.T) {
	colis := words("colis")
	stop := community.Effect{Raise: community.High, Stop: true}
	for _, tt := range []struct {
		name  string
		rules []community.Rule
		want  string // category urgency channel tags fired
	}{
		{"none touches", []community.Rule{rule("1", words("facture"), community.Effect{Category: "support"})}, "brand normal   "},
		{"the first category stands", []community.Rule{rule("1", colis, community.Effect{Category: "support"}), rule("2", colis, community.Effect{Category: "noise"})}, "support normal   1,2"},
		{"the first channel stands", []community.Rule{rule("1", colis, community.Effect{Channel: "x"}), rule("2", colis, community.Effect{Channel: "y"})}, "brand normal x  1,2"},
		{"each effect by itself", []community.Rule{rule("1", colis, community.Effect{Channel: "x"}), rule("2", colis, community.Effect{Category: "support", Channel: "y"})}, "support normal x  1,2"},
		{"the highest raise stands", []community.Rule{rule("1", colis, community.Effect{Raise: "high"}), rule("2", colis, community.Effect{Raise: "critical"})}, "brand critical   1,2"},
		{"a raise lowers nothing", []community.Rule{rule("1", colis, community.Effect{Raise: "low"})}, "brand normal   1"},
		{"the first urgency that is set stands, down as well", []community.Rule{rule("1", colis, community.Effect{Urgency: "low"}), rule("2", colis, community.Effect{Urgency: "critical"})}, "brand low   1,2"},
		{"a raise stands above what is set", []community.Rule{rule("1", colis, community.Effect{Urgency: "low"}), rule("2", colis, community.Effect{Raise: "high"})}, "brand high   1,2"},
		{"tags add up", []community.Rule{rule("1", colis, community.Effect{Tags: []string{"b", "c"}}), rule("2", colis, community.Effect{Tags: []string{"a", "b"}})}, "brand normal  a,b,c 1,2"},
		{"stop", []community.Rule{rule("1", colis, stop), rule("2", colis, community.Effect{Category: "support", Raise: "critical"})}, "brand high   1"},
		{"a rule that stops and does not touch", []community.Rule{rule("1", words("facture"), stop), rule("2", colis, community.Effect{Category: "support"})}, "support normal   2"},
		{"conditions see the model's word", []community.Rule{
			rule("1", colis, community.Effect{Urgency: "critical"}),
			rule("2", community.Condition{Urgencies: []community.Urgency{"critical"}}, community.Effect{Tags: []string{"no"}}),
			rule("3", community.Condition{Urgencies: []community.Urgency{"normal"}}, community.Effect{Tags: []string{"yes"}}),
		}, "brand critical  yes 1,3"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := modelSaid()
			compiled(t, tt.rules...).Apply(&community.Message{Text: "Où est mon COLIS ?"}, &v)
			got := strings.Join([]string{v.Category.Label, v.Urgency.Label, v.Channel, strings.Join(v.Tags, ","), strings.Join(v.Fired, ",")}, " ")
			if got != tt.want || v.Rules != 3 {
				t.Errorf("got %q by version %d, want %q", got, v.Rules, tt.want)
			}
			if alone := v.Alone(); alone.Category != modelSaid().Category || alone.Urgency != modelSaid().Urgency {
				t.Errorf("the model's word is lost: %+v", alone)
			}
		})
	}
}

func TestWhatARuleDecidedIsCertain(t *testing.T) {
	v := modelSaid()
	b := compiled(t, rule("1", words("colis"), community.Effect{Category: "support", Raise: "normal"}))
	b.Apply(&community.Message{Text: "colis"}, &v)
	if want := (community.Head{Label: "support", P: 1}); v.Category != want {
		t.Errorf("category %+v", v.Category)
	}
	if want := (community.UrgencyHead{Head: community.Head{Label: "normal", P: 1}, Score: 0.4}); v.Urgency != want {
		t.Errorf("urgency %+v", v.Urgency) // it was there already, and keeps the place the model gave it
	}
}

func TestConditions(t *testing.T) {
	yes, no := true, false
	m := community.Message{
		Brand: "b", Network: "x", Account: "brand", Kind: community.KindMention, Lang: "en-GB", Private: true, Text: "colis perdu",
		Author: community.Author{ID: "42", Handle: "Léa_M", Followers: 1200},
	}
	key := community.AccountKey("b", "x", "brand")
	for name, tt := range map[string]struct {
		c    community.Condition
		want bool
	}{
		"phrase":            {words(`colis NEAR/2 perd*`), true},
		"phrase not there":  {words(`colis NOT perdu`), false},
		"handle":            {community.Condition{Authors: []string{"@lea_m"}}, true},
		"native id":         {community.Condition{Authors: []string{"7", "42"}}, true},
		"another author":    {community.Condition{Authors: []string{"tom"}}, false},
		"author and phrase": {community.Condition{Phrase: "colis", Authors: []string{"tom"}}, false},
		"account":           {community.Condition{Accounts: []string{key}}, true},
		"another account":   {community.Condition{Accounts: []string{"k"}}, false},
		"network":           {community.Condition{Networks: []string{"facebook", "x"}}, true},
		"another network":   {community.Condition{Networks: []string{"facebook"}}, false},
		"kind":              {community.Condition{Kinds: []community.Kind{community.KindMention}}, true},
		"another kind":      {community.Condition{Kinds: []community.Kind{community.KindReview}}, false},
		"language":          {community.Condition{Languages: []string{"fr"}}, true},
		"another language":  {community.Condition{Languages: []string{"en"}}, false},
		"private":           {community.Condition{Private: &yes}, true},
		"public":            {community.Condition{Private: &no}, false},
		"followers":         {community.Condition{Followers: 1200}, true},
		"more followers":    {community.Condition{Followers: 1201}, false},
		"urgency":           {community.Condition{Urgencies: []community.Urgency{"normal"}}, true},
		"sentiment":         {community.Condition{Sentiments: []community.Sentiment{"positive"}}, false},
		"abstained":         {community.Condition{Categories: []community.Category{"brand"}}, false},
		"all of it":         {community.Condition{Phrase: "perdu", Authors: []string{"Léa_M"}, Networks: []string{"x"}, Followers: 10, Private: &yes}, true},
	} {
		t.Run(name, func(t *testing.T) {
			v := modelSaid()
			compiled(t, rule("1", tt.c, community.Effect{Tags: []string{"t"}})).Apply(&m, &v)
			if got := len(v.Fired) == 1; got != tt.want {
				t.Errorf("it holds: %v", got)
			}
		})
	}
	v := modelSaid()
	v.Language.Abstain = true // then the network's word counts
	compiled(t, rule("1", community.Condition{Languages: []string{"en"}}, community.Effect{Stop: true})).Apply(&m, &v)
	if len(v.Fired) != 1 {
		t.Error("the network's language does not count")
	}
}

func TestRulesThatAreOffAreLeftOut(t *testing.T) {
	off := rule("1", words("colis"), community.Effect{Category: "support"})
	off.Enabled = false
	v := modelSaid()
	b := compiled(t, off)
	b.Apply(&community.Message{Text: "colis"}, &v)
	if len(v.Fired) != 0 || b.Len() != 0 {
		t.Error("it was applied")
	}
	var none *Book
	none.Apply(&community.Message{Text: "colis"}, &v)
}

func TestNothingIsAllocatedWhenNoRuleTouches(t *testing.T) {
	b, err := Compile(thousand(1000))
	if err != nil {
		t.Fatal(err)
	}
	m := community.Message{Text: "what a lovely morning by the sea with my friends and a cup of tea"}
	least := 1.0 // the race detector makes a pool forget now and then
	for range 50 {
		least = min(least, testing.AllocsPerRun(1, func() { v := community.Verdict{}; b.Apply(&m, &v) }))
	}
	if least > 0 {
		t.Errorf("%v allocations", least)
	}
}

func TestABookIsSafeForConcurrentUse(t *testing.T) {
	b := shippedBook(t)
	want := judged(b, "mon compte a été piraté, je saisis mon avocat")
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 200 {
				got := judged(b, "mon compte a été piraté, je saisis mon avocat")
				if !slices.Equal(got.Fired, want.Fired) || !slices.Equal(got.Tags, want.Tags) {
					t.Errorf("got %v", got.Fired)
					return
				}
				judged(b, "bonjour")
			}
		})
	}
	all.Wait()
}

func TestCheck(t *testing.T) {
	good := rule("1", words("colis"), community.Effect{Stop: true})
	for key, spoil := range map[string]func(*community.Rule){
		"rule.name":     func(r *community.Rule) { r.Name = " " },
		"rule.empty":    func(r *community.Rule) { r.Condition.Phrase = "" },
		"rule.effect":   func(r *community.Rule) { r.Effect.Stop = false },
		"rule.tag":      func(r *community.Rule) { r.Effect.Tags = []string{"two words"} },
		"rule.field":    func(r *community.Rule) { r.Effect.Raise = "urgent" },
		"rule.too_long": func(r *community.Rule) { r.Condition.Authors = make([]string, MaxList+1) },
		"phrase.quote":  func(r *community.Rule) { r.Condition.Phrase = `"colis` },
	} {
		r := Copy(good)
		spoil(&r)
		err := Check(&r)
		if err == nil || community.KindOf(err) != community.Invalid || !strings.HasPrefix(err.Error(), key) {
			t.Errorf("%s: %v", key, err)
		}
		if _, err := Compile(numbered(r)); err == nil {
			t.Errorf("%s: it compiles", key)
		}
	}
	if err := Check(&good); err != nil {
		t.Error(err)
	}
}

func TestTidy(t *testing.T) {
	r := Tidy(rule("1", community.Condition{Phrase: " colis ", Authors: []string{" @lea", "lea", ""}, Languages: []string{"FR"}}, community.Effect{Tags: []string{"#Vip", "a", "vip"}}))
	if r.Condition.Phrase != "colis" || !slices.Equal(r.Condition.Authors, []string{"lea"}) || !slices.Equal(r.Condition.Languages, []string{"fr"}) ||
		!slices.Equal(r.Effect.Tags, []string{"a", "vip"}) {
		t.Errorf("%+v", r)
	}
}

func TestPreview(t *testing.T) {
	list := numbered(
		rule("1", words("colis"), community.Effect{Category: "support"}),
		rule("2", words("perdu"), community.Effect{Tags: []string{"lost"}}),
		rule("3", words("facture"), community.Effect{Tags: []string{"bill"}}),
	)
	tried := rule("1", words("colis OR paquet"), community.Effect{Category: "support", Raise: "normal"})
	tried.Enabled = false // it can be tried before it is switched on
	since := time.Date(2026, 10, 4, 9, 0, 0, 0, time.UTC)
	p, err := NewPreview(tried, list, since)
	if err != nil {
		t.Fatal(err)
	}
	before := compiled(t, list.List...)
	for _, said := range []string{"colis perdu", "paquet", "bonjour", "colis", "facture"} {
		e := community.Entry{Key: said, Message: community.Message{Text: said}, Verdict: modelSaid()}
		if said == "paquet" {
			e.Verdict.Category = community.Head{Label: "support", P: 0.9}
		}
		before.Apply(&e.Message, &e.Verdict) // as it is stored: judged by the rules of then
		if err := p.Read(&e); err != nil {
			t.Fatal(err)
		}
	}
	got := p.Result(true)
	if got.Read != 5 || got.Touched != 3 || got.Right != 1 || !got.Cut || !got.Since.Equal(since) || len(got.Samples) != 3 {
		t.Errorf("%+v", got)
	}
	if want := []community.RuleOverlap{{Rule: "2", Name: "2", Messages: 1}}; !slices.Equal(got.Overlap, want) {
		t.Errorf("overlap %+v", got.Overlap)
	}
}

func FuzzBook(f *testing.F) {
	f.Add(`colis AND (perdu OR "jamais reçu") NOT concours`, "lea", "colis perdu @lea #sav", "lea")
	f.Add(`a* NEAR/2 b`, "", "\xff a\u200bb 🔥", "")
	f.Fuzz(func(t *testing.T, phrase, author, text, handle string) {
		r := Tidy(rule("1", words(phrase), community.Effect{Raise: "high", Tags: []string{"t"}}))
		if author != "" {
			r.Condition.Authors = []string{author}
		}
		b, err := Compile(numbered(r, rule("2", words("colis"), community.Effect{Category: "support", Stop: true})))
		if err != nil {
			if community.KindOf(err) != community.Invalid {
				t.Fatal(err)
			}
			return
		}
		m := community.Message{Text: text, Author: community.Author{Handle: handle}}
		v, again := modelSaid(), modelSaid()
		b.Apply(&m, &v)
		b.Apply(&m, &again)
		if !slices.Equal(v.Fired, again.Fired) || v.Urgency != again.Urgency {
			t.Fatalf("twice is not the same: %v %v", v, again)
		}
	})
}
