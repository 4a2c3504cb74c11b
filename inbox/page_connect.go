package inbox

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/vigie-hq/vigie/community"
)

// connectView is where an account is connected: the networks to choose from,
// then the form of one of them.
type connectView struct {
	shell
	Tabs    tabsView
	Cards   []cardView
	Network network
	ID      string
	Fields  []fieldView
	App     []fieldView // what belongs to the app registered with the network
	Known   []fieldView // what of that was answered before
	Aside   string      // what App is for, where most do without; empty: it is needed
	Account string      // the key of the account that is connected again
	Name    string      // how that one is called, or is to be
	Role    string
	Roles   []option
	Return  string // the address to enter in the app registered with the network
	Needs   string
	Fault   string // what is wrong with the whole form
	Wrong   map[string]string
}

// cardView is a network that can be connected.
type cardView struct {
	network
	ID    string
	Needs string
	Ready bool // its app is known already
	Can   []string
}

// networksOrder is the order networks are offered in; others follow by name.
var networksOrder = [...]string{"x", "facebook", "instagram", "bluesky", "mastodon", "mail", "feed", "web"}

// mayConnect lets through who may connect and change the brand's accounts.
func (s *Server) mayConnect(c *fiber.Ctx) (shell, error) {
	sh, err := s.shell(c, "settings")
	if err == nil && !viewerOf(c).May(community.ActionSettings, sh.Brand.ID, "") {
		err = community.Faultf(community.Forbidden, "viewer.account")
	}
	return sh, err
}

// connectPage offers the networks.
func (s *Server) connectPage(c *fiber.Ctx) error {
	sh, err := s.mayConnect(c)
	if err != nil {
		return err
	}
	lang, v := langOf(c), viewerOf(c)
	cards, err := s.Accounts.Networks(c.UserContext(), v)
	if err != nil {
		return err
	}
	view := &connectView{shell: sh, Tabs: settingsTabs("accounts", v, sh.Brand.ID)}
	view.Title = T(lang, "connect.title")
	for i := range cards {
		view.Cards = append(view.Cards, cardOf(lang, &cards[i]))
	}
	slices.SortStableFunc(view.Cards, func(a, b cardView) int { return place(a.ID) - place(b.ID) })
	return s.render(c, "connect-page", view)
}

func place(network string) int {
	if i := slices.Index(networksOrder[:], network); i >= 0 {
		return i
	}
	return len(networksOrder)
}

func cardOf(lang string, n *community.NetworkCard) cardView {
	card := cardView{network: networkOf(lang, n.Network), ID: n.Network, Needs: needs(lang, n.Network)}
	app := false
	for _, f := range n.Fields {
		app = app || f.App && !f.Optional && !n.Knows(f.Name)
	}
	card.Ready = !app && len(n.Known) > 0
	for _, can := range []struct {
		on  bool
		key string
	}{{n.Pushes, "push"}, {n.Moderates, "moderate"}, {n.Checks, "check"}} {
		if can.on {
			card.Can = append(card.Can, T(lang, "connect.can."+can.key))
		}
	}
	return card
}

// needs says what connecting to a network takes; empty where nobody wrote it.
func needs(lang, network string) string {
	if key := "connect." + network + ".needs"; spoken().has(lang, key) {
		return T(lang, key)
	}
	return ""
}

// connectForm is a network's form, empty.
func (s *Server) connectForm(c *fiber.Ctx) error {
	sh, err := s.mayConnect(c)
	if err != nil {
		return err
	}
	return s.drawConnect(c, sh, nil, nil)
}

// connectTo takes a filled-in form. What is wrong is told at its field; secrets
// are asked for again, never sent back.
func (s *Server) connectTo(c *fiber.Ctx) error {
	sh, err := s.mayConnect(c)
	if err != nil {
		return err
	}
	in := community.Connecting{
		Brand: sh.Brand.ID, Network: c.Params("network"), Account: c.FormValue("account"), Role: community.AccountRole(c.FormValue("role")),
		Name: strings.TrimSpace(c.FormValue("account_name")), Session: visitOf(c).hash, Values: map[string]string{},
	}
	c.Request().PostArgs().VisitAll(func(key, value []byte) {
		if name, ok := strings.CutPrefix(string(key), fieldPrefix); ok && len(value) > 0 {
			in.Values[name] = string(value)
		}
	})
	step, err := s.Accounts.Connect(c.UserContext(), viewerOf(c), in)
	var f *community.Fault
	if errors.As(err, &f) && f.Kind != community.NotFound {
		c.Status(statusOf(f.Kind))
		return s.drawConnect(c, sh, &in, f)
	}
	if err != nil {
		return err
	}
	return s.stepped(c, sh, &step)
}

// fieldPrefix begins the names of a network's own fields in our form.
const fieldPrefix = "f."

// stepped goes where connecting goes on. To the network leads a page of ours,
// not a redirect: a form may only lead to ourselves (our policy's form-action).
func (s *Server) stepped(c *fiber.Ctx, sh shell, step *community.ConnectStep) error {
	lang := langOf(c)
	switch {
	case step.Go != "":
		view := struct {
			shell
			Tabs    tabsView
			Network network
			Go      string
			Host    string
		}{shell: sh, Tabs: settingsTabs("accounts", viewerOf(c), sh.Brand.ID), Network: networkOf(lang, step.Network), Go: step.Go}
		u, err := url.Parse(step.Go)
		if err != nil || webAddress(step.Go) == "" {
			return community.Faultf(community.Invalid, "connect.state")
		}
		view.Host = u.Hostname()
		view.Title = T(lang, "connect.go", view.Network.Name)
		c.Set("Refresh", "0;url="+u.String())
		return s.render(c, "connect-go-page", view)
	case step.Choice != "":
		return c.Redirect("/settings/accounts/choose?choice="+url.QueryEscape(step.Choice), fiber.StatusSeeOther)
	case len(step.Connected) == 1:
		return c.Redirect("/settings/accounts?connected="+step.Connected[0].Key(), fiber.StatusSeeOther)
	}
	return c.Redirect("/settings/accounts?connected="+strconv.Itoa(len(step.Connected)), fiber.StatusSeeOther)
}

// connectBack takes the browser that comes back from a network.
func (s *Server) connectBack(c *fiber.Ctx) error {
	sh, err := s.mayConnect(c)
	if err != nil {
		return err
	}
	query, err := url.ParseQuery(string(c.Request().URI().QueryString()))
	if err != nil {
		return community.Faultf(community.Invalid, "connect.state").Because(err)
	}
	step, err := s.Accounts.Back(c.UserContext(), viewerOf(c), visitOf(c).hash, query)
	var f *community.Fault
	if errors.As(err, &f) {
		return s.connectFailed(c, sh, f)
	}
	if err != nil {
		return err
	}
	return s.stepped(c, sh, &step)
}

// connectFailed says why a network did not let us in, and that nothing changed.
func (s *Server) connectFailed(c *fiber.Ctx, sh shell, f *community.Fault) error {
	view := struct {
		shell
		Tabs     tabsView
		Sentence string
	}{shell: sh, Tabs: settingsTabs("accounts", viewerOf(c), sh.Brand.ID), Sentence: sayFault(langOf(c), f)}
	view.Title = T(langOf(c), "connect.failed")
	c.Status(statusOf(f.Kind))
	return s.render(c, "connect-failed-page", view)
}
