package collectortest

import (
	"math/rand/v2"
	"testing"
	"time"
)

func silence(t *testing.T, s *stage) {
	s.start(t)
	s.message(t, s.say(t, Post{Text: "hello"}))
	s.Server.Push(t, PushNothing)
	s.sayMany(t, 5)
	s.Server.Push(t, PushAll)
	s.say(t, Post{Text: "this one is pushed"})
	s.settled(t) // a push that moved the cursor would leave five behind
	s.stop()
	if l := s.house.Ledger(); l.Recovered < 5 || l.Gap <= 0 {
		t.Errorf("the ledger shows no recovery: %+v", l)
	}
}

func losses(t *testing.T, s *stage) {
	s.Server.Push(t, PushSome)
	s.start(t)
	for range 10 {
		s.sayMany(t, 4)
		time.Sleep(time.Duration(rand.IntN(30)) * time.Millisecond)
	}
	s.settled(t)
	s.stop()
	if d := s.house.Doubles(); d != 0 {
		t.Errorf("%d messages were published twice", d)
	}
}

func twice(t *testing.T, s *stage) {
	s.start(t)
	s.message(t, s.say(t, Post{Text: "hello"}))
	s.Server.Push(t, PushTwice)
	// On a busy machine the stream may open late; what is said before is polled.
	s.heard(t)
	ids := s.sayMany(t, 20)
	s.remove(t, ids[7])
	s.edit(t, ids[8], "other words")
	s.settled(t)
	time.Sleep(100 * time.Millisecond) // the last late copies
	s.settled(t)                       // what they brought back is put right by the next poll
	s.stop()
	if l := s.house.Ledger(); l.Duplicates == 0 {
		t.Errorf("no duplicate was counted: %+v", l)
	}
}

// heard talks until something was pushed.
func (s *stage) heard(t *testing.T) {
	t.Helper()
	s.eventually(t, func() string {
		for _, tally := range s.fleet.Tallies() {
			if tally.Ledger.Pushed > 0 {
				return ""
			}
		}
		s.say(t, Post{Text: "is anybody listening?"})
		time.Sleep(20 * time.Millisecond)
		return "nothing was pushed"
	})
}

// drops: what push lost is found by a poll, though the next push arrived.
func drops(t *testing.T, s *stage) {
	s.start(t)
	s.heard(t)
	s.Server.Push(t, PushMost)
	for range 20 {
		s.sayMany(t, 10)
		time.Sleep(time.Duration(rand.IntN(20)) * time.Millisecond)
	}
	s.Server.Push(t, PushAll)
	s.say(t, Post{Text: "this one is pushed"})
	s.settled(t)
	s.stop()
	if d := s.house.Doubles(); d != 0 {
		t.Errorf("%d messages were published twice", d)
	}
}

// deletedFirst: a deletion that overtakes its message is final.
func deletedFirst(t *testing.T, s *stage) {
	s.start(t)
	s.heard(t)
	s.Server.Push(t, PushDeleted)
	for range 5 {
		s.remove(t, s.say(t, Post{Text: "said and taken back"}))
	}
	s.Server.Push(t, PushAll)
	s.sayMany(t, 2)
	s.settled(t)
	time.Sleep(100 * time.Millisecond) // what was held back
	s.polledSince(t, time.Now())
	s.settled(t)
}

func refused(t *testing.T, s *stage) {
	s.Server.Push(t, PushRefused)
	s.start(t)
	ids := s.sayMany(t, 5)
	s.settled(t)
	s.edit(t, ids[0], "found by looking again")
	s.remove(t, ids[1])
	s.settled(t)
	s.stop()
	if l := s.house.Ledger(); l.Pushed != 0 || l.Recovered+l.Backfilled != 5 {
		t.Errorf("ledger: %+v", l)
	}
}

func cuts(t *testing.T, s *stage) {
	s.start(t)
	for range 5 {
		s.sayMany(t, 2)
		s.Server.Cut(t)
		s.sayMany(t, 2)
		time.Sleep(20 * time.Millisecond)
	}
	s.settled(t)
}

func storm(t *testing.T, s *stage) {
	var alive []string
	for range 40 {
		if s.stop == nil || rand.IntN(6) == 0 {
			if s.stop != nil {
				s.stop()
			}
			s.start(t)
		}
		switch rand.IntN(8) {
		case 0:
			s.Server.Push(t, []Push{PushAll, PushNothing, PushSome, PushTwice, PushRefused}[rand.IntN(5)])
		case 1:
			s.Server.Cut(t)
		case 2:
			if rand.IntN(4) == 0 {
				s.Server.Fail(t, Broken, 1)
			}
		case 3:
			if n := len(alive); n > 0 {
				s.edit(t, alive[rand.IntN(n)], words(rand.IntN(1e6)))
			}
		case 4:
			if n := len(alive); n > 0 && rand.IntN(2) == 0 {
				i := rand.IntN(n)
				// Push alone does not move the cursor, so what it brought is known
				// after a stop only once a poll has come round.
				s.polledSince(t, time.Now())
				s.remove(t, alive[i])
				alive = append(alive[:i], alive[i+1:]...)
			}
		default:
			alive = append(alive, s.sayMany(t, 1+rand.IntN(3))...)
		}
		time.Sleep(time.Duration(rand.IntN(25)) * time.Millisecond)
	}
	s.Server.Push(t, PushAll)
	s.settled(t)
}
