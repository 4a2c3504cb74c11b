package simulated

import (
	"path"
	"strings"
	"testing"
	"unicode"

	"github.com/vigie-hq/vigie/community"
)

// labelled is a line with what a classifier should say of it. The network
// itself never reads that.
type labelled struct {
	line
	Category community.Category `json:"category"`
	Urgency  community.Urgency  `json:"urgency"`
}

func written(t *testing.T) (all []labelled) {
	t.Helper()
	entries, err := talkFiles.ReadDir("talk")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		switch e.Name() {
		case filePeople, fileOurs, fileAnswers, fileAgain, fileGaps:
			continue
		}
		data, err := talkFiles.ReadFile(path.Join("talk", e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if err := eachLine(data, func(l labelled) { all = append(all, l) }); err != nil {
			t.Fatalf("%s: %v", e.Name(), err)
		}
	}
	return all
}

func TestContent(t *testing.T) {
	talk, err := readTalk()
	if err != nil {
		t.Fatal(err)
	}
	people := map[string]person{}
	for _, p := range talk.people {
		if people[p.Handle].Handle != "" {
			t.Errorf("two people called %s", p.Handle)
		}
		people[p.Handle] = p
	}
	texts, ids := map[string]string{}, map[string]bool{}
	themes, kinds, langs, categories := map[string]int{}, map[community.Kind]int{}, map[string]int{}, map[community.Category]int{}
	var edits, deletes, continued, critical int
	all := written(t)
	for _, l := range all {
		if before, twice := texts[folded(l.Text)]; twice {
			t.Errorf("%s and %s say the same", l.ID, before)
		}
		texts[folded(l.Text)] = l.ID
		if ids[l.ID] {
			t.Errorf("two lines called %s", l.ID)
		}
		ids[l.ID] = true
		themes[l.Theme]++
		kinds[l.Kind]++
		langs[l.Lang]++
		categories[l.Category]++
		if l.Private != (l.Kind == community.KindDirect) {
			t.Errorf("%s: private %v, kind %s", l.ID, l.Private, l.Kind)
		}
		if len(l.To) == 0 {
			t.Errorf("%s reaches nobody", l.ID)
		}
		for _, name := range l.To {
			if _, ok := pageByName(name); !ok {
				t.Errorf("%s: no page %s", l.ID, name)
			}
		}
		if p := people[l.Author]; l.Continues == "" && p.Lang != l.Lang {
			t.Errorf("%s: %q does not speak %s", l.ID, l.Author, l.Lang)
		}
		if l.On != "" && talk.ours[l.On].Text == "" {
			t.Errorf("%s comments %s, which we never posted", l.ID, l.On)
		}
		if l.Continues != "" {
			continued++
			if !ids[l.Continues] || l.After <= 0 {
				t.Errorf("%s goes on from %s after %d minutes", l.ID, l.Continues, l.After)
			}
		}
		if l.Edit != nil {
			edits++
		}
		if l.Delete > 0 {
			deletes++
		}
		if l.Urgency == community.Critical {
			critical++
		}
	}
	t.Logf("%d texts, %v, %v, %v, %d themes, %d people, %d sentences with gaps", len(all), langs, kinds, categories, len(themes), len(people), len(talk.again))
	if len(texts) < 320 || len(people) < 120 || len(talk.again) < 60 {
		t.Error("too little to say")
	}
	if share := float64(langs["fr"]) / float64(len(all)); share < 0.55 || share > 0.65 || langs["fr"]+langs["en"] != len(all) {
		t.Errorf("languages: %v", langs)
	}
	for _, theme := range []string{"parcels", "sizes", "refunds", "shops", "website", "contest", "recall", "aube", "jokes", "fans", "praise", "press", "spam", "sarcasm", "private", "recruitment", "moon"} {
		if themes[theme] < 10 {
			t.Errorf("theme %s: %d texts", theme, themes[theme])
		}
	}
	for _, kind := range []community.Kind{community.KindMention, community.KindComment, community.KindDirect, community.KindReview, community.KindPost, community.KindReply} {
		if kinds[kind] < 5 {
			t.Errorf("kind %s: %d texts", kind, kinds[kind])
		}
	}
	for _, c := range community.Categories() {
		if categories[c] < 30 {
			t.Errorf("category %s: %d texts", c, categories[c])
		}
	}
	if edits < 5 || deletes < 5 || continued < 25 || critical < 20 {
		t.Errorf("%d edits, %d deletions, %d continued, %d critical", edits, deletes, continued, critical)
	}
}

func TestPeople(t *testing.T) {
	talk, err := readTalk()
	if err != nil {
		t.Fatal(err)
	}
	var long, arabic, symbol, accent bool
	ids := map[string]string{}
	for _, p := range talk.people {
		a := p.author()
		if before, taken := ids[a.ID]; taken {
			t.Errorf("%s and %s have one id", p.Handle, before)
		}
		ids[a.ID] = p.Handle
		long = long || len(p.Name) > 60
		for _, c := range p.Handle + p.Name {
			arabic = arabic || unicode.Is(unicode.Arabic, c)
			symbol = symbol || unicode.Is(unicode.So, c)
			accent = accent || strings.ContainsRune("éèëç", c)
		}
	}
	if !long || !arabic || !symbol || !accent {
		t.Errorf("names lack variety: long %v arabic %v symbol %v accent %v", long, arabic, symbol, accent)
	}
}

// TestGaps fills every sentence that has gaps.
func TestGaps(t *testing.T) {
	talk, err := readTalk()
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(settings{Talk: talk.sum}, talk, nil)
	for _, l := range append(append([]line(nil), talk.again...), talk.answers...) {
		for i := range 20 {
			if text := talk.gaps.fill(w.dice(l.Text, string(rune(i))), l.Text, l.Lang); strings.ContainsAny(text, "{}") {
				t.Fatalf("%q", text)
			}
		}
		if w.chase(l.Lang) == "" || w.talk.gaps.word(w.script.r, "edit", l.Lang) == "{edit}" {
			t.Errorf("nothing to add in %s", l.Lang)
		}
		if l.On != "" && talk.ours[l.On].Text == "" {
			t.Errorf("%q comments %s, which we never posted", l.Text, l.On)
		}
	}
}
