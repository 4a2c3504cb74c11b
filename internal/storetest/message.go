package storetest

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
)

func testEntries(t *testing.T, fresh func(testing.TB) Bench) {
	b := fresh(t)
	b.brands(t, "a")
	m := message("a", 1)
	m.Media = []community.Media{{Type: "image", URL: "https://example.org/1.jpg"}}
	m.Extra = map[string]json.RawMessage{"geo": json.RawMessage(`{"lat":48.8}`)}
	m.EditedAt, m.ReplyUntil, m.Lag, m.Batch, m.Via, m.URL = m.CreatedAt.Add(time.Minute), m.CreatedAt.Add(24*time.Hour), 90*time.Second, "batch", "query", "https://x/1"
	m.InReplyTo, m.ReplyWhy, m.Author.URL = "m0", "x.not_summoned", "https://x/u1"
	m.Can = []community.Ability{{Deed: community.DeedHide}, {Deed: community.DeedPrivate, Until: m.CreatedAt.Add(7 * 24 * time.Hour)}, {Deed: community.DeedLike, Why: "x.no_likes"}}
	want := entry(m, "c1")
	b.write(t, func(tx desk.Tx) error {
		if got, err := tx.Entry(t.Context(), want.Key); err != nil || got != nil {
			t.Errorf("before it is put: %v, %v", got, err)
		}
		if err := put(t, tx, conversation("c1", m), m); err != nil {
			return err
		}
		got, err := tx.Entry(t.Context(), want.Key) // within the transaction
		if err == nil && !reflect.DeepEqual(*got, want) {
			t.Errorf("got  %+v\nwant %+v", *got, want)
		}
		return err
	})
	after := want
	after.Version, after.Out, after.Gone, after.Asks, after.Reply, after.ReplyKind, after.Edits = 2, true, true, false, "r1", community.ReplyAnswer, 3
	after.Hidden, after.Liked, after.Message.ReplyWhy, after.Message.Can = true, true, "", nil
	after.Message.Text, after.Message.Deleted = "autre chose", true
	after.Revision = community.Revision{Hash: after.Message.Hash(), At: m.EditedAt.Add(time.Second), Seen: m.ReceivedAt, Deleted: true}
	b.write(t, func(tx desk.Tx) error { return tx.PutEntry(t.Context(), &want, &after) })
	b.write(t, func(tx desk.Tx) error {
		got, err := tx.Entry(t.Context(), want.Key)
		if err == nil && !reflect.DeepEqual(*got, after) {
			t.Errorf("got  %+v\nwant %+v", *got, after)
		}
		return err
	})
	matter := must[*community.Matter](t)(b.Reader.Matter(t.Context(), system(), "c1"))
	if len(matter.Entries) != 1 || !reflect.DeepEqual(matter.Entries[0], after) {
		t.Errorf("the reader has %+v", matter.Entries)
	}
	found := b.every(t, system(), community.Query{Q: "autre chose"}, 10)
	same(t, "found by its new words", len(found), 1)
	same(t, "found by its old words", len(b.every(t, system(), community.Query{Q: `"mon colis"`}, 10)), 0)
}

func testOddText(t *testing.T, fresh func(testing.TB) Bench) {
	b := fresh(t)
	b.brands(t, "a")
	for i, text := range []string{
		"", "\x00", "a\x00b\x00", "\xff\xfe broken \xc3", strings.Repeat("😡", 10000), strings.Repeat("mot ", 250000),
		"<script>alert(1)</script>", "\u202e right to left עברית", "%s '; DROP TABLE message; --", strings.Repeat("\n", 5000), `"" OR NEAR( *`,
	} {
		m := message("a", i+1)
		m.Text = text
		m.Author.Name = text[:min(len(text), 50)]
		c := b.file(t, "c"+m.ID, m)
		matter := must[*community.Matter](t)(b.Reader.Matter(t.Context(), system(), c.ID))
		got := matter.Entries[0].Message.Text
		want := strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
		if got != want {
			t.Errorf("%.30q came back as %.30q", text, got)
		}
	}
	for i, at := range []time.Time{time.Unix(0, 0), time.Unix(-1e9, 0), time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(1, 1, 1, 0, 0, 1, 0, time.UTC)} {
		m := message("a", 100+i)
		m.CreatedAt, m.ReceivedAt = at.UTC(), at.UTC().Add(time.Hour)
		c := b.file(t, "c"+m.ID, m)
		got := must[*community.Matter](t)(b.Reader.Matter(t.Context(), system(), c.ID)).Entries[0].Message.CreatedAt
		if got.Sub(at).Abs() > time.Millisecond || got.IsZero() {
			t.Errorf("%s came back as %s", at, got)
		}
	}
}

func testRevisions(t *testing.T, fresh func(testing.TB) Bench) {
	b := fresh(t)
	b.brands(t, "a")
	m := message("a", 1)
	b.file(t, "c1", m)
	key := m.Identity().Key()
	second := community.Revision{Hash: "h2", At: m.CreatedAt.Add(time.Minute), Seen: m.ReceivedAt.Add(time.Minute)}
	b.write(t, func(tx desk.Tx) error {
		if h, err := tx.History(t.Context(), "nobody"); err != nil || len(h.Contents) > 0 || h.Gone {
			t.Errorf("history of nothing: %+v, %v", h, err)
		}
		held, err := tx.Entry(t.Context(), key)
		if err != nil {
			return err
		}
		if err := tx.PutRevision(t.Context(), key, held.Revision, held.Message.Text); err != nil {
			return err
		}
		after := *held
		after.Message.Text, after.Revision, after.Version = "nouveau", second, 2
		return tx.PutEntry(t.Context(), held, &after)
	})
	b.write(t, func(tx desk.Tx) error {
		h, err := tx.History(t.Context(), key)
		if err != nil {
			return err
		}
		same(t, "contents", len(h.Contents), 2)
		if cur := h.Current(); cur == nil || *cur != second {
			t.Errorf("the newest is %+v", cur)
		}
		// Back to the first words: the old row of the same content is no second one.
		held, err := tx.Entry(t.Context(), key)
		if err != nil {
			return err
		}
		after := *held
		after.Revision = m.Revision()
		after.Revision.At = second.At.Add(time.Minute)
		after.Message.Text = m.Text
		if err := tx.PutRevision(t.Context(), key, second, "nouveau"); err != nil {
			return err
		}
		if err := tx.PutEntry(t.Context(), held, &after); err != nil {
			return err
		}
		h, err = tx.History(t.Context(), key)
		same(t, "contents", len(h.Contents), 2)
		same(t, "newest", h.Current().Hash, m.Hash())
		return err
	})
	words := must[[]community.Wording](t)(b.Reader.Revisions(t.Context(), system(), key))
	same(t, "wordings", len(words), 2)
	same(t, "first", words[0].Text, m.Text)
	same(t, "second", words[1].Text, "nouveau")
}

func testAuthors(t *testing.T, fresh func(testing.TB) Bench) {
	b := fresh(t)
	b.brands(t, "a")
	first := message("a", 1)
	b.file(t, "c1", first)
	name := func(m community.Message, name string, after time.Duration) community.Message {
		m.Author.Name, m.Author.Handle = name, name
		m.CreatedAt, m.ReceivedAt = m.CreatedAt.Add(after), m.ReceivedAt.Add(after)
		return m
	}
	shown := func() string {
		return must[*community.Conversation](t)(b.Reader.Conversation(t.Context(), system(), "c1")).Author.Name
	}
	for _, step := range []struct {
		m    community.Message
		want string
	}{
		{name(first, "later", time.Hour), "later"},
		{name(first, "earlier", -time.Hour), "later"},
		{name(first, "later", 3*time.Hour), "later"},
		{name(first, "between", 2*time.Hour), "later"},
		{name(first, "last", 4*time.Hour), "last"},
	} {
		b.write(t, func(tx desk.Tx) error { return tx.PutAuthor(t.Context(), &step.m) })
		same(t, "the profile shown", shown(), step.want)
	}
	// Somebody without an id is told apart from everybody.
	unknown := message("a", 2)
	unknown.Author.ID = ""
	b.file(t, "c2", unknown)
	other := message("a", 3)
	other.Author = community.Author{Name: "quelqu'un d'autre"}
	b.file(t, "c3", other)
	got := must[*community.Conversation](t)(b.Reader.Conversation(t.Context(), system(), "c2"))
	same(t, "unknown author", got.Author, unknown.Author)
	same(t, "his person", got.Person, "")
}

func testSettings(t *testing.T, fresh func(testing.TB) Bench) {
	b := fresh(t)
	b.write(t, func(tx desk.Tx) error {
		if s, err := tx.Settings(t.Context(), "a"); err != nil || s != nil {
			t.Errorf("settings of no brand: %v, %v", s, err)
		}
		return nil
	})
	b.brands(t, "a", "b")
	account := community.Account{Brand: "a", Network: "x", Name: "aide", Role: community.RoleSupport, Sends: true, State: community.AccountActive}
	undone := b.Store.Write(t.Context(), func(tx desk.Tx) error {
		if err := tx.PutAccount(t.Context(), account); err != nil {
			return err
		}
		s, err := tx.Settings(t.Context(), "a")
		if err != nil {
			return err
		}
		same(t, "accounts within", len(s.Accounts), 2)
		return errUndo
	})
	same(t, "undone", undone != nil, true)
	b.write(t, func(tx desk.Tx) error {
		s, err := tx.Settings(t.Context(), "a")
		if err != nil {
			return err
		}
		same(t, "accounts after the undo", len(s.Accounts), 1)
		same(t, "channels", len(s.Channels), 4)
		same(t, "hours", s.Hours["a.support"] != nil && s.Hours["a"] != nil, true)
		if err := tx.PutAccount(t.Context(), account); err != nil {
			return err
		}
		s, err = tx.Settings(t.Context(), "a")
		same(t, "accounts now", len(s.Accounts), 2)
		return err
	})
	same(t, "accounts of the other brand", len(must[[]community.Account](t)(b.Reader.Accounts(t.Context(), system(), "b"))), 1)
	bad := community.Brand{ID: "c", Calendar: community.Calendar{Zone: "Mars/Olympus"}}
	isKind(t, b.Store.Write(t.Context(), func(tx desk.Tx) error { return tx.PutBrand(t.Context(), bad) }), community.Invalid)
}
