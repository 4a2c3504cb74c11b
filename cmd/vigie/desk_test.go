package main

import (
	"testing"
	"time"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
)

func TestAComplaintHasANumberAndFiveWorkingDays(t *testing.T) {
	o := newOffice(t)
	m := o.says("1", "Troisième message sans réponse !")
	id := o.matter(m).Conversation.ID
	c, err := o.Escalate(o.ctx, o.lea, desk.Case{Conversation: id, Summary: "Trois messages, aucune réponse"})
	if err != nil {
		t.Fatal(err)
	}
	// Tuesday 3 November at 11 in Paris; Wednesday 11 is a public holiday.
	if due := time.Date(2026, 11, 10, 17, 0, 0, 0, time.UTC); c.Number != "R-2026-0001" || c.State != community.ComplaintReceived || !c.Due.Equal(due.AddDate(0, 0, -1)) {
		t.Errorf("%s %s due %s", c.Number, c.State, c.Due)
	}
	again, err := o.Escalate(o.ctx, o.lea, desk.Case{Conversation: id})
	if err != nil || again.ID != c.ID || again.Number != c.Number {
		t.Errorf("a second click opened %s", again.Number)
	}
	for _, step := range []community.ComplaintEvent{community.ComplaintAcknowledge, community.ComplaintResolve, community.ComplaintClose} {
		if c, err = o.Advance(o.ctx, o.lea, c.ID, c.Version, step, desk.Case{Outcome: "remboursée", Cost: 1500}); err != nil {
			t.Fatal(err)
		}
	}
	if c.State != community.ComplaintClosed || c.Cost != 1500 || c.Outcome != "remboursée" || len(c.Trace) != 3 {
		t.Errorf("%+v", c)
	}
	_, err = o.Advance(o.ctx, o.lea, c.ID, c.Version, community.ComplaintAcknowledge, desk.Case{})
	o.wantKey(err, "complaint.state")
	_, err = o.Advance(o.ctx, o.lea, c.ID, 1, community.ComplaintFollow, desk.Case{})
	o.wantKey(err, "complaint.version")
	if got := o.matter(m); got.Complaint == nil || got.Conversation.Case != c.Number {
		t.Error("the conversation does not know its complaint")
	}
}

func TestTheClockStrikesOnce(t *testing.T) {
	o := newOffice(t)
	m := o.says("1", "Bonjour ?")
	events := func() (warned, breached int) {
		list, err := o.reader.Events(o.ctx, community.Viewer{System: true}, 0, 1000)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range list {
			switch e.Type {
			case community.EventDeadlineWarning:
				warned++
			case community.EventDeadlineBreached:
				breached++
			}
		}
		return warned, breached
	}
	strike := func(d time.Duration) {
		o.now = o.now.Add(d)
		for range 3 {
			if err := o.Watch(o.ctx); err != nil {
				t.Fatal(err)
			}
		}
	}
	strike(time.Minute)
	if w, b := events(); w != 0 || b != 0 {
		t.Fatalf("after a minute: %d warnings, %d breaches", w, b)
	}
	strike(46 * time.Minute) // high: acknowledgement in 15 min, first reply in an hour
	if w, b := events(); w != 1 || b != 1 {
		t.Errorf("after 47 minutes: %d warnings, %d breaches", w, b)
	}
	strike(15 * time.Minute)
	if w, b := events(); w != 1 || b != 2 {
		t.Errorf("after an hour and two minutes: %d warnings, %d breaches", w, b)
	}
	if c := o.matter(m).Conversation; c.Status != community.Open || c.Due.IsZero() {
		t.Errorf("a breach let the customer go: %+v", c)
	}
}

func TestACorrectionOutranksEveryLaterVerdict(t *testing.T) {
	o := newOffice(t)
	m := o.says("1", "Quelle honte cette publicité")
	id := o.matter(m).Conversation.ID
	c, err := o.Correct(o.ctx, o.lea, id, 0, "category", "brand")
	if err != nil || c.Category != community.CategoryBrand || c.Channel != "b.brand" {
		t.Fatalf("%+v, %v", c, err)
	}
	if c, err = o.Correct(o.ctx, o.lea, id, c.Version, "urgency", "low"); err != nil || c.Urgency != community.Low {
		t.Fatalf("%+v, %v", c, err)
	}
	o.now = o.now.Add(time.Minute)
	o.says("1", "Quelle honte cette publicité !", func(c *community.Classified) { c.Message.EditedAt = o.now })
	c = o.matter(m).Conversation
	if c.Category != community.CategoryBrand || c.Urgency != community.Low {
		t.Errorf("an edit overruled the human: %s %s", c.Category, c.Urgency)
	}
	_, err = o.Correct(o.ctx, o.lea, id, c.Version-1, "category", "support")
	o.wantKey(err, "conversation.version")
	_, err = o.Correct(o.ctx, o.lea, id, 0, "category", "sav")
	o.wantKey(err, "correct.label")
}

func TestWhatIsInvalidIsSetAsideAlone(t *testing.T) {
	o := newOffice(t)
	good := community.Classified{Message: community.Message{
		V: 1, Brand: "b", Network: "x", Account: "brand", ID: "1", Author: community.Author{ID: "1"}, Text: "bonjour", ReceivedAt: o.now, Origin: community.Import, Batch: "i",
	}}
	nowhere := good
	nowhere.Message.Brand, nowhere.Message.ID = "nobody", "2"
	after := good
	after.Message.ID = "3"
	broken := desk.Delivery{Payload: []byte("{"), Fault: community.Faultf(community.Invalid, "message.json", 1)}
	o.receive(desk.Delivery{Classified: good}, desk.Delivery{Classified: nowhere}, broken, desk.Delivery{Classified: after})
	tally, err := o.reader.Import(o.ctx, community.Viewer{System: true}, "i")
	if err != nil || tally.Accepted != 2 || tally.SetAside != 1 {
		t.Errorf("%+v, %v", tally, err)
	}
	asides, err := o.reader.Asides(o.ctx, community.Viewer{System: true})
	if err != nil || len(asides) != 2 || asides[0].Cause == "" {
		t.Errorf("%+v, %v", asides, err)
	}
}

func TestHistoryStartsNoClock(t *testing.T) {
	o := newOffice(t)
	m := o.says("1", "Où est mon colis ?", func(c *community.Classified) { c.Message.Origin = community.Import })
	got := o.matter(m)
	if got.Conversation.Status != community.Filed || len(got.Deadlines) != 0 || !got.Conversation.Due.IsZero() {
		t.Errorf("%+v", got.Conversation)
	}
	c, err := o.Open(o.ctx, o.lea, got.Conversation.ID, 0)
	if err != nil || c.Status != community.Open || c.Due.IsZero() {
		t.Errorf("opened by hand: %+v, %v", c, err)
	}
	if c, err = o.Close(o.ctx, o.lea, c.ID, c.Version); err != nil || c.Status != community.Closed || !c.Due.IsZero() {
		t.Errorf("closed: %+v, %v", c, err)
	}
	o.now = o.now.Add(time.Hour)
	o.says("2", "Toujours rien !")
	if c := o.matter(m).Conversation; c.Status != community.Open {
		t.Errorf("the customer came back and it is %s", c.Status)
	}
}
