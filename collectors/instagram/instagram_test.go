package instagram_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/collectors/graph/graphtest"
	"github.com/vigie-hq/vigie/collectors/instagram"
	"github.com/vigie-hq/vigie/community"
)

// gathered is what came, by id, however it came.
type gathered struct {
	account community.Account
	mu      sync.Mutex
	held    map[string][]community.Message
}

func newGathered(a community.Account) *gathered {
	return &gathered{account: a, held: map[string][]community.Message{}}
}

func (g *gathered) Accounts(_ context.Context, id string) ([]community.Account, error) {
	if id == g.account.NativeID {
		return []community.Account{g.account}, nil
	}
	return nil, nil
}

func (g *gathered) Push(_ context.Context, _ community.Account, messages []community.Message) error {
	g.take(messages)
	return nil
}

func (g *gathered) take(messages []community.Message) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, m := range messages {
		g.held[m.ID] = append(g.held[m.ID], m)
	}
}

// last waits for a message that is as wanted and returns it.
func (g *gathered) last(t *testing.T, id string, wanted func(community.Message) bool) community.Message {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		g.mu.Lock()
		all := g.held[id]
		g.mu.Unlock()
		if n := len(all); n > 0 && wanted(all[n-1]) {
			return all[n-1]
		}
	}
	t.Fatalf("%s has not come as wanted: %+v", id, g.held[id])
	return community.Message{}
}

func seen(community.Message) bool { return true }

// collects runs the network, by poll and, if hooked, by push.
func (s *stand) collects(t *testing.T, hooked bool) *gathered {
	t.Helper()
	g := newGathered(s.account)
	if hooked {
		hooks := httptest.NewServer(s.network.Hooks(g))
		t.Cleanup(hooks.Close)
		if err := s.Subscribe(hooks.URL + "/"); err != nil {
			t.Fatal(err)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- s.network.Collect(ctx, s.account, community.Cursor{}, func(_ context.Context, b collectors.Batch) error {
			g.take(b.Messages)
			return nil
		})
	}()
	t.Cleanup(func() {
		stop()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("collecting ended: %v", err)
		}
	})
	return g
}

func ability(m *community.Message, deed community.Deed) community.Ability {
	for _, a := range m.Can {
		if a.Deed == deed {
			return a
		}
	}
	return community.Ability{Why: "not told"}
}

// TestMentions: a media that tags the account is found by polling; what names it
// in a caption or a comment elsewhere is pushed, read, and answered there.
func TestMentions(t *testing.T) {
	s := newStand(t, graphtest.Options{})
	g := s.collects(t, true)
	time.Sleep(200 * time.Millisecond) // subscribed
	tagged := s.TagIn(s.at.ID, "zoe", "my new coat from @laboutique", time.Now())
	named := s.NameIn(s.at.ID, "zoe", "thank you @laboutique", time.Now())
	below := s.NameBelow(s.at.ID, "marc", "same here @laboutique, still no refund", time.Now())
	for _, id := range []string{tagged, named, below} {
		m := g.last(t, id, seen)
		if m.Kind != community.KindMention || m.Private || m.Author.Handle == "" || m.Text == "" || !m.CanReply || m.Scope != s.at.ID {
			t.Errorf("mention %+v", m)
		}
		if a := ability(&m, community.DeedHide); a.Why == "" {
			t.Errorf("words on somebody else's page can be hidden: %+v", a)
		}
		receipt, err := s.network.Reply(t.Context(), s.account, m, community.Reply{ID: "r" + id, Text: "Thank you, " + id, Visibility: community.Public})
		if err != nil || receipt.ID == "" {
			t.Errorf("answering %s: %v %+v", id, err, receipt)
		}
		if n := s.Said(s.at.Page.ID, "Thank you, "+id); n != 1 {
			t.Errorf("answered %d times", n)
		}
		if _, _, err := s.network.Look(t.Context(), s.account, m, community.Reply{Text: "Thank you, " + id}); community.KindOf(err) != community.Unavailable {
			t.Errorf("looking under somebody else's media: %v", err)
		}
	}
	if m := g.last(t, below, seen); m.Thread == below || m.InReplyTo != m.Thread || m.Author.ID == "" {
		t.Errorf("a mention in a comment: %+v", m)
	}
}

// TestPrivateMessages: edited, taken back, by push and by looking again.
func TestPrivateMessages(t *testing.T) {
	for name, hooked := range map[string]bool{"pushed": true, "polled": false} {
		t.Run(name, func(t *testing.T) {
			s := newStand(t, graphtest.Options{})
			g := s.collects(t, hooked)
			time.Sleep(200 * time.Millisecond)
			first := s.IGDirect(s.at.ID, "lea", "Bonjour, ma commande n'est pas arrivée", time.Now())
			second := s.IGDirect(s.at.ID, "lea", "Oubliez", time.Now())
			m := g.last(t, first, seen)
			if !m.Private || m.Author.Handle != "lea" || m.Thread != m.Author.ID || m.ReplyUntil.Sub(m.CreatedAt) != 24*time.Hour || !m.CanReply {
				t.Errorf("message %+v", m)
			}
			g.last(t, second, seen)
			s.Edit(first, "Bonjour, ma commande 4711 n'est pas arrivée")
			if m := g.last(t, first, func(m community.Message) bool { return strings.Contains(m.Text, "4711") }); m.EditedAt.IsZero() || m.CreatedAt.IsZero() {
				t.Errorf("edited %+v", m)
			}
			s.Unsend(second)
			g.last(t, second, func(m community.Message) bool { return m.Deleted })
			ours := s.OwnIGDirect(s.at.ID, "lea", "On regarde !", time.Now())
			if m := g.last(t, ours, seen); m.Author.ID != s.at.ID || m.Thread != g.last(t, first, seen).Thread {
				t.Errorf("our own: %+v", m)
			}
		})
	}
}

// TestWindows holds Meta's windows at their borders, with and without the Human
// Agent permission, for a human's words and an automatic acknowledgement.
func TestWindows(t *testing.T) {
	const day = 24 * time.Hour
	for _, c := range []struct {
		name     string
		age      time.Duration
		leave    bool // the app has the permission
		human    bool
		accepted bool
	}{
		{"within a day", day - time.Minute, false, true, true},
		{"after a day", day + time.Minute, false, true, false},
		{"after a day, with leave", day + time.Minute, true, true, true},
		{"after a day, with leave, by a machine", day + time.Minute, true, false, false},
		{"within seven days, with leave", 7*day - time.Minute, true, true, true},
		{"after seven days, with leave", 7*day + time.Minute, true, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStand(t, graphtest.Options{HumanAgent: c.leave})
			id := s.IGDirect(s.at.ID, "lea", "Bonjour ?", time.Now().Add(-c.age))
			m := s.collects(t, false).last(t, id, seen)
			r := community.Reply{ID: "r", Text: "Bonjour Léa", Visibility: community.Private, Kind: community.ReplyAnswer, Agent: "nadia"}
			if !c.human {
				r.Kind = community.ReplyAcknowledgement
			}
			_, err := s.network.Reply(t.Context(), s.account, m, r)
			switch {
			case c.accepted && err != nil:
				t.Errorf("refused: %v", err)
			case !c.accepted && community.KindOf(err) != community.Refused:
				t.Errorf("accepted, or not refused: %v", err)
			}
			if open := m.CanReply; open != (c.age < day || c.leave && c.age < 7*day) {
				t.Errorf("the message says %v, until %v", open, m.ReplyUntil)
			}
		})
	}
}

// TestAnswersToComments: below the first level whom they are for is named; in
// private once, and for seven days.
func TestAnswersToComments(t *testing.T) {
	s := newStand(t, graphtest.Options{})
	media := s.Media(s.at.ID, "soldes", time.Now().Add(-time.Hour))
	first := s.IGComment(media, "lea", "c'est jusqu'à quand ?", time.Now())
	second := s.IGComment(first, "marc", "je voudrais savoir aussi", time.Now())
	old := s.IGComment(media, "zoe", "et mon colis ?", time.Now().Add(-8*24*time.Hour))
	g := s.collects(t, false)
	m := g.last(t, second, seen)
	if m.Kind != community.KindReply || m.InReplyTo != first || m.Thread != media || !strings.Contains(m.URL, second) {
		t.Errorf("an answer: %+v", m)
	}
	receipt, err := s.network.Reply(t.Context(), s.account, m, community.Reply{ID: "r1", Text: "Jusqu'à dimanche.", Visibility: community.Public, CreatedAt: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	if echo := g.last(t, receipt.ID, seen); echo.Text != "@marc Jusqu'à dimanche." || echo.InReplyTo != first || echo.Author.ID != s.at.ID {
		t.Errorf("came back as %+v", echo)
	}
	found, ok, err := s.network.Look(t.Context(), s.account, m, community.Reply{ID: "r1", Text: "Jusqu'à dimanche.", CreatedAt: time.Now()})
	if err != nil || !ok || found.ID != receipt.ID {
		t.Errorf("looking: %v %v %+v", err, ok, found)
	}
	private := community.Reply{ID: "r2", Text: "On vous écrit ici.", Visibility: community.Private, CreatedAt: time.Now()}
	lea := g.last(t, first, seen)
	if a := ability(&lea, community.DeedPrivate); a.Why != "" || a.Until.Sub(lea.CreatedAt) != 7*24*time.Hour {
		t.Errorf("a private answer: %+v", a)
	}
	letter, err := s.network.Reply(t.Context(), s.account, lea, private)
	if err != nil {
		t.Fatal(err)
	}
	if echo := g.last(t, letter.ID, seen); !echo.Private || echo.Thread != lea.Author.ID {
		t.Errorf("a private answer came back as %+v", echo)
	}
	if found, ok, err := s.network.Look(t.Context(), s.account, lea, private); err != nil || !ok || found.ID != letter.ID {
		t.Errorf("looking for it: %v %v %+v", err, ok, found)
	}
	if _, err := s.network.Reply(t.Context(), s.account, lea, private); community.KindOf(err) != community.Refused {
		t.Errorf("a second private answer: %v", err)
	}
	late := g.last(t, old, seen)
	if a := ability(&late, community.DeedPrivate); a.Why != "deed.late" {
		t.Errorf("after eight days: %+v", a)
	}
	if _, err := s.network.Reply(t.Context(), s.account, late, private); community.KindOf(err) != community.Refused {
		t.Errorf("a private answer after eight days: %v", err)
	}
}

// TestDeeds: hide, show, delete, each twice; likes are not to be had.
func TestDeeds(t *testing.T) {
	s := newStand(t, graphtest.Options{})
	media := s.Media(s.at.ID, "soldes", time.Now().Add(-time.Hour))
	id := s.IGComment(media, "troll", "nul", time.Now())
	g := s.collects(t, false)
	m := g.last(t, id, seen)
	for _, c := range []struct {
		deed   community.Deed
		hidden bool
	}{{community.DeedHide, true}, {community.DeedHide, true}, {community.DeedUnhide, false}} {
		if err := s.network.Moderate(t.Context(), s.account, m, c.deed); err != nil || s.Field(id, "is_hidden") != c.hidden {
			t.Errorf("%s: %v, hidden %v", c.deed, err, s.Field(id, "is_hidden"))
		}
	}
	if err := s.network.Moderate(t.Context(), s.account, m, community.DeedLike); community.KindOf(err) != community.Refused {
		t.Errorf("like: %v", err)
	}
	for range 2 {
		if err := s.network.Moderate(t.Context(), s.account, m, community.DeedDelete); err != nil || !s.Gone(id) {
			t.Errorf("delete: %v", err)
		}
	}
	g.last(t, id, func(m community.Message) bool { return m.Deleted })
}

// TestUnknownAuthor: who gave no permission is nobody, whatever the name.
func TestUnknownAuthor(t *testing.T) {
	s := newStand(t, graphtest.Options{})
	id := s.IGComment(s.Media(s.at.ID, "soldes", time.Now().Add(-time.Hour)), "lea", "bonjour", time.Now())
	s.Forget(id)
	m := s.collects(t, false).last(t, id, seen)
	if m.Author.ID != "" || m.Author.Handle != "lea" || m.AuthorKey() != "" {
		t.Errorf("author %+v", m.Author)
	}
	if a := ability(&m, community.DeedPrivate); a.Why != "instagram.nobody" {
		t.Errorf("a private answer to nobody: %+v", a)
	}
}

// TestLengths: characters in public, bytes in private, refused before a call.
func TestLengths(t *testing.T) {
	s := newStand(t, graphtest.Options{})
	id := s.IGComment(s.Media(s.at.ID, "soldes", time.Now().Add(-time.Hour)), "lea", "bonjour", time.Now())
	m := s.collects(t, false).last(t, id, seen)
	for _, c := range []struct {
		v    community.Visibility
		text string
		n    int
		fits bool
	}{
		{community.Public, strings.Repeat("é", 2200), 2200, true},
		{community.Public, strings.Repeat("é", 2201), 2201, false},
		{community.Private, strings.Repeat("é", 500), 1000, true},
		{community.Private, strings.Repeat("é", 500) + "a", 1001, false},
	} {
		if n := s.network.Count(c.v, c.text); n != c.n {
			t.Errorf("counted %d, want %d", n, c.n)
		}
		_, err := s.network.Reply(t.Context(), s.account, m, community.Reply{ID: "r", Text: c.text, Visibility: c.v})
		if fits := err == nil; fits != c.fits {
			t.Errorf("%s of %d: %v", c.v, c.n, err)
		}
	}
}

// TestConnect: the accounts of the pages behind a token; pages without one are
// left out.
func TestConnect(t *testing.T) {
	s := newStand(t, graphtest.Options{})
	s.AddPages("A page without Instagram")
	values := map[string]string{"app_id": graphtest.AppID, "app_secret": graphtest.AppSecret, "token": s.UserToken()}
	c, err := s.network.Connect(t.Context(), collectors.Filled{Values: values})
	if err != nil || len(c.Accounts) != 1 {
		t.Fatalf("%v %+v", err, c.Accounts)
	}
	a := c.Accounts[0]
	if a.Account.NativeID != s.at.ID || a.Account.Network != instagram.Name || a.Account.Handle != "laboutique" || a.Secrets["token"] != s.at.Page.Token {
		t.Errorf("account %+v", a)
	}
	health, err := s.network.Check(t.Context(), s.account)
	if err != nil || health.Push != community.PushOn || len(health.Missing) != 0 || health.ExpiresAt.IsZero() {
		t.Errorf("%v %+v", err, health)
	}
	s.SetScopes(s.at.Page.Token, "instagram_basic", "pages_manage_metadata")
	if health, _ = s.network.Check(t.Context(), s.account); len(health.Missing) != 3 {
		t.Errorf("missing %v", health.Missing)
	}
}

// TestHookRefuses: what is not signed by Meta, or not for us.
func TestHookRefuses(t *testing.T) {
	s := newStand(t, graphtest.Options{})
	g := newGathered(s.account)
	h := s.network.Hooks(g)
	for name, signature := range map[string]string{"none": "", "wrong": "sha256=" + strings.Repeat("0", 64)} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(`{"object":"instagram","entry":[]}`))
		r.Header.Set("X-Hub-Signature-256", signature)
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code != http.StatusForbidden {
			t.Errorf("signature %s: %d", name, w.Code)
		}
	}
	if len(g.held) > 0 {
		t.Errorf("taken: %v", g.held)
	}
}
