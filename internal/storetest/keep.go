package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
)

func testMood(t *testing.T, fresh func(testing.TB) Bench) {
	b := fresh(t)
	b.write(t, func(tx desk.Tx) error { // a zone that is half a day ahead
		c := community.AlwaysOpen()
		c.Zone = "Pacific/Auckland"
		return tx.PutBrand(t.Context(), community.Brand{ID: "a", Calendar: c})
	})
	for n, day := range []int{0, 0, 1} {
		m := message("a", n)
		m.CreatedAt = m.CreatedAt.AddDate(0, 0, day)
		m.ReceivedAt = m.CreatedAt
		b.file(t, fmt.Sprint("c", n), m)
	}
	night := message("a", 9) // 12:30 here is 01:30 of the next day there
	night.CreatedAt = time.Date(2026, 11, 3, 12, 30, 0, 0, time.UTC)
	night.ReceivedAt = night.CreatedAt
	b.file(t, "c9", night)
	from, to := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	read := func() (out string) {
		for _, m := range must[[]community.Mood](t)(b.Reader.Mood(t.Context(), system(), "a", from, to)) {
			out += fmt.Sprint(m.Day, " ", m.Category, " ", m.Sentiment, " ", m.N, "; ")
		}
		return out
	}
	events := must[[]community.Event](t)(b.Outbox.Unpublished(t.Context(), 100))
	const want = "2026-11-03 support negative 2; 2026-11-04 support negative 2; "
	for range 3 { // twice is once
		ok(t, b.Mood.Apply(t.Context(), events))
		same(t, "mood", read(), want)
	}
	b.write(t, func(tx desk.Tx) error { // one turns neutral, one is deleted
		for n, change := range map[int]func(*community.Entry){
			0: func(e *community.Entry) { e.Verdict.Sentiment.Label = "neutral" },
			2: func(e *community.Entry) { e.Gone = true },
		} {
			held, err := tx.Entry(t.Context(), keyOf(message("a", n)))
			if err != nil {
				return err
			}
			after := *held
			change(&after)
			if err := tx.PutEntry(t.Context(), held, &after); err != nil {
				return err
			}
		}
		return nil
	})
	ok(t, b.Mood.Apply(t.Context(), events))
	same(t, "after", read(), "2026-11-03 support negative 1; 2026-11-03 support neutral 1; 2026-11-04 support negative 1; ")
	state := read()
	for range 2 {
		ok(t, b.Mood.Rebuild(t.Context()))
		same(t, "rebuilt", read(), state)
		ok(t, b.Mood.Apply(t.Context(), events))
		same(t, "and told again", read(), state)
	}
	// Each figure opens its messages.
	there := must[*time.Location](t)(time.LoadLocation("Pacific/Auckland"))
	day := time.Date(2026, 11, 4, 0, 0, 0, 0, there)
	page := must[community.Page[community.Entry]](t)(b.Reader.Messages(t.Context(), system(), community.MessageQuery{
		Brand: "a", From: day, To: day.AddDate(0, 0, 1), Category: community.CategorySupport, Sentiment: community.Negative,
	}))
	same(t, "behind the figure", len(page.Items) == 1 && page.Items[0].Conversation == "c9", true)
	var keys []string
	q := community.MessageQuery{Brand: "a", Limit: 1}
	for {
		page := must[community.Page[community.Entry]](t)(b.Reader.Messages(t.Context(), system(), q))
		for _, e := range page.Items {
			keys = append(keys, e.Message.ID)
		}
		if q.Cursor = page.Next; q.Cursor == "" {
			break
		}
	}
	same(t, "newest first, page by page", fmt.Sprint(keys), "[m9 m1 m0]")
}

func testDoor(t *testing.T, fresh func(testing.TB) Bench) {
	b, ctx, now := fresh(t), t.Context(), Clock()
	same(t, "nobody yet", must[bool](t)(b.Door.AnyAgent(ctx)), false)
	lea := community.Agent{ID: "lea", Email: "Léa@Example.org", Name: "Léa", Lang: "fr", Active: true, Grants: []community.Grant{{Brand: "a", Role: community.RoleAgent}}}
	ok(t, b.Door.PutAgent(ctx, lea, "hash-1"))
	same(t, "somebody", must[bool](t)(b.Door.AnyAgent(ctx)), true)
	got, hash, err := b.Door.AgentByEmail(ctx, "léa@EXAMPLE.org")
	ok(t, err)
	same(t, "agent", got.ID+" "+hash, "lea hash-1")
	other := lea
	other.ID = "other"
	isKind(t, b.Door.PutAgent(ctx, other, "x"), community.Conflict)
	ok(t, b.Door.PutAgent(ctx, lea, "")) // keeps the password
	ok(t, b.Door.SetLang(ctx, "lea", "en"))
	got, hash, err = b.Door.AgentByEmail(ctx, lea.Email)
	ok(t, err)
	same(t, "agent", got.Lang+" "+hash, "en hash-1")
	_, _, err = b.Door.AgentByEmail(ctx, "nobody@example.org")
	isKind(t, err, community.NotFound)
	isKind(t, b.Door.SetLang(ctx, "nobody", "en"), community.NotFound)

	session := community.Session{Hash: "s1", Agent: "lea", CSRF: "c", Lang: "fr", Created: now, Expires: now.Add(time.Hour)}
	ok(t, b.Door.PutSession(ctx, session))
	held, agent, err := b.Door.Session(ctx, "s1", now)
	ok(t, err)
	same(t, "session", held, session)
	same(t, "its agent", agent.Name, "Léa")
	_, _, err = b.Door.Session(ctx, "s1", now.Add(time.Hour))
	isKind(t, err, community.NotFound)
	_, _, err = b.Door.Session(ctx, "nothing", now)
	isKind(t, err, community.NotFound)
	gone := lea
	gone.Active = false
	ok(t, b.Door.PutAgent(ctx, gone, ""))
	_, _, err = b.Door.Session(ctx, "s1", now)
	isKind(t, err, community.NotFound)
	ok(t, b.Door.PutAgent(ctx, lea, ""))
	ok(t, b.Door.EndSession(ctx, "s1"))
	_, _, err = b.Door.Session(ctx, "s1", now)
	isKind(t, err, community.NotFound)

	ok(t, b.Door.PutToken(ctx, "t1", "ci", community.Viewer{Agent: "bot", Grants: lea.Grants, System: true}))
	v := must[community.Viewer](t)(b.Door.Token(ctx, "t1"))
	same(t, "a token is never System", v.System, false)
	same(t, "its grant", v.Grants[0].Brand, "a")
	_, err = b.Door.Token(ctx, "t2")
	isKind(t, err, community.NotFound)

	ok(t, b.Door.PutInvite(ctx, "i1", now.Add(time.Hour)))
	isKind(t, b.Door.UseInvite(ctx, "i1", now.Add(time.Hour)), community.NotFound)
	ok(t, b.Door.UseInvite(ctx, "i1", now))
	isKind(t, b.Door.UseInvite(ctx, "i1", now), community.NotFound)

	for want := 1; want <= 3; want++ {
		same(t, "attempts", must[int](t)(b.Door.Attempt(ctx, "lea", now, time.Minute)), want)
	}
	same(t, "another's", must[int](t)(b.Door.Attempt(ctx, "tom", now, time.Minute)), 1)
	same(t, "the next window", must[int](t)(b.Door.Attempt(ctx, "lea", now.Add(time.Minute), time.Minute)), 1)
	ok(t, b.Door.ClearAttempts(ctx, "lea"))
	same(t, "cleared", must[int](t)(b.Door.Attempt(ctx, "lea", now.Add(time.Minute), time.Minute)), 1)
}

func testMemory(t *testing.T, fresh func(testing.TB) Bench) {
	b, ctx := fresh(t), t.Context()
	b.brands(t, "a", "b")
	accounts := must[[]community.Account](t)(b.Memory.Accounts(ctx))
	same(t, "accounts", len(accounts), 2)
	key := accounts[0].Key()
	same(t, "no cursor yet", must[community.Cursor](t)(b.Memory.Cursor(ctx, key)), community.Cursor{})
	published := community.Cursor{Since: "9", Until: "12", From: "page", Complete: Clock()}
	received := community.Cursor{Since: "7"}
	ok(t, b.Memory.SaveCursor(ctx, key, published))
	ok(t, b.Memory.SaveReceived(ctx, key, received))
	same(t, "published", must[community.Cursor](t)(b.Memory.Cursor(ctx, key)), published)
	same(t, "received", must[community.Cursor](t)(b.Memory.Received(ctx, key)), received)

	ok(t, b.Memory.SaveState(ctx, key, community.AccountReconnect, "network.token"))
	accounts = must[[]community.Account](t)(b.Memory.Accounts(ctx))
	same(t, "state", string(accounts[0].State)+" "+accounts[0].Why, "reconnect network.token")
	b.write(t, func(tx desk.Tx) error { // and the desk sees it
		s, err := tx.Settings(ctx, "a")
		same(t, "state in the settings", s.Accounts[0].State, community.AccountReconnect)
		return err
	})
	isKind(t, b.Memory.SaveState(ctx, "nobody", community.AccountActive, ""), community.NotFound)
}
