package main

import (
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/collectors"
	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/inbox"
	"github.com/vigie-hq/vigie/internal/sql"
)

func TestConnectingWithABrowser(t *testing.T) {
	m, ctx := newArcadeHouse(t), t.Context()
	step, err := m.Connect(ctx, m.ada, m.form())
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(step.Go)
	if err != nil || u.Query().Get("back") != "https://vigie.example"+inbox.ReturnPath || u.Query().Get("client") != "c1" || len(u.Query().Get("state")) < 20 {
		t.Fatalf("it leads to %s, %v", step.Go, err)
	}
	back := url.Values{"state": {stateOf(t, step)}, "code": {"3"}}
	_, err = m.Back(ctx, m.ada, "s2", back)
	fault(t, "another browser", err, community.Invalid, "connect.state")
	_, err = m.Back(ctx, m.ada, "s1", url.Values{"state": {"nonsense"}, "code": {"3"}})
	fault(t, "another state", err, community.Invalid, "connect.state")
	_, err = m.Back(ctx, m.ada, "s1", url.Values{"code": {"3"}})
	fault(t, "no state", err, community.Invalid, "connect.state")
	step, err = m.Back(ctx, m.ada, "s1", back)
	if err != nil || len(step.Found) != 3 || step.Choice == "" || step.Found[0].Role != community.RoleStore || step.Brand != m.acme {
		t.Fatalf("it found %+v, %v", step, err)
	}
	if !slices.Equal(m.arcade.said, []string{"v1 3"}) {
		t.Errorf("the network was told %v", m.arcade.said)
	}
	_, err = m.Back(ctx, m.ada, "s1", back)
	fault(t, "a second time", err, community.Invalid, "connect.state")
	_, err = m.Back(ctx, m.ada, "s1", url.Values{"state": {step.Choice}, "code": {"3"}})
	fault(t, "a choice for a state", err, community.Invalid, "connect.state")

	again, err := m.Found(ctx, m.ada, "s1", step.Choice)
	if err == nil { // the state above took it
		t.Errorf("what was spent as a state is still there: %+v", again)
	}
	step, err = m.Connect(ctx, m.ada, m.form())
	if err != nil {
		t.Fatal(err)
	}
	if step, err = m.Back(ctx, m.ada, "s1", url.Values{"state": {stateOf(t, step)}, "code": {"3"}}); err != nil {
		t.Fatal(err)
	}
	if again, err = m.Found(ctx, m.ada, "s1", step.Choice); err != nil || len(again.Found) != 3 {
		t.Errorf("looked at again: %+v, %v", again, err)
	}
	for name, wrong := range map[string][]community.Chosen{"connect.nothing": nil, "connect.chosen": {{ID: "99"}}, "account.field": {{ID: "1", Role: "king"}}} {
		_, err = m.Choose(ctx, m.ada, "s1", step.Choice, wrong)
		fault(t, name, err, community.Invalid, name)
	}
	_, err = m.Choose(ctx, m.ada, "s2", step.Choice, []community.Chosen{{ID: "1"}})
	fault(t, "another's choice", err, community.Invalid, "connect.state")
	done, err := m.Choose(ctx, m.ada, "s1", step.Choice, []community.Chosen{{ID: "1"}, {ID: "3", Role: community.RoleSupport, Name: "care"}})
	if err != nil || len(done.Connected) != 2 {
		t.Fatalf("chose %+v, %v", done, err)
	}
	_, err = m.Choose(ctx, m.ada, "s1", step.Choice, []community.Chosen{{ID: "2"}})
	fault(t, "chosen twice", err, community.Invalid, "connect.state")

	accounts, err := m.reader.Accounts(ctx, m.ada, m.acme)
	if err != nil || len(accounts) != 2 {
		t.Fatalf("accounts %+v, %v", accounts, err)
	}
	care := accounts[0]
	if care.Name != "care" || care.Network != "arcade" || care.Role != community.RoleSupport || care.State != community.AccountActive || care.Since.IsZero() || care.Brand != m.acme {
		t.Errorf("connected as %+v", care)
	}
	channels, err := m.reader.Channels(ctx, m.ada, m.acme)
	if err != nil || channels[0].Senders[0] != care.Key() {
		t.Errorf("the support account does not answer first: %v, %v", channels[0].Senders, err)
	}
	if token, err := m.vault.Secret(ctx, care.Key(), "token"); err != nil || string(token) != shopSecret {
		t.Errorf("its token: %v", err)
	}
	acts, err := m.reader.AccountActs(ctx, m.ada, care.Key())
	if err != nil || len(acts) != 1 || acts[0].Verb != "connected" || acts[0].Agent != "ada" || acts[0].To != "shop3" {
		t.Errorf("acts %+v, %v", acts, err)
	}
	if app, err := m.vault.Secret(ctx, collectors.AppOwner("arcade"), "client_secret"); err != nil || string(app) != "app-secret" {
		t.Errorf("the app: %v", err)
	}
}

// TestConnectingRunsOut lets the ten minutes pass.
func TestConnectingRunsOut(t *testing.T) {
	db, err := sql.Open(t.Context(), filepath.Join(t.TempDir(), "vigie.db"), sql.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	c := sql.NewConnecting(db)
	if err := c.Keep(t.Context(), "h", "s", time.Now().Add(30*time.Millisecond), []byte("x")); err != nil {
		t.Fatal(err)
	}
	time.Sleep(40 * time.Millisecond)
	if _, err := c.Take(t.Context(), "h", "s"); community.KindOf(err) != community.NotFound {
		t.Errorf("too late, and taken: %v", err)
	}
}

func TestConnectingAgain(t *testing.T) {
	m, ctx := newArcadeHouse(t), t.Context()
	through := func(code, account string) (community.ConnectStep, error) {
		in := m.form()
		in.Account = account
		step, err := m.Connect(ctx, m.ada, in)
		if err != nil {
			t.Fatal(err)
		}
		return m.Back(ctx, m.ada, "s1", url.Values{"state": {stateOf(t, step)}, "code": {code}})
	}
	step, err := through("3", "")
	if err != nil {
		t.Fatal(err)
	}
	if step, err = m.Choose(ctx, m.ada, "s1", step.Choice, []community.Chosen{{ID: "1", Name: "one"}, {ID: "2", Name: "two"}}); err != nil {
		t.Fatal(err)
	}
	one, two := step.Connected[0], step.Connected[1]
	title := "Maison Une"
	if one, err = m.Change(ctx, m.ada, one.Key(), community.AccountEdit{Title: &title}); err != nil {
		t.Fatal(err)
	}
	place := community.Cursor{Since: "9", Connected: time.Now().UTC()}
	if err := m.memory.SaveCursor(ctx, one.Key(), place); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{one.Key(), two.Key()} {
		if err := m.memory.SaveState(ctx, key, community.AccountReconnect, "network.unauthorised"); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.vault.PutSecrets(ctx, one.Key(), map[string][]byte{"token": []byte("dead")}); err != nil {
		t.Fatal(err)
	}
	_, err = through("0", one.Key())
	fault(t, "a sign-in to nothing", err, community.NotFound, "connect.none")
	if step, err = through("3", one.Key()); err != nil || len(step.Connected) != 2 {
		t.Fatalf("connected again: %+v, %v", step, err)
	}
	standing, err := m.reader.Standing(ctx, m.ada, one.Key())
	if err != nil || standing.State != community.AccountActive || standing.Why != "" || standing.Title != title || standing.Role != community.RoleStore {
		t.Errorf("it stands as %+v, %v", standing, err)
	}
	if held, err := m.memory.Cursor(ctx, one.Key()); err != nil || held != place {
		t.Errorf("its place is %+v, %v", held, err)
	}
	if token, err := m.vault.Secret(ctx, one.Key(), "token"); err != nil || string(token) != shopSecret {
		t.Errorf("its token is not the new one: %v", err)
	}
	acts, err := m.reader.AccountActs(ctx, m.ada, one.Key())
	if err != nil || acts[0].Verb != "reconnected" || acts[1].Verb != "title" || acts[1].To != title {
		t.Errorf("acts %+v, %v", acts, err)
	}
	accounts, err := m.reader.Accounts(ctx, m.ada, m.acme)
	if err != nil || len(accounts) != 2 {
		t.Errorf("%d accounts, %v", len(accounts), err)
	}
	// Somebody signs in as another.
	if err := m.memory.SaveState(ctx, two.Key(), community.AccountReconnect, "network.unauthorised"); err != nil {
		t.Fatal(err)
	}
	_, err = through("1", two.Key())
	fault(t, "another account", err, community.Conflict, "connect.other")
	// A new one gets a name of its own; a name that was chosen is kept or refused.
	in := m.form("token", "t1")
	in.Brand, in.Name = m.acme, "two"
	if step, err = m.Connect(ctx, m.ada, in); err != nil || len(step.Connected) != 1 || step.Connected[0].Key() != one.Key() {
		t.Errorf("connected by hand: %+v, %v", step, err)
	}
	if step, err = through("3", ""); err != nil || step.Found[0].Key != one.Key() || step.Found[2].Key != "" {
		t.Fatalf("found %+v, %v", step.Found, err)
	}
	_, err = m.Choose(ctx, m.ada, "s1", step.Choice, []community.Chosen{{ID: "3", Name: "two"}})
	fault(t, "a name twice", err, community.Conflict, "account.name")
}

func TestWhoMayConnect(t *testing.T) {
	m, ctx := newArcadeHouse(t), t.Context()
	supervisor := community.Viewer{Agent: "sue", Grants: []community.Grant{{Brand: m.acme, Role: community.RoleSupervisor}}}
	_, err := m.Connect(ctx, supervisor, m.form())
	fault(t, "a supervisor", err, community.Forbidden, "viewer.account")
	_, err = m.Connect(ctx, m.bob, m.form())
	fault(t, "another brand's", err, community.NotFound, "brand.unknown")
	_, err = m.Connect(ctx, community.Viewer{}, m.form())
	fault(t, "nobody", err, community.NotFound, "brand.unknown")

	for field, extra := range map[string][]string{
		"colour": {"colour", "blue"}, "kind": {"kind", "none"}, "client": {"client", ""}, "client_secret": {"client_secret", "two\nlines"},
		"token": {"token", strings.Repeat("x", 20_001)},
	} {
		_, err := m.Connect(ctx, m.ada, m.form(extra...))
		fault(t, field, err, community.Invalid, "connect.field ["+field+"]")
	}
	in := m.form()
	in.Network = "nowhere"
	_, err = m.Connect(ctx, m.ada, in)
	fault(t, "no such network", err, community.NotFound, "network.unknown")
	_, err = m.Connect(ctx, m.ada, m.form("token", "wrong"))
	fault(t, "refused", err, community.Unauthorised, "connect.not_accepted")
	if known, err := m.vault.Known(ctx, collectors.AppOwner("arcade")); err != nil || len(known) > 0 {
		t.Errorf("the app was kept although nothing came of it: %v, %v", known, err)
	}
	if _, err = m.Connect(ctx, m.ada, m.form("token", shopSecret)); err != nil {
		t.Fatal(err)
	}
	cards, err := m.Networks(ctx, m.ada)
	i := slices.IndexFunc(cards, func(n community.NetworkCard) bool { return n.Network == "arcade" })
	if err != nil || i < 0 || !slices.Equal(cards[i].Known, []string{"client", "client_secret"}) || !cards[i].Checks || cards[i].Moderates {
		t.Errorf("cards %+v, %v", cards, err)
	}
	// The app is known now: it need not be said again, and one brand alone may
	// not change it under the other.
	in = community.Connecting{Brand: m.bolt, Network: "arcade", Values: map[string]string{"token": shopSecret}}
	if _, err := m.Connect(ctx, m.bob, in); err != nil {
		t.Errorf("with the known app: %v", err)
	}
	in.Values["client_secret"] = "another"
	_, err = m.Connect(ctx, m.bob, in)
	fault(t, "changing the app", err, community.Forbidden, "viewer.app")
	if _, err := m.Connect(ctx, commander(), in); err != nil {
		t.Errorf("from the command line: %v", err)
	}
	// The same shop belongs to both brands, each with its own key and secrets.
	a, _ := m.reader.Accounts(ctx, m.ada, m.acme)
	b, _ := m.reader.Accounts(ctx, m.bob, m.bolt)
	if len(a) != 1 || len(b) != 1 || a[0].Key() == b[0].Key() {
		t.Errorf("%+v and %+v", a, b)
	}
	_, err = m.Change(ctx, m.bob, a[0].Key(), community.AccountEdit{})
	fault(t, "another's account", err, community.NotFound, "account.unknown")
	_, err = m.Check(ctx, m.bob, a[0].Key())
	fault(t, "another's account", err, community.NotFound, "account.unknown")
	_, err = m.Change(ctx, supervisor, a[0].Key(), community.AccountEdit{})
	fault(t, "a supervisor", err, community.Forbidden, "viewer.account")
	// Without a browser, a network that needs one says so.
	in = m.form("client_secret", "another")
	in.Session = ""
	_, err = m.Connect(ctx, m.ada, in)
	fault(t, "without a browser", err, community.Invalid, "connect.browser")
}

func TestChangingAndChecking(t *testing.T) {
	m, ctx := newArcadeHouse(t), t.Context()
	step, err := m.Connect(ctx, m.ada, m.form("token", shopSecret))
	if err != nil {
		t.Fatal(err)
	}
	key := step.Connected[0].Key()
	role, no, queries, daily := community.RoleSupport, false, " a \n\n b ", int64(-1)
	_, err = m.Change(ctx, m.ada, key, community.AccountEdit{DailyCap: &daily})
	fault(t, "less than nothing", err, community.Invalid, "account.field [daily_cap]")
	daily = 5_000_000
	a, err := m.Change(ctx, m.ada, key, community.AccountEdit{Role: &role, Sends: &no, Queries: &queries, DailyCap: &daily, Active: &no})
	if err != nil || a.Role != role || a.Sends || a.Queries != "a\nb" || a.State != community.AccountDeactivated || a.DailyCap != daily {
		t.Errorf("changed to %+v, %v", a, err)
	}
	yes := true
	if a, err = m.Change(ctx, m.ada, key, community.AccountEdit{Active: &yes}); err != nil || a.State != community.AccountActive {
		t.Errorf("activated: %+v, %v", a, err)
	}
	acts, err := m.reader.AccountActs(ctx, m.ada, key)
	var verbs []string
	for _, act := range acts {
		verbs = append(verbs, act.Verb)
	}
	if err != nil || !slices.Equal(verbs, []string{"activated", "deactivated", "daily_cap", "queries", "sends", "role", "connected"}) {
		t.Errorf("acts %v, %v", verbs, err)
	}
	m.arcade.health = community.Health{Missing: []string{"comments"}, ExpiresAt: m.now().Add(72 * time.Hour)}
	m.arcade.fault = community.Faultf(community.Unauthorised, "network.unauthorised")
	s, err := m.Check(ctx, m.ada, key)
	if err != nil || s.State != community.AccountReconnect || s.Why != "network.unauthorised" || s.Health.CheckedAt.IsZero() || len(s.Health.Missing) != 1 {
		t.Errorf("refused: %+v, %v", s, err)
	}
	if said := stands(&s, m.now()); !strings.Contains(said, "ends in 2 days") || !strings.Contains(said, "permissions missing: comments") {
		t.Errorf("it stands: %s", said)
	}
	m.arcade.fault = nil
	if s, err = m.Check(ctx, m.ada, key); err != nil || s.State != community.AccountActive || s.Why != "" {
		t.Errorf("it works again: %+v, %v", s, err)
	}
}

// TestARetailerConnectsAllItsStores connects 800 at once, with one sign-in.
func TestARetailerConnectsAllItsStores(t *testing.T) {
	m, ctx := newArcadeHouse(t), t.Context()
	in := m.form()
	in.Role = community.RoleSupport // of one account, not of 800
	step, err := m.Connect(ctx, m.ada, in)
	if err != nil {
		t.Fatal(err)
	}
	if step, err = m.Back(ctx, m.ada, "s1", url.Values{"state": {stateOf(t, step)}, "code": {"800"}}); err != nil || len(step.Found) != 800 {
		t.Fatalf("found %d, %v", len(step.Found), err)
	}
	var all []community.Chosen
	for _, f := range step.Found {
		all = append(all, community.Chosen{ID: f.ID})
	}
	began := time.Now()
	done, err := m.Choose(ctx, m.ada, "s1", step.Choice, all)
	if err != nil || len(done.Connected) != 800 {
		t.Fatalf("connected %d, %v", len(done.Connected), err)
	}
	t.Logf("800 accounts in %v", time.Since(began))
	names := map[string]bool{}
	for _, a := range done.Connected {
		if names[a.Name] = true; a.Role != community.RoleStore {
			t.Fatalf("a store became %s", a.Role)
		}
	}
	if len(names) != 800 {
		t.Errorf("%d names for 800 stores", len(names))
	}
	began = time.Now()
	list, err := m.reader.Standings(ctx, m.ada, m.acme)
	if err != nil || len(list) != 800 {
		t.Fatalf("%d stand, %v", len(list), err)
	}
	t.Logf("how they stand in %v", time.Since(began))
}
