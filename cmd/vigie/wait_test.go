package main

import (
	"testing"
	"time"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
)

// These are the turns a conversation can take that once made somebody wait for
// nothing, or an agent hurry for nothing.

func urgent(u community.Urgency) func(*community.Classified) {
	return func(c *community.Classified) { c.Verdict.Urgency.Label = string(u) }
}

func thread(name string) func(*community.Classified) {
	return func(c *community.Classified) { c.Message.Thread = name }
}

func (o *office) closes(m community.Message) community.Conversation {
	o.t.Helper()
	c, err := o.Close(o.ctx, o.lea, o.matter(m).Conversation.ID, 0)
	if err != nil {
		o.t.Fatal(err)
	}
	return c
}

func TestWhoComesBackAfterAClosingWaitsFromThen(t *testing.T) {
	o := newOffice(t)
	m := o.says("1", "Où est mon colis ?")
	o.closes(m)
	o.now = o.now.Add(48 * time.Hour)
	o.says("2", "Toujours rien !")
	got := o.matter(m)
	if c := got.Conversation; c.Status != community.Open || c.Due.Before(o.now) {
		t.Errorf("%s, due %s at %s", c.Status, c.Due, o.now)
	}
	running := 0
	for _, d := range got.Deadlines {
		if d.State == community.DeadlineRunning && d.Due.Before(o.now) {
			t.Errorf("a dead deadline runs: %+v", d)
		}
		if d.Target == community.TargetResolution && d.State == community.DeadlineRunning {
			running++
		}
	}
	if running != 1 {
		t.Errorf("%d resolutions run", running)
	}
}

func TestOpenedByHandAfterAClosingWaitsFromThen(t *testing.T) {
	o := newOffice(t)
	m := o.says("1", "Où est mon colis ?")
	o.closes(m)
	o.now = o.now.Add(48 * time.Hour)
	c, err := o.Open(o.ctx, o.lea, o.matter(m).Conversation.ID, 0)
	if err != nil || c.Status != community.Open || c.Due.Before(o.now) {
		t.Fatalf("%s, due %s, %v", c.Status, c.Due, err)
	}
	o.writes(m, "r1", "Bonjour, le voici.")
	o.passes(11 * time.Second)
	got := o.matter(m)
	met := 0
	for _, d := range got.Deadlines {
		if d.Target == community.TargetNextReply && d.State == community.DeadlineMet {
			met++
		}
	}
	if met != 1 || got.Conversation.Status != community.Waiting {
		t.Errorf("%s, %+v", got.Conversation.Status, got.Deadlines)
	}
}

func TestAnOpenConversationIsNotSplitByAnOldClosing(t *testing.T) {
	o := newOffice(t)
	m := o.says("1", "Bonjour ?")
	o.closes(m)
	o.now = o.now.Add(6 * 24 * time.Hour)
	o.says("2", "Et alors ?")
	o.now = o.now.Add(2 * 24 * time.Hour)
	o.says("3", "Il y a quelqu'un ?")
	if got := o.matter(m); len(got.Entries) != 3 {
		t.Errorf("%d messages in the conversation", len(got.Entries))
	}
}

func TestAMergeForgetsNobodyWhoWaits(t *testing.T) {
	o := newOffice(t)
	o.says("1", "Le bouton s'est détaché, mon bébé l'a avalé", thread("t1"), urgent(community.Critical))
	o.now = o.now.Add(28 * time.Hour)
	second := o.says("2", "Bonne journée !", thread("t2"), urgent(community.Low))
	o.closes(second)
	o.now = o.now.Add(time.Minute)
	// Within a day of neither in public, but in both threads' reach: it shows that all is one matter.
	o.says("3", "Concours ?", thread("t1"), urgent(community.Low), func(c *community.Classified) {
		c.Message.CreatedAt = o.now.Add(-10 * time.Hour)
		c.Verdict.Category.Label = "noise"
	})
	page, err := o.reader.Conversations(o.ctx, community.Viewer{System: true}, community.Query{})
	if err != nil || len(page.Items) != 1 {
		t.Fatalf("%d conversations, %v", len(page.Items), err)
	}
	if c := page.Items[0]; c.Status != community.Open || c.Urgency != community.Critical || c.Due.IsZero() {
		t.Errorf("%s %s due %s", c.Status, c.Urgency, c.Due)
	}
}

func TestSettlingAnOldReplyAnswersNothingNew(t *testing.T) {
	o := newOffice(t)
	m := o.says("1", "Bonjour ?")
	o.writes(m, "r1", "Bonjour.")
	o.answer = community.Faultf(community.Uncertain, "network.timeout")
	o.passes(11 * time.Second)
	o.now = o.now.Add(10 * time.Minute)
	o.says("2", "Vous êtes là ?")
	o.now = o.now.Add(10 * time.Minute)
	if _, err := o.Settle(o.ctx, o.lea, "r1", true); err != nil {
		t.Fatal(err)
	}
	if c := o.matter(m).Conversation; c.Status != community.Open || c.Unanswered != 1 || c.Due.IsZero() {
		t.Errorf("%s, %d waiting", c.Status, c.Unanswered)
	}
}

func TestWhatWasPromisedIsWhatIsJudged(t *testing.T) {
	o := newOffice(t)
	m := o.says("1", "Bonjour", urgent(community.Low))
	id := o.matter(m).Conversation.ID
	if _, err := o.Correct(o.ctx, o.lea, id, 0, "urgency", "critical"); err != nil {
		t.Fatal(err)
	}
	o.now = o.now.Add(time.Hour)
	if err := o.Watch(o.ctx); err != nil {
		t.Fatal(err)
	}
	o.writes(m, "r1", "Bonjour.")
	o.passes(11 * time.Second)
	for _, d := range o.matter(m).Deadlines {
		if d.Target == community.TargetFirstReply && (d.State != community.DeadlineBreached || d.Met.IsZero()) {
			t.Errorf("an hour for fifteen minutes became %+v", d)
		}
	}
	// The human's word was for that wait; the next one is the model's again.
	o.now = o.now.Add(time.Hour)
	o.says("2", "Merci, une autre question", urgent(community.Low))
	if u := o.matter(m).Conversation.Urgency; u != community.Low {
		t.Errorf("the next wait is %s", u)
	}
}

func TestNewsAfterHistoryIsNews(t *testing.T) {
	o := newOffice(t)
	m := o.says("1", "Où est mon colis ?", func(c *community.Classified) { c.Message.Origin = community.Import })
	o.now = o.now.Add(time.Minute)
	o.says("1", "Où est mon colis ?", func(c *community.Classified) { c.Message.CreatedAt = m.CreatedAt })
	if c := o.matter(m).Conversation; c.Status != community.Open || c.Due.IsZero() {
		t.Errorf("%s, due %s", c.Status, c.Due)
	}
}

// ours is a message of the support account or the brand's page.
func (o *office) ours(account *community.Account, id, text string, at time.Time) {
	o.t.Helper()
	o.receive(desk.Delivery{Classified: community.Classified{Message: community.Message{
		V: 1, Brand: "b", Network: "x", Account: account.Name, ID: id, Thread: "t1", InReplyTo: "1", Author: community.Author{ID: account.NativeID},
		Text: text, CreatedAt: at, ReceivedAt: o.now, Origin: community.Live,
	}}})
}

func TestTheSameWordsSaidBeforeProveNothing(t *testing.T) {
	o := newOffice(t)
	m := o.says("1", "Bonjour ?", func(c *community.Classified) { c.Message.CreatedAt = o.now.Add(-2 * time.Hour) })
	o.writes(m, "r1", "Bonjour, nous regardons.")
	o.answer = community.Faultf(community.Uncertain, "network.timeout")
	o.passes(11 * time.Second)
	o.ours(o.care, "old", "Bonjour, nous regardons.", o.now.Add(-time.Hour))
	if r := o.matter(m).Replies[0]; r.State != community.ReplyUnknown {
		t.Errorf("the reply is %s", r.State)
	}
}

func TestAnEchoBeforeItsReceiptIsThatReply(t *testing.T) {
	o := newOffice(t)
	m := o.says("1", "Mon colis est perdu")
	if _, err := o.Handoff(o.ctx, o.lea, desk.Answer{ID: "h1", Conversation: o.matter(m).Conversation.ID}, ""); err != nil {
		t.Fatal(err)
	}
	o.now = o.now.Add(11 * time.Second)
	// The network shows the post, in other words than were sent, before it answers the call.
	o.ours(o.brand, "native-h1", "Notre service client @maison_aide@reseau.example prend le relais", o.now)
	o.passes(0)
	got := o.matter(m)
	if got.Conversation.Status != community.Open {
		t.Errorf("a handoff answered the customer: %s", got.Conversation.Status)
	}
	for _, e := range got.Entries {
		if e.Out && (e.Reply != "h1" || e.ReplyKind != community.ReplyHandoff) {
			t.Errorf("the echo is %q %q", e.Reply, e.ReplyKind)
		}
	}
}

func TestAHumansWordIsNotOverruledByASecondSending(t *testing.T) {
	o := newOffice(t)
	o.capable.IdempotencyKey = true
	m := o.says("1", "Bonjour ?")
	o.writes(m, "r1", "Bonjour.")
	o.answer = community.Faultf(community.Uncertain, "network.timeout")
	o.passes(11 * time.Second)
	o.answer = nil
	o.now = o.now.Add(40 * time.Minute)
	o.says("2", "C'est bon, merci")
	if err := o.LookBack(o.ctx); err != nil {
		t.Fatal(err)
	}
	if len(o.posted) != 0 {
		t.Errorf("sent after the customer had written: %v", o.posted)
	}
}

func TestWhatItsAuthorDeletedIsNotQuoted(t *testing.T) {
	o := newOffice(t)
	m := o.says("1", "Mon numéro est le 06 12 34 56 78")
	o.says("1", "", func(c *community.Classified) { c.Message.Deleted = true })
	if c := o.matter(m).Conversation; c.Preview != "" || c.Status != community.Filed {
		t.Errorf("the row quotes %q, %s", c.Preview, c.Status)
	}
}

func TestAHandoffTakenBackJoinsNothing(t *testing.T) {
	o := newOffice(t)
	m := o.says("1", "Mon colis est perdu")
	if _, err := o.Handoff(o.ctx, o.lea, desk.Answer{ID: "h1", Conversation: o.matter(m).Conversation.ID}, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := o.TakeBack(o.ctx, o.lea, "h1"); err != nil {
		t.Fatal(err)
	}
	o.now = o.now.Add(time.Hour)
	o.says("2", "Une autre question", func(c *community.Classified) {
		c.Message.Account, c.Message.Thread, c.Message.Private = "care", "dm-1", true
	})
	if got := o.matter(m); len(got.Entries) != 1 {
		t.Errorf("%d messages in the conversation", len(got.Entries))
	}
}
