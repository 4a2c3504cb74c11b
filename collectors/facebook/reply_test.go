package facebook_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors/graph"
	"github.com/vigie-hq/vigie/collectors/graph/graphtest"
	"github.com/vigie-hq/vigie/community"
)

func words(text string, v community.Visibility) community.Reply {
	return community.Reply{ID: "r", Text: text, Visibility: v, Agent: "lea", Kind: community.ReplyAnswer, CreatedAt: time.Now()}
}

func (d *desk) reply(target community.Message, r community.Reply) (community.Receipt, error) {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.t.Context(), 5*time.Second)
	defer cancel()
	return d.network.Reply(ctx, d.account, target, r)
}

// Meta's windows, at their borders: a letter 24 hours, seven days for a human
// with the permission; a comment is answered in private for seven days, once.
func TestTheWindowsAtTheirBorders(t *testing.T) {
	const day = 24 * time.Hour
	robot := words("We are open.", community.Private)
	robot.Agent, robot.Kind = "", community.ReplyAcknowledgement
	for _, c := range []struct {
		name  string
		age   time.Duration
		human bool // the app has the permission
		reply community.Reply
		key   string // empty: it leaves
	}{
		{"a letter of today", 23*time.Hour + 59*time.Minute, false, words("Yes.", community.Private), ""},
		{"a letter of yesterday", day + time.Minute, false, words("Yes.", community.Private), "graph.window"},
		{"with the permission", day + time.Minute, true, words("Yes.", community.Private), ""},
		{"with the permission, by a robot", day + time.Minute, true, robot, "graph.window"},
		{"almost seven days", 7*day - time.Minute, true, words("Yes.", community.Private), ""},
		{"seven days", 7*day + time.Minute, true, words("Yes.", community.Private), "graph.window"},
	} {
		d := newDesk(t, graphtest.Options{HumanAgent: c.human})
		id := d.server.Direct(d.page.ID, "Carla", "are you open?", time.Now().Add(-c.age))
		stop := d.collect(false)
		m := d.until(id, "the letter", there)
		stop()
		end := 24 * time.Hour
		if c.human {
			end = 7 * day
		}
		if until := m.CreatedAt.Add(end); !m.ReplyUntil.Equal(until) || m.CanReply != (c.age < end) || m.CanReply != (m.ReplyWhy == "") {
			t.Errorf("%s: can be answered %v until %v (%s)", c.name, m.CanReply, m.ReplyUntil, m.ReplyWhy)
		}
		receipt, err := d.reply(m, c.reply)
		if graph.FaultKey(err) != c.key || (err == nil) != (receipt.ID != "") {
			t.Errorf("%s: %+v %v", c.name, receipt, err)
		}
		if n := d.server.Said(d.page.ID, c.reply.Text); (n == 1) != (c.key == "") {
			t.Errorf("%s: %d sent", c.name, n)
		}
	}
}

// The window is counted from what the person last wrote, not from what is
// answered.
func TestALaterLetterOpensTheWindowAgain(t *testing.T) {
	d := newDesk(t, graphtest.Options{})
	old := d.server.Direct(d.page.ID, "Carla", "are you open?", time.Now().Add(-30*time.Hour))
	d.server.Direct(d.page.ID, "Carla", "hello?", time.Now().Add(-time.Hour))
	stop := d.collect(false)
	m := d.until(old, "the letter", there)
	stop()
	if _, err := d.reply(m, words("Yes, until eight.", community.Private)); err != nil {
		t.Error(err)
	}
}

func TestOnePrivateAnswerToAComment(t *testing.T) {
	const day = 24 * time.Hour
	d := newDesk(t, graphtest.Options{})
	post := d.server.PagePost(d.page.ID, "news", time.Now().Add(-9*day))
	fresh := d.server.Comment(post, "Alice", "where is my parcel?", time.Now().Add(-7*day+time.Minute))
	late := d.server.Comment(post, "Bob", "and mine?", time.Now().Add(-7*day-time.Minute))
	visitor := d.server.VisitorPost(d.page.ID, "Dora", "and mine?", time.Time{})
	d.collect(false)
	m := d.until(fresh, "the comment", there)
	if err := m.Able(community.DeedPrivate, time.Now()); err != nil {
		t.Errorf("cannot be answered in private: %v", err)
	}
	receipt, err := d.reply(m, words("Your number, please?", community.Private))
	if err != nil {
		t.Fatal(err)
	}
	echo := d.until(receipt.ID, "the echo", there)
	if !echo.Private || echo.Author.ID != d.page.ID || echo.Thread != d.server.PersonOf(d.page.ID, "Alice") {
		t.Errorf("the echo is %+v", echo)
	}
	found, ok, err := d.network.Look(t.Context(), d.account, m, words("Your number, please?", community.Private))
	if err != nil || !ok || found.ID != receipt.ID {
		t.Errorf("looking: %+v %v %v", found, ok, err)
	}
	if _, err := d.reply(m, words("Once more.", community.Private)); graph.FaultKey(err) != "graph.answered" || community.KindOf(err) != community.Refused {
		t.Errorf("a second private answer: %v", err)
	}
	m = d.until(late, "the late comment", there)
	if err := m.Able(community.DeedPrivate, time.Now()); err == nil {
		t.Error("a comment of eight days can be answered in private")
	}
	if _, err := d.reply(m, words("Too late.", community.Private)); graph.FaultKey(err) != "graph.window" {
		t.Errorf("after seven days: %v", err)
	}
	m = d.until(visitor, "the post", there)
	receipt, err = d.reply(m, words("Your number too?", community.Private))
	if err != nil {
		t.Fatal(err)
	}
	found, ok, err = d.network.Look(t.Context(), d.account, m, words("Your number too?", community.Private))
	if err != nil || !ok || found.ID != receipt.ID {
		t.Errorf("looking for the answer to a post: %+v %v %v", found, ok, err)
	}
}

// An answer to an answer is written below the comment that both stand under;
// reviews are answered below their story.
func TestWhereAnswersStand(t *testing.T) {
	d := newDesk(t, graphtest.Options{})
	post := d.server.VisitorPost(d.page.ID, "Alice", "hello", time.Time{})
	first := d.server.Comment(post, "Bob", "hello Alice", time.Time{})
	second := d.server.Comment(first, "Alice", "hello Bob", time.Time{})
	review := d.server.Review(d.page.ID, "Emma", "lovely", true, time.Time{})
	d.collect(false)
	receipt, err := d.reply(d.until(second, "the answer", there), words("Hello both!", community.Public))
	if err != nil {
		t.Fatal(err)
	}
	if m := d.until(receipt.ID, "ours", there); m.InReplyTo != first || m.Thread != post || m.Author.ID != d.page.ID {
		t.Errorf("ours is %+v", m)
	}
	if _, err := d.reply(d.until(review, "the review", there), words("Thank you!", community.Public)); err != nil {
		t.Errorf("a review: %v", err)
	}
}

func TestRepliesThatNobodyCanKnowOf(t *testing.T) {
	d := newDesk(t, graphtest.Options{})
	post := d.server.VisitorPost(d.page.ID, "Alice", "hello", time.Time{})
	letter := d.server.Direct(d.page.ID, "Carla", "hello", time.Time{})
	stop := d.collect(false)
	public, private := d.until(post, "the post", there), d.until(letter, "the letter", there)
	stop()
	for i, c := range []struct {
		failure graphtest.Failure
		kind    community.FaultKind
		sent    int
	}{
		{graphtest.LostAnswer, community.Uncertain, 1},
		{graphtest.HTMLReply, community.Uncertain, 1},
		{graphtest.HTML502, community.Uncertain, 0},
		{graphtest.Transient, community.Uncertain, 0},
		{graphtest.BusyReply, community.Unavailable, 0},
		{graphtest.LimitReply, community.Limited, 0},
		{graphtest.PageBlocked, community.Refused, 0},
		{graphtest.Blocked, community.Limited, 0},
	} {
		for _, target := range []community.Message{public, private} {
			text := "Answer " + strings.Repeat("I", i+1) + " to " + target.Text + string(target.Kind) + "."
			r := words(text, community.Public)
			if target.Private {
				r.Visibility = community.Private
			}
			d.server.Fail(c.failure, 1)
			if _, err := d.reply(target, r); community.KindOf(err) != c.kind {
				t.Errorf("failure %d: %v, want %s", c.failure, err, c.kind)
			}
			d.server.Fail(0, 0)
			if n := d.server.Said(d.page.ID, text); n != c.sent {
				t.Errorf("failure %d: sent %d times", c.failure, n)
			}
			_, ok, err := d.network.Look(t.Context(), d.account, target, r)
			if err != nil || ok != (c.sent == 1) {
				t.Errorf("failure %d: looking found %v, %v", c.failure, ok, err)
			}
		}
	}
	// Blocked: the account writes nothing any more, and says so.
	if health, _ := d.network.Check(t.Context(), d.account); health.Fault != "graph.blocked" {
		t.Errorf("health of a blocked account: %+v", health)
	}
}

func TestTextsThatAreTooLong(t *testing.T) {
	d := newDesk(t, graphtest.Options{})
	target := community.Message{ID: "1_2", Thread: "1_2", Kind: community.KindPost, CreatedAt: time.Now()}
	for _, c := range []struct {
		v community.Visibility
		n int
	}{{community.Public, 8001}, {community.Private, 2001}} {
		r := words(strings.Repeat("é", c.n), c.v)
		if _, err := d.reply(target, r); graph.FaultKey(err) != "reply.too_long" {
			t.Errorf("%d characters: %v", c.n, err)
		}
		if got := d.network.Count(c.v, r.Text); got != c.n {
			t.Errorf("counted %d", got)
		}
	}
}

func TestDeeds(t *testing.T) {
	d := newDesk(t, graphtest.Options{})
	post := d.server.PagePost(d.page.ID, "news", time.Time{})
	id := d.server.Comment(post, "Troll", "buy my pills", time.Time{})
	d.collect(true)
	m, ours := d.until(id, "the comment", there), d.until(post, "the post", there)
	for _, deed := range []community.Deed{community.DeedHide, community.DeedUnhide, community.DeedDelete, community.DeedLike} {
		if err := m.Able(deed, time.Now()); err != nil {
			t.Errorf("%s: %v", deed, err)
		}
	}
	if ours.Able(community.DeedHide, time.Now()) == nil || ours.Able(community.DeedDelete, time.Now()) != nil {
		t.Errorf("our own post can be: %+v", ours.Can)
	}
	for _, c := range []struct {
		deed  community.Deed
		field string
		want  any
	}{
		{community.DeedHide, "is_hidden", true},
		{community.DeedHide, "is_hidden", true},
		{community.DeedUnhide, "is_hidden", false},
		{community.DeedLike, "liked", true},
		{community.DeedUnlike, "liked", false},
		{community.DeedUnlike, "liked", false},
	} {
		if err := d.network.Moderate(t.Context(), d.account, m, c.deed); err != nil {
			t.Errorf("%s: %v", c.deed, err)
		}
		if got := d.server.Field(id, c.field); got != c.want {
			t.Errorf("%s: %s is %v", c.deed, c.field, got)
		}
	}
	for range 2 { // deleting what is gone is no error
		if err := d.network.Moderate(t.Context(), d.account, m, community.DeedDelete); err != nil {
			t.Errorf("delete: %v", err)
		}
	}
	if !d.server.Gone(id) {
		t.Error("not deleted")
	}
	d.until(id, "the deletion", func(m community.Message) bool { return m.Deleted })
	if err := d.network.Moderate(t.Context(), d.account, m, community.DeedHide); community.KindOf(err) != community.NotFound {
		t.Errorf("hiding what is gone: %v", err)
	}
	d.server.SetScopes(d.page.Token, "pages_read_engagement")
	if err := d.network.Moderate(t.Context(), d.account, ours, community.DeedDelete); community.KindOf(err) != community.Refused {
		t.Errorf("without permission: %v", err)
	}
}
