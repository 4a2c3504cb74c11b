package main

import (
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
)

// TestARuleHoldsForTheNextMessage saves, changes and deletes a rule while
// messages come: each is judged by the rules of its moment, without a restart.
func TestARuleHoldsForTheNextMessage(t *testing.T) {
	h := openedHouse(t, t.TempDir(), slog.New(slog.DiscardHandler))
	ctx := t.Context()
	const words = "Les zébulons du rayon jardin sont revenus"
	before := h.say(t, "1", words)
	if v := before.Verdict; v.Rules != 0 || len(v.Fired) != 0 || v.Said != nil {
		t.Fatalf("no rule was made and the verdict is %+v", v)
	}
	danger := h.say(t, "2", "Votre chargeur a pris feu cette nuit, mon avocat vous écrira")
	if v := danger.Verdict; v.Urgency.Label != "critical" || !slices.Equal(v.Tags, []string{"legal", "safety"}) || !slices.Equal(v.Fired, []string{"fire-fr", "law-fr"}) {
		t.Errorf("danger is judged as %+v", v)
	}

	r, err := h.desk.SaveRule(ctx, manager(), community.Rule{
		Brand: "b", Name: "Zébulons", Enabled: true, Condition: community.Condition{Phrase: `zebulon* NEAR jardin`},
		Effect: community.Effect{Category: "noise", Raise: "high", Channel: "b.brand", Tags: []string{"zebulon"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	after := h.say(t, "3", words)
	v := after.Verdict
	if v.Category != (community.Head{Label: "noise", P: 1}) || v.Rules != 1 || v.Channel != "b.brand" || !slices.Equal(v.Fired, []string{r.ID}) {
		t.Errorf("it is judged as %+v", v)
	}
	if v.Said == nil || v.Said.Category == nil || v.Said.Category.Label != before.Verdict.Category.Label {
		t.Errorf("the model's word is lost: %+v", v.Said)
	}
	if again := h.judge.explain(&after.Message); again.Category != v.Category || !slices.Equal(again.Fired, v.Fired) {
		t.Errorf("it is explained as %+v", again)
	}
	c, err := h.reader.Conversation(ctx, manager(), after.Conversation)
	if err != nil || c.Channel != "b.brand" || c.Status != community.Open || !slices.Equal(c.Tags, []string{"zebulon"}) {
		t.Errorf("its conversation is %+v, %v", c, err)
	}
	for tag, n := range map[string]int{"zebulon": 1, "safety": 1, "legal": 1, "fraud": 0} {
		page, err := h.reader.Conversations(ctx, manager(), community.Query{Brand: "b", Tag: []string{tag}})
		if err != nil || len(page.Items) != n {
			t.Errorf("%d conversations are tagged %s, want %d (%v)", len(page.Items), tag, n, err)
		}
	}

	// A preview is over what the model said, not what rules made of it.
	r.Condition.Phrase = "zebulon*"
	p, err := h.desk.PreviewRule(ctx, manager(), r)
	if err != nil || p.Read != 3 || p.Touched != 2 || p.Right != 0 || p.Samples[0].Key != after.Key {
		t.Errorf("preview: %+v, %v", p, err)
	}
	if r, err = h.desk.EnableRule(ctx, manager(), "b", r.ID, r.Version, false); err != nil {
		t.Fatal(err)
	}
	if v := h.say(t, "4", words+" ?").Verdict; v.Rules != 2 || len(v.Fired) != 0 {
		t.Errorf("a rule that is off touched %+v", v)
	}
	if err := h.desk.DeleteRule(ctx, manager(), "b", "fire-fr", 1); err != nil {
		t.Fatal(err)
	}
	if v := h.say(t, "5", "Un autre chargeur a pris feu").Verdict; v.Rules != 3 || len(v.Fired) != 0 {
		t.Errorf("a rule that was deleted touched %+v", v)
	}
}

func ruled(urgency community.Urgency, channel string, tags ...string) func(*community.Classified) {
	return func(c *community.Classified) {
		c.Verdict.DecideUrgency(urgency)
		c.Verdict.Channel, c.Verdict.Tags, c.Verdict.Fired = channel, tags, []string{"r1"}
	}
}

// TestTheChannelARuleChose stands before the category's, as long as it exists and
// no human said otherwise.
func TestTheChannelARuleChose(t *testing.T) {
	o := newOffice(t)
	first := o.says("1", "Bonjour")
	if c := o.matter(first).Conversation; c.Channel != "b.support" || c.Tags != nil {
		t.Fatalf("it begins in %s with %q", c.Channel, c.Tags)
	}
	o.now = o.now.Add(time.Minute)
	o.says("2", "Mon avocat vous écrira", ruled(community.Critical, "b.brand", "legal"))
	o.now = o.now.Add(time.Minute)
	o.says("3", "et la presse", ruled(community.High, "b.community", "legal", "press"))
	c := o.matter(first).Conversation
	if c.Channel != "b.brand" || c.Urgency != community.Critical || !slices.Equal(c.Tags, []string{"legal", "press"}) {
		t.Errorf("it is %s in %s with %q", c.Urgency, c.Channel, c.Tags)
	}
	if c, err := o.Correct(o.ctx, o.lea, c.ID, 0, "category", "community"); err != nil || c.Channel != "b.community" {
		t.Errorf("a human's category leaves it in %s, %v", c.Channel, err)
	}
	other := o.says("9", "Bonjour", ruled(community.High, "gone"), func(c *community.Classified) { c.Message.Author.ID, c.Message.Thread = "2", "t2" })
	if c := o.matter(other).Conversation; c.Channel != "b.support" {
		t.Errorf("a channel that does not exist took it to %q", c.Channel)
	}
}

// TestDangerIsNeverMereNoise opens a conversation for what the model calls noise
// and a rule made critical, and for what a rule gave a channel.
func TestDangerIsNeverMereNoise(t *testing.T) {
	o := newOffice(t)
	noise := func(id string, more ...func(*community.Classified)) community.Status {
		m := o.says(id, "message "+id, append([]func(*community.Classified){func(c *community.Classified) {
			c.Message.Author.ID, c.Message.Thread = id, "t"+id
			c.Verdict.Category = community.Head{Label: "noise", P: 0.9}
		}}, more...)...)
		return o.matter(m).Conversation.Status
	}
	heard := func(c *community.Classified) { c.Message.Via = "query" }
	for i, tt := range []struct {
		what string
		with []func(*community.Classified)
		want community.Status
	}{
		{"noise", nil, community.Filed},
		{"raised", []func(*community.Classified){ruled(community.Critical, "", "safety")}, community.Open},
		{"tagged only", []func(*community.Classified){func(c *community.Classified) { c.Verdict.Tags = []string{"t"} }}, community.Filed},
		{"raised, and only heard", []func(*community.Classified){ruled(community.Critical, "", "safety"), heard}, community.Filed},
		{"given a channel, and only heard", []func(*community.Classified){ruled(community.Low, "b.brand"), heard}, community.Open},
	} {
		if got := noise(string(rune('a'+i)), tt.with...); got != tt.want {
			t.Errorf("%s is %s, want %s", tt.what, got, tt.want)
		}
	}
}

// TestRulesOfTwoAtOnce lets two managers change the same list: the second is told.
func TestRulesOfTwoAtOnce(t *testing.T) {
	o := newOffice(t)
	boss := manager()
	r := community.Rule{Brand: "b", Name: "n", Enabled: true, Condition: community.Condition{Phrase: "colis"}, Effect: community.Effect{Stop: true}}
	saved, err := o.SaveRule(o.ctx, boss, r)
	if err != nil {
		t.Fatal(err)
	}
	mine, theirs := saved, saved
	mine.Name, theirs.Name = "mine", "theirs"
	if mine, err = o.SaveRule(o.ctx, boss, mine); err != nil {
		t.Fatal(err)
	}
	_, err = o.SaveRule(o.ctx, boss, theirs)
	o.wantKey(err, "rule.version")
	_, err = o.EnableRule(o.ctx, boss, "b", saved.ID, saved.Version, false)
	o.wantKey(err, "rule.version")
	o.wantKey(o.DeleteRule(o.ctx, boss, "b", saved.ID, saved.Version), "rule.version")
	_, err = o.SaveRule(o.ctx, o.lea, r)
	o.wantKey(err, "viewer.rule")
	list, err := o.Rules(o.ctx, o.lea, "b")
	if last := list.List[len(list.List)-1]; err != nil || last.Name != "mine" || last.Version != mine.Version {
		t.Errorf("the list holds %+v, %v", last, err)
	}
	_, err = o.Rules(o.ctx, community.Viewer{}, "b")
	o.wantKey(err, "brand.unknown")
	if err := o.store.Write(o.ctx, func(tx desk.Tx) error { // nothing changed, nothing told
		changes, err := tx.RuleChanges(o.ctx, "b", 10)
		if len(changes) != 2 {
			t.Errorf("%d changes", len(changes))
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}
