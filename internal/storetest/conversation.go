package storetest

import (
	"reflect"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
)

func testConversations(t *testing.T, fresh func(testing.TB) Bench) {
	b := fresh(t)
	b.brands(t, "a")
	m := message("a", 1)
	now := Clock()
	want := b.file(t, "c1", m, func(c *community.Conversation) {
		c.CategoryBy, c.UrgencyBy, c.UrgencyAt, c.HumanUrgent = "lea", "lea", now, community.Critical
		c.Triage, c.Complaint, c.Assignee, c.Private = true, true, "lea", true
		c.AnsweredAt, c.OpenedBy, c.OpenedAt, c.ClosedBy, c.ClosedAt = now, "lea", now, "tom", now
		c.Target, c.Start, c.Warn, c.Due = community.TargetFirstReply, now, now.Add(time.Minute), now.Add(time.Hour)
		c.ReplyState, c.Case = "refused", "R-2026-0001"
	})
	got := must[*community.Conversation](t)(b.Reader.Conversation(t.Context(), system(), "c1"))
	if !reflect.DeepEqual(*got, want) {
		t.Errorf("got  %+v\nwant %+v", *got, want)
	}
	_, err := b.Reader.Conversation(t.Context(), system(), "nobody")
	isKind(t, err, community.NotFound)
	b.write(t, func(tx desk.Tx) error {
		got, err := tx.Conversation(t.Context(), "c1")
		if err == nil && !reflect.DeepEqual(*got, want) {
			t.Errorf("within: %+v", *got)
		}
		none, err2 := tx.Conversation(t.Context(), "nobody")
		same(t, "nobody", none == nil && err2 == nil, true)
		return err
	})
	testFacts(t, &b)
}

// testFacts compares facts of a new conversation, which the transaction may
// know by heart, with what is read later.
func testFacts(t *testing.T, b *Bench) {
	early, late, ours := message("a", 2), message("a", 3), message("a", 4)
	gone := message("a", 5)
	var within []community.Fact
	b.write(t, func(tx desk.Tx) error {
		c := conversation("c2", early)
		for _, m := range []community.Message{late, early} {
			if err := put(t, tx, c, m); err != nil {
				return err
			}
		}
		reply, deleted := entry(ours, "c2"), entry(gone, "c2")
		reply.Out, reply.ReplyKind, reply.Asks = true, community.ReplyAcknowledgement, false
		deleted.Gone, deleted.Revision.Deleted = true, true
		for _, e := range []community.Entry{reply, deleted} {
			if err := tx.PutEntry(t.Context(), nil, &e); err != nil {
				return err
			}
		}
		var err error
		within, err = tx.Facts(t.Context(), "c2")
		return err
	})
	b.write(t, func(tx desk.Tx) error {
		after, err := tx.Facts(t.Context(), "c2")
		if !reflect.DeepEqual(within, after) {
			t.Errorf("facts within\n%+v\nand after\n%+v", within, after)
		}
		same(t, "facts", len(after), 4)
		same(t, "first", after[0].Key, early.Identity().Key())
		same(t, "ours", after[2].Out && !after[2].Answers, true)
		for key, find := range map[string]func() (*community.Entry, error){
			early.Identity().Key(): func() (*community.Entry, error) { return tx.Opening(t.Context(), "c2") },
			late.Identity().Key():  func() (*community.Entry, error) { return tx.Latest(t.Context(), "c2") },
		} {
			e, err := find()
			if err != nil || e == nil || e.Key != key || e.Conversation != "c2" {
				t.Errorf("got %+v, %v", e, err)
			}
		}
		none, err2 := tx.Latest(t.Context(), "nobody")
		same(t, "nobody's latest", none == nil && err2 == nil, true)
		return err
	})
}

func testVersions(t *testing.T, fresh func(testing.TB) Bench) {
	b := fresh(t)
	b.brands(t, "a")
	c := b.file(t, "c1", message("a", 1))
	next := c
	next.Version, next.Assignee = 2, "lea"
	b.write(t, func(tx desk.Tx) error { return tx.PutConversation(t.Context(), &c, &next) })
	for name, try := range map[string]func(tx desk.Tx) error{
		"an old version":       func(tx desk.Tx) error { return tx.PutConversation(t.Context(), &c, &next) },
		"a version that stays": func(tx desk.Tx) error { return tx.PutConversation(t.Context(), &next, &next) },
		"a version that skips": func(tx desk.Tx) error { d := next; d.Version = 4; return tx.PutConversation(t.Context(), &next, &d) },
		"another conversation's": func(tx desk.Tx) error {
			d := next
			d.ID, d.Version = "c2", 3
			return tx.PutConversation(t.Context(), &next, &d)
		},
		"a new one with an old id": func(tx desk.Tx) error { return tx.PutConversation(t.Context(), nil, &c) },
	} {
		if err := b.Store.Write(t.Context(), try); err == nil {
			t.Errorf("%s was written", name)
		} else if name != "a new one with an old id" {
			isKind(t, err, community.Conflict)
		}
	}
	got := must[*community.Conversation](t)(b.Reader.Conversation(t.Context(), system(), "c1"))
	same(t, "assignee", got.Assignee, "lea")
	same(t, "version", got.Version, 2)
}

func testMerge(t *testing.T, fresh func(testing.TB) Bench) {
	b := fresh(t)
	b.brands(t, "a")
	m1, m2, m3 := message("a", 1), message("a", 2), message("a", 3)
	c1, c2, c3 := b.file(t, "c1", m1), b.file(t, "c2", m2), b.file(t, "c3", m3)
	now := Clock()
	b.write(t, func(tx desk.Tx) error {
		ctx := t.Context()
		r := community.Reply{ID: "r2", Brand: "a", Conversation: "c2", Account: "k", State: community.ReplyDraft, CreatedAt: now, Version: 1}
		p := community.Complaint{ID: "p2", Brand: "a", Conversation: "c2", State: community.ComplaintReceived, OpenedAt: now, Due: now.Add(time.Hour), Version: 1}
		for _, err := range []error{
			tx.PutReply(ctx, nil, &r), tx.PutComplaint(ctx, nil, &p),
			tx.PutNote(ctx, community.Note{ID: "n2", Conversation: "c2", Agent: "lea", Text: "note", At: now}),
			tx.PutAct(ctx, community.Act{Conversation: "c2", Agent: "lea", Verb: "assigned", To: "tom", At: now}),
			tx.PutDeadlines(ctx, "c1", []community.Deadline{running(now)}),
			tx.PutDeadlines(ctx, "c2", []community.Deadline{running(now)}),
		} {
			if err != nil {
				return err
			}
		}
		return nil
	})
	b.write(t, func(tx desk.Tx) error {
		if err := tx.Merge(t.Context(), &c2, &c1); err != nil {
			return err
		}
		// Seen at once: by its old id, with both messages.
		held, err := tx.Conversation(t.Context(), "c2")
		if err != nil {
			return err
		}
		same(t, "the one that stays", held.ID, "c1")
		facts, err := tx.Facts(t.Context(), "c2")
		same(t, "facts", len(facts), 2)
		e, err2 := tx.Entry(t.Context(), m2.Identity().Key())
		if err2 != nil {
			return err2
		}
		same(t, "the message's conversation", e.Conversation, "c1")
		return err
	})
	b.write(t, func(tx desk.Tx) error { return tx.Merge(t.Context(), &c1, &c3) })
	for _, id := range []string{"c1", "c2", "c3"} {
		matter := must[*community.Matter](t)(b.Reader.Matter(t.Context(), system(), id))
		same(t, "id", matter.Conversation.ID, "c3")
		same(t, "messages", len(matter.Entries), 3)
		same(t, "replies", len(matter.Replies), 1)
		same(t, "its conversation", matter.Replies[0].Conversation, "c3")
		same(t, "notes", len(matter.Notes), 1)
		same(t, "acts", len(matter.Acts), 1)
		same(t, "deadlines", len(matter.Deadlines), 2)
		same(t, "complaint", matter.Complaint != nil && matter.Complaint.Conversation == "c3", true)
	}
	same(t, "in the list", len(b.every(t, system(), community.Query{}, 10)), 1)
	same(t, "found by the words of what was merged", ids(must[community.Page[community.Conversation]](t)(
		b.Reader.Conversations(t.Context(), system(), community.Query{Q: `"numéro 2"`})))[0], "c3")
	b.agree(t, system(), "a")
	// Merged in the transaction that made them.
	b.write(t, func(tx desk.Tx) error {
		d, e := conversation("d", message("a", 20)), conversation("e", message("a", 21))
		for _, err := range []error{put(t, tx, d, message("a", 20)), put(t, tx, e, message("a", 21)), tx.Merge(t.Context(), &d, &e)} {
			if err != nil {
				return err
			}
		}
		facts, err := tx.Facts(t.Context(), "e")
		same(t, "facts", len(facts), 2)
		return err
	})
	b.agree(t, system(), "a")
}

func running(start time.Time) community.Deadline {
	return community.Deadline{
		Target: community.TargetFirstReply, Start: start, Warn: start.Add(45 * time.Minute), Due: start.Add(time.Hour),
		State: community.DeadlineRunning,
	}
}
