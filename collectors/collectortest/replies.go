package collectortest

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
)

// How long one reply may take.
const replyDeadline = 10 * time.Second

func (s *stage) answer(t *testing.T, target community.Message, reply community.Reply) (community.Receipt, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), replyDeadline)
	defer cancel()
	return s.Network.Reply(ctx, s.Account, target, reply)
}

func reply(id, text string, v community.Visibility) community.Reply {
	return community.Reply{ID: id, Text: text, Visibility: v, CreatedAt: time.Now()}
}

// replies sends one public and one private answer; the echo carries the
// receipt's id and the question's thread, and private stays private even if
// public was asked for.
func replies(t *testing.T, s *stage) {
	s.start(t)
	open := s.message(t, s.say(t, Post{Text: "where is my parcel?"}))
	type answered struct {
		target community.Message
		reply  community.Reply
		hidden bool
	}
	answers := []answered{{open, reply("r1", "It left this morning.", community.Public), false}}
	if !slices.Contains(s.Lacks, Privacy) {
		secret := s.message(t, s.say(t, Post{Text: "my order is 1234", Private: true}))
		answers = append(answers,
			answered{secret, reply("r2", "Thank you, we look into it.", community.Private), true},
			answered{secret, reply("r3", "It is on its way.", community.Public), true})
	}
	for _, c := range answers {
		receipt, err := s.answer(t, c.target, c.reply)
		if err != nil {
			t.Fatalf("%s: %v", c.reply.ID, err)
		}
		if receipt.ID == "" || receipt.At.IsZero() {
			t.Errorf("%s: receipt %+v", c.reply.ID, receipt)
		}
		s.said[receipt.ID] = &fact{text: c.reply.Text, private: c.hidden}
		echo := s.message(t, receipt.ID)
		if !strings.Contains(echo.Text, c.reply.Text) || echo.Thread != c.target.Thread || echo.Private != (c.hidden || slices.Contains(s.Lacks, Openness)) {
			t.Errorf("%s: came back as %+v", c.reply.ID, echo)
		}
		s.looked(t, c.target, c.reply, receipt.ID)
	}
	s.settled(t)
	if s.Server.Delete == nil {
		return
	}
	gone := s.say(t, Post{Text: "never mind"})
	target := s.message(t, gone)
	s.remove(t, gone)
	if _, err := s.answer(t, target, reply("r4", "Too late.", community.Public)); kindOf(err) != community.Refused {
		t.Errorf("a reply to what is gone: %v", err)
	}
	s.looked(t, open, reply("r5", "Never written.", community.Public), "")
}

// looked asks the network to find a reply; want is its id, empty for none.
func (s *stage) looked(t *testing.T, target community.Message, r community.Reply, want string) {
	t.Helper()
	looker, can := s.Network.(collectors.Looker)
	if !can {
		return
	}
	receipt, found, err := looker.Look(t.Context(), s.Account, target, r)
	if err != nil || found != (want != "") || receipt.ID != want {
		t.Errorf("looking for %s: found %v %q (%v), want %q", r.ID, found, receipt.ID, err, want)
	}
}

// failing replies were certainly not sent, and can be sent afterwards.
func failing(t *testing.T, s *stage) {
	s.start(t)
	target := s.message(t, s.say(t, Post{Text: "hello?"}))
	s.stop() // the next failing call is the reply's
	for _, c := range []struct {
		failure Failure
		kind    community.FaultKind
	}{{LimitReply, community.Limited}, {BusyReply, community.Unavailable}} {
		s.Server.Fail(t, c.failure, 1)
		text := "An answer, " + string(c.failure) + "."
		r := reply(string(c.failure), text, community.Public)
		if _, err := s.answer(t, target, r); kindOf(err) != c.kind {
			t.Errorf("%s: %v", c.failure, err)
		}
		if n := s.Server.Posted(t, text); n != 0 {
			t.Errorf("%s: posted %d times", c.failure, n)
		}
		s.eventually(t, func() string {
			if _, err := s.answer(t, target, r); err != nil {
				return err.Error()
			}
			return ""
		})
		if n := s.Server.Posted(t, text); n != 1 {
			t.Errorf("%s: posted %d times after all", c.failure, n)
		}
	}
	if s.Server.Token == nil {
		return
	}
	s.Server.Token(t, false)
	if _, err := s.answer(t, target, reply("r9", "No token.", community.Public)); kindOf(err) != community.Unauthorised {
		t.Errorf("a dead token: %v", err)
	}
	s.Server.Token(t, true)
}

// echo: our own answer comes back before the network has answered.
func echo(t *testing.T, s *stage) {
	s.start(t)
	target := s.message(t, s.say(t, Post{Text: "hello?"}))
	s.polledSince(t, time.Now())
	s.Server.Fail(t, LateAnswer, 1)
	r := reply("r1", "We saw you.", community.Public)
	receipt, err := s.answer(t, target, r) // the fleet goes on collecting meanwhile
	if err != nil || receipt.ID == "" {
		t.Fatalf("answered late: %+v %v", receipt, err)
	}
	s.said[receipt.ID] = &fact{text: r.Text}
	m := s.message(t, receipt.ID)
	if _, ours := (community.Accounts{s.Account}).Ours(&m); !ours {
		t.Errorf("not recognised as ours: %+v", m.Author)
	}
	s.settled(t)
	if n := s.Server.Posted(t, r.Text); n != 1 {
		t.Errorf("posted %d times", n)
	}
	s.stop()
	if d := s.house.Doubles(); d != 0 {
		t.Errorf("%d messages were published twice", d)
	}
}

// lost: the network took the reply and its answer never came.
func lost(t *testing.T, s *stage) {
	s.start(t)
	target := s.message(t, s.say(t, Post{Text: "hello?"}))
	// Several in a row: with a key, net/http repeats the call by itself.
	s.Server.Fail(t, LostAnswer, 5)
	r := reply("r1", "We are here.", community.Public)
	if _, err := s.answer(t, target, r); kindOf(err) != community.Uncertain {
		t.Fatalf("an answer lost on the way is %v", err)
	}
	s.Server.Fail(t, LostAnswer, 0)
	if n := s.Server.Posted(t, r.Text); n != 1 {
		t.Fatalf("posted %d times", n)
	}
	if looker, can := s.Network.(collectors.Looker); can {
		receipt, found, err := looker.Look(t.Context(), s.Account, target, r)
		if err != nil || !found {
			t.Fatalf("not found again: %v %v", found, err)
		}
		s.said[receipt.ID] = &fact{text: r.Text}
	}
	describe, err := s.Network.Describe(t.Context(), s.Account)
	if err != nil {
		t.Fatal(err)
	}
	if describe.IdempotencyKey {
		if _, err := s.answer(t, target, r); err != nil {
			t.Errorf("the same key again: %v", err)
		}
	}
	if n := s.Server.Posted(t, r.Text); n != 1 {
		t.Errorf("posted %d times in the end", n)
	}
	s.settled(t)
}
