package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
)

// testJoinable compares the store's answer with the rule itself, pair by pair,
// over messages of few authors, threads and hours.
func testJoinable(t *testing.T, fresh func(testing.TB) Bench) {
	rapid.Check(t, func(r *rapid.T) {
		b := fresh(t)
		b.brands(t, "a", "b")
		var filed []community.Message
		n := rapid.IntRange(1, 12).Draw(r, "messages")
		for i := range n {
			m := drawMessage(r, i)
			filed = append(filed, m)
			b.write(t, func(tx desk.Tx) error { return put(t, tx, conversation("c"+m.ID, m), m) })
		}
		probe := drawMessage(r, n)
		var want []string
		for i := range filed {
			if community.Joins(&filed[i], &probe) {
				want = append(want, "c"+filed[i].ID)
			}
		}
		var got []string
		b.write(t, func(tx desk.Tx) error {
			found, err := tx.Joinable(t.Context(), &probe)
			for i := range found {
				got = append(got, found[i].ID)
				if i > 0 && found[i].FirstAt.Before(found[i-1].FirstAt) {
					r.Fatal("not the oldest first")
				}
			}
			return err
		})
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			r.Fatalf("joinable: got %v, want %v\nprobe %+v\nfiled %+v", got, want, probe, filed)
		}
	})
}

func drawMessage(r *rapid.T, i int) community.Message {
	m := message(rapid.SampledFrom([]string{"a", "a", "a", "b"}).Draw(r, "brand"), i)
	m.Author.ID = rapid.SampledFrom([]string{"u1", "u1", "u2", ""}).Draw(r, "author")
	m.Network = rapid.SampledFrom([]string{"x", "x", "mastodon"}).Draw(r, "network")
	m.Scope = rapid.SampledFrom([]string{"", "s"}).Draw(r, "scope")
	m.Account = rapid.SampledFrom([]string{"brand", "aide"}).Draw(r, "account")
	m.Thread = rapid.SampledFrom([]string{"t1", "t1", "t2", "", "m0", m.ID}).Draw(r, "thread")
	m.Private = rapid.Bool().Draw(r, "private")
	m.CreatedAt = Clock().Add(time.Duration(rapid.SampledFrom([]int{0, 23, 24, 25, 48, 72}).Draw(r, "hour"))*time.Hour +
		time.Duration(rapid.IntRange(0, 1).Draw(r, "ms"))*time.Millisecond)
	m.ReceivedAt = m.CreatedAt.Add(time.Minute)
	return m
}

func testThreads(t *testing.T, fresh func(testing.TB) Bench) {
	b := fresh(t)
	b.brands(t, "a", "b")
	first, second := message("a", 1), message("a", 2)
	second.Thread = first.Thread
	first.ID = first.Thread // the message the thread is named after
	elsewhere := message("b", 3)
	elsewhere.Thread = first.Thread
	b.file(t, "c2", second)
	b.file(t, "c1", first)
	b.file(t, "c3", elsewhere)
	own := message("a", 4)
	own.Thread, own.InReplyTo = first.Thread, first.ID
	b.write(t, func(tx desk.Tx) error {
		found, err := tx.Threaded(t.Context(), &own)
		same(t, "threaded", fmt.Sprint(names(found)), "[c1 c2]")
		return err
	})
	// Our own messages wait for what they answer.
	answer := message("a", 5)
	answer.InReplyTo, answer.Thread = "m9", "t9"
	private := message("a", 6)
	private.Private, private.Thread = true, "dm"
	stranger := message("b", 7)
	stranger.InReplyTo = "m9"
	b.write(t, func(tx desk.Tx) error {
		for _, m := range []community.Message{answer, private, stranger} {
			e := entry(m, "")
			e.Out = true
			if err := tx.PutEntry(t.Context(), nil, &e); err != nil {
				return err
			}
		}
		return nil
	})
	late, dm := message("a", 9), message("a", 10)
	dm.Private, dm.Thread = true, "dm"
	b.write(t, func(tx desk.Tx) error {
		for m, want := range map[*community.Message]string{&late: answer.ID, &dm: private.ID} {
			found, err := tx.Orphans(t.Context(), m)
			if err != nil {
				return err
			}
			if len(found) != 1 || found[0].Message.ID != want || found[0].Conversation != "" {
				t.Errorf("orphans of %s: %+v", m.ID, found)
				continue
			}
			// One that found its conversation is an orphan no more.
			if err := put(t, tx, conversation("c"+m.ID, *m), *m); err != nil {
				return err
			}
			after := found[0]
			after.Conversation, after.Version = "c"+m.ID, 2
			if err := tx.PutEntry(t.Context(), &found[0], &after); err != nil {
				return err
			}
			left, err := tx.Orphans(t.Context(), m)
			same(t, "left", len(left), 0)
			if err != nil {
				return err
			}
			facts, err := tx.Facts(t.Context(), "c"+m.ID)
			same(t, "facts", len(facts), 2)
			if err != nil {
				return err
			}
		}
		return nil
	})
	matter := must[*community.Matter](t)(b.Reader.Matter(t.Context(), system(), "cm9"))
	same(t, "messages", len(matter.Entries), 2)
	same(t, "found with its conversation", len(b.every(t, system(), community.Query{Q: `"numéro 5"`}, 9)), 1)
}

func names(cs []community.Conversation) []string {
	out := make([]string, len(cs))
	for i := range cs {
		out[i] = cs[i].ID
	}
	return out
}

func testHandedOver(t *testing.T, fresh func(testing.TB) Bench) {
	b := fresh(t)
	b.brands(t, "a")
	m := message("a", 1)
	b.file(t, "c1", m)
	said := community.Reply{
		ID: "h1", Brand: "a", Conversation: "c1", InReplyTo: m.Identity().Key(), Account: community.AccountKey("a", "x", "brand"),
		Kind: community.ReplyHandoff, State: community.ReplySent, Text: "@aide", CreatedAt: m.ReceivedAt, Version: 1,
	}
	b.write(t, func(tx desk.Tx) error {
		if err := tx.PutReply(t.Context(), nil, &said); err != nil {
			return err
		}
		return tx.PutHandoff(t.Context(), community.Handoff{
			ID: "h1", Reply: "h1", Conversation: "c1", From: community.AccountKey("a", "x", "brand"),
			To: community.AccountKey("a", "x", "aide"), Agent: "lea", At: m.ReceivedAt,
		})
	})
	next := message("a", 2)
	next.Author, next.Account = m.Author, "aide"
	for _, one := range []struct {
		name   string
		change func(*community.Message)
		want   string
	}{
		{"the same person", func(*community.Message) {}, "[c1]"},
		{"another account", func(m *community.Message) { m.Account = "brand" }, "[]"},
		{"another person", func(m *community.Message) { m.Author.ID = "u9" }, "[]"},
		{"nobody known", func(m *community.Message) { m.Author.ID = "" }, "[]"},
		{"just in time", func(x *community.Message) {
			x.ReceivedAt = m.ReceivedAt.Add(community.ReopenWithin - time.Second)
		}, "[c1]"},
		{"too late", func(x *community.Message) { x.ReceivedAt = m.ReceivedAt.Add(community.ReopenWithin) }, "[]"},
	} {
		probe := next
		one.change(&probe)
		b.write(t, func(tx desk.Tx) error {
			found, err := tx.HandedOver(t.Context(), &probe)
			same(t, one.name, fmt.Sprint(names(found)), one.want)
			return err
		})
	}
	b.write(t, func(tx desk.Tx) error {
		back := said
		back.State, back.Version = community.ReplyDraft, 2
		if err := tx.PutReply(t.Context(), &said, &back); err != nil {
			return err
		}
		found, err := tx.HandedOver(t.Context(), &next)
		same(t, "taken back", fmt.Sprint(names(found)), "[]")
		return err
	})
}
