package inbox

import (
	"html/template"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/vigie-hq/vigie/community"
)

// accountView is one account: how it stands, what it may do, how it is set.
type accountView struct {
	shell
	Tabs     tabsView
	Manages  bool
	Key      string
	Name     string
	Network  network
	Role     string
	Off      bool
	First    stand
	Stands   []stand // what there is to say above everything
	Told     string
	Facts    []factView
	Checked  string
	Missing  []string
	Windows  []windowView
	Can      []canView
	Unknown  string // why what the network lets us do is not known
	Budget   *budgetView
	Form     accountForm
	Acts     []actView
	AgainTo  string // where it is connected again
	Collects bool
}

// windowView is one of a network's limits, as it last told it.
type windowView struct {
	Name, Left, Reset string
	Width             int // of 100; what is left
	Low               bool
	Told              bool // its size is known
}

// canView is one thing a network lets us do, or not.
type canView struct {
	Label string
	Yes   bool
	Note  string
}

// actView is something that was done to the account.
type actView struct {
	When string
	Deed template.HTML
}

// shownActs is how many changes an account's page shows.
const shownActs = 20

// lowWindow is the share of a window from which it is shown as running out.
const lowWindow = 0.1

func (s *Server) accountPage(c *fiber.Ctx) error {
	sh, err := s.maySee(c)
	if err != nil {
		return err
	}
	st, err := s.Reader.Standing(c.UserContext(), viewerOf(c), c.Params("key"))
	if err != nil {
		return err
	}
	return s.drawAccount(c, sh, &st, formOf(langOf(c), &st), c.Query("done"))
}

// drawAccount draws an account's page with a form as it was filled in.
func (s *Server) drawAccount(c *fiber.Ctx, sh shell, st *community.Standing, form accountForm, done string) error {
	ctx, v, lang := c.UserContext(), viewerOf(c), langOf(c)
	sh = sh.in(st.Brand)
	if !seesAccounts(v, st.Brand) {
		return community.Faultf(community.NotFound, "account.unknown", st.Key)
	}
	now := s.Now().In(zone(sh.Brand))
	view := &accountView{
		shell: sh, Tabs: settingsTabs("accounts", v, sh.Brand.ID), Manages: v.May(community.ActionSettings, st.Brand, ""),
		Key: st.Key, Name: accountName(&st.Account), Network: networkOf(lang, st.Network), Role: T(lang, "role."+string(st.Role)),
		Off: st.State == community.AccountDeactivated, Form: form, Collects: st.Collects,
		Checked: momentOr(lang, st.Health.CheckedAt, now),
	}
	view.Title = view.Name
	again, err := s.connectable(c, view.Manages)
	if err != nil {
		return err
	}
	if again[st.Network] {
		view.AgainTo = againHref(st)
	}
	if slices.Contains([]string{"saved", "checked", "on", "off"}, done) {
		view.Told = T(lang, "account.did."+done)
	}
	stands := standsOf(lang, st, now)
	view.First = stands[0]
	for _, one := range stands {
		if one.State == standTrouble || one.Says != "" {
			view.Stands = append(view.Stands, one)
		}
	}
	view.facts(lang, st, now)
	if capability, err := s.Desk.Describe(ctx, v, st.Account); err != nil {
		f, _ := fault(err)
		view.Unknown = sayFault(lang, f)
	} else {
		view.Can = cans(lang, &capability)
	}
	if view.Budget, err = s.budget(ctx, v, lang, st, now); err != nil {
		return err
	}
	acts, err := s.Reader.AccountActs(ctx, v, st.Key)
	if err != nil {
		return err
	}
	for _, a := range acts[:min(len(acts), shownActs)] {
		view.Acts = append(view.Acts, actView{spoken().moment(lang, a.At.In(now.Location()), now), s.accountDeed(lang, a)})
	}
	return s.render(c, "account-page", view)
}

// connectable are the networks whose accounts the reader may connect here; none
// for who may not.
func (s *Server) connectable(c *fiber.Ctx, manages bool) (map[string]bool, error) {
	if !manages {
		return nil, nil //nolint:nilnil // nothing can be connected
	}
	cards, err := s.Accounts.Networks(c.UserContext(), viewerOf(c))
	out := make(map[string]bool, len(cards))
	for i := range cards {
		out[cards[i].Network] = true
	}
	return out, err
}

// facts is how the account stands, in words.
func (v *accountView) facts(lang string, st *community.Standing, now time.Time) {
	add := func(key, value string) {
		if value != "" {
			v.Facts = append(v.Facts, factView{T(lang, "standing."+key), value})
		}
	}
	h := &st.Health
	at := func(t time.Time) string { return spoken().moment(lang, t.In(now.Location()), now) }
	switch {
	case st.State == community.AccountReconnect:
		add("connection", T(lang, "standing.refused"))
	case h.CheckedAt.IsZero():
		add("connection", T(lang, "standing.unchecked"))
	case !h.ExpiresAt.IsZero() && !now.Before(h.ExpiresAt):
		add("connection", T(lang, "standing.ended", at(h.ExpiresAt)))
	case !h.ExpiresAt.IsZero():
		add("connection", T(lang, "standing.ends", at(h.ExpiresAt), spoken().duration(lang, h.ExpiresAt.Sub(now))))
	case !h.RenewsAt.IsZero():
		add("connection", T(lang, "standing.renews", at(h.RenewsAt)))
	default:
		add("connection", T(lang, "standing.lasting"))
	}
	if len(h.Missing) == 0 && !h.CheckedAt.IsZero() {
		add("permissions", T(lang, "standing.permissions.all"))
	}
	add("push", pushMark(lang, h.Push).Word)
	if st.Collects {
		add("complete", momentOr(lang, st.Complete, now))
	}
	add("last", momentOr(lang, st.LastAt, now))
	add("waiting", T(lang, "standing.answers", st.Waiting))
	if !st.Connected.IsZero() {
		add("since", at(st.Connected))
	}
	if st.Server != "" {
		add("server", st.Server)
	}
	for _, name := range h.Missing {
		said := permission(lang, name)
		if said != name {
			said += " (" + name + ")"
		}
		v.Missing = append(v.Missing, said)
	}
	for _, w := range h.Windows {
		v.Windows = append(v.Windows, windowOf(lang, w, now))
	}
}

func windowOf(lang string, w community.Window, now time.Time) windowView {
	v := windowView{Name: w.Name, Left: number(lang, w.Left), Told: w.Limit > 0}
	if !w.Reset.IsZero() && w.Reset.After(now) {
		v.Reset = spoken().moment(lang, w.Reset.In(now.Location()), now)
	} else if w.Limit > 0 { // what was told is over: it is whole again
		w.Left, v.Left = w.Limit, number(lang, w.Limit)
	}
	if w.Limit > 0 {
		v.Left = T(lang, "window.left", v.Left, number(lang, w.Limit))
		v.Width = max(0, min(100, w.Left*100/w.Limit))
		v.Low = float64(w.Left) <= lowWindow*float64(w.Limit)
	}
	return v
}

// cans lists what a network lets the account do.
func cans(lang string, k *community.Capability) []canView {
	limit := func(v community.Visibility) string {
		n, unit := k.Longest(v)
		if n == 0 {
			return ""
		}
		return T(lang, "can.limit", T(lang, "unit."+string(unit), n))
	}
	private := limit(community.Private)
	out := []canView{
		{T(lang, "can.collect"), k.Collects, ""},
		{T(lang, "can.public"), k.ReplyPublic, limit(community.Public)},
		{T(lang, "can.private"), k.ReplyPrivate, private},
	}
	for _, deed := range []community.Deed{community.DeedPrivate, community.DeedHide, community.DeedDelete, community.DeedLike} {
		out = append(out, canView{T(lang, "can.deed."+string(deed)), slices.Contains(k.Deeds, deed), ""})
	}
	out = append(out,
		canView{T(lang, "can.edits"), k.Edits, ""}, canView{T(lang, "can.deletes"), k.Deletes, ""},
		canView{T(lang, "can.readback"), k.ReadBack, T(lang, "can.readback.text")},
		canView{T(lang, "can.key"), k.IdempotencyKey, T(lang, "can.key.text")})
	for i := range out {
		if !out[i].Yes {
			out[i].Note = ""
		}
	}
	return out
}

// accountDeed tells what a person did to an account.
func (s *Server) accountDeed(lang string, a community.AccountAct) template.HTML {
	from, to := a.From, a.To
	key := "accountact." + a.Verb
	switch a.Verb {
	case "role":
		from, to = T(lang, "role."+from), T(lang, "role."+to)
	case "collects", "sends":
		key += "." + strconv.FormatBool(to == "true")
	case "daily_cap":
		from, to = capWords(lang, from), capWords(lang, to)
	case "queries":
		to = strings.Join(strings.Split(to, "\n"), ", ")
		if to == "" {
			key += ".none"
		}
	}
	if !spoken().has(lang, key) {
		key = "accountact.other"
	}
	who := "Vigie"
	if a.Agent != "" {
		who = s.face.names.agent(a.Agent).Name
	}
	if who == "" {
		who = T(lang, "model.console")
	}
	bold := func(s string) string { return "<b>" + template.HTMLEscapeString(s) + "</b>" }
	return template.HTML(T(lang, key, bold(who), bold(from), bold(to))) //nolint:gosec // arguments are escaped, sentences are ours
}

func capWords(lang, micros string) string {
	n, err := strconv.ParseInt(micros, 10, 64)
	if err != nil || n == 0 {
		return T(lang, "budget.nocap")
	}
	return dollars(lang, n)
}
