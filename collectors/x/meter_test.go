package x

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// till is a meter with so much left; broken is what it answers to a cost.
type till struct {
	left   int64
	spent  map[string]int64
	broken error
}

func (m *till) Afford(_ context.Context, _ community.Account, micros int64) error {
	if micros > m.left {
		return collectors.Limit("account.budget", time.Now().Add(time.Hour))
	}
	return nil
}

func (m *till) Spend(_ context.Context, _ community.Account, c collectors.Cost) error {
	if m.broken != nil {
		return m.broken
	}
	m.left -= c.Micros
	m.spent[c.What] += c.Micros
	return nil
}

func metered(t *testing.T, left int64) (*session, *till) {
	t.Helper()
	s, m := testSession(t, ""), &till{left: left, spent: map[string]int64{}}
	s.o.Meter = m
	return s, m
}

// TestEventsArePaid: a post as a post, a direct message as one, our own and
// deletions nothing; what is delivered again once.
func TestEventsArePaid(t *testing.T) {
	s, m := metered(t, 1e9)
	sent := `{"data":{"filter":{"user_id":"100"},"event_type":"dm.sent","payload":{"direct_message_events":[{"type":"message_create","id":"2080765901528535097","message_create":{"target":{"recipient_id":"42"},"sender_id":"100","message_data":{"text":"hi"}}}]}}}`
	for _, body := range []string{mentioned, mentioned, received, received, sent, deletion} {
		e, err := decodeDelivery([]byte(body))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.told(t.Context(), &e); err != nil {
			t.Fatal(err)
		}
	}
	if len(m.spent) != 2 || m.spent[eventPost] != pricePost || m.spent[eventDirect] != priceDirect {
		t.Errorf("%v", m.spent)
	}
}

// TestNotWrittenDownIsNotPaid: what the meter did not take is counted the next
// time.
func TestNotWrittenDownIsNotPaid(t *testing.T) {
	s, m := metered(t, 1e9)
	m.broken = errors.New("disk full")
	if err := s.paid(t.Context(), readPost, []string{"1"}, []string{"2"}); err == nil {
		t.Error("nobody noticed")
	}
	m.broken = nil
	for range 2 {
		if err := s.paid(t.Context(), readPost, []string{"1"}, []string{"2"}); err != nil {
			t.Fatal(err)
		}
	}
	if m.spent[readPost] != pricePost || m.spent[readPerson] != pricePerson {
		t.Errorf("%v", m.spent)
	}
}

// TestPagesFitTheBudget: a page is asked for as large as can be paid for, with the
// people in it.
func TestPagesFitTheBudget(t *testing.T) {
	for left, want := range map[int64]int{1_500_000: 100, 1_499_999: 10, 50_000: 10, 49_999: 0} {
		s, _ := metered(t, left)
		most, err := s.afford(t.Context(), readPost, pageMost, pageLeast)
		if (err != nil) != (want == 0) || err == nil && most != want {
			t.Errorf("%d left: %d %v", left, most, err)
		}
	}
}

// TestStreamStopsAtTheCap: what was streamed is paid for and kept, and the
// account's collecting ends when the next post could not be paid for.
func TestStreamStopsAtTheCap(t *testing.T) {
	s, m := metered(t, 2*(pricePost+pricePerson))
	st := (&Network{o: *s.o, streams: map[string]*stream{}}).streamOf(s)
	kept := 0
	l := &listener{s: s, watch: &watchlist{}, up: func(bool) {}, emit: func(_ context.Context, b collectors.Batch) error {
		kept += len(b.Messages)
		return nil
	}}
	failed := make(chan error, 1)
	st.listeners[s.account.Key()], st.failed[s.account.Key()] = l, failed
	for i, id := range []string{"2080765813578191303", "2080765813578191304"} {
		line := `{"data":{"id":"` + id + `","text":"a","author_id":"4` + id[18:] + `"},"includes":{"users":[{"id":"4` + id[18:] + `"}]},"matching_rules":[{"id":"3","tag":"` + s.account.Key() + ` "}]}`
		if err := st.handle(t.Context(), s, []byte(line)); err != nil {
			t.Fatal(err)
		}
		if len(failed) != i || kept != i+1 {
			t.Fatalf("after %d posts: %d kept, %d failures, %d left", i+1, kept, len(failed), m.left)
		}
	}
	if err := <-failed; keyOf(err) != "account.budget" || m.left != 0 {
		t.Errorf("%v, %d left", err, m.left)
	}
}

// TestStrays: the stream brings something for an account nobody listens for; its
// rules go, and those of other programs stay.
func TestStrays(t *testing.T) {
	s := testSession(t, "")
	st := (&Network{o: *s.o, streams: map[string]*stream{}}).streamOf(s)
	gone := community.AccountKey("shop", Name, "gone")
	line := `{"data":{"id":"1","text":"a","author_id":"2"},"matching_rules":[{"id":"3","tag":"` + gone + ` a query"},{"id":"4","tag":"cats of another program"}]}`
	if err := st.handle(t.Context(), s, []byte(line)); err != nil {
		t.Fatal(err)
	}
	if strays := st.strayed(); len(strays) != 1 || len(st.changed) != 1 {
		t.Errorf("%v", strays)
	}
	st.settle(st.strayed())
	if len(st.strayed()) != 0 {
		t.Error("it is not forgotten")
	}
}
