package inbox

import (
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/vigie-hq/vigie/community"
)

// viewAll is the view of everything the reader may see, for searches.
const viewAll = "all"

// listing is one view of conversations under some filters, as its address says.
type listing struct {
	View    string
	Query   community.Query
	Own     community.Query // what the address asks for beyond the view
	Title   string
	Count   string
	Items   []listItem
	Next    string // address of the following rows
	More    bool   // a search looked at its newest matches only
	Chips   []chip
	Groups  []filterGroup
	Sorts   []option
	Empty   *empty
	Pattern string // Query as the live stream matches it: an address's query
	Doubts  bool   // the reader may sort what is doubtful, one by one
}

// listItem is a row, under the heading of its watch when it is the first of it.
type listItem struct {
	Watch *watchHead
	Row   rowView
}

type watchHead struct{ Key, Label, Count string }

// chip is a filter in force; Href is the view without it.
type chip struct{ Label, Href string }

// empty is what an empty list says and offers.
type empty struct{ Icon, Title, Text, Href, Action string }

// inboxView is the inbox: views, list, and a conversation when one is open.
type inboxView struct {
	shell
	List  listing
	Views viewsView
	Talk  *talkView
}

func (s *Server) inboxPage(c *fiber.Ctx) error {
	view, err := s.inbox(c)
	if err != nil {
		return err
	}
	if isPart(c) {
		return s.render(c, "listing-part", view)
	}
	return s.render(c, "inbox-page", view)
}

func (s *Server) inbox(c *fiber.Ctx) (*inboxView, error) {
	sh, err := s.shell(c, "inbox")
	if err != nil {
		return nil, err
	}
	tally, channels, err := s.counts(c, sh.Brand)
	if err != nil {
		return nil, err
	}
	view := &inboxView{shell: sh}
	if view.List, err = s.list(c, sh.Brand, tally, channels); err != nil {
		return nil, err
	}
	view.List.Doubts = sh.Sorts
	view.Views = s.views(langOf(c), view.List, tally, channels)
	view.Title = view.List.Title
	return view, nil
}

// rowsPart is the next page of a list, and nothing else.
func (s *Server) rowsPart(c *fiber.Ctx) error {
	sh, err := s.shell(c, "inbox")
	if err != nil {
		return err
	}
	l, err := s.rows(c, sh.Brand, community.Tally{})
	if err != nil {
		return err
	}
	return s.render(c, "rows", l)
}

// viewsPart is the column of views with its numbers as they are now.
func (s *Server) viewsPart(c *fiber.Ctx) error {
	sh, err := s.shell(c, "inbox")
	if err != nil {
		return err
	}
	tally, channels, err := s.counts(c, sh.Brand)
	if err != nil {
		return err
	}
	view, own, q, err := ask(c, sh.Brand.ID)
	if err != nil {
		return err
	}
	return s.render(c, "views", s.views(langOf(c), listing{View: view, Own: own, Query: q}, tally, channels))
}

// counts are the numbers beside the views, and the channels they are about.
func (s *Server) counts(c *fiber.Ctx, brand community.Brand) (community.Tally, []community.Channel, error) {
	tally, err := s.Reader.Tally(c.UserContext(), viewerOf(c), brand.ID)
	if err != nil {
		return tally, nil, err
	}
	channels, err := s.Reader.Channels(c.UserContext(), viewerOf(c), brand.ID)
	return tally, channels, err
}

// ask reads what an address asks for: a view, and filters on top of it.
func ask(c *fiber.Ctx, brand string) (view string, own, q community.Query, err error) {
	values, err := url.ParseQuery(string(c.Request().URI().QueryString()))
	if err != nil {
		return "", own, q, community.Faultf(community.Invalid, "query.value", "?", "").Because(err)
	}
	if own, err = community.ParseQuery(values); err != nil {
		return "", own, q, err
	}
	own.Brand = ""
	view = values.Get("view")
	if view == "" {
		view = community.ViewOpen
	}
	base, ok := community.ViewQuery(view)
	if !ok && view != viewAll {
		return "", own, q, community.Faultf(community.Invalid, "query.value", "view", view)
	}
	q = own
	q.Brand = brand
	if len(q.Status) == 0 {
		q.Status = base.Status
	}
	if q.Assignee == "" {
		q.Assignee = base.Assignee
	}
	if q.SLA == "" {
		q.SLA = base.SLA
	}
	q.Triage, q.Trouble = q.Triage || base.Triage, q.Trouble || base.Trouble
	if values.Get("sort") == "" && base.Sort != "" {
		q.Sort = base.Sort
	}
	return view, own, q, nil
}

// rows reads one page of a view.
func (s *Server) rows(c *fiber.Ctx, brand community.Brand, tally community.Tally) (listing, error) {
	view, own, q, err := ask(c, brand.ID)
	if err != nil {
		return listing{}, err
	}
	ctx, v, lang := c.UserContext(), viewerOf(c), langOf(c)
	page, err := s.Reader.Conversations(ctx, v, q)
	if err != nil {
		return listing{}, err
	}
	l := listing{View: view, Query: q, Own: own, More: page.More}
	now := s.Now().In(zone(brand))
	last := c.Query("after")
	for i := range page.Items {
		item := listItem{Row: s.row(lang, page.Items[i], now)}
		if w := watchOf(&page.Items[i], now); q.Sort == community.SortDue && w != last {
			item.Watch, last = s.watch(lang, w, view, own, tally), w
		}
		l.Items = append(l.Items, item)
	}
	if page.Next != "" {
		next := l.values(own)
		next.Set("cursor", page.Next)
		next.Set("after", last)
		l.Next = "/rows?" + next.Encode()
	}
	return l, nil
}

// watch is a watch's heading. The writer counts the late and the soon ones of
// all that is open: where that is what the view lists, the number is said; no
// other watch is counted, so no number is made up.
func (s *Server) watch(lang, key, view string, own community.Query, tally community.Tally) *watchHead {
	h := &watchHead{Key: key, Label: T(lang, "watch."+key)}
	counted := map[string]string{watchLate: community.ViewLate, watchSoon: community.ViewSoon}[key]
	if len(own.Values()) > 0 || view != community.ViewOpen && view != counted {
		return h
	}
	if n, ok := tally.Views[counted]; ok {
		h.Count = number(lang, n)
	}
	return h
}

// list is a whole view: its first rows, how many there are, its filters.
func (s *Server) list(c *fiber.Ctx, brand community.Brand, tally community.Tally, channels []community.Channel) (listing, error) {
	l, err := s.rows(c, brand, tally)
	if err != nil {
		return l, err
	}
	lang := langOf(c)
	l.Title = l.title(lang)
	if len(l.Own.Values()) == 0 && l.View != viewAll {
		l.Count = number(lang, tally.Views[l.View])
	} else {
		n, err := s.Reader.Count(c.UserContext(), viewerOf(c), l.Query)
		if err != nil {
			return l, err
		}
		l.Count = number(lang, n.N)
		if n.Over {
			l.Count += "+"
		}
	}
	accounts, err := s.Reader.Accounts(c.UserContext(), viewerOf(c), brand.ID)
	if err != nil {
		return l, err
	}
	l.filters(s, lang, tally, channels, accounts)
	l.Pattern = l.Query.Values().Encode()
	if len(l.Items) == 0 {
		l.Empty = l.nothing(lang, len(accounts), tally)
	}
	return l, nil
}

// Address is what the address of this view says, for links that keep it.
func (l listing) Address() url.Values { return l.values(l.Own) }

// NextPage is the address of the following rows as a page, for browsers
// without scripts.
func (l listing) NextPage() string { return "/?" + strings.TrimPrefix(l.Next, "/rows?") }

// Clear is the address of the view without filters.
func (l listing) Clear() string { return l.href(community.Query{}) }

// title is the view's name; a view of one category or channel alone bears its name.
func (l *listing) title(lang string) string {
	if len(l.Own.Category) == 1 && l.View == community.ViewOpen {
		return T(lang, "category."+string(l.Own.Category[0]))
	}
	return T(lang, "view."+l.View)
}

// values is the address of this view with other filters.
func (l *listing) values(own community.Query) url.Values {
	v := own.Values()
	if l.View != community.ViewOpen {
		v.Set("view", l.View)
	}
	return v
}

func (l *listing) href(own community.Query) string {
	if q := l.values(own).Encode(); q != "" {
		return "/?" + q
	}
	return "/"
}

// nothing says why a list is empty and what is safe to do.
func (l *listing) nothing(lang string, accounts int, tally community.Tally) *empty {
	switch {
	case l.Own.Q != "" && l.View != viewAll:
		everywhere := listing{View: viewAll}
		return &empty{
			"search", T(lang, "empty.search.title", l.Own.Q), T(lang, "empty.search.text"),
			everywhere.href(community.Query{Q: l.Own.Q}), T(lang, "empty.search.action"),
		}
	case len(l.Own.Values()) > 0:
		return &empty{"filter", T(lang, "empty.filter.title"), T(lang, "empty.filter.text"), l.href(community.Query{}), T(lang, "filter.clear")}
	case accounts == 0:
		return &empty{"plug", T(lang, "empty.first.title"), T(lang, "empty.first.text"), "/settings", T(lang, "empty.first.action")}
	case never(tally):
		return &empty{"inbox", T(lang, "empty.never.title"), T(lang, "empty.never.text"), "/settings", T(lang, "empty.first.action")}
	}
	switch l.View {
	case community.ViewOpen, community.ViewLate, community.ViewSoon, community.ViewUnassigned:
		return &empty{"check", T(lang, "empty.open.title"), T(lang, "empty.open.text"), "/?view=" + community.ViewFiled, T(lang, "empty.open.action")}
	case community.ViewTriage:
		return &empty{"check", T(lang, "empty.triage.title"), T(lang, "empty.triage.text"), "/", T(lang, "empty.back")}
	case community.ViewTrouble:
		return &empty{"check", T(lang, "empty.trouble.title"), T(lang, "empty.trouble.text"), "/", T(lang, "empty.back")}
	}
	return &empty{"list", T(lang, "empty.view.title"), T(lang, "empty.view.text"), "/", T(lang, "empty.back")}
}

// never tells whether no conversation was ever there, whatever its state.
func never(tally community.Tally) bool {
	for _, view := range []string{community.ViewOpen, community.ViewWaiting, community.ViewClosed, community.ViewFiled} {
		if tally.Views[view] > 0 {
			return false
		}
	}
	return true
}

// without is a copy of values that lacks one.
func without[E comparable](values []E, one E) []E {
	return slices.DeleteFunc(slices.Clone(values), func(v E) bool { return v == one })
}
