package simulated

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// scene is a silent network with one question on it.
type scene struct {
	*Network
	corporate, support community.Account
	question           community.Message
}

func stage(t *testing.T, o Options) *scene {
	t.Helper()
	n, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	as := Accounts("lune")
	s := &scene{Network: n, corporate: as[0], support: as[1]}
	s.question = s.ask(t, Post{Text: "Où est mon colis ?", Lang: "fr", Author: community.Author{ID: "7", Handle: "lea"}})
	return s
}

func (s *scene) ask(t *testing.T, p Post) community.Message {
	t.Helper()
	said, err := s.Server().Say(p)
	if err != nil {
		t.Fatal(err)
	}
	return said.message(s.corporate)
}

func (s *scene) try(t *testing.T, text string) (community.Receipt, error) {
	t.Helper()
	return s.Reply(t.Context(), s.support, s.question, community.Reply{ID: "r-" + text, Text: text, Visibility: community.Public})
}

func (s *scene) look(t *testing.T, text string) bool {
	t.Helper()
	_, found, err := s.Look(t.Context(), s.support, s.question, community.Reply{Text: text})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestRefusals(t *testing.T) {
	s := stage(t, Options{})
	gone := s.ask(t, Post{Text: "non rien"})
	if err := s.Server().Delete(gone.ID); err != nil {
		t.Fatal(err)
	}
	late := s.ask(t, Post{Text: "vous êtes là ?", Private: true, ReplyUntil: time.Now().Add(-time.Hour)})
	for _, c := range []struct {
		name    string
		account community.Account
		target  community.Message
		text    string
		kind    community.FaultKind
	}{
		{"500 graphemes", s.support, s.question, strings.Repeat("👩‍🚀", 500), ""},
		{"501 graphemes", s.support, s.question, strings.Repeat("👩‍🚀", 501), community.Refused},
		{"no words", s.support, s.question, " \n", community.Refused},
		{"deleted", s.support, gone, "trop tard", community.Refused},
		{"never seen", s.support, community.Message{ID: "1"}, "allô", community.Refused},
		{"window over", s.support, late, "pardon du retard", community.Refused},
		{"no such page", community.Account{NativeID: "4"}, s.question, "bonjour", community.Unauthorised},
		{"corporate page", s.corporate, s.question, "bonjour", ""},
	} {
		_, err := s.Reply(t.Context(), c.account, c.target, community.Reply{ID: c.name, Text: c.text})
		if (err != nil || c.kind != "") && community.KindOf(err) != c.kind {
			t.Errorf("%s: %v, want %q", c.name, err, c.kind)
		}
	}
	if n := s.Count(community.Public, "Léa 👩‍🚀"); n != 5 {
		t.Errorf("counted %d", n)
	}
}

// TestUncertain: of two replies that time out, one was taken; only looking,
// after the index delay, tells which.
func TestUncertain(t *testing.T) {
	for name, trouble := range map[string]Trouble{
		"taken": {Ghost: 1, Stall: 4 * time.Second, IndexDelay: 2 * time.Second},
		"lost":  {Lost: 1, Stall: 4 * time.Second, IndexDelay: 2 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := stage(t, Options{Trouble: trouble})
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				r := community.Reply{ID: "r1", Text: "Il arrive."}
				if _, err := s.Reply(ctx, s.support, s.question, r); community.KindOf(err) != community.Uncertain {
					t.Fatalf("the caller's deadline: %v", err)
				}
				if s.look(t, r.Text) {
					t.Error("seen before the index delay")
				}
				time.Sleep(trouble.IndexDelay)
				if found, taken := s.look(t, "Il  arrive.\n"), name == "taken"; found != taken {
					t.Errorf("found %v", found)
				}
				start := time.Now()
				if _, err := s.Reply(t.Context(), s.support, s.question, r); community.KindOf(err) != community.Uncertain || time.Since(start) != trouble.Stall {
					t.Errorf("after %v: %v", time.Since(start), err)
				}
				tally := s.Server().Tallies()[0]
				if want := 2 * int(trouble.Ghost); tally.Attempts != 2 || len(tally.Posts) != want {
					t.Errorf("%+v: the same id is posted as often as it is sent", tally)
				}
			})
		})
	}
}

func TestShares(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := stage(t, Options{Seed: 9, Trouble: Trouble{Limit: 0.1, Lost: 0.1, Ghost: 0.1, Refuse: 0.1, Stall: time.Second}})
		counts := map[community.FaultKind]int{}
		for range 600 {
			target := s.ask(t, Post{Text: "et moi ?"})
			_, err := s.Reply(t.Context(), s.support, target, community.Reply{ID: target.ID, Text: "Bonjour"})
			kind := community.KindOf(err)
			if err == nil {
				kind = "sent"
			}
			counts[kind]++
			if kind == community.Limited {
				at, told := collectors.RetryAt(err)
				if !told {
					t.Fatal("429 without a time")
				}
				time.Sleep(time.Until(at))
			}
			if kind == community.Refused { // for good
				if _, err := s.Reply(t.Context(), s.support, target, community.Reply{Text: "Bonjour ?"}); err == nil {
					t.Error("refused once, taken later")
				}
			}
		}
		t.Log(counts)
		if counts[community.Limited] < 30 || counts[community.Refused] < 30 || counts[community.Uncertain] < 60 || counts["sent"] < 300 || len(counts) != 4 {
			t.Error(counts)
		}
	})
}

// TestEchoFirst: the stream shows our reply before the receipt comes.
func TestEchoFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := stage(t, Options{Trouble: Trouble{EchoFirst: 1, IndexDelay: 2 * time.Second}})
		heard := s.listenFor(t, s.support)
		time.Sleep(time.Second)
		receipt, err := s.try(t, "Il est parti ce matin.")
		if err != nil {
			t.Fatal(err)
		}
		m, ok := heard()[receipt.ID]
		if !ok {
			t.Fatal("the receipt came before the echo")
		}
		if _, ours := (community.Accounts{s.support}).Ours(&m); !ours || m.Thread != s.question.Thread || m.Kind != community.KindReply {
			t.Errorf("%+v", m)
		}
	})
}

// listenFor collects an account until the test ends and gives what came so far.
func (s *scene) listenFor(t *testing.T, account community.Account) func() map[string]community.Message {
	var mu sync.Mutex
	held := map[string]community.Message{}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- s.Collect(ctx, account, community.Cursor{}, func(_ context.Context, b collectors.Batch) error {
			mu.Lock()
			defer mu.Unlock()
			for _, m := range b.Messages {
				held[m.ID] = m
			}
			return nil
		})
	}()
	t.Cleanup(func() { cancel(); <-done })
	return func() map[string]community.Message {
		mu.Lock()
		defer mu.Unlock()
		out := map[string]community.Message{}
		for id, m := range held {
			out[id] = m
		}
		return out
	}
}

// TestTheyAnswer: whoever is answered comes back, in the same place; whoever is
// handed over writes to the support account in private.
func TestTheyAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := stage(t, Options{Answers: 1})
		if _, err := s.try(t, "Il est parti ce matin."); err != nil {
			t.Fatal(err)
		}
		text := community.HandoffText("fr", s.support.Handle, true)
		if _, err := s.Reply(t.Context(), s.corporate, s.question, community.Reply{ID: "h", Text: text}); err != nil {
			t.Fatal(err)
		}
		heard := s.listenFor(t, s.support)
		time.Sleep(2 * time.Minute)
		var public, private int
		for _, m := range heard() {
			switch {
			case m.Author.ID != s.question.Author.ID || m.ID == s.question.ID:
			case m.Private:
				private++
				if m.Thread == s.question.Thread || m.Kind != community.KindDirect || m.ReplyUntil.IsZero() || !strings.Contains(m.Text, "ML-") {
					t.Errorf("%+v", m)
				}
			default:
				public++
				if m.Thread != s.question.Thread {
					t.Errorf("%+v", m)
				}
			}
		}
		if public != 1 || private != 1 {
			t.Errorf("%d answers in public, %d in private", public, private)
		}
	})
}
