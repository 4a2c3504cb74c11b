package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
)

// saysWith lets a customer write something that deeds can be done to, and
// returns its key.
func (o *office) saysWith(id string, can ...community.Ability) string {
	o.t.Helper()
	m := o.says(id, "Où est mon colis ?", func(c *community.Classified) { c.Message.Can = can })
	return m.Identity().Key()
}

func TestDeeds(t *testing.T) {
	o := newOffice(t)
	sue := community.Viewer{Agent: "sue", Grants: []community.Grant{{Brand: "b", Role: community.RoleSupervisor}}}
	do := func(key string, deed community.Deed) error {
		_, err := o.Desk.Moderate(o.ctx, sue, key, deed)
		return err
	}
	until := o.now.Add(time.Hour)
	key := o.saysWith("1", community.Ability{Deed: community.DeedHide}, community.Ability{Deed: community.DeedLike, Until: until},
		community.Ability{Deed: community.DeedDelete, Why: "facebook.not_ours"})

	_, err := o.Desk.Moderate(o.ctx, o.lea, key, community.DeedHide)
	fault(t, "an agent", err, community.Forbidden, "viewer.moderate")
	_, err = o.Desk.Moderate(o.ctx, community.Viewer{Agent: "eve", Grants: []community.Grant{{Brand: "other", Role: community.RoleAdmin}}}, key, community.DeedHide)
	fault(t, "another brand's", err, community.NotFound, "message.unknown")
	fault(t, "no message", do("nothing", community.DeedHide), community.NotFound, "message.unknown")
	fault(t, "no deed", do(key, "burn"), community.Invalid, "deed.form")
	fault(t, "an answer", do(key, community.DeedPrivate), community.Invalid, "deed.form")
	fault(t, "with the network's reason", do(key, community.DeedDelete), community.Forbidden, "facebook.not_ours")
	fault(t, "nothing was said of it", do(key, community.DeedUnhide), community.Forbidden, "deed.unknown")
	if len(o.deeds) > 0 {
		t.Fatalf("the network was asked: %v", o.deeds)
	}

	o.deedFault = community.Faultf(community.Uncertain, "network.answer_lost")
	fault(t, "nobody knows", do(key, community.DeedHide), community.Uncertain, "network.answer_lost")
	if o.find("1").Hidden {
		t.Error("hidden, although nobody knows")
	}
	o.deedFault = nil
	for range 2 { // again changes nothing
		if err := do(key, community.DeedHide); err != nil {
			t.Fatal(err)
		}
	}
	if e := o.find("1"); !e.Hidden || e.Liked || e.Gone {
		t.Errorf("hidden: %+v", e)
	}
	if err := do(key, community.DeedUnhide); err != nil { // what we hid we may show again
		t.Errorf("shown again: %v", err)
	}
	if err := do(key, community.DeedLike); err != nil {
		t.Fatal(err)
	}
	if e := o.find("1"); e.Hidden || !e.Liked {
		t.Errorf("shown and liked: %+v", e)
	}
	o.now = until
	fault(t, "too late", do(key, community.DeedUnlike), community.Forbidden, "deed.late")
	if want := []string{"brand hide 1", "brand hide 1", "brand hide 1", "brand unhide 1", "brand like 1"}; !slices.Equal(o.deeds, want) {
		t.Errorf("the network did %v", o.deeds)
	}
	var acts []string
	m, err := o.reader.Matter(o.ctx, community.Viewer{System: true}, community.ConversationOf(key))
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range m.Acts {
		acts = append(acts, a.Agent+" "+a.Verb+" "+a.From)
	}
	if want := []string{"sue deed hide", "sue deed unhide", "sue deed like"}; !slices.Equal(acts, want) {
		t.Errorf("acts %v", acts)
	}
}

func TestDeletingOnTheNetwork(t *testing.T) {
	o := newOffice(t)
	sue := community.Viewer{Agent: "sue", Grants: []community.Grant{{Brand: "b", Role: community.RoleSupervisor}}}
	key := o.saysWith("1", community.Ability{Deed: community.DeedDelete})
	o.deedFault = community.Faultf(community.NotFound, "network.not_found") // its author was faster
	e, err := o.Desk.Moderate(o.ctx, sue, key, community.DeedDelete)
	if err != nil || !e.Gone || !e.Message.Deleted {
		t.Fatalf("deleted: %+v, %v", e, err)
	}
	events, err := o.reader.Events(o.ctx, community.Viewer{System: true}, 0, 100)
	if err != nil || events[len(events)-1].Type != community.EventMessageDeleted || events[len(events)-1].Message != key {
		t.Errorf("told %+v, %v", events, err)
	}
	n := len(events)
	// The network tells of it as well; then it is sighted once more as it was.
	o.receive(desk.Delivery{Classified: community.Classified{Message: community.Message{
		V: 1, Brand: "b", Network: "x", Account: "brand", ID: "1", Deleted: true, ReceivedAt: o.now, Origin: community.Live,
	}}})
	if events, err = o.reader.Events(o.ctx, community.Viewer{System: true}, 0, 100); err != nil || len(events) != n {
		t.Errorf("told again: %+v, %v", events[n:], err)
	}
	if e := o.find("1"); !e.Gone {
		t.Errorf("back again: %+v", e)
	}
	_, err = o.Desk.Moderate(o.ctx, sue, key, community.DeedDelete)
	fault(t, "what is gone", err, community.Invalid, "reply.target_deleted")
}

func TestADeadTokenAtADeed(t *testing.T) {
	o := newOffice(t)
	key := o.saysWith("1", community.Ability{Deed: community.DeedHide})
	o.deedFault = community.Faultf(community.Unauthorised, "network.unauthorised")
	_, err := o.Desk.Moderate(o.ctx, community.Viewer{System: true}, key, community.DeedHide)
	fault(t, "a dead token", err, community.Unauthorised, "network.unauthorised")
	s, err := o.reader.Standing(o.ctx, community.Viewer{System: true}, o.brand.Key())
	if err != nil || s.State != community.AccountReconnect || s.Why != "network.unauthorised" || !s.Since.Equal(o.now) {
		t.Errorf("it stands as %+v, %v", s, err)
	}
}

// TestPrivateAnswers answers in private what was said in public.
func TestPrivateAnswers(t *testing.T) {
	o := newOffice(t)
	o.says("1", "Où est mon colis ?", func(c *community.Classified) {
		c.Message.CanReply, c.Message.ReplyWhy = false, "x.not_summoned"
		c.Message.Can = []community.Ability{{Deed: community.DeedPrivate, Until: o.now.Add(time.Hour)}}
	})
	e := o.find("1")
	_, err := o.Answer(o.ctx, o.lea, desk.Answer{ID: "p", Conversation: e.Conversation, Account: o.care.Key(), Text: "Bonjour"})
	fault(t, "in public", err, community.Forbidden, "x.not_summoned")
	if err := o.whispers("a", e); err != nil {
		t.Fatalf("in private: %v", err)
	}
	fault(t, "a second one", o.whispers("b", e), community.Forbidden, "reply.private_once")
	if _, err := o.TakeBack(o.ctx, o.lea, "a"); err != nil {
		t.Fatal(err)
	}
	if err := o.whispers("a", e); err != nil {
		t.Fatalf("after it was taken back: %v", err)
	}
	if _, err := o.SendNow(o.ctx, o.lea, "a"); err != nil {
		t.Fatal(err)
	}
	if o.passes(0); len(o.posted) != 1 {
		t.Fatalf("it did not leave: %v", o.posted)
	}
	fault(t, "after it was sent", o.whispers("b", e), community.Forbidden, "reply.private_once")

	// Its time ends while it is held: it comes back.
	o.saysWith("2", community.Ability{Deed: community.DeedPrivate, Until: o.now.Add(time.Second)})
	e = o.find("2")
	if err := o.whispers("c", e); err != nil {
		t.Fatal(err)
	}
	o.passes(time.Minute)
	if c := o.reply("c"); c.State != community.ReplyDraft || c.Note != "reply.note.window" || len(o.posted) != 1 {
		t.Errorf("too late, it is %+v", c)
	}
	fault(t, "too late", o.whispers("d", e), community.Forbidden, "deed.late")
}

// TestAbilitiesAreLearned sights a message by push, which says little, and by a
// poll, which says more, in both orders.
func TestAbilitiesAreLearned(t *testing.T) {
	until := time.Date(2026, 11, 9, 12, 0, 0, 0, time.UTC)
	little := []community.Ability{{Deed: community.DeedLike}, {Deed: community.DeedHide, Why: "later"}}
	more := []community.Ability{{Deed: community.DeedHide}, {Deed: community.DeedPrivate, Until: until}, {Deed: community.DeedDelete, Why: "b"}}
	want := []community.Ability{{Deed: community.DeedPrivate, Until: until}, {Deed: community.DeedHide}, {Deed: community.DeedDelete, Why: "b"}, {Deed: community.DeedLike}}
	for _, order := range [][2][]community.Ability{{little, more}, {more, little}} {
		o := newOffice(t)
		for range 2 {
			for _, can := range order {
				o.says("1", "Où est mon colis ?", func(c *community.Classified) { c.Message.Can = slices.Clone(can) })
			}
		}
		if got := o.find("1").Message.Can; !slices.Equal(got, want) {
			t.Errorf("it learned %+v", got)
		}
		if n := o.find("1").Version; n > 2 {
			t.Errorf("it was written %d times", n+1)
		}
	}
}

// whispers answers a message in private, whatever else goes on.
func (o *office) whispers(id string, e community.Entry) error {
	_, err := o.Answer(o.ctx, o.lea, desk.Answer{
		ID: id, Conversation: e.Conversation, InReplyTo: e.Key, Account: o.care.Key(), Visibility: community.Private, Text: "Bonjour", Anyway: true,
	})
	return err
}

// reply reads one by its id.
func (o *office) reply(id string) (out community.Reply) {
	o.t.Helper()
	err := o.store.Write(o.ctx, func(tx desk.Tx) error {
		r, err := tx.Reply(o.ctx, id)
		if r != nil {
			out = *r
		}
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return out
}

// find is a message wherever it was filed.
func (o *office) find(id string) community.Entry {
	o.t.Helper()
	key := community.Identity{Brand: "b", Network: "x", ID: id}.Key()
	var out community.Entry
	err := o.store.Write(o.ctx, func(tx desk.Tx) error {
		e, err := tx.Entry(o.ctx, key)
		if e != nil {
			out = *e
		}
		return err
	})
	if err != nil || out.Key == "" {
		o.t.Fatalf("no message %s: %v", id, err)
	}
	return out
}

// TestHeldForATokenLeaves holds an answer while its account must be connected
// again, for longer than an answer may be late, and connects it.
func TestHeldForATokenLeaves(t *testing.T) {
	o := newOffice(t)
	m := o.says("1", "Où est mon colis ?")
	r, err := o.Answer(o.ctx, o.lea, desk.Answer{ID: "a", Conversation: community.ConversationOf(m.Identity().Key()), Account: o.care.Key(), Text: "Bonjour"})
	if err != nil {
		t.Fatal(err)
	}
	o.now = r.SendAfter
	o.answer = community.Faultf(community.Unauthorised, "network.unauthorised")
	o.passes(0)
	o.answer = nil
	o.now = o.now.Add(2 * time.Hour) // nobody looked meanwhile
	found := *o.care
	found.Name, found.Handle, found.Role = "renamed there", "maison_aide2", ""
	admin := community.Viewer{Agent: "ada", Grants: []community.Grant{{Brand: "b", Role: community.RoleAdmin}}}
	back, err := o.Connect(o.ctx, admin, "b", []desk.Connected{{Account: found, Secrets: map[string][]byte{"token": []byte("new")}}})
	if err != nil || len(back) != 1 || back[0].Key() != o.care.Key() || back[0].Handle != "maison_aide2" || back[0].Role != community.RoleSupport {
		t.Fatalf("connected again: %+v, %v", back, err)
	}
	if o.passes(0); len(o.posted) != 1 || !strings.Contains(o.posted[0], "Bonjour") {
		t.Errorf("it did not leave: %v", o.posted)
	}
}

// TestARefusedPrivateAnswerIsTriedAgainTooLate: where the network takes one, a
// refused one that is tried again after another was sent comes back.
func TestARefusedPrivateAnswerIsTriedAgainTooLate(t *testing.T) {
	o := newOffice(t)
	o.saysWith("1", community.Ability{Deed: community.DeedPrivate, Until: o.now.Add(24 * time.Hour)})
	e := o.find("1")
	o.answer = community.Faultf(community.Refused, "graph.refused")
	if err := o.whispers("a", e); err != nil {
		t.Fatal(err)
	}
	o.passes(time.Minute)
	o.answer = nil
	if err := o.whispers("b", e); err != nil || o.reply("a").State != community.ReplyRefused {
		t.Fatalf("%v, %+v", err, o.reply("a"))
	}
	o.passes(time.Minute)
	if _, err := o.Retry(o.ctx, o.lea, "a"); err != nil {
		t.Fatal(err)
	}
	o.passes(time.Second)
	if a, b := o.reply("a"), o.reply("b"); a.State != community.ReplyDraft || a.Note != "reply.private_once" || b.State != community.ReplySent || len(o.posted) != 1 {
		t.Errorf("posted %v: %+v, %+v", o.posted, a, b)
	}
}

// TestAnOldRefusalDoesNotParkANewToken: an answer that left with the old token is
// refused after the account was connected again. The account stays, and the
// answer leaves with the new token, once.
func TestAnOldRefusalDoesNotParkANewToken(t *testing.T) {
	for _, parked := range []bool{true, false} {
		o := newOffice(t)
		m := o.says("1", "Où est mon colis ?", func(c *community.Classified) { c.Message.Can = []community.Ability{{Deed: community.DeedHide}} })
		r, err := o.Answer(o.ctx, o.lea, desk.Answer{ID: "a", Conversation: community.ConversationOf(m.Identity().Key()), Account: o.care.Key(), Text: "Bonjour"})
		if err != nil {
			t.Fatal(err)
		}
		admin := community.Viewer{Agent: "ada", Grants: []community.Grant{{Brand: "b", Role: community.RoleAdmin}}}
		again := func(a *community.Account) {
			o.now = o.now.Add(time.Second)
			_, err := o.Connect(o.ctx, admin, "b", []desk.Connected{{Account: *a, Secrets: map[string][]byte{"token": []byte("new")}}})
			if err != nil {
				t.Fatal(err)
			}
		}
		o.now = r.SendAfter
		o.answer = community.Faultf(community.Unauthorised, "network.unauthorised")
		o.meanwhile = func() {
			if o.meanwhile = nil; !parked {
				again(o.care)
			}
		}
		o.passes(0)
		want := community.AccountActive
		if parked {
			want = community.AccountReconnect
		}
		if s, err := o.reader.Standing(o.ctx, admin, o.care.Key()); err != nil || s.State != want || s.Waiting != 1 {
			t.Errorf("it stands as %+v, %v", s, err)
		}
		if parked {
			again(o.care)
		}
		o.answer = nil
		for range 20 {
			o.passes(5 * time.Second)
		}
		if len(o.posted) != 1 {
			t.Errorf("posted %v", o.posted)
		}
		// A deed likewise.
		o.deedFault = community.Faultf(community.Unauthorised, "network.unauthorised")
		o.meanwhile = func() { o.meanwhile = nil; again(o.brand) }
		_, err = o.Desk.Moderate(o.ctx, community.Viewer{System: true}, m.Identity().Key(), community.DeedHide)
		fault(t, "an old token", err, community.Unauthorised, "network.unauthorised")
		if s, err := o.reader.Standing(o.ctx, admin, o.brand.Key()); err != nil || s.State != community.AccountActive {
			t.Errorf("it stands as %+v, %v", s, err)
		}
	}
}

// TestTwoDoTheSameDeed: two press at once; it is done and told once.
func TestTwoDoTheSameDeed(t *testing.T) {
	o := newOffice(t)
	key := o.saysWith("1", community.Ability{Deed: community.DeedHide})
	o.meanwhile = func() {
		o.meanwhile = nil
		if _, err := o.Desk.Moderate(o.ctx, community.Viewer{System: true}, key, community.DeedHide); err != nil {
			t.Error(err)
		}
	}
	if _, err := o.Desk.Moderate(o.ctx, community.Viewer{System: true}, key, community.DeedHide); err != nil {
		t.Fatal(err)
	}
	m, err := o.reader.Matter(o.ctx, community.Viewer{System: true}, community.ConversationOf(key))
	if err != nil || len(m.Acts) != 1 || !o.find("1").Hidden {
		t.Errorf("acts %+v, %v", m.Acts, err)
	}
}

// TestADeactivatedAccountIsNotPreferred: answers leave from another one.
func TestADeactivatedAccountIsNotPreferred(t *testing.T) {
	o := newOffice(t)
	m := o.says("1", "Merci !", func(c *community.Classified) { c.Verdict.Category.Label = "community" })
	off := false
	if _, err := o.ChangeAccount(o.ctx, community.Viewer{System: true}, o.brand.Key(), community.AccountEdit{Active: &off}); err != nil {
		t.Fatal(err)
	}
	if r := o.writes(m, "a", "Avec plaisir"); r.Account != o.care.Key() {
		t.Errorf("it leaves from %s", r.Account)
	}
	o.passes(time.Minute)
	if len(o.posted) != 1 {
		t.Errorf("posted %v", o.posted)
	}
}
