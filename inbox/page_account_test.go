package inbox

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/vigie-hq/vigie/community"
)

func (v visitor) send(path string, pairs ...string) (int, http.Header, string) {
	v.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	status, header, body := v.ask(http.MethodPost, path, form)
	return status, header, html.UnescapeString(body)
}

// TestStands: what is said of an account, the worst first, with where it is put
// right.
func TestStands(t *testing.T) {
	now := stageNow
	well := community.Standing{
		Key: "k1", Account: community.Account{Network: "x", Collects: true, Sends: true, State: community.AccountActive}, Complete: now.Add(-time.Minute),
		Health: community.Health{CheckedAt: now, Push: community.PushOn},
	}
	for _, c := range []struct {
		name   string
		change func(*community.Standing)
		state  string
		word   string
		again  bool
	}{
		{"well", func(*community.Standing) {}, standOK, T("en", "account.well"), false},
		{"never read", func(s *community.Standing) { s.Complete = time.Time{} }, standOK, T("en", "account.first"), false},
		{"deactivated, whatever else", func(s *community.Standing) { s.State, s.Health.Push = community.AccountDeactivated, community.PushDown }, standOff, T("en", "account.deactivated"), false},
		{"of an import", func(s *community.Standing) { s.Collects, s.Sends = false, false }, standOff, T("en", "account.history"), false},
		{"refused", func(s *community.Standing) { s.State, s.Health.Push = community.AccountReconnect, community.PushDown }, standTrouble, T("en", "account.reconnect"), true},
		{"ends in a week", func(s *community.Standing) { s.Health.ExpiresAt = now.Add(community.ExpiryWarning) }, standTrouble, "Ends in 7\u00a0d", true},
		{"ends later", func(s *community.Standing) { s.Health.ExpiresAt = now.Add(community.ExpiryWarning + time.Minute) }, standOK, T("en", "account.well"), false},
		{"ended", func(s *community.Standing) { s.Health.ExpiresAt = now }, standTrouble, T("en", "account.ended"), true},
		{"lacks", func(s *community.Standing) { s.Health.Missing = []string{"dm.read", "odd_one"} }, standTrouble, "2 permissions missing", true},
		{"silent", func(s *community.Standing) { s.Health.Push = community.PushDown }, standTrouble, T("en", "account.silent"), false},
		{"behind", func(s *community.Standing) { s.Complete = now.Add(-2 * time.Hour) }, standTrouble, "Complete only until 07:00", false},
		{"not behind, for it only sends", func(s *community.Standing) { s.Complete, s.Collects = now.Add(-2*time.Hour), false }, standOK, T("en", "account.well"), false},
		{"spent", func(s *community.Standing) { s.DailyCap, s.Spent = 100, 100 }, standTrouble, T("en", "account.spent"), false},
		{"nearly spent", func(s *community.Standing) { s.DailyCap, s.Spent = 100, 80 }, standTrouble, "80% of today’s budget", false},
		{"not nearly", func(s *community.Standing) { s.DailyCap, s.Spent = 100, 79 }, standOK, T("en", "account.well"), false},
		{"odd", func(s *community.Standing) { s.Health.Fault = "network.unreachable" }, standTrouble, T("en", "account.fault"), false},
	} {
		st := well
		c.change(&st)
		got := standsOf("en", &st, now)[0]
		if got.State != c.state || got.Word != c.word || (got.Href != "") != c.again {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
	well.Health.Missing = []string{"dm.read", "odd_one"}
	if says := standsOf("en", &well, now)[0].Says; !strings.Contains(says, "read private messages, odd_one") {
		t.Error(says)
	}
}

// TestAccountsPage narrows, counts and cuts a list of 800 stores.
func TestAccountsPage(t *testing.T) {
	st, v := newVisitor(t)
	settings := st.settings[stageBrand]
	for i := range 800 {
		a := community.Account{
			Brand: stageBrand, Network: "facebook", Name: fmt.Sprint("store", i), Title: fmt.Sprintf("Maison Lune n° %d", i), Role: community.RoleStore,
			NativeID: fmt.Sprint(i), Collects: true, Sends: true, State: community.AccountActive,
		}
		settings.Accounts = append(settings.Accounts, a)
		st.standings[a.Key()] = community.Standing{Complete: stageNow, Health: community.Health{CheckedAt: stageNow}}
	}
	page := v.get("/settings/accounts")
	if n := strings.Count(page, `class="acc-row`); n != accountsOnPage {
		t.Errorf("%d rows", n)
	}
	if !strings.Contains(page, "4 comptes sur 807 ont besoin de vous") || !strings.Contains(page, "page=2") {
		t.Error(page[strings.Index(page, "<main"):][:800])
	}
	if page = v.get("/settings/accounts?network=facebook&page=17"); strings.Count(page, `class="acc-row`) != 1 || strings.Contains(page, "page=18") {
		t.Error("the last page is wrong")
	}
	if page = v.get("/settings/accounts?q=n%C2%B0+417"); strings.Count(page, `class="acc-row`) != 1 || !strings.Contains(page, "Maison Lune n° 417") {
		t.Error("the search found something else")
	}
	if page = v.get("/settings/accounts?state=off"); strings.Count(page, `class="acc-row`) != 1 {
		t.Error("not only what is off")
	}
	for _, path := range []string{"?state=odd", "?page=0", "?page=x"} {
		if status, _, _ := v.ask(http.MethodGet, "/settings/accounts"+path, nil); status != http.StatusBadRequest {
			t.Errorf("%s: %d", path, status)
		}
	}
	settings.Accounts = nil
	if page = v.get("/settings/accounts"); !strings.Contains(page, T("fr", "accounts.none.text")) || !strings.Contains(page, `href="/settings/accounts/new"`) {
		t.Error("no next action where there is no account")
	}
}

// TestConnectPages goes every way an account can be connected, without a script.
func TestConnectPages(t *testing.T) {
	st, v := newVisitor(t)
	const secret = "s3cr3t-never-echoed"
	status, _, page := v.send("/settings/accounts/new/shops", "f.server", "https://mine.example", "role", "store")
	if status != http.StatusBadRequest || !strings.Contains(page, `id="err-token"`) || !strings.Contains(page, `value="https://mine.example"`) || !strings.Contains(page, `value="store" selected`) {
		t.Errorf("a field that is missing: %d %s", status, page)
	}
	status, _, page = v.send("/settings/accounts/new/shops", "f.token", "wrong", "f.app_secret", secret)
	if status != http.StatusUnauthorized || !strings.Contains(page, T("fr", "fault.network.unauthorised")) || strings.Contains(page, secret) || strings.Contains(page, `value="wrong"`) {
		t.Errorf("refused: %d %s", status, page)
	}
	status, header, _ := v.send("/settings/accounts/new/shops", "f.token", "one", "role", "store")
	at := header.Get("Location")
	if status != http.StatusSeeOther || at != "/settings/accounts?connected="+community.AccountKey(stageBrand, "shops", "brest") {
		t.Fatalf("one account: %d %s", status, at)
	}
	if page = v.get(at); !strings.Contains(page, T("fr", "connect.done", "@brest")) {
		t.Error("nobody says that it is connected")
	}
	status, header, page = v.send("/settings/accounts/new/shops", "f.token", "browser")
	if status != http.StatusOK || header.Get("Refresh") != "0;url=https://shops.example/authorise?state=s1" || !strings.Contains(page, `href="https://shops.example/authorise?state=s1"`) {
		t.Errorf("by the browser: %d %v", status, header)
	}
	status, header, _ = v.ask(http.MethodGet, ReturnPath+"?state=s1&code=c", nil)
	choose := header.Get("Location")
	if status != http.StatusSeeOther || choose != "/settings/accounts/choose?choice=c1" {
		t.Fatalf("back: %d %s", status, choose)
	}
	if page = v.get(choose); strings.Count(page, `name="id"`) != 3 || strings.Count(page, " checked") != 3 {
		t.Error("not everything new is ticked")
	}
	if status, _, page = v.send("/settings/accounts/choose", "choice", "c1"); status != http.StatusUnprocessableEntity || !strings.Contains(page, T("fr", "fault.connect.nothing")) || strings.Contains(page, " checked") {
		t.Errorf("nothing ticked: %d", status)
	}
	status, header, _ = v.send("/settings/accounts/choose", "choice", "c1", "id", "lille", "role.lille", "support", "id", "lyon", "role.lyon", "store")
	if status != http.StatusSeeOther || header.Get("Location") != "/settings/accounts?connected=2" {
		t.Errorf("chosen: %d %v", status, header)
	}
	list := st.settings[stageBrand].Accounts
	if lille := list[len(list)-2]; lille.Name != "lille" || lille.Role != community.RoleSupport {
		t.Errorf("%+v", lille)
	}
	for _, path := range []string{ReturnPath + "?state=stolen", "/settings/accounts/choose?choice=other"} {
		if status, _, page := v.ask(http.MethodGet, path, nil); status != http.StatusBadRequest || !strings.Contains(page, T("fr", "connect.failed.text")) {
			t.Errorf("%s: %d", path, status)
		}
	}
	if status, _, _ := v.ask(http.MethodGet, "/settings/accounts/new/nowhere", nil); status != http.StatusNotFound {
		t.Errorf("a network nobody knows: %d", status)
	}
}

// TestAccountChanges: settings, budget, the switch and the check of one account.
func TestAccountChanges(t *testing.T) {
	st, v := newVisitor(t)
	key := community.AccountKey(stageBrand, "x", "maisonlune_aide")
	at := "/settings/accounts/" + key
	account := func() community.Account {
		for _, a := range st.settings[stageBrand].Accounts {
			if a.Key() == key {
				return a
			}
		}
		t.Fatal("it is gone")
		return community.Account{}
	}
	was := account().Queries
	if status, header, body := v.send(at, "what", "settings", "title", " SAV Maison Lune ", "role", "corporate", "collects", "true"); status != http.StatusSeeOther || header.Get("Location") != at+"?done=saved" {
		t.Fatalf("%d %s", status, body)
	}
	if a := account(); a.Title != "SAV Maison Lune" || a.Role != community.RoleCorporate || !a.Collects || a.Sends || a.Queries != was {
		t.Errorf("%+v", a)
	}
	for _, c := range []struct {
		cap  string
		want int64
	}{{"2,50", 2_500_000}, {"0.015 $", 15_000}, {"", 0}, {" $3 ", 3_000_000}} {
		if status, _, _ := v.send(at, "what", "budget", "cap", c.cap); status != http.StatusSeeOther || account().DailyCap != c.want {
			t.Errorf("%q: %d, cap %d", c.cap, status, account().DailyCap)
		}
	}
	for _, amount := range []string{"lots", "-1", "1e9", "NaN", "2,5,0"} {
		if status, _, page := v.send(at, "what", "budget", "cap", amount); status != http.StatusBadRequest || !strings.Contains(page, `id="err-cap"`) || account().DailyCap != 3_000_000 {
			t.Errorf("%q: %d", amount, status)
		}
	}
	if status, _, page := v.send(at, "what", "settings", "title", strings.Repeat("x", 121), "role", "store", "queries", "a\nb"); status != http.StatusBadRequest || !strings.Contains(page, `id="err-title"`) || !strings.Contains(page, ">a\nb</textarea>") {
		t.Errorf("%d", status)
	}
	v.send(at, "what", "off")
	if page := v.get(at); account().State != community.AccountDeactivated || !strings.Contains(page, T("fr", "account.on.text")) {
		t.Error("it is still on")
	}
	v.send(at, "what", "on")
	if account().State != community.AccountActive {
		t.Error("it is still off")
	}
	if status, header, _ := v.send(at + "/check"); status != http.StatusSeeOther || header.Get("Location") != at+"?done=checked" || !st.standings[key].Health.CheckedAt.Equal(st.at) {
		t.Errorf("%d %v", status, header)
	}
	if status, _, _ := v.send(at, "what", "melt"); status != http.StatusBadRequest {
		t.Errorf("%d", status)
	}
}

// TestAccountRights: who reads reports sees how accounts stand, who sets the
// brand changes them, nobody else either.
func TestAccountRights(t *testing.T) {
	key := community.AccountKey(stageBrand, "x", "maisonlune_aide")
	for role, may := range map[community.Role][2]bool{
		community.RoleAdmin: {true, true}, community.RoleSupervisor: {true, false}, community.RoleBrand: {true, false},
		community.RoleAgent: {true, false}, community.RoleReader: {false, false},
	} {
		st, v := newVisitor(t)
		a := st.agents["u-acme"]
		a.Grants = []community.Grant{{Brand: stageBrand, Role: role}}
		st.agents["u-acme"] = a
		for path, want := range map[string]bool{
			"/settings/accounts": may[0], "/settings/accounts/" + key: may[0], "/settings/ledger": may[0],
			"/settings/accounts/new": may[1], "/settings/accounts/new/shops": may[1],
		} {
			status, _, page := v.ask(http.MethodGet, path, nil)
			if (status == http.StatusOK) != want {
				t.Errorf("%s %s: %d", role, path, status)
			}
			if want && !may[1] && strings.Contains(page, `method="post" action="/settings/accounts`) {
				t.Errorf("%s %s offers what it will refuse", role, path)
			}
		}
		for _, path := range []string{"/settings/accounts/" + key, "/settings/accounts/" + key + "/check", "/settings/accounts/new/shops", "/settings/accounts/choose"} {
			if status, _, _ := v.send(path, "what", "off"); (status == http.StatusForbidden) == may[1] {
				t.Errorf("%s posts %s: %d", role, path, status)
			}
		}
		if _, _, page := v.ask(http.MethodGet, "/settings", nil); strings.Contains(page, `href="/settings/accounts"`) != may[0] {
			t.Errorf("%s: the tab is wrong", role)
		}
	}
}
