package inbox

import (
	"errors"
	"slices"

	"github.com/gofiber/fiber/v2"

	"github.com/vigie-hq/vigie/community"
)

// chooseView is the accounts a sign-in has found, to choose from.
type chooseView struct {
	shell
	Tabs    tabsView
	Network network
	Choice  string
	Found   []foundView
	Roles   []option
	New     int
	Fault   string
}

// foundView is one account that was found.
type foundView struct {
	community.FoundAccount
	Label string
	Under string // its other name
	State mark   // what it already is here
	Roles []option
	On    bool
}

// choosePage shows what was found.
func (s *Server) choosePage(c *fiber.Ctx) error {
	sh, err := s.mayConnect(c)
	if err != nil {
		return err
	}
	return s.drawChoice(c, sh, c.Query("choice"), nil, nil)
}

// choose connects what was ticked.
func (s *Server) choose(c *fiber.Ctx) error {
	sh, err := s.mayConnect(c)
	if err != nil {
		return err
	}
	args := c.Request().PostArgs()
	var chosen []community.Chosen
	for _, id := range peek[string](args.PeekMulti("id")) {
		role := community.AccountRole(c.FormValue("role." + id))
		if all := c.FormValue("role"); all != "" {
			role = community.AccountRole(all)
		}
		chosen = append(chosen, community.Chosen{ID: id, Role: role})
	}
	choice := c.FormValue("choice")
	if len(chosen) == 0 {
		c.Status(fiber.StatusUnprocessableEntity)
		return s.drawChoice(c, sh, choice, chosen, community.Faultf(community.Invalid, "connect.nothing"))
	}
	step, err := s.Accounts.Choose(c.UserContext(), viewerOf(c), visitOf(c).hash, choice, chosen)
	var f *community.Fault
	if errors.As(err, &f) && f.Kind != community.Forbidden {
		if f.Key == "connect.state" {
			return s.connectFailed(c, sh, f)
		}
		c.Status(statusOf(f.Kind))
		return s.drawChoice(c, sh, choice, chosen, f)
	}
	if err != nil {
		return err
	}
	return s.stepped(c, sh, &step)
}

// drawChoice draws what can be chosen. At first, what is new and what must be
// connected again is ticked.
func (s *Server) drawChoice(c *fiber.Ctx, sh shell, choice string, chosen []community.Chosen, wrong *community.Fault) error {
	lang, v := langOf(c), viewerOf(c)
	step, err := s.Accounts.Found(c.UserContext(), v, visitOf(c).hash, choice)
	var f *community.Fault
	if errors.As(err, &f) && f.Kind == community.Invalid {
		return s.connectFailed(c, sh, f)
	}
	if err != nil {
		return err
	}
	view := &chooseView{
		shell: sh, Tabs: settingsTabs("accounts", v, sh.Brand.ID), Network: networkOf(lang, step.Network), Choice: step.Choice,
		Roles: roleOptions(lang, ""),
	}
	view.Title = T(lang, "connect.choose", len(step.Found))
	if wrong != nil {
		view.Fault = sayFault(lang, wrong)
	}
	for _, found := range step.Found {
		one := foundOf(lang, found)
		if wrong != nil {
			i := slices.IndexFunc(chosen, func(ch community.Chosen) bool { return ch.ID == found.ID })
			if one.On = i >= 0; one.On {
				one.Roles = roleOptions(lang, chosen[i].Role)
			}
		}
		if found.Key == "" {
			view.New++
		}
		view.Found = append(view.Found, one)
	}
	return s.render(c, "connect-choose-page", view)
}

func foundOf(lang string, found community.FoundAccount) foundView {
	one := foundView{FoundAccount: found, Roles: roleOptions(lang, found.Role), On: true}
	one.Label = accountName(&community.Account{Handle: found.Handle, Title: found.Title, Name: found.Name})
	if found.Title != "" && found.Handle != "" {
		one.Label, one.Under = found.Title, accountName(&community.Account{Handle: found.Handle})
	}
	switch {
	case found.Key == "":
		one.State = mark{Icon: "plus", Word: T(lang, "connect.new"), Class: "mk"}
	case found.State == community.AccountReconnect:
		one.State = mark{Icon: "plug", Word: T(lang, "account.reconnect"), Class: "mk mk-late"}
	case found.State == community.AccountDeactivated:
		one.State, one.On = mark{Icon: "pause", Word: T(lang, "account.deactivated"), Class: "mk"}, false
	default:
		one.State, one.On = mark{Icon: "check", Word: T(lang, "account.active"), Class: "mk mk-done"}, false
	}
	return one
}
