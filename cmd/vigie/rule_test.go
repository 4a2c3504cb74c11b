package main

import (
	"bytes"
	"context"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
	"github.com/vigie-hq/vigie/internal/sql"
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

// TestRulesInAnotherOrder puts a list in another order: all of it, each once, and
// an order that is the present one is no change.
func TestRulesInAnotherOrder(t *testing.T) {
	o := newOffice(t)
	list, err := o.Rules(o.ctx, manager(), "b")
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, r := range list.List {
		ids = append(ids, r.ID)
	}
	same, err := o.OrderRules(o.ctx, manager(), "b", ids)
	if err != nil || same.Version != list.Version {
		t.Errorf("the same order is version %d of %d, %v", same.Version, list.Version, err)
	}
	for _, wrong := range [][]string{nil, ids[1:], append([]string{ids[0]}, ids[:len(ids)-1]...), append([]string{"nobody"}, ids[1:]...), append(slices.Clone(ids), ids[0])} {
		_, err := o.OrderRules(o.ctx, manager(), "b", wrong)
		o.wantKey(err, "rule.order")
	}
	slices.Reverse(ids)
	if _, err := o.OrderRules(o.ctx, manager(), "b", ids); err != nil {
		t.Fatal(err)
	}
	after, err := o.Rules(o.ctx, manager(), "b")
	if err != nil || after.Version != list.Version+1 || after.List[0].ID != ids[0] || after.List[0].Position != 1 || after.List[len(ids)-1].ID != ids[len(ids)-1] {
		t.Errorf("version %d, first %+v, %v", after.Version, after.List[0], err)
	}
}

// TestARuleThatDoesNotCompile was stored by a version that took it: it is left
// out and told once, and its neighbours and the other brands are judged.
func TestARuleThatDoesNotCompile(t *testing.T) {
	var told bytes.Buffer
	o := newOffice(t)
	models, err := newModels(newShelf(t.TempDir(), time.Now), o.reader, slog.New(slog.NewTextHandler(&told, nil)))
	if err != nil {
		t.Fatal(err)
	}
	j, err := newJudge(models, sql.NewRules(o.db), newTaught(sql.NewLessons(o.db)))
	if err != nil {
		t.Fatal(err)
	}
	list := community.Rules{Brand: "b", Version: 1}
	for i, phrase := range []string{"zebulon", "zebulon AND (", "jardin"} {
		list.List = append(list.List, community.Rule{
			ID: "r" + strconv.Itoa(i), Brand: "b", Name: phrase, Enabled: true, Position: i + 1, Version: 1,
			Condition: community.Condition{Phrase: phrase}, Effect: community.Effect{Tags: []string{"garden"}},
		})
	}
	if err := o.store.Write(o.ctx, func(tx desk.Tx) error {
		return tx.PutRules(o.ctx, nil, &list, community.RuleChange{Brand: "b", Version: 1, At: o.now})
	}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := j.refresh(o.ctx); err != nil {
			t.Fatal(err)
		}
	}
	v, err := j.judge(o.ctx, &community.Message{Brand: "b", Text: "Le zébulon du jardin"})
	if err != nil || v.Rules != 1 || !slices.Equal(v.Fired, []string{"r0", "r2"}) {
		t.Errorf("judged as %+v, %v", v, err)
	}
	if n := strings.Count(told.String(), "brand=b rule=r1"); n != 1 || j.leftOut("b") != 1 || j.leftOut("c") != 0 {
		t.Errorf("told %d times, %d left out: %s", n, j.leftOut("b"), &told)
	}
	if _, err := o.CountRules(o.ctx, manager(), "b"); err != nil {
		t.Errorf("the others cannot be counted: %v", err)
	}
}

// trying is a store that tells how many read its last messages at once.
type trying struct {
	*sql.Desk
	now, most atomic.Int32
}

func (s *trying) Recent(context.Context, community.Viewer, string, time.Time, int, func(*community.Entry) error) (bool, error) {
	s.most.Store(max(s.most.Load(), s.now.Add(1)))
	time.Sleep(5 * time.Millisecond)
	s.now.Add(-1)
	return false, nil
}

// TestOnePreviewAtATime tries rules faster than they can be read: one reads, and
// the store's other readers stay with those who answer customers.
func TestOnePreviewAtATime(t *testing.T) {
	o := newOffice(t)
	store := &trying{Desk: o.store}
	d := desk.New(store, o)
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			if _, err := d.CountRules(o.ctx, manager(), "b"); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := store.most.Load(); n != 1 {
		t.Errorf("%d read at once", n)
	}
}
