package collectortest

import (
	"testing"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// wrong is how far a server's clock goes wrong here.
const wrong = 10 * time.Minute

// dateError is by how much a skew may be wrong: the Date of an answer has whole
// seconds.
const dateError = 1100 * time.Millisecond

// old: an account with years behind it is connected. What was said before is
// history however it comes, and starts no clock. How far back a network reads is
// its own affair; the last week is what it must bring.
func old(t *testing.T, s *stage) {
	now := time.Now()
	var all, week []string
	for _, years := range []int{-9, -5, -2, -1} {
		all = append(all, s.Server.Post(t, Post{Text: "long ago", At: now.AddDate(years, 0, 0)}))
	}
	for day := 6; day >= 1; day-- {
		week = append(week, s.Server.Post(t, Post{Text: "some days ago", At: now.AddDate(0, 0, -day)}))
	}
	all = append(all, week...)
	s.start(t)
	for _, id := range week {
		s.message(t, id)
	}
	s.polledSince(t, time.Now())
	if m := s.message(t, s.Server.Post(t, Post{Text: "just now"})); m.Origin != community.Live {
		t.Errorf("what was just said came as %s", m.Origin)
	}
	if s.Server.Edit != nil {
		s.Server.Edit(t, all[0], "long ago, corrected")
		s.polledSince(t, time.Now())
	}
	for _, id := range all {
		if held, ok := s.house.Get(id); ok && (held.First.Origin != community.Backfill || held.Message.Origin != community.Backfill) {
			t.Errorf("%s of %v came as %s, then %s", id, held.First.CreatedAt, held.First.Origin, held.Message.Origin)
		}
	}
}

// ahead and behind: history stays history and news is news, whatever time it is
// there, and nobody is said to have waited because of it.
func ahead(t *testing.T, s *stage)  { s.skewed(t, wrong) }
func behind(t *testing.T, s *stage) { s.skewed(t, -wrong) }

func (s *stage) skewed(t *testing.T, by time.Duration) {
	t.Helper()
	s.Server.Skew(t, by)
	before := s.sayMany(t, 5)
	time.Sleep(dateError)
	s.start(t)
	s.settled(t)
	s.polledSince(t, time.Now())
	time.Sleep(dateError)
	after := s.sayMany(t, 5)
	s.settled(t)
	for _, id := range before {
		if m := s.message(t, id); m.Origin != community.Backfill {
			t.Errorf("what was said before came as %s", m.Origin)
		}
	}
	for _, id := range after {
		m := s.message(t, id)
		if m.Origin != community.Live {
			t.Errorf("news came as %s", m.Origin)
		}
		if start := m.ClockStart(); start.After(m.ReceivedAt) || m.ReceivedAt.Sub(start) > wrong/2 {
			t.Errorf("received at %v, its clock starts at %v", m.ReceivedAt, start)
		}
	}
	s.stop()
	if l := s.house.Ledger(); l.Lag > wrong/2 {
		t.Errorf("a lag of %v is the clock's", l.Lag)
	}
}
