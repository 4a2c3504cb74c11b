package main

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
)

func TestAnAnswerLeavesOnceAndMeetsItsDeadline(t *testing.T) {
	o := newOffice(t)
	m := o.says("1", "Où est mon colis ?")
	if c := o.matter(m).Conversation; c.Status != community.Open || c.Due.IsZero() || c.Channel != "b.support" {
		t.Fatalf("received as %+v", c)
	}
	r := o.writes(m, "r1", "Bonjour, je regarde.")
	if r.State != community.ReplyHeld || r.Account != o.care.Key() || !r.SendAfter.Equal(o.now.Add(community.DefaultUndo)) {
		t.Fatalf("held as %+v", r)
	}
	again, err := o.Answer(o.ctx, o.lea, desk.Answer{ID: "r1", Conversation: r.Conversation, Text: "Bonjour, je regarde."})
	if err != nil || again.Version != r.Version {
		t.Errorf("the second click made %+v, %v", again, err)
	}
	_, err = o.Answer(o.ctx, o.lea, desk.Answer{ID: "r1", Conversation: r.Conversation, Text: "autre chose"})
	o.wantKey(err, "reply.id")
	o.passes(5 * time.Second)
	if len(o.posted) != 0 {
		t.Fatal("it left before its time")
	}
	o.passes(6 * time.Second)
	o.passes(time.Minute)
	if len(o.posted) != 1 {
		t.Fatalf("posted %d times", len(o.posted))
	}
	got := o.matter(m)
	if got.Conversation.Status != community.Waiting || got.Replies[0].State != community.ReplySent || !got.Conversation.Due.IsZero() {
		t.Errorf("after the answer: %+v", got.Conversation)
	}
	for _, d := range got.Deadlines {
		if d.Target == community.TargetFirstReply && (d.State != community.DeadlineMet || !d.Met.Equal(got.Replies[0].Receipt.At)) {
			t.Errorf("the first reply is %+v, receipt %s", d, got.Replies[0].Receipt.At)
		}
	}
	// It comes back as a message of ours, and is the same answer.
	o.receive(desk.Delivery{Classified: community.Classified{Message: community.Message{
		V: 1, Brand: "b", Network: "x", Account: "care", ID: "native-r1", Thread: "t1", InReplyTo: "1", Author: community.Author{ID: "901"},
		Text: "@lea_client Bonjour, je regarde.", CreatedAt: o.now, ReceivedAt: o.now, Origin: community.Live,
	}}})
	got = o.matter(m)
	if len(got.Entries) != 2 || got.Entries[1].Reply != "r1" || !got.Entries[1].Out {
		t.Errorf("the echo is %+v", got.Entries)
	}
}

func TestUndoKeepsTheWords(t *testing.T) {
	o := newOffice(t)
	m := o.says("1", "Bonjour ?")
	o.writes(m, "r1", "Bonjour, je regarde.")
	r, err := o.TakeBack(o.ctx, o.lea, "r1")
	if err != nil || r.State != community.ReplyDraft || r.Text == "" {
		t.Fatalf("%+v, %v", r, err)
	}
	o.passes(time.Hour)
	if len(o.posted) != 0 {
		t.Fatal("what was taken back left all the same")
	}
	_, err = o.TakeBack(o.ctx, o.lea, "r1")
	o.wantKey(err, "reply.state")
	if r := o.writes(m, "r1", "Bonjour, mieux dit."); r.State != community.ReplyHeld || r.Text != "Bonjour, mieux dit." {
		t.Errorf("held again as %+v", r)
	}
	if _, err := o.SendNow(o.ctx, o.lea, "r1"); err != nil {
		t.Fatal(err)
	}
	o.passes(0)
	if len(o.posted) != 1 {
		t.Errorf("posted %d", len(o.posted))
	}
}

func TestTheCorporateAccountOnlyHandsOver(t *testing.T) {
	o := newOffice(t)
	m := o.says("1", "Mon colis est perdu")
	id := o.matter(m).Conversation.ID
	_, err := o.Answer(o.ctx, o.lea, desk.Answer{ID: "r1", Conversation: id, Account: o.brand.Key(), Text: "Bonjour"})
	o.wantKey(err, "reply.guard.corporate")
	h, err := o.Handoff(o.ctx, o.lea, desk.Answer{ID: "h1", Conversation: id, Visibility: community.Private}, "")
	if err != nil || h.Account != o.brand.Key() || !strings.Contains(h.Text, "@maison_aide") || h.Visibility != community.Public {
		t.Fatalf("%+v, %v", h, err)
	}
	o.passes(15 * time.Second)
	got := o.matter(m)
	if got.Conversation.Status != community.Open {
		t.Errorf("a handoff counted as an answer: %s", got.Conversation.Status)
	}
	for _, d := range got.Deadlines {
		if d.Target == community.TargetAcknowledgement && d.State != community.DeadlineMet {
			t.Errorf("a handoff did not acknowledge: %+v", d)
		}
		if d.Target == community.TargetFirstReply && d.State != community.DeadlineRunning {
			t.Errorf("a handoff ended the first reply's clock: %+v", d)
		}
	}
	o.now = o.now.Add(time.Minute)
	o.says("2", "Voici mon numéro : ML-2041187", func(c *community.Classified) {
		c.Message.Account, c.Message.Thread, c.Message.Private = "care", "dm-1", true
	})
	got = o.matter(m)
	if len(got.Entries) != 2 || !got.Conversation.Private {
		t.Errorf("the private message opened another matter: %d messages", len(got.Entries))
	}
	_, err = o.Answer(o.ctx, o.lea, desk.Answer{ID: "r2", Conversation: id, Text: "Bonjour", Visibility: community.Public})
	o.wantKey(err, "reply.visibility")
}

func TestSomebodyWasFaster(t *testing.T) {
	o := newOffice(t)
	m := o.says("1", "Bonjour ?")
	basis := m.Identity().Key()
	o.now = o.now.Add(time.Minute)
	o.says("2", "Finalement c'est arrivé !")
	id := o.matter(m).Conversation.ID
	a := desk.Answer{ID: "r1", Conversation: id, Text: "Nous cherchons.", Basis: basis}
	_, err := o.Answer(o.ctx, o.lea, a)
	o.wantKey(err, "reply.meanwhile")
	a.Anyway = true
	if _, err := o.Answer(o.ctx, o.lea, a); err != nil {
		t.Fatal(err)
	}
	_, err = o.Answer(o.ctx, o.lea, desk.Answer{ID: "r2", Conversation: id, Text: "Moi aussi."})
	o.wantKey(err, "reply.colleague")
	// The customer writes while the reply is held: it comes back as a draft.
	o.now = o.now.Add(5 * time.Second)
	o.says("3", "Pardon, toujours rien.")
	o.passes(10 * time.Second)
	got := o.matter(m)
	if len(o.posted) != 0 || got.Replies[0].State != community.ReplyDraft || got.Replies[0].Note != "reply.note.newer" || got.Conversation.ReplyState != "returned" {
		t.Errorf("posted %v, reply %+v", o.posted, got.Replies[0])
	}
}

func TestWhatNetworksSay(t *testing.T) {
	for _, tt := range []struct {
		name   string
		answer error
		want   community.ReplyState
		fault  string
	}{
		{"refused", community.Faultf(community.Refused, "network.refused"), community.ReplyRefused, "network.refused"},
		{"limited", community.Faultf(community.Limited, "network.limited"), community.ReplyHeld, "network.limited"},
		{"down", community.Faultf(community.Unavailable, "network.down"), community.ReplyHeld, "network.down"},
		{"token dead", community.Faultf(community.Unauthorised, "network.token"), community.ReplyHeld, "network.token"},
		{"uncertain", community.Faultf(community.Uncertain, "network.timeout"), community.ReplyUnknown, "reply.uncertain"},
		{"an error nobody classified", errors.New("boom"), community.ReplyUnknown, "reply.uncertain"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := newOffice(t)
			m := o.says("1", "Bonjour ?")
			o.writes(m, "r1", "Bonjour.")
			o.answer = tt.answer
			o.passes(11 * time.Second)
			got := o.matter(m)
			if r := got.Replies[0]; r.State != tt.want || r.Fault != tt.fault {
				t.Errorf("%s: %s %s", tt.name, r.State, r.Fault)
			}
			if got.Conversation.Status != community.Open {
				t.Errorf("the customer no longer waits: %s", got.Conversation.Status)
			}
			accounts, err := o.reader.Accounts(o.ctx, community.Viewer{System: true}, "b")
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range accounts {
				if dead := tt.name == "token dead" && a.Name == "care"; (a.State == community.AccountReconnect) != dead {
					t.Errorf("account %s is %s", a.Name, a.State)
				}
			}
		})
	}
}

func TestAnUnknownReplyIsNeverSentOnAGuess(t *testing.T) {
	unknown := func(t *testing.T) (*office, community.Message) {
		o := newOffice(t)
		m := o.says("1", "Bonjour ?")
		o.writes(m, "r1", "Bonjour, je regarde.")
		o.answer = community.Faultf(community.Uncertain, "network.timeout")
		o.passes(11 * time.Second)
		o.answer = nil
		return o, m
	}
	state := func(o *office, m community.Message) community.Reply { return o.matter(m).Replies[0] }
	look := func(o *office) {
		o.t.Helper()
		if err := o.LookBack(o.ctx); err != nil {
			o.t.Fatal(err)
		}
	}
	t.Run("found by reading back", func(t *testing.T) {
		o, m := unknown(t)
		look(o)
		if s := state(o, m).State; s != community.ReplyUnknown {
			t.Fatalf("before the network can show it: %s", s)
		}
		o.now = o.now.Add(3 * time.Second)
		o.there = &community.Receipt{ID: "77", At: o.now.Add(-2 * time.Second)}
		look(o)
		if r := state(o, m); r.State != community.ReplySent || r.Receipt.ID != "77" {
			t.Errorf("%+v", r)
		}
	})
	t.Run("what is found is an earlier reply with the same words", func(t *testing.T) {
		o := newOffice(t)
		m := o.says("1", "Bonjour ?")
		o.writes(m, "r1", "Bonjour, je regarde.")
		o.passes(11 * time.Second)
		o.writes(m, "r2", "Bonjour, je regarde.")
		o.answer = community.Faultf(community.Uncertain, "network.timeout")
		o.passes(11 * time.Second)
		o.answer = nil
		o.now = o.now.Add(3 * time.Minute)
		o.there = &community.Receipt{ID: "native-r1", At: o.now.Add(-4 * time.Minute)}
		look(o)
		got := o.matter(m).Replies
		if len(got) != 2 || got[0].State != community.ReplySent || got[1].State != community.ReplyUnknown || got[1].Note == "" {
			t.Errorf("%+v", got)
		}
	})
	t.Run("not found", func(t *testing.T) {
		o, m := unknown(t)
		o.now = o.now.Add(time.Minute)
		look(o)
		if r := state(o, m); r.Note != "" {
			t.Errorf("given up too early: %+v", r)
		}
		o.now = o.now.Add(time.Hour)
		look(o)
		if r := state(o, m); r.State != community.ReplyUnknown || r.Note != "reply.not_found" || len(o.posted) != 0 {
			t.Errorf("%+v, posted %v", r, o.posted)
		}
		if r, err := o.Settle(o.ctx, o.lea, "r1", false); err != nil || r.State != community.ReplyDraft {
			t.Errorf("%+v, %v", r, err)
		}
	})
	t.Run("settled by a human", func(t *testing.T) {
		o, m := unknown(t)
		if r, err := o.Settle(o.ctx, o.lea, "r1", true); err != nil || r.State != community.ReplySent {
			t.Errorf("%+v, %v", r, err)
		}
		if s := o.matter(m).Conversation.Status; s != community.Waiting {
			t.Errorf("the conversation is %s", s)
		}
	})
	t.Run("its echo comes back", func(t *testing.T) {
		o, m := unknown(t)
		o.receive(desk.Delivery{Classified: community.Classified{Message: community.Message{
			V: 1, Brand: "b", Network: "x", Account: "care", ID: "88", Thread: "t1", InReplyTo: "1", Author: community.Author{ID: "901"},
			Text: "Bonjour, je  regarde.", CreatedAt: o.now, ReceivedAt: o.now, Origin: community.Live,
		}}})
		if r := state(o, m); r.State != community.ReplySent || r.Receipt.ID != "88" {
			t.Errorf("%+v", r)
		}
	})
	t.Run("a network that honours keys is asked again", func(t *testing.T) {
		o, m := unknown(t)
		o.capable.IdempotencyKey = true
		o.now = o.now.Add(desk.CallTimeout + 3*time.Second)
		look(o)
		if r := state(o, m); r.State != community.ReplySent || len(o.posted) != 1 {
			t.Errorf("%+v, posted %v", r, o.posted)
		}
	})
}

func TestADeadSendersReplyBecomesUnknown(t *testing.T) {
	o := newOffice(t)
	m := o.says("1", "Bonjour ?")
	o.writes(m, "r1", "Bonjour.")
	o.now = o.now.Add(11 * time.Second)
	// A process claims it and dies before the network answers.
	err := o.store.Write(o.ctx, func(tx desk.Tx) error {
		r, err := tx.ClaimReply(o.ctx, o.now)
		if err != nil || r == nil {
			t.Fatalf("%v, %v", r, err)
		}
		next, err := r.Next(community.ReplyClaim, o.now)
		next.LeaseUntil = o.now.Add(desk.Lease)
		return errors.Join(err, tx.PutReply(o.ctx, r, &next))
	})
	if err != nil {
		t.Fatal(err)
	}
	o.passes(30 * time.Second)
	if err := o.LookBack(o.ctx); err != nil {
		t.Fatal(err)
	}
	if s := o.matter(m).Replies[0].State; s != community.ReplySending {
		t.Errorf("within its lease it is %s", s)
	}
	if err := o.Restart(o.ctx); err != nil {
		t.Fatal(err)
	}
	if s := o.matter(m).Replies[0].State; s != community.ReplyUnknown || len(o.posted) != 0 {
		t.Errorf("after the restart it is %s, posted %v", s, o.posted)
	}
}

func TestAStopGivesRepliesBack(t *testing.T) {
	o := newOffice(t)
	m := o.says("1", "Bonjour ?")
	o.writes(m, "r1", "Bonjour.")
	o.passes(6 * time.Minute)
	if r := o.matter(m).Replies[0]; r.State != community.ReplyDraft || r.Note != "reply.note.late" || len(o.posted) != 0 {
		t.Errorf("%+v", r)
	}
}
