package storetest

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
)

func rulesOf(brand string, version int, ids ...string) *community.Rules {
	out := community.Rules{Brand: brand, Version: version}
	for i, id := range ids {
		out.List = append(out.List, community.Rule{
			ID: id, Brand: brand, Name: "Règle " + id, Enabled: true, Position: i + 1, Version: 1, ChangedBy: "lea", ChangedAt: Clock(),
			Condition: community.Condition{Phrase: "colis", Authors: []string{"tom"}},
			Effect:    community.Effect{Raise: community.High, Tags: []string{"vip"}},
		})
	}
	return &out
}

func testRules(t *testing.T, fresh func(testing.TB) Bench) {
	b := fresh(t)
	b.brands(t, "a", "b")
	ctx := t.Context()
	read := func(brand string) (out *community.Rules) {
		b.write(t, func(tx desk.Tx) (err error) { out, err = tx.Rules(ctx, brand); return err })
		return out
	}
	if got := read("a"); got != nil {
		t.Fatalf("a brand without rules of its own has %+v", got)
	}
	same(t, "no versions", len(must[map[string]int](t)(b.Rules.Versions(ctx))), 0)

	first := rulesOf("a", 1, "r1", "r2", "r3")
	b.write(t, func(tx desk.Tx) error {
		return tx.PutRules(ctx, nil, first, community.RuleChange{Brand: "a", Version: 1, Agent: "lea", Verb: "added", Rule: "r3", At: Clock()})
	})
	if got := read("a"); !reflect.DeepEqual(got, first) {
		t.Errorf("got %+v", got)
	}
	if got := read("b"); got != nil {
		t.Errorf("the other brand has %+v", got)
	}

	// One is deleted, one changed, the rest moves up.
	next := rulesOf("a", 2, "r3", "r1")
	next.List[1].Version, next.List[1].Enabled, next.List[1].Name = 2, false, "Autre"
	was := first.List[1]
	b.write(t, func(tx desk.Tx) error {
		return tx.PutRules(ctx, first, next, community.RuleChange{Brand: "a", Version: 2, Agent: "tom", Verb: "deleted", Rule: "r2", Was: &was, At: Clock().Add(time.Minute)})
	})
	if got := read("a"); !reflect.DeepEqual(got, next) {
		t.Errorf("got %+v", got)
	}
	if got := must[*community.Rules](t)(b.Rules.Rules(ctx, "a")); !reflect.DeepEqual(got, next) {
		t.Errorf("who applies them reads %+v", got)
	}
	same(t, "version", must[map[string]int](t)(b.Rules.Versions(ctx))["a"], 2)

	for name, stale := range map[string][2]*community.Rules{"an older one": {first, next}, "a first one": {nil, first}} {
		err := b.Store.Write(ctx, func(tx desk.Tx) error { return tx.PutRules(ctx, stale[0], stale[1], community.RuleChange{}) })
		if community.KindOf(err) != community.Conflict {
			t.Errorf("%s over a newer: %v", name, err)
		}
	}
	failed := errors.New("no")
	if err := b.Store.Write(ctx, func(tx desk.Tx) error {
		if err := tx.PutRules(ctx, next, rulesOf("a", 3), community.RuleChange{}); err != nil {
			return err
		}
		if err := b.Store.Read(ctx, func(r desk.Reader) error { // a page waits for no writer
			list, err := r.Rules(ctx, "a")
			if !reflect.DeepEqual(list, next) {
				t.Errorf("beside a writer: %+v", list)
			}
			settings, errSettings := r.Settings(ctx, "a")
			none, errNone := r.Settings(ctx, "nobody")
			changes, errChanges := r.RuleChanges(ctx, "a", 10)
			same(t, "beside a writer", fmt.Sprintln(settings.Brand.ID, none == nil, len(changes)), "a true 2\n")
			return errors.Join(err, errSettings, errNone, errChanges)
		}); err != nil {
			return err
		}
		return failed
	}); !errors.Is(err, failed) {
		t.Fatal(err)
	}
	same(t, "undone", len(read("a").List), 2)

	b.write(t, func(tx desk.Tx) error {
		changes, err := tx.RuleChanges(ctx, "a", 10)
		same(t, "changes", len(changes), 2)
		same(t, "the last", changes[0].Verb+" "+changes[0].Agent+" "+changes[0].Rule, "deleted tom r2")
		if !reflect.DeepEqual(changes[0].Was, &was) || !changes[0].At.Equal(Clock().Add(time.Minute)) {
			t.Errorf("it was %+v", changes[0])
		}
		same(t, "the first had nothing before", changes[1].Was == nil, true)
		return err
	})
}

// testRuled keeps what rules made of a message, and lists by its tags.
func testRuled(t *testing.T, fresh func(testing.TB) Bench) {
	b := fresh(t)
	b.brands(t, "a")
	ctx := t.Context()
	for i, tags := range [][]string{nil, {"fraud", "legal"}, {"legal"}, {"legality"}} {
		m := message("a", i+1)
		e := entry(m, string(rune('a'+i)))
		c := conversation(e.Conversation, m)
		c.Tags = tags
		if tags != nil {
			e.Verdict.Channel, e.Verdict.Tags, e.Verdict.Fired = "a.brand", tags, []string{"r1", "law"}
			e.Verdict.DecideUrgency(community.Critical)
		}
		b.write(t, func(tx desk.Tx) error {
			return errors.Join(tx.PutAuthor(ctx, &m), tx.PutEntry(ctx, nil, &e), tx.PutConversation(ctx, nil, &c))
		})
		b.write(t, func(tx desk.Tx) error {
			got, err := tx.Entry(ctx, e.Key)
			if err == nil && !reflect.DeepEqual(got.Verdict, e.Verdict) {
				t.Errorf("got %+v\nwant %+v", got.Verdict, e.Verdict)
			}
			facts, errFacts := tx.Facts(ctx, c.ID)
			if f := facts[0]; f.Channel != e.Verdict.Channel || !slices.Equal(f.Tags, tags) {
				t.Errorf("the fact has %q and %q", f.Channel, f.Tags)
			}
			held, errHeld := tx.Conversation(ctx, c.ID)
			if !slices.Equal(held.Tags, tags) {
				t.Errorf("the conversation has %q", held.Tags)
			}
			return errors.Join(err, errFacts, errHeld)
		})
	}
	for _, tt := range []struct {
		tags []string
		want int
	}{{nil, 4}, {[]string{"legal"}, 2}, {[]string{"fraud"}, 1}, {[]string{"fraud", "legality"}, 2}, {[]string{"lega"}, 0}, {[]string{"nothing"}, 0}} {
		q := community.Query{Brand: "a", Tag: tt.tags}
		page := must[community.Page[community.Conversation]](t)(b.Reader.Conversations(ctx, system(), q))
		same(t, "listed", len(page.Items), tt.want)
		same(t, "counted", must[community.Count](t)(b.Reader.Count(ctx, system(), q)).N, tt.want)
	}
}

// testRecent reads what a rule is tried on.
func testRecent(t *testing.T, fresh func(testing.TB) Bench) {
	b := fresh(t)
	b.brands(t, "a", "b")
	ctx := t.Context()
	for i := range 6 {
		m := message("a", i)
		m.Private = i == 4
		b.file(t, string(rune('a'+i)), m)
	}
	b.file(t, "z", message("b", 7))
	gone, ours := entry(message("a", 8), "g"), entry(message("a", 9), "o")
	gone.Gone, ours.Out = true, true
	b.write(t, func(tx desk.Tx) error { return errors.Join(tx.PutEntry(ctx, nil, &gone), tx.PutEntry(ctx, nil, &ours)) })
	read := func(v community.Viewer, since time.Time, limit int) (ids string, cut bool) {
		t.Helper()
		cut, err := b.Store.Recent(ctx, v, "a", since, limit, func(e *community.Entry) error {
			ids += e.Message.ID + " "
			return nil
		})
		ok(t, err)
		return ids, cut
	}
	for _, tt := range []struct {
		name  string
		v     community.Viewer
		since time.Time
		limit int
		want  string
		cut   bool
	}{
		{"newest first", system(), Clock(), 10, "m5 m4 m3 m2 m1 m0 ", false},
		{"as many as there are", system(), Clock(), 6, "m5 m4 m3 m2 m1 m0 ", false},
		{"cut", system(), Clock(), 2, "m5 m4 ", true},
		{"since", system(), Clock().Add(4 * time.Minute), 10, "m5 m4 ", false},
		{"not what is private", agentOf("a", community.RoleReader), Clock(), 10, "m5 m3 m2 m1 m0 ", false},
		{"nothing of another channel", agentOf("a", community.RoleAdmin, "a.brand"), Clock(), 10, "", false},
		{"nothing of another brand", agentOf("b", community.RoleAdmin), Clock(), 10, "", false},
	} {
		ids, cut := read(tt.v, tt.since, tt.limit)
		same(t, tt.name, ids, tt.want)
		same(t, tt.name+": cut", cut, tt.cut)
	}
	stop := errors.New("enough")
	if _, err := b.Store.Recent(ctx, system(), "a", Clock(), 10, func(e *community.Entry) error {
		want := entry(message("a", 5), "f")
		same(t, "text", e.Message.Text, want.Message.Text)
		same(t, "author", e.Message.Author, want.Message.Author)
		same(t, "account", e.Message.Account, want.Message.Account)
		same(t, "written", e.Message.At().Equal(want.Message.At()), true)
		same(t, "conversation", e.Conversation, "f")
		same(t, "category", e.Verdict.Category.Label, "support")
		same(t, "abstains", e.Verdict.Category.Abstain, true)
		same(t, "urgency", e.Verdict.Urgency.Label, "high")
		return stop
	}); !errors.Is(err, stop) {
		t.Errorf("visit's error is lost: %v", err)
	}
}
