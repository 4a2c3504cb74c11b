package x_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/collectors/x"
	"github.com/vigie-hq/vigie/collectors/x/xtest"
	"github.com/vigie-hq/vigie/community"
)

// gathered is what one account's collecting gave.
type gathered struct {
	mu   sync.Mutex
	held map[string]community.Message
	err  error
}

func (g *gathered) emit(_ context.Context, b collectors.Batch) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, m := range b.Messages {
		g.held[m.ID] = m
	}
	return nil
}

func (g *gathered) get(id string) (community.Message, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	m, ok := g.held[id]
	return m, ok
}

func (g *gathered) ended() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.err
}

// collect runs Collect until the test ends.
func collect(t *testing.T, n *x.Network, account community.Account) *gathered {
	t.Helper()
	g := &gathered{held: map[string]community.Message{}}
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() {
		err := n.Collect(ctx, account, community.Cursor{}, g.emit)
		g.mu.Lock()
		defer g.mu.Unlock()
		g.err = err
	})
	t.Cleanup(func() { cancel(); running.Wait() })
	return g
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("never: " + what)
		}
	}
}

// TestQueries: what a query finds carries it, by search and by stream; nobody
// summoned us, so it cannot be answered; two accounts share the app's stream.
func TestQueries(t *testing.T) {
	s := newStage(t, xtest.Options{}, "")
	s.AddRule("cats", "somebody else's")
	s.account.Queries = "broken parcel\n\"very late\" lang:fr -from:bob"
	care := s.account
	care.Name, care.Handle, care.NativeID, care.Queries = "care", "bob", s.UserID("bob"), "broken parcel"
	s.vault.held[care.Key()] = s.Secrets("bob", false)
	before := s.Post("alice", "a broken parcel again", "")
	n := quick(s.vault, nil)
	brand, other := collect(t, n, s.account), collect(t, n, care)
	eventually(t, "every rule is set", func() bool { return len(s.Rules()) == 6 })
	after := s.Post("alice", "it is very late", "")
	for _, id := range []string{before, after} {
		eventually(t, "found", func() bool { _, ok := brand.get(id); return ok })
		m, _ := brand.get(id)
		if m.CanReply || m.ReplyWhy != "x.not_summoned" || m.Kind != community.KindPost || m.Via == "" {
			t.Errorf("%+v", m)
		}
	}
	eventually(t, "found for the other", func() bool { _, ok := other.get(before); return ok })
	if _, ok := other.get(after); ok {
		t.Error("an account got what another one looks for")
	}
	m, _ := brand.get(before)
	if _, err := n.Reply(t.Context(), s.account, m, community.Reply{ID: "r", Text: "Sorry!"}); keyOf(err) != "x.not_summoned" {
		t.Errorf("answering who did not summon us: %v", err)
	}
}

// purse is a meter with so much in it.
type purse struct {
	mu    sync.Mutex
	left  int64
	spent map[string]int64
}

func (p *purse) Afford(_ context.Context, _ community.Account, micros int64) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if micros > p.left {
		return collectors.Limit("account.budget", time.Now().Add(time.Hour))
	}
	return nil
}

func (p *purse) Spend(_ context.Context, _ community.Account, c collectors.Cost) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.left -= c.Micros
	p.spent[c.What] += c.Units
	return nil
}

// TestBudget: what is read is paid for once a day; an empty purse stops
// collecting, and says until when.
func TestBudget(t *testing.T) {
	s := newStage(t, xtest.Options{}, "")
	for range 30 {
		s.Post("alice", "@brand hello", "")
	}
	p := &purse{left: 650_000, spent: map[string]int64{}}
	n := quick(s.vault, func(o *x.Options) { o.Meter = p })
	g := collect(t, n, s.account)
	eventually(t, "the budget ends", func() bool {
		s.Post("alice", "@brand hello again", "")
		return g.ended() != nil
	})
	if at, told := collectors.RetryAt(g.ended()); keyOf(g.ended()) != "account.budget" || !told || time.Until(at) < time.Minute {
		t.Errorf("%v", g.ended())
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.left < 0 || p.spent["user.read"] > 2 || p.spent["post.read"] < 30 {
		t.Errorf("%d left of %v", p.left, p.spent)
	}
}

// TestWindows: calls stop before a window is used up, and the fake complains if
// they do not.
func TestWindows(t *testing.T) {
	s := newStage(t, xtest.Options{Windows: map[string]int{"GET /2/dm_events": 3, "GET /2/users/{id}/tweets": 4}}, "")
	n := quick(s.vault, nil)
	g := collect(t, n, s.account)
	eventually(t, "the windows are used up", func() bool {
		return s.Calls("GET /2/dm_events", "brand") == 3 && s.Calls("GET /2/users/{id}/tweets", "brand") == 4
	})
	id := s.Post("alice", "@brand are you there?", "")
	eventually(t, "mentions go on", func() bool { _, ok := g.get(id); return ok })
	if g.ended() != nil {
		t.Error(g.ended())
	}
}

// TestFailures: what goes wrong with a read is waited out, whatever it is.
func TestFailures(t *testing.T) {
	for name, c := range map[string]struct {
		f    xtest.Failure
		kind community.FaultKind
		key  string
	}{
		"a problem": {xtest.Problem500, community.Unavailable, "network.unavailable"}, "an error page": {xtest.HTML503, community.Unavailable, "network.unavailable"},
		"an empty answer": {xtest.EmptyAnswer, community.Unavailable, "network.unreadable"},
		"a body cut off":  {xtest.SlowBody, community.Unavailable, "network.unreachable"},
		"the plan's cap":  {xtest.UsageCapped, community.Limited, "x.usage_capped"}, "a locked account": {xtest.LegacyCode, community.Unauthorised, "x.locked"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, xtest.Options{}, "")
			s.Fail(c.f, 100)
			g := collect(t, quick(s.vault, nil), s.account)
			eventually(t, "Collect ends", func() bool { return g.ended() != nil })
			if community.KindOf(g.ended()) != c.kind || keyOf(g.ended()) != c.key {
				t.Errorf("%v", g.ended())
			}
		})
	}
}

// TestModerate: hiding below our own posts, deleting our own, liking with an
// enterprise's app; each again is no error.
func TestModerate(t *testing.T) {
	for _, api := range []string{x.Version2, x.Version11} {
		s := newStage(t, xtest.Options{Enterprise: true}, api)
		s.vault.set(collectors.AppOwner(x.Name), "plan", "enterprise")
		n := quick(s.vault, nil)
		ours := s.Post("brand", "summer sale", "")
		rude := community.Message{ID: s.Post("alice", "rude words", ours), Author: community.Author{ID: s.UserID("alice")}}
		do := func(target community.Message, deed community.Deed) error {
			return n.Moderate(t.Context(), s.account, target, deed)
		}
		for _, deed := range []community.Deed{community.DeedHide, community.DeedHide, community.DeedUnhide, community.DeedLike, community.DeedLike} {
			err := do(rude, deed)
			if hides := deed != community.DeedLike; hides && api == x.Version11 {
				if community.KindOf(err) != community.Forbidden {
					t.Errorf("%s on %s: %v", deed, api, err)
				}
			} else if err != nil {
				t.Errorf("%s on %s: %v", deed, api, err)
			}
		}
		if p, _ := s.Get(rude.ID); !p.Liked || p.Hidden {
			t.Errorf("%+v", p)
		}
		if err := do(rude, community.DeedUnlike); err != nil {
			t.Error(err)
		}
		if err := do(rude, community.DeedDelete); keyOf(err) != "x.not_ours" {
			t.Errorf("deleting somebody else's words: %v", err)
		}
		if err := do(community.Message{ID: ours, Author: community.Author{ID: s.account.NativeID}}, community.DeedDelete); err != nil {
			t.Error(err)
		}
		if _, there := s.Get(ours); there {
			t.Error("it is still there")
		}
		s.vault.set(collectors.AppOwner(x.Name), "plan", "self-serve")
		if err := do(rude, community.DeedLike); keyOf(err) != "x.likes_gone" {
			t.Errorf("liking on a self-serve plan: %v", err)
		}
	}
}

// TestRefusals: what X will not take is refused before it is asked, or named
// after.
func TestRefusals(t *testing.T) {
	for _, api := range []string{x.Version2, x.Version11} {
		s := newStage(t, xtest.Options{}, api)
		n := quick(s.vault, nil)
		target := community.Message{ID: s.Post("alice", "@brand hello?", ""), Author: community.Author{ID: s.UserID("alice")}, CanReply: true}
		send := func(text string, v community.Visibility) error {
			_, err := n.Reply(t.Context(), s.account, target, community.Reply{ID: "r", Text: text, Visibility: v, CreatedAt: time.Now()})
			return err
		}
		if err := send(strings.Repeat("日", 141), community.Public); keyOf(err) != "reply.too_long" || community.KindOf(err) != community.Refused {
			t.Errorf("%s: too long: %v", api, err)
		}
		if err := send("Hello! "+strings.Repeat("é", 270), community.Public); err != nil {
			t.Errorf("%s: as long as may be: %v", api, err)
		}
		want := map[string]string{x.Version2: "x.post_refused", x.Version11: "x.duplicate"}[api]
		if err := send("Hello! "+strings.Repeat("é", 270), community.Public); keyOf(err) != want || community.KindOf(err) != community.Refused {
			t.Errorf("%s: the same again: %v", api, err)
		}
		if err := send("in private, at length: "+strings.Repeat("日", 500), community.Private); err != nil {
			t.Errorf("%s: in private: %v", api, err)
		}
		if c, err := n.Describe(t.Context(), s.account); err != nil || c.Limit != 280 || c.PrivateLimit != 10_000 || (api == x.Version2) != (c.LinkMicros > 0) {
			t.Errorf("%+v %v", c, err)
		}
	}
}

func keyOf(err error) string {
	var f *community.Fault
	if errors.As(err, &f) {
		return f.Key
	}
	return ""
}

// TestGivenUp: whoever gives up on an answer that is under way cannot know whether
// it was sent.
func TestGivenUp(t *testing.T) {
	s := newStage(t, xtest.Options{}, "")
	n := quick(s.vault, nil)
	target := community.Message{ID: s.Post("alice", "@brand hello?", ""), Author: community.Author{ID: s.UserID("alice")}, CanReply: true}
	s.Fail(xtest.LateAnswer, 1)
	ctx, cancel := context.WithCancel(t.Context())
	var waiting sync.WaitGroup
	waiting.Go(func() {
		for len(s.By("brand")) == 0 && ctx.Err() == nil {
			time.Sleep(time.Millisecond)
		}
		cancel()
	})
	_, err := n.Reply(ctx, s.account, target, community.Reply{ID: "r", Text: "Hello!", CreatedAt: time.Now()})
	cancel()
	waiting.Wait()
	if community.KindOf(err) != community.Uncertain {
		t.Errorf("%v", err)
	}
}

// TestLookBelowOthers: on version 1.1 the direct messages of everybody stand in one
// list; ours is found below a page of other people's.
func TestLookBelowOthers(t *testing.T) {
	s := newStage(t, xtest.Options{}, x.Version11)
	n := quick(s.vault, nil)
	target := community.Message{ID: s.Direct("alice", "brand", "hello?"), Private: true, Author: community.Author{ID: s.UserID("alice")}}
	reply := community.Reply{ID: "r", Text: "Hello!", Visibility: community.Private, CreatedAt: time.Now()}
	receipt, err := n.Reply(t.Context(), s.account, target, reply)
	if err != nil {
		t.Fatal(err)
	}
	for range 60 {
		s.Direct("bob", "brand", "me too")
	}
	if found, ok, err := n.Look(t.Context(), s.account, target, reply); err != nil || !ok || found.ID != receipt.ID {
		t.Errorf("%+v %v %v", found, ok, err)
	}
	reply.Text = "something else"
	if _, ok, err := n.Look(t.Context(), s.account, target, reply); err != nil || ok {
		t.Errorf("what was never sent: %v %v", ok, err)
	}
}

// TestHealthWindows: a look tells X's windows whole.
func TestHealthWindows(t *testing.T) {
	s := newStage(t, xtest.Options{Windows: map[string]int{"GET /2/users/me": 75}}, "")
	health, err := quick(s.vault, nil).Check(t.Context(), s.account)
	if err != nil || len(health.Windows) != 1 {
		t.Fatalf("%+v %v", health, err)
	}
	w := health.Windows[0]
	if w.Name != "GET /2/users/me" || w.Left != 74 || w.Limit != 75 || time.Until(w.Reset) < 10*time.Minute {
		t.Errorf("%+v", w)
	}
}

// TestRulesGoWithTheirAccount: the rules of an account that no longer collects
// bring nothing but costs.
func TestRulesGoWithTheirAccount(t *testing.T) {
	s := newStage(t, xtest.Options{}, "")
	s.AddRule("cats", "somebody else's")
	care := s.account
	care.Name, care.Handle, care.NativeID, care.Queries = "care", "bob", s.UserID("bob"), "broken parcel"
	s.vault.held[care.Key()] = s.Secrets("bob", false)
	n := quick(s.vault, nil)
	collect(t, n, s.account)
	ctx, cancel := context.WithCancel(t.Context())
	var other sync.WaitGroup
	other.Go(func() {
		_ = n.Collect(ctx, care, community.Cursor{}, func(context.Context, collectors.Batch) error { return nil })
	})
	eventually(t, "every rule is set", func() bool { return len(s.Rules()) == 4 })
	cancel()
	other.Wait()
	eventually(t, "its rules are gone", func() bool { return len(s.Rules()) == 2 })
}
