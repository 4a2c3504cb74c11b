package inbox

import (
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/vigie-hq/vigie/community"
)

// ledgerView is what came from the accounts of a brand, and by which way: the
// proof that nothing is missing.
type ledgerView struct {
	shell
	Tabs     tabsView
	Finding  string
	Under    string
	Wrong    bool // the finding asks for somebody
	Spans    []option
	Networks []option
	Network  string
	Hours    int
	Rows     []ledgerRow
	One      *ledgerOne // a single account, hour by hour
	Previous string
	Next     string
	Range    string
	None     bool // the brand has no account that collects
}

// ledgerRow is one account in the ledger.
type ledgerRow struct {
	Key, Name            string
	Network              network
	Spark                chart
	Pushed, Recovered    int
	Backfilled           int
	Duplicates           int
	Disordered           int
	Edits, Deletes       int
	Unreadable           int
	Gap                  string
	P50, P99             string
	Complete             string
	Quiet                bool   // nothing came
	Silent               string // push went silent: since when
	recoveredSinceSilent int
	silent, complete     time.Time
	network              string
	collects             bool
}

// ledgerOne is one account's hours as a drawing and a table.
type ledgerOne struct {
	ledgerRow
	Charts []chart
	Table  []hourRow
	Says   string // how it stands, in a sentence
	Wrong  bool
}

// hourRow is one hour of an account.
type hourRow struct {
	Label    string
	Clock    string
	Day      string
	P50, P99 string
	Gap      string
	community.Ledger
}

// ledgerOnPage is how many accounts the ledger lists on a page.
const ledgerOnPage = 25

// ledgerSpans are the lengths of time that can be looked at, in hours.
var ledgerSpans = [...]int{24, 48}

func (s *Server) ledgerPage(c *fiber.Ctx) error {
	sh, err := s.maySee(c)
	if err != nil {
		return err
	}
	ctx, v, lang := c.UserContext(), viewerOf(c), langOf(c)
	hours, err := strconv.Atoi(c.Query("hours", "24"))
	if err != nil || !slices.Contains(ledgerSpans[:], hours) {
		return community.Faultf(community.Invalid, "query.value", "hours", c.Query("hours"))
	}
	page, err := pageOf(c)
	if err != nil {
		return err
	}
	now := s.Now().In(zone(sh.Brand))
	to := now.UTC().Truncate(time.Hour).Add(time.Hour)
	from := to.Add(-time.Duration(hours) * time.Hour)
	rows, err := s.Reader.Ledger(ctx, v, sh.Brand.ID, from, to)
	if err != nil {
		return err
	}
	accounts, err := s.Reader.Accounts(ctx, v, sh.Brand.ID)
	if err != nil {
		return err
	}
	view := &ledgerView{
		shell: sh, Tabs: settingsTabs("ledger", v, sh.Brand.ID), Hours: hours, Network: c.Query("network"),
	}
	view.Title = T(lang, "ledger.title")
	book := ledgerBook{lang: lang, now: now, from: from, hours: hours}
	list := book.accounts(rows, accounts)
	view.None = len(list) == 0
	view.Finding, view.Under, view.Wrong = book.finding(list)
	if key := c.Query("account"); key != "" {
		i := slices.IndexFunc(list, func(r ledgerRow) bool { return r.Key == key })
		if i < 0 {
			return community.Faultf(community.NotFound, "account.unknown", key)
		}
		view.One = book.one(&list[i], rows)
		view.Finding, view.Under, view.Wrong = view.One.Says, "", view.One.Wrong
	}
	view.lay(lang, list, page, c.Query("account"))
	return s.render(c, "ledger-page", view)
}

// lay narrows the list and cuts a page out of it.
func (v *ledgerView) lay(lang string, list []ledgerRow, page int, account string) {
	counts := map[string]int{}
	var found []ledgerRow
	for i := range list {
		counts[list[i].network]++
		if v.Network == "" || list[i].network == v.Network {
			found = append(found, list[i])
		}
	}
	for i := range list {
		n := list[i].network
		if counts[n] > 0 {
			v.Networks = append(v.Networks, option{Value: n, Label: networkOf(lang, n).Name, Count: counts[n], On: n == v.Network})
			counts[n] = 0
		}
	}
	for _, n := range ledgerSpans {
		v.Spans = append(v.Spans, option{Label: T(lang, "ledger.hours", n), On: n == v.Hours, Href: ledgerHref(n, v.Network, account, 1)})
	}
	from := min((page-1)*ledgerOnPage, len(found))
	to := min(from+ledgerOnPage, len(found))
	v.Rows = found[from:to]
	if page > 1 {
		v.Previous = ledgerHref(v.Hours, v.Network, "", page-1)
	}
	if to < len(found) {
		v.Next = ledgerHref(v.Hours, v.Network, "", page+1)
	}
	if v.Previous != "" || v.Next != "" {
		v.Range = T(lang, "accounts.range", min(from+1, len(found)), to, len(found))
	}
}

func ledgerHref(hours int, network, account string, page int) string {
	q := url.Values{}
	if hours != ledgerSpans[0] {
		q.Set("hours", strconv.Itoa(hours))
	}
	if network != "" {
		q.Set("network", network)
	}
	if account != "" {
		q.Set("account", account)
	}
	if page > 1 {
		q.Set("page", strconv.Itoa(page))
	}
	if len(q) == 0 {
		return "/settings/ledger"
	}
	return "/settings/ledger?" + q.Encode()
}
