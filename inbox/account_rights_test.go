package inbox

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/vigie-hq/vigie/community"
)

// TestCostsAreNotForEverybody: agents see how accounts stand and what came from
// them, not what the calls cost or may cost; on pages and in the API alike.
func TestCostsAreNotForEverybody(t *testing.T) {
	key := community.AccountKey(stageBrand, "x", "maisonlune_aide")
	for role, knows := range map[community.Role]bool{
		community.RoleAdmin: true, community.RoleSupervisor: true, community.RoleBrand: true, community.RoleAgent: false,
	} {
		st, v := newVisitor(t)
		a := st.agents["u-acme"]
		a.Grants = []community.Grant{{Brand: stageBrand, Role: role}}
		st.agents["u-acme"] = a
		for path, says := range map[string]string{
			"/settings/accounts": "$", "/settings/accounts/" + key: "$", "/settings/accounts?q=aide": "4,31",
		} {
			status, _, page := v.ask(http.MethodGet, path, nil)
			if status != http.StatusOK || strings.Contains(page, says) != knows {
				t.Errorf("%s %s: %d, speaks of money: %v", role, path, status, !knows)
			}
		}
		if _, _, page := v.ask(http.MethodGet, "/settings/accounts/"+key, nil); strings.Contains(page, `id="budget"`) != knows {
			t.Errorf("%s: the budget is wrong", role)
		}
		token := "token-of-" + string(role)
		st.tokens[HashToken(token)] = community.Viewer{Agent: "p", Grants: a.Grants}
		api := asking(t, v.s, "Authorization", "Bearer "+token)
		for _, path := range []string{"/api/v1/accounts", "/api/v1/accounts/" + key} {
			status, _, out := api.do("GET", path, nil)
			if status != http.StatusOK || strings.Contains(out, "5000000") != knows || strings.Contains(out, "4310000") != (knows && strings.HasSuffix(path, key)) {
				t.Errorf("%s %s: %d %s", role, path, status, out)
			}
		}
	}
}

// TestWhoReadsAnAccountsSheet: the same as who may open its page.
func TestWhoReadsAnAccountsSheet(t *testing.T) {
	w := newWorld(t)
	s := w.server(t)
	path := "/api/v1/accounts/" + community.AccountKey("acme", "x", "support")
	for name, c := range map[string]struct {
		grant  community.Grant
		status int
	}{
		"an agent":              {community.Grant{Brand: "acme", Role: community.RoleAgent}, 200},
		"a reader":              {community.Grant{Brand: "acme", Role: community.RoleReader}, 403},
		"an agent of a channel": {community.Grant{Brand: "acme", Role: community.RoleAgent, Channels: []string{"sav"}}, 403},
		"another brand's":       {community.Grant{Brand: "bolt", Role: community.RoleAdmin}, 404},
	} {
		w.tokens[HashToken("t")] = community.Viewer{Agent: "p", Grants: []community.Grant{c.grant}}
		if status, _, out := asking(t, s, "Authorization", "Bearer t").do("GET", path, nil); status != c.status {
			t.Errorf("%s: %d %s", name, status, out)
		}
	}
}

// TestFarPages: a page nobody has is refused or empty, and breaks nothing.
func TestFarPages(t *testing.T) {
	_, v := newVisitor(t)
	for _, path := range []string{"/settings/accounts?page=", "/settings/ledger?page="} {
		for page, want := range map[string]int{"9223372036854775807": 400, "368934881474191033": 400, "4611686018427387904": 400, "100000": 200, "-3": 400, "2": 200} {
			if status, _, _ := v.ask(http.MethodGet, path+page, nil); status != want {
				t.Errorf("%s%s: %d", path, page, status)
			}
		}
	}
}

// TestFormsKeepTheirBrand: a form acts on the brand its page was about, whatever
// brand another tab has looked at meanwhile.
func TestFormsKeepTheirBrand(t *testing.T) {
	st, v := newVisitor(t)
	a := st.agents["u-acme"]
	a.Grants = []community.Grant{{Brand: stageBrand, Role: community.RoleAdmin}, {Brand: "bolt", Role: community.RoleAdmin}}
	st.agents["u-acme"] = a
	st.settings["bolt"].Accounts[0].Network = "shops"
	theirs := st.settings["bolt"].Accounts[0].Key()
	for path, action := range map[string]string{
		"/settings/accounts/new/shops":                              "/settings/accounts/new/shops?brand=" + stageBrand,
		"/settings/accounts/new/shops?account=" + theirs:            "/settings/accounts/new/shops?brand=bolt",
		"/settings/accounts/" + theirs:                              "/settings/accounts/" + theirs + "?brand=bolt",
		"/settings/accounts/new/shops?brand=bolt&account=" + theirs: "/settings/accounts/new/shops?brand=bolt",
	} {
		if page := v.get(path); !strings.Contains(page, `action="`+action+`"`) {
			t.Errorf("%s does not post to %s", path, action)
		}
	}
	before := len(st.settings[stageBrand].Accounts)
	status, _, _ := v.send("/settings/accounts/new/shops?brand="+stageBrand, "f.token", "one", "role", "store")
	if status != http.StatusSeeOther || len(st.settings[stageBrand].Accounts) != before+1 {
		t.Errorf("%d", status)
	}
	a.Grants[1].Role = community.RoleAgent
	st.agents["u-acme"] = a
	if status, _, _ := v.ask(http.MethodGet, "/settings/accounts/new/shops?account="+theirs, nil); status != http.StatusForbidden {
		t.Errorf("an agent there: %d", status)
	}
}

// TestNoFormWithoutItsToken: nothing that a page can post is done for a request
// that lacks the session's token, or that comes from another site.
func TestNoFormWithoutItsToken(t *testing.T) {
	_, v := newVisitor(t)
	n := 0
	for _, r := range v.s.app(t.Context()).GetRoutes(true) {
		if r.Method != http.MethodPost || strings.HasPrefix(r.Path, "/api/") {
			continue
		}
		n++
		path := strings.NewReplacer(":id", "c05", ":key", "k", ":network", "shops", ":secret", "s").Replace(r.Path)
		if status, _, _ := v.ask(http.MethodPost, path, nil); status != http.StatusForbidden {
			t.Errorf("%s without a token: %d", path, status)
		}
		if status, _, _ := v.ask(http.MethodPost, path+"?csrf=csrf-u-acme", nil); status != http.StatusForbidden {
			t.Errorf("%s with it in the address: %d", path, status)
		}
		if status, _, _ := v.ask(http.MethodPost, path, url.Values{}, "Sec-Fetch-Site", "cross-site"); status != http.StatusForbidden {
			t.Errorf("%s from another site: %d", path, status)
		}
	}
	if n < 25 {
		t.Errorf("only %d forms", n)
	}
}
