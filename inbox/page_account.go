package inbox

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/vigie-hq/vigie/community"
)

// accountsView lists the accounts of a brand with how each stands.
type accountsView struct {
	shell
	Tabs     tabsView
	Manages  bool            // the reader may connect and change accounts
	Again    map[string]bool // the networks whose accounts he can connect again
	Finding  string
	Under    string
	Told     string // what was just done
	Groups   []accountGroup
	States   []option
	Networks []option
	Network  string
	State    string
	Q        string
	Total    int // accounts the brand has
	Found    int // accounts that match
	Previous string
	Next     string
	Range    string // which of them are shown
}

// accountGroup is the accounts of one network.
type accountGroup struct {
	Network network
	ID      string
	Rows    []standRow
}

// standRow is one account in a list.
type standRow struct {
	Key, Name, Title string
	Role             string
	Collects, Sends  bool
	Stands           []stand // the worst first
	Complete, Last   string
	Push             mark
	Cost             *costView
}

// costView is what an account's calls cost, beside the most they may.
type costView struct {
	Spent, Cap string
	Width      int // of 100
	Full       bool
}

// accountsOnPage is how many accounts a page lists: a retailer has one for each
// store.
const accountsOnPage = 50

// maySee lets through who may see how accounts stand: whoever reads the brand's
// reports, or sets it.
func (s *Server) maySee(c *fiber.Ctx) (shell, error) {
	sh, err := s.shell(c, "settings")
	if err == nil && !seesAccounts(viewerOf(c), sh.Brand.ID) {
		err = community.Faultf(community.Forbidden, "viewer.account")
	}
	return sh, err
}

func seesAccounts(v community.Viewer, brand string) bool {
	return v.May(community.ActionReport, brand, "") || v.May(community.ActionSettings, brand, "")
}

// settingsTabs is what of the settings the reader may go to.
func settingsTabs(tab string, v community.Viewer, brand string) tabsView {
	return tabsView{Tab: tab, Rules: v.May(community.ActionRule, brand, ""), Accounts: seesAccounts(v, brand)}
}

// accountsPage lists the accounts, narrowed by network, state and words.
func (s *Server) accountsPage(c *fiber.Ctx) error {
	sh, err := s.maySee(c)
	if err != nil {
		return err
	}
	v, lang := viewerOf(c), langOf(c)
	all, err := s.Reader.Standings(c.UserContext(), v, sh.Brand.ID)
	if err != nil {
		return err
	}
	view := &accountsView{
		shell: sh, Tabs: settingsTabs("accounts", v, sh.Brand.ID), Manages: v.May(community.ActionSettings, sh.Brand.ID, ""),
		Total: len(all), Network: c.Query("network"), State: c.Query("state"), Q: strings.TrimSpace(c.Query("q")),
	}
	view.Title = T(lang, "accounts.title")
	if view.State != "" && !slices.Contains([]string{standTrouble, standOff, standOK}, view.State) {
		return community.Faultf(community.Invalid, "query.value", "state", view.State)
	}
	page, err := pageOf(c)
	if err != nil {
		return err
	}
	if view.Again, err = s.connectable(c, view.Manages); err != nil {
		return err
	}
	now := s.Now().In(zone(sh.Brand))
	view.fill(lang, all, page, now)
	view.Told = toldOf(lang, c, all)
	return s.render(c, "accounts-page", view)
}

// mostPages bounds the number of a page: more than any list has, and few enough
// to count with.
const mostPages = 100_000

// pageOf is which page of a list is asked for, from 1.
func pageOf(c *fiber.Ctx) (int, error) {
	page, err := strconv.Atoi(c.Query("page", "1"))
	if err != nil || page < 1 || page > mostPages {
		return 0, community.Faultf(community.Invalid, "query.value", "page", c.Query("page"))
	}
	return page, nil
}

// toldOf says what a form that led here has just done.
func toldOf(lang string, c *fiber.Ctx, all []community.Standing) string {
	n, err := strconv.Atoi(c.Query("connected"))
	switch {
	case err == nil && n > 1:
		return T(lang, "connect.done.many", n)
	case c.Query("connected") == "":
		return ""
	}
	for i := range all {
		if all[i].Key == c.Query("connected") {
			return T(lang, "connect.done", accountName(&all[i].Account))
		}
	}
	return ""
}

// fill narrows, counts and lays out the accounts.
func (v *accountsView) fill(lang string, all []community.Standing, page int, now time.Time) {
	states, networks := map[string]int{}, map[string]int{}
	var found []community.Standing
	var stands [][]stand
	for i := range all {
		st := &all[i]
		how := standsOf(lang, st, now)
		networks[st.Network]++
		if (v.Network != "" && st.Network != v.Network) || !named(st, v.Q) {
			continue
		}
		states[how[0].State]++
		if v.State == "" || how[0].State == v.State {
			found, stands = append(found, *st), append(stands, how)
		}
	}
	v.found(lang, all, now)
	v.Found = len(found)
	for _, state := range []string{"", standTrouble, standOK, standOff} {
		o := option{Value: state, Label: T(lang, "accounts.all"), Count: states[standTrouble] + states[standOK] + states[standOff], On: state == v.State, Href: v.href(state, 1)}
		if state != "" {
			o.Label, o.Count = T(lang, "accounts."+state), states[state]
		}
		v.States = append(v.States, o)
	}
	for name, n := range networks {
		v.Networks = append(v.Networks, option{Value: name, Label: networkOf(lang, name).Name, Count: n, On: name == v.Network})
	}
	slices.SortFunc(v.Networks, func(a, b option) int { return strings.Compare(a.Label, b.Label) })
	from := min((page-1)*accountsOnPage, len(found))
	to := min(from+accountsOnPage, len(found))
	if page > 1 {
		v.Previous = v.href(v.State, page-1)
	}
	if to < len(found) {
		v.Next = v.href(v.State, page+1)
	}
	if v.Previous != "" || v.Next != "" {
		v.Range = T(lang, "accounts.range", min(from+1, len(found)), to, len(found))
	}
	for i := from; i < to; i++ {
		st := &found[i]
		if n := len(v.Groups); n == 0 || v.Groups[n-1].ID != st.Network {
			v.Groups = append(v.Groups, accountGroup{Network: networkOf(lang, st.Network), ID: st.Network})
		}
		g := &v.Groups[len(v.Groups)-1]
		g.Rows = append(g.Rows, standRowOf(lang, st, stands[i], now))
	}
	for i := range v.Groups {
		// What needs somebody stands on top of its network.
		slices.SortStableFunc(v.Groups[i].Rows, func(a, b standRow) int { return cmp.Compare(rankOf(a.Stands[0]), rankOf(b.Stands[0])) })
	}
}

// rankOf puts what has stopped before what will, and both before what works.
func rankOf(s stand) int {
	if strings.HasSuffix(s.Class, "mk-late") {
		return -1
	}
	return slices.Index([]string{standTrouble, standOK, standOff}, s.State)
}

// found is the finding of the page: who needs somebody, and up to when nothing
// is missing from the accounts that collect.
func (v *accountsView) found(lang string, all []community.Standing, now time.Time) {
	trouble, working := 0, 0
	var complete time.Time
	for i := range all {
		st := &all[i]
		switch standsOf(lang, st, now)[0].State {
		case standOff:
			continue
		case standTrouble:
			trouble++
		}
		working++
		if st.Collects && !st.Complete.IsZero() && (complete.IsZero() || st.Complete.Before(complete)) {
			complete = st.Complete
		}
	}
	switch {
	case working == 0:
		v.Finding = T(lang, "accounts.finding.none")
	case trouble > 0:
		v.Finding = T(lang, "accounts.finding.trouble", trouble, number(lang, working))
	default:
		v.Finding = T(lang, "accounts.finding.well", working)
	}
	if !complete.IsZero() {
		v.Under = T(lang, "accounts.complete", spoken().moment(lang, complete.In(now.Location()), now))
	}
}

// named tells whether an account is called so, in any of its names.
func named(st *community.Standing, q string) bool {
	q = strings.ToLower(strings.TrimPrefix(q, "@"))
	return strings.Contains(strings.ToLower(st.Handle+"\x00"+st.Title+"\x00"+st.Name), q)
}

// href is the address of the list with another state or page.
func (v *accountsView) href(state string, page int) string {
	q := url.Values{}
	for name, value := range map[string]string{"network": v.Network, "q": v.Q, "state": state} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if page > 1 {
		q.Set("page", strconv.Itoa(page))
	}
	if len(q) == 0 {
		return "/settings/accounts"
	}
	return "/settings/accounts?" + q.Encode()
}

func standRowOf(lang string, st *community.Standing, stands []stand, now time.Time) standRow {
	row := standRow{
		Key: st.Key, Name: accountName(&st.Account), Role: T(lang, "role."+string(st.Role)), Collects: st.Collects, Sends: st.Sends,
		Stands: stands, Complete: momentOr(lang, st.Complete, now), Last: momentOr(lang, st.LastAt, now), Cost: costOf(lang, st), Push: pushMark(lang, st.Health.Push),
	}
	if st.Title != row.Name {
		row.Title = st.Title
	}
	if stands[0].State == standOff {
		row.Collects, row.Sends = false, false // nor does it: what it was set to is on its own page
	}
	return row
}

func pushMark(lang string, p community.PushState) mark {
	switch p {
	case community.PushOn:
		return mark{Icon: "check", Word: T(lang, "push.on"), Class: "mk mk-done"}
	case community.PushDown:
		return mark{Icon: "offline", Word: T(lang, "push.down"), Class: "mk mk-soon"}
	}
	return mark{Icon: "repeat", Word: T(lang, "push.off"), Class: "mk"}
}

// costOf is what an account has cost today; nil where nothing is charged and
// nothing is capped.
func costOf(lang string, st *community.Standing) *costView {
	if st.DailyCap == 0 && st.Spent == 0 {
		return nil
	}
	v := &costView{Spent: dollars(lang, st.Spent)}
	if st.DailyCap > 0 {
		v.Cap, v.Full = dollars(lang, st.DailyCap), float64(st.Spent) >= budgetWarning*float64(st.DailyCap)
		v.Width = int(min(100, st.Spent*100/st.DailyCap))
	}
	return v
}

// momentOr says a moment; a dash when there was none.
func momentOr(lang string, t, now time.Time) string {
	if t.IsZero() {
		return "—"
	}
	return spoken().moment(lang, t.In(now.Location()), now)
}
