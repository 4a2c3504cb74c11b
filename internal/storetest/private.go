package storetest

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
)

// testPrivate asks every method of the reader for a private conversation, with
// every right in its brand but that of reading private messages: nothing of it
// may come, not even a number. One of its messages is public, and another
// conversation was merged into it.
func testPrivate(t *testing.T, fresh func(testing.TB) Bench) {
	b := fresh(t)
	b.brands(t, "a")
	open, hidden, inIt, merged := message("a", 1), message("a", 7), message("a", 8), message("a", 9)
	hidden.Text, hidden.Private, hidden.Author = "secret words", true, community.Author{ID: "secret-u", Handle: "secret-h", Name: "secret n"}
	inIt.Text, merged.Text = "secret too", "secret once"
	b.file(t, "c1", open)
	c := b.file(t, "secret-c", hidden, func(c *community.Conversation) { c.Due, c.ReplyState = Clock().Add(-time.Hour), "refused" })
	b.write(t, func(tx desk.Tx) error { return put(t, tx, c, inIt) })
	old := b.file(t, "secret-old", merged)
	b.write(t, func(tx desk.Tx) error {
		ctx, now := t.Context(), Clock()
		p := community.Complaint{ID: "secret-p", Number: "secret", Brand: "a", Conversation: c.ID, State: community.ComplaintReceived, Due: now, OpenedAt: now, Version: 1}
		r := community.Reply{ID: "secret-r", Brand: "a", Conversation: c.ID, Account: "secret-k", Text: "secret", State: community.ReplyDraft, CreatedAt: now, Version: 1}
		for _, err := range []error{
			tx.Merge(ctx, &old, &c), tx.PutComplaint(ctx, nil, &p), tx.PutReply(ctx, nil, &r),
			tx.PutNote(ctx, community.Note{ID: "secret-n", Conversation: c.ID, Text: "secret", At: now}),
		} {
			if err != nil {
				return err
			}
		}
		return nil
	})
	reader := reflect.ValueOf(b.Reader)
	for _, v := range []community.Viewer{agentOf("a", community.RoleAgent), agentOf("a", community.RoleAgent, "a.support"), mixed("a.support"), mixed("a.support", "a.brand")} {
		got := must[string](t)(ask(t, reader, v))
		for _, word := range []string{"secret words", "secret too", "secret once", "secret-c", "secret-old", "secret-p", "secret-r", "secret-n"} {
			same(t, fmt.Sprintf("%+v reads %s", v.Grants, word), strings.Contains(got, word), true)
		}
		b.agree(t, v, "a")
	}
	for _, v := range []community.Viewer{
		agentOf("a", community.RoleReader), agentOf("a", community.RoleBrand), agentOf("a", community.RoleBrand, "a.support"),
		mixed("a.brand"), mixed("a.brand", "a.support"),
	} {
		got := must[string](t)(ask(t, reader, v))
		if i := strings.Index(got, "secret"); i >= 0 {
			t.Errorf("%+v reads …%s…", v, got[max(0, i-100):min(len(got), i+100)])
		}
		same(t, "he reads the other one", strings.Contains(got, `"c1"`), true)
		tally := must[community.Tally](t)(b.Reader.Tally(t.Context(), v, "a"))
		for view, n := range map[string]int{community.ViewOpen: 1, community.ViewUnassigned: 1, community.ViewLate: 0, community.ViewTrouble: 0} {
			same(t, view, tally.Views[view], n)
		}
		b.agree(t, v, "a")
		for name, read := range map[string]func() error{
			"conversation": func() error { _, err := b.Reader.Conversation(t.Context(), v, "secret-c"); return err },
			"merged":       func() error { _, err := b.Reader.Conversation(t.Context(), v, "secret-old"); return err },
			"matter":       func() error { _, err := b.Reader.Matter(t.Context(), v, "secret-c"); return err },
			"complaint":    func() error { _, err := b.Reader.Complaint(t.Context(), v, "secret-p"); return err },
			"revisions":    func() error { _, err := b.Reader.Revisions(t.Context(), v, keyOf(inIt)); return err },
		} {
			if err := read(); community.KindOf(err) != community.NotFound {
				t.Errorf("%s of %+v: %v", name, v.Grants, err)
			}
		}
	}
}

// testAssignable compares who is listed with who may be given a conversation.
func testAssignable(t *testing.T, fresh func(testing.TB) Bench) {
	b := fresh(t)
	b.brands(t, "a", "b")
	at := func(role community.Role, brand string, channels ...string) community.Grant {
		return community.Grant{Brand: brand, Role: role, Channels: channels}
	}
	answers := map[string]bool{"agent": true, "one-channel": true, "two-roles": true}
	works := map[string]bool{"agent": true, "one-channel": true, "two-roles": true, "marketing": true, "reader": true, "looks-on-here": true}
	for id, grants := range map[string][]community.Grant{
		"agent": {at(community.RoleAgent, "a")}, "one-channel": {at(community.RoleSupervisor, "a", "a.support")},
		"two-roles": {at(community.RoleReader, "a"), at(community.RoleAgent, "a", "a.brand")},
		"marketing": {at(community.RoleBrand, "a")}, "reader": {at(community.RoleReader, "a")},
		"elsewhere": {at(community.RoleAgent, "b")}, "looks-on-here": {at(community.RoleReader, "a"), at(community.RoleAdmin, "b")},
		"nothing": nil, "gone": {at(community.RoleAgent, "a")},
	} {
		ok(t, b.Door.PutAgent(t.Context(), community.Agent{ID: id, Email: id + "@example.org", Active: id != "gone", Grants: grants}, "hash"))
	}
	listed := map[string]bool{}
	for _, a := range must[[]community.Agent](t)(b.Reader.Agents(t.Context(), agentOf("a", community.RoleReader), "a")) {
		listed[a.ID] = true
	}
	b.write(t, func(tx desk.Tx) error {
		for _, id := range []string{"agent", "one-channel", "two-roles", "marketing", "reader", "elsewhere", "looks-on-here", "nothing", "gone", "token:ci", ""} {
			able, err := tx.Assignable(t.Context(), "a", id)
			if err != nil {
				return err
			}
			same(t, id+" may be given something", able, answers[id])
			same(t, id+" is listed", listed[id], works[id])
		}
		return nil
	})
}

func testNotes(t *testing.T, fresh func(testing.TB) Bench) {
	b := fresh(t)
	b.brands(t, "a")
	c1, c2 := b.file(t, "c1", message("a", 1)), b.file(t, "c2", message("a", 2))
	first := community.Note{ID: "n1", Conversation: "c1", Agent: "lea", Text: "rappeler demain", At: Clock()}
	again, other, elsewhere := first, first, first
	again.At, other.Text, elsewhere.Conversation = Clock().Add(time.Minute), "ne pas rappeler", "c2"
	try := func(n community.Note) error {
		return b.Store.Write(t.Context(), func(tx desk.Tx) error { return tx.PutNote(t.Context(), n) })
	}
	ok(t, try(first))
	ok(t, try(again))
	for _, n := range []community.Note{other, elsewhere} {
		err := try(n)
		isKind(t, err, community.Conflict)
		same(t, "its key", strings.HasPrefix(err.Error(), "note.id"), true)
	}
	b.write(t, func(tx desk.Tx) error { return tx.Merge(t.Context(), &c1, &c2) })
	ok(t, try(again)) // by the old name of its conversation
	notes := must[*community.Matter](t)(b.Reader.Matter(t.Context(), system(), "c2")).Notes
	same(t, "notes", len(notes), 1)
	first.Conversation = "c2"
	same(t, "the note", notes[0], first)
}
