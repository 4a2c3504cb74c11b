package collectortest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/community"
)

func words(n int) string { return fmt.Sprintf("parcel number %d is late", n) }

func (s *stage) sayMany(t *testing.T, n int) (ids []string) {
	t.Helper()
	for i := range n {
		ids = append(ids, s.say(t, Post{Text: words(len(s.said) + i)}))
	}
	return ids
}

// How long a backlog may stand still, and how many messages make a sweep of
// several pages.
const (
	backlogPatience = time.Minute
	several         = 130
)

func backlog(t *testing.T, s *stage) {
	old := s.sayMany(t, s.Backlog)
	s.Patience = max(s.Patience, backlogPatience)
	time.Sleep(20 * time.Millisecond) // the connection is later than the history
	s.start(t)
	s.settled(t)
	for _, id := range old {
		if held, _ := s.house.Get(id); held.First.Origin != community.Backfill {
			t.Fatalf("history %s came as %s", id, held.First.Origin)
		}
	}
	id := s.say(t, Post{Text: "and now it broke"})
	if m := s.message(t, id); m.Origin != community.Live {
		t.Errorf("news came as %s", m.Origin)
	}
	s.settled(t)
	s.stop()
	if d := s.house.Doubles(); d != 0 {
		t.Errorf("%d messages were published twice", d)
	}
	if l := s.house.Ledger(); !s.Shared && l.Backfilled != int64(s.Backlog) || l.Pushed+l.Recovered != 1 {
		t.Errorf("ledger: %+v", l)
	}
}

func live(t *testing.T, s *stage) {
	s.start(t)
	s.polledSince(t, time.Now())
	first := s.say(t, Post{Text: "hello"})
	s.message(t, first)
	ids := s.sayMany(t, 10)
	s.settled(t)
	s.edit(t, ids[3], "parcel found, thank you")
	s.remove(t, ids[4])
	s.settled(t)
	s.edit(t, ids[3], "parcel lost again")
	s.settled(t)
	s.stop()
	if d := s.house.Doubles(); d != 0 {
		t.Errorf("%d messages were published twice", d)
	}
	l, edits, deletes := s.house.Ledger(), int64(0), int64(0)
	if s.Server.Edit != nil {
		edits = 2
	}
	if s.Server.Delete != nil {
		deletes = 1
	}
	if l.Pushed+l.Recovered != 11 || l.Edits != edits || l.Deletes != deletes || l.Unreadable != 0 {
		t.Errorf("ledger: %+v", l)
	}
}

func privately(t *testing.T, s *stage) {
	s.say(t, Post{Text: "my card number", Private: true})
	s.start(t)
	s.settled(t)
	s.say(t, Post{Text: "my address", Private: true})
	s.say(t, Post{Text: "in public"})
	s.settled(t)
}

func threads(t *testing.T, s *stage) {
	root := s.say(t, Post{Text: "first"})
	s.start(t)
	s.settled(t)
	second := s.say(t, Post{Text: "second", InReplyTo: root})
	third := s.say(t, Post{Text: "third", InReplyTo: second})
	s.settled(t)
	want := s.message(t, root).Thread
	for _, id := range []string{second, third} {
		m := s.message(t, id)
		if m.Thread != want {
			t.Errorf("%s: thread %s, its root's is %s", id, m.Thread, want)
		}
	}
	answered := second
	if slices.Contains(s.Lacks, Depth) {
		answered = root
	}
	if m := s.message(t, third); m.InReplyTo != answered {
		t.Errorf("in reply to %q, want %q", m.InReplyTo, answered)
	}
}

func own(t *testing.T, s *stage) {
	s.start(t)
	question := s.say(t, Post{Text: "are you open?"})
	s.settled(t)
	id := s.Server.Own(t, "yes until eight", question)
	s.said[id] = &fact{text: "yes until eight"}
	m := s.message(t, id)
	if _, ours := (community.Accounts{s.Account}).Ours(&m); !ours {
		t.Errorf("not recognised as ours: %+v", m.Author)
	}
	if m.Thread != s.message(t, question).Thread {
		t.Errorf("our answer is in thread %s, the question in %s", m.Thread, s.message(t, question).Thread)
	}
	s.settled(t)
}

func restarts(t *testing.T, s *stage) {
	for range 8 {
		s.start(t)
		s.sayMany(t, 1+rand.IntN(4))
		time.Sleep(time.Duration(rand.IntN(120)) * time.Millisecond)
		s.stop()
		s.sayMany(t, rand.IntN(3))
	}
	s.start(t)
	s.settled(t)
}

func away(t *testing.T, s *stage) {
	s.start(t)
	ids := s.sayMany(t, 6)
	s.settled(t)
	s.polledSince(t, time.Now()) // the cursor knows them
	s.stop()
	s.edit(t, ids[1], "sorry, I meant something else")
	s.remove(t, ids[2])
	s.sayMany(t, 2)
	s.start(t)
	s.settled(t)
}

// polledSince waits until the account's cursor says that nothing said before
// then is missing.
func (s *stage) polledSince(t *testing.T, then time.Time) {
	t.Helper()
	s.eventually(t, func() string {
		c, err := s.house.Cursor(t.Context(), s.Account.Key())
		switch {
		case err != nil:
			return err.Error()
		case !c.Complete.After(then):
			return "no poll has come round"
		}
		return ""
	})
}

func broken(t *testing.T, s *stage) {
	s.Server.Fail(t, Broken, 1)
	s.start(t)
	s.sayMany(t, 2)
	s.settled(t)
	s.Server.Fail(t, Limited, 1)
	s.sayMany(t, 3)
	s.settled(t)
}

func pressure(t *testing.T, s *stage) {
	s.sayMany(t, 3)
	s.house.Refuse(func(call int) error {
		if call%2 == 1 {
			return community.Faultf(community.Limited, "log.behind")
		}
		return nil
	})
	s.start(t)
	s.sayMany(t, 3)
	s.settled(t)
	s.house.Refuse(nil)
}

func interrupted(t *testing.T, s *stage) {
	s.sayMany(t, several)
	s.house.Refuse(func(call int) error {
		if call >= 2 && s.house.swept { // a push may come before the first page
			return community.Faultf(community.Unavailable, "log.down")
		}
		return nil
	})
	s.start(t)
	s.eventually(t, func() string {
		if s.house.Swept() {
			return ""
		}
		return "the cursor does not remember the sweep's upper end"
	})
	time.Sleep(50 * time.Millisecond)
	s.stop()
	s.sayMany(t, 3) // above the upper end, while the sweep is interrupted
	s.house.Refuse(nil)
	s.start(t)
	s.settled(t)
}

func token(t *testing.T, s *stage) {
	s.start(t)
	s.message(t, s.say(t, Post{Text: "hello"}))
	s.Server.Token(t, false)
	s.eventually(t, func() string {
		if state := s.house.State(s.Account.Key()); state != community.AccountReconnect {
			return "the account is " + string(state)
		}
		return ""
	})
	s.sayMany(t, 2)
	s.Server.Token(t, true)
	if err := s.house.SaveState(t.Context(), s.Account.Key(), community.AccountActive, ""); err != nil {
		t.Fatal(err)
	}
	s.fleet.Reload()
	s.settled(t)
}
