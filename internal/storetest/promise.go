package storetest

import (
	"reflect"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
)

func testDeadlines(t *testing.T, fresh func(testing.TB) Bench) {
	b := fresh(t)
	b.brands(t, "a")
	start := Clock()
	d := running(start)
	resolution := d
	resolution.Target, resolution.Warn, resolution.Due = community.TargetResolution, start.Add(3*time.Hour), start.Add(4*time.Hour)
	b.write(t, func(tx desk.Tx) error {
		m := message("a", 1)
		if err := put(t, tx, conversation("c1", m), m); err != nil {
			return err
		}
		return tx.PutDeadlines(t.Context(), "c1", []community.Deadline{d, resolution})
	})
	due := func(after time.Duration) (out []desk.DueDeadline) {
		b.write(t, func(tx desk.Tx) (err error) {
			out, err = tx.DueDeadlines(t.Context(), start.Add(after), 10)
			return err
		})
		return out
	}
	same(t, "before the warning", len(due(45*time.Minute-time.Millisecond)), 0)
	for range 2 { // until it is remembered as told
		found := due(50 * time.Minute)
		if len(found) != 1 || found[0].Breach || found[0].Conversation != "c1" || !reflect.DeepEqual(found[0].Deadline, d) {
			t.Fatalf("the warning: %+v", found)
		}
	}
	b.write(t, func(tx desk.Tx) error { return tx.Warned(t.Context(), "c1", d) })
	same(t, "once told", len(due(59*time.Minute)), 0)
	b.write(t, func(tx desk.Tx) error { // receiving a message rewrites them unchanged
		held, err := tx.Deadlines(t.Context(), "c1")
		if err != nil {
			return err
		}
		same(t, "deadlines", reflect.DeepEqual(held, []community.Deadline{d, resolution}), true)
		return tx.PutDeadlines(t.Context(), "c1", []community.Deadline{resolution, d})
	})
	same(t, "still told", len(due(59*time.Minute)), 0)
	same(t, "at its very end it is met", len(due(time.Hour)), 0)
	found := due(time.Hour + time.Millisecond)
	same(t, "the breach", len(found) == 1 && found[0].Breach, true)
	b.write(t, func(tx desk.Tx) error {
		return tx.PutDeadlines(t.Context(), "c1", []community.Deadline{resolution, found[0].Deadline.BreachAt(start.Add(2 * time.Hour))})
	})
	same(t, "once breached", len(due(2*time.Hour)), 0)
	later := resolution
	later.Due = later.Due.Add(time.Hour)
	b.write(t, func(tx desk.Tx) error { return tx.Warned(t.Context(), "c1", resolution) })
	b.write(t, func(tx desk.Tx) error { return tx.PutDeadlines(t.Context(), "c1", []community.Deadline{later}) })
	found = due(3*time.Hour + time.Minute)
	same(t, "moved: warned again", len(found) == 1 && !found[0].Breach, true)
	b.write(t, func(tx desk.Tx) error { return tx.PutDeadlines(t.Context(), "c1", nil) })
	same(t, "none", len(due(99*time.Hour)), 0)
}

func testReplies(t *testing.T, fresh func(testing.TB) Bench) {
	b := fresh(t)
	b.brands(t, "a")
	b.file(t, "c1", message("a", 1))
	now := Clock()
	reply := func(id, account string, after time.Duration) community.Reply {
		return community.Reply{
			ID: id, Brand: "a", Conversation: "c1", Account: account, Agent: "lea", Kind: community.ReplyAnswer, Text: "Bonjour " + id,
			State: community.ReplyHeld, SendAfter: now.Add(after), CreatedAt: now.Add(after), UpdatedAt: now, Version: 1, Visibility: community.Public,
		}
	}
	r1, r2, r3 := reply("r1", "k1", 10*time.Second), reply("r2", "k1", 5*time.Second), reply("r3", "k2", 20*time.Second)
	b.write(t, func(tx desk.Tx) error {
		for _, r := range []*community.Reply{&r1, &r2, &r3} {
			if err := tx.PutReply(t.Context(), nil, r); err != nil {
				return err
			}
		}
		got, err := tx.Reply(t.Context(), "r1")
		if err == nil && !reflect.DeepEqual(*got, r1) {
			t.Errorf("got %+v", *got)
		}
		all, err2 := tx.Replies(t.Context(), "c1")
		same(t, "oldest first", len(all) == 3 && all[0].ID == "r2" && all[2].ID == "r3", true)
		if err == nil {
			err = err2
		}
		return err
	})
	isKind(t, b.Store.Write(t.Context(), func(tx desk.Tx) error { return tx.PutReply(t.Context(), nil, &r1) }), community.Conflict)
	claim := func(at time.Duration, want string) {
		t.Helper()
		b.write(t, func(tx desk.Tx) error {
			r, err := tx.ClaimReply(t.Context(), now.Add(at))
			got := ""
			if r != nil {
				got = r.ID
			}
			same(t, "claimed", got, want)
			return err
		})
	}
	move := func(r *community.Reply, event community.ReplyEvent, at time.Duration, change func(*community.Reply)) {
		t.Helper()
		next := must[community.Reply](t)(r.Next(event, now.Add(at)))
		change(&next)
		b.write(t, func(tx desk.Tx) error { return tx.PutReply(t.Context(), r, &next) })
		isKind(t, b.Store.Write(t.Context(), func(tx desk.Tx) error { return tx.PutReply(t.Context(), r, &next) }), community.Conflict)
		*r = next
	}
	claim(4*time.Second, "")
	claim(30*time.Second, "r2")
	move(&r2, community.ReplyClaim, 30*time.Second, func(r *community.Reply) { r.LeaseUntil = now.Add(time.Minute) })
	claim(30*time.Second, "r3") // k1 is sending
	lost := func(at time.Duration) (n int) {
		b.write(t, func(tx desk.Tx) error {
			found, err := tx.LostReplies(t.Context(), now.Add(at))
			n = len(found)
			return err
		})
		return n
	}
	same(t, "lost before the lease ends", lost(59*time.Second), 0)
	same(t, "lost", lost(time.Minute), 1)
	move(&r2, community.ReplyLose, time.Minute, func(*community.Reply) {})
	b.write(t, func(tx desk.Tx) error {
		found, err := tx.UnknownReplies(t.Context())
		same(t, "unknown", len(found) == 1 && found[0].ID == "r2", true)
		return err
	})
	claim(time.Minute, "r1")
	move(&r2, community.ReplyFound, time.Minute, func(r *community.Reply) { r.Receipt = community.Receipt{ID: "native", At: now} })
	b.write(t, func(tx desk.Tx) error {
		for account, want := range map[string]bool{"k1": true, "k2": false} {
			r, err := tx.ReplyByReceipt(t.Context(), account, "native")
			if err != nil {
				return err
			}
			same(t, "by receipt of "+account, r != nil, want)
		}
		none, err := tx.ReplyByReceipt(t.Context(), "k1", "")
		same(t, "by no receipt", none == nil, true)
		return err
	})
}

func testComplaints(t *testing.T, fresh func(testing.TB) Bench) {
	b := fresh(t)
	b.brands(t, "a", "b")
	b.file(t, "c1", message("a", 1))
	b.file(t, "c2", message("a", 2))
	now := Clock()
	complaint := func(id, c string, due, opened time.Duration) community.Complaint {
		return community.Complaint{
			ID: id, Number: "R-" + id, Brand: "a", Conversation: c, State: community.ComplaintReceived, Summary: "s",
			OpenedAt: now.Add(opened), Due: now.Add(due), Version: 1,
		}
	}
	p1, p2 := complaint("p1", "c1", 2*time.Hour, time.Minute), complaint("p2", "c2", time.Hour, 0)
	b.write(t, func(tx desk.Tx) error {
		for _, want := range []int{1, 2} {
			n, err := tx.NextNumber(t.Context(), "a", 2026)
			if err != nil {
				return err
			}
			same(t, "number", n, want)
		}
		for _, other := range []struct {
			brand string
			year  int
		}{{"b", 2026}, {"a", 2027}} {
			n, err := tx.NextNumber(t.Context(), other.brand, other.year)
			if err != nil {
				return err
			}
			same(t, "number elsewhere", n, 1)
		}
		if err := tx.PutComplaint(t.Context(), nil, &p1); err != nil {
			return err
		}
		if err := tx.PutComplaint(t.Context(), nil, &p2); err != nil {
			return err
		}
		got, err := tx.ComplaintOf(t.Context(), "c1")
		same(t, "of the conversation", got != nil && got.ID == "p1", true)
		return err
	})
	closed := p2
	closed.State, closed.Version = community.ComplaintClosed, 2
	list := func(state string) (out string) {
		q := community.ComplaintQuery{Brand: "a", State: state, Limit: 1}
		for {
			page := must[community.Page[community.Complaint]](t)(b.Reader.Complaints(t.Context(), system(), q))
			for _, p := range page.Items {
				out += p.ID + " "
			}
			if q.Cursor = page.Next; q.Cursor == "" {
				return out
			}
		}
	}
	same(t, "open by due date", list("open"), "p2 p1 ")
	same(t, "all, newest first", list(""), "p1 p2 ")
	b.write(t, func(tx desk.Tx) error { return tx.PutComplaint(t.Context(), &p2, &closed) })
	isKind(t, b.Store.Write(t.Context(), func(tx desk.Tx) error { return tx.PutComplaint(t.Context(), &p2, &closed) }), community.Conflict)
	same(t, "open", list("open"), "p1 ")
	same(t, "all", list(""), "p1 p2 ")
	got := must[*community.Complaint](t)(b.Reader.Complaint(t.Context(), system(), "p2"))
	if !reflect.DeepEqual(*got, closed) {
		t.Errorf("got %+v", *got)
	}
}
