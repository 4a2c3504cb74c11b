package main

import (
	"fmt"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
	"github.com/vigie-hq/vigie/internal/sql"
)

// another is a message of another author in another thread.
func another(id string) func(*community.Classified) {
	return func(c *community.Classified) {
		c.Message.Author, c.Message.Thread = community.Author{ID: "u" + id, Handle: "u" + id}, "t"+id
	}
}

// TestWhatAMessageSaysIsCorrected corrects the heads that belong to the message:
// its verdict changes for good, whatever an edit is judged as, and the figures
// count it anew.
func TestWhatAMessageSaysIsCorrected(t *testing.T) {
	o := newOffice(t)
	mood := sql.NewMood(o.db)
	m := o.says("1", "Encore un retard, merci bien")
	id := o.matter(m).Conversation.ID
	figures := func() string {
		t.Helper()
		events, err := o.reader.Events(o.ctx, community.Viewer{System: true}, 0, 1000)
		if err != nil {
			t.Fatal(err)
		}
		if err := mood.Apply(o.ctx, events); err != nil {
			t.Fatal(err)
		}
		rows, err := o.reader.Mood(o.ctx, community.Viewer{System: true}, "b", o.now.AddDate(0, 0, -1), o.now.AddDate(0, 0, 1))
		if err != nil {
			t.Fatal(err)
		}
		out := ""
		for _, r := range rows {
			out += fmt.Sprintf("%s %d ", r.Sentiment, r.N)
		}
		return out
	}
	if got := figures(); got != "negative 1 " {
		t.Errorf("before: %s", got)
	}
	for head, label := range map[string]string{"sentiment": "positive", "reason": "order", "complaint": "yes"} {
		if _, err := o.Correct(o.ctx, o.lea, id, 0, head, label); err != nil {
			t.Fatal(err)
		}
	}
	c := o.matter(m).Conversation
	if c.Sentiment != "positive" || c.Reason != "order" || !c.Complaint {
		t.Errorf("corrected: %+v", c)
	}
	if got := figures(); got != "positive 1 " {
		t.Errorf("after: %s", got)
	}
	o.now = o.now.Add(time.Hour)
	o.says("1", "Encore un retard, merci bien !!", func(c *community.Classified) { c.Message.EditedAt = o.now })
	e := o.matter(m).Entries[0]
	if v := e.Verdict; v.Sentiment != (community.Head{Label: "positive", P: 1}) || v.Reason.Label != "order" || v.Complaint.Label != "yes" || v.Said.Sentiment.Label != "negative" {
		t.Errorf("an edit overruled the human: %+v", v)
	}
	_, err := o.Correct(o.ctx, o.lea, id, 0, "mood", "sad")
	o.wantKey(err, "correct.head")
	_, err = o.Correct(o.ctx, o.lea, id, 0, "complaint", "maybe")
	o.wantKey(err, "correct.label")
	if acts := o.matter(m).Acts; len(acts) != 3 || acts[0].From == "" && acts[1].From == "" {
		t.Errorf("history %+v", acts)
	}
	reader := community.Viewer{Agent: "max", Grants: []community.Grant{{Brand: "b", Role: community.RoleBrand}}}
	_, err = o.Correct(o.ctx, reader, id, 0, "sentiment", "neutral")
	o.wantKey(err, "viewer.correct")
}

// TestACorrectionKeepsTheModelsView corrects a message a rule has decided on, and
// twice: what is kept beside the agent's word is the model's, not the rule's nor
// that of the agent before.
func TestACorrectionKeepsTheModelsView(t *testing.T) {
	o := newOffice(t)
	m := o.says("1", "Mon colis fume", func(c *community.Classified) {
		c.Verdict.Sentiment.P = 0.6
		c.Verdict.DecideUrgency(community.Critical)
	})
	id := o.matter(m).Conversation.ID
	for _, said := range [][2]string{{"urgency", "low"}, {"sentiment", "neutral"}, {"sentiment", "positive"}} {
		if _, err := o.Correct(o.ctx, o.lea, id, 0, said[0], said[1]); err != nil {
			t.Fatal(err)
		}
	}
	lessons, err := sql.NewLessons(o.db).All(o.ctx)
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, l := range lessons {
		got += fmt.Sprintf("%s %s %.1f %s, ", l.Head, l.From, l.P, l.To)
	}
	if want := "urgency high 0.7 low, sentiment negative 0.6 neutral, sentiment negative 0.6 positive, "; got != want {
		t.Errorf("kept %s\nwant %s", got, want)
	}
}

// TestWhatWasHistoryIsDrawnOnceItIsNews files a message as history and sees it
// live afterwards, alone and with other words: it draws a lot then, once.
func TestWhatWasHistoryIsDrawnOnceItIsNews(t *testing.T) {
	o := newOffice(t)
	old := func(c *community.Classified) { c.Message.Origin = community.Backfill }
	edited := func(c *community.Classified) { c.Message.EditedAt = o.now.Add(time.Minute) }
	drawn := func(want int) {
		t.Helper()
		task, err := o.NextAudit(o.ctx, o.lea, "b")
		if got := task.Left; got != want || (err == nil) != (want > 0) {
			t.Errorf("%d drawn, want %d (%v)", got, want, err)
		}
	}
	o.says("1", "Mon colis n'est pas là", old)
	o.says("2", "Ma robe non plus", old)
	drawn(0)
	o.says("1", "Mon colis n'est pas là")
	o.says("2", "Ma robe non plus !", edited)
	drawn(2)
	o.says("1", "Mon colis n'est pas là")
	o.says("1", "Mon colis n'est pas là", old)
	drawn(2)
	q, err := o.reader.Quality(o.ctx, community.Viewer{System: true}, "b", o.now.AddDate(0, 0, -1), o.now.AddDate(0, 0, 1))
	if err != nil || q.Seen != 2 {
		t.Errorf("the sample stands for %d messages, want 2 (%v)", q.Seen, err)
	}
}

// TestAVagueCorrectionTeachesNothing corrects the category of a conversation in
// which the customer wrote twice: nobody knows which words were meant. What
// belongs to the opening message does teach.
func TestAVagueCorrectionTeachesNothing(t *testing.T) {
	o := newOffice(t)
	m := o.says("1", "Bravo à toute l'équipe")
	o.says("2", "Par contre mon colis n'est jamais arrivé")
	alone := o.says("3", "Une question de garantie", another("3"))
	correct := func(m community.Message, head, label string) {
		t.Helper()
		if _, err := o.Correct(o.ctx, o.lea, o.matter(m).Conversation.ID, 0, head, label); err != nil {
			t.Fatal(err)
		}
	}
	correct(m, "category", "brand")
	correct(m, "sentiment", "positive")
	correct(alone, "category", "brand")
	lessons, err := sql.NewLessons(o.db).All(o.ctx)
	if err != nil {
		t.Fatal(err)
	}
	if len(lessons) != 2 || lessons[0].Head != "sentiment" || lessons[1].Said.Text != alone.Text || lessons[1].Brand != "b" {
		t.Errorf("%+v", lessons)
	}
	q, err := o.reader.Quality(o.ctx, community.Viewer{System: true}, "b", o.now.AddDate(0, 0, -1), o.now.AddDate(0, 0, 1))
	if err != nil || len(q.Corrections) != 2 || q.Corrections[0].N != 2 {
		t.Errorf("all are counted: %+v, %v", q.Corrections, err)
	}
}

// TestAudit draws, judges and measures, each right and refusal once.
func TestAudit(t *testing.T) {
	o := newOffice(t)
	for i := range 60 {
		o.says(fmt.Sprint(i), fmt.Sprintf("Mon colis numéro %d n'est pas là", i), another(fmt.Sprint(i)), func(c *community.Classified) {
			if i%6 == 0 {
				c.Verdict.Category.Label = "brand"
			}
			c.Message.Private = i == 7
		})
	}
	o.says("import", "de l'an dernier", another("import"), func(c *community.Classified) { c.Message.Origin = community.Import })
	o.says("empty", "", another("empty"))
	task, err := o.NextAudit(o.ctx, o.lea, "b")
	if err != nil || task.Left != community.AuditQuota || task.Text == "" {
		t.Fatalf("%+v, %v", task, err)
	}
	again, err := o.NextAudit(o.ctx, o.lea, "b")
	if err != nil || again.Message != task.Message {
		t.Errorf("asked again: %v, %v", again.Message, err)
	}
	max := community.Viewer{Agent: "max", Grants: []community.Grant{{Brand: "b", Role: community.RoleAgent}}}
	if other, err := o.NextAudit(o.ctx, max, "b"); err != nil || other.Message == task.Message {
		t.Errorf("two agents were given the same message (%v)", err)
	}

	labels := map[string]string{"category": "support", "complaint": "yes"}
	if err := o.Judge(o.ctx, o.lea, task.Message, labels); err != nil {
		t.Fatal(err)
	}
	if err := o.Judge(o.ctx, o.lea, task.Message, labels); err != nil {
		t.Errorf("the same again: %v", err)
	}
	o.wantKey(o.Judge(o.ctx, o.lea, task.Message, map[string]string{"category": "brand"}), "audit.judged")
	o.wantKey(o.Judge(o.ctx, max, task.Message, labels), "audit.judged")
	o.wantKey(o.SkipAudit(o.ctx, max, task.Message), "audit.judged")
	o.wantKey(o.Judge(o.ctx, o.lea, task.Message, nil), "audit.empty")
	o.wantKey(o.Judge(o.ctx, o.lea, "nobody", labels), "message.unknown")
	next, err := o.NextAudit(o.ctx, o.lea, "b")
	if err != nil || next.Message == task.Message || next.Left != community.AuditQuota-1 {
		t.Errorf("%+v, %v", next, err)
	}
	stranger := community.Viewer{Agent: "eve", Grants: []community.Grant{{Brand: "other", Role: community.RoleAdmin}}}
	o.wantKey(o.Judge(o.ctx, stranger, next.Message, labels), "message.unknown")
	_, err = o.NextAudit(o.ctx, stranger, "b")
	o.wantKey(err, "viewer.audit")
	looker := community.Viewer{Agent: "ann", Grants: []community.Grant{{Brand: "b", Role: community.RoleBrand}}}
	_, err = o.NextAudit(o.ctx, looker, "b")
	o.wantKey(err, "viewer.audit")
	o.wantKey(o.Judge(o.ctx, looker, next.Message, labels), "viewer.audit")
	// Who works in one channel judges its messages only.
	some := community.Viewer{Agent: "lou", Grants: []community.Grant{{Brand: "b", Role: community.RoleAgent, Channels: []string{"b.brand"}}}}
	if mine, err := o.NextAudit(o.ctx, some, "b"); err != nil || mine.Left < 9 || mine.Left > 10 {
		t.Errorf("%d for who works for the brand only, %v", mine.Left, err)
	}

	if err := o.SkipAudit(o.ctx, o.lea, next.Message); err != nil {
		t.Fatal(err)
	}
	for {
		task, err := o.NextAudit(o.ctx, o.lea, "b")
		if err != nil {
			o.wantKey(err, "audit.none")
			break
		}
		if err := o.Judge(o.ctx, o.lea, task.Message, map[string]string{"category": "support"}); err != nil {
			t.Fatal(err)
		}
	}
	q, err := o.reader.Quality(o.ctx, o.lea, "b", o.now.AddDate(0, 0, -7), o.now.AddDate(0, 0, 1))
	if err != nil || q.Seen != 60 || q.Judged != community.AuditQuota-1 || q.Skipped != 1 || !q.Enough || len(q.Shown) != 2 {
		t.Fatalf("%+v, %v", q, err)
	}
	support := q.Shown[0].Labels[0]
	if support.Precision.Value != 1 || support.Recall.Value < 0.8 || support.Recall.Value > 0.9 {
		t.Errorf("support %+v: 50 of 60 are called so, and all are", support)
	}
	if len(q.Channels) != 2 || q.Models[0].Name != "test.1" {
		t.Errorf("%+v %+v", q.Channels, q.Models)
	}
	if q, err = o.reader.Quality(o.ctx, o.lea, "b", o.now.AddDate(0, 0, 1), o.now.AddDate(0, 0, 2)); err != nil || q.Judged != 0 || q.Enough {
		t.Errorf("tomorrow %+v, %v", q, err)
	}
}

// TestTheAuditTakesWholeDaysFirst gives yesterday's messages before today's, and
// none that is too old or was taken back.
func TestTheAuditTakesWholeDaysFirst(t *testing.T) {
	o := newOffice(t)
	day := func(id string) {
		o.says(id, "Un message du jour "+id, another(id))
		o.now = o.now.AddDate(0, 0, 1)
	}
	day("old")
	o.now = o.now.Add(community.AuditSpan)
	day("before")
	day("yesterday")
	o.says("today", "Un message d'aujourd'hui", another("today"))
	gone := o.says("gone", "Un message repris", another("gone"))
	gone.Deleted, gone.Text = true, ""
	o.receive(desk.Delivery{Classified: community.Classified{Message: gone}})
	for _, want := range []string{"Un message du jour yesterday", "Un message du jour before", "Un message d'aujourd'hui"} {
		task, err := o.NextAudit(o.ctx, o.lea, "b")
		if err != nil || task.Text != want {
			t.Fatalf("%q, %v, want %q", task.Text, err, want)
		}
		if err := o.SkipAudit(o.ctx, o.lea, task.Message); err != nil {
			t.Fatal(err)
		}
	}
	_, err := o.NextAudit(o.ctx, o.lea, "b")
	o.wantKey(err, "audit.none")
}
