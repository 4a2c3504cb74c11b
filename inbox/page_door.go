package inbox

import (
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/vigie-hq/vigie/community"
)

// What a browser remembers of how its reader likes things; nothing secret.
const (
	themeCookie = "vigie-theme"
	brandCookie = "vigie-brand"
	tasteLife   = 365 * 24 * time.Hour
)

// doorView is a page in front of the door: sign-in, and the first agent's
// invitation.
type doorView struct {
	shell
	Name, Email, Next string
	Action            string
	Error             string
	Lang              string
	Other             []string // languages the page can be read in instead
	Least             int      // characters of a password
}

func (s *Server) door(c *fiber.Ctx, action string) doorView {
	lang := speak(c)
	v := doorView{
		shell: shell{Title: T(lang, "door.title"), Page: "door", Theme: themeOf(c), CSRF: csrfOf(c), Now: s.Now().UnixMilli()},
		Name:  c.FormValue("name"), Email: c.FormValue("email"), Next: c.Query("next", c.FormValue("next")), Action: action, Lang: lang,
		Least: passwordLeast,
	}
	for _, other := range spoken().langs() {
		if other != lang {
			v.Other = append(v.Other, other)
		}
	}
	return v
}

// speak lets somebody who is not signed in choose his language.
func speak(c *fiber.Ctx) string {
	if lang := c.Query("lang", c.FormValue("lang")); lang != "" && !signedIn(c) {
		c.Request().Header.Set(fiber.HeaderAcceptLanguage, spoken().lang(lang))
	}
	return spoken().lang(langOf(c))
}

func (s *Server) doorPage(c *fiber.Ctx) error {
	if signedIn(c) {
		return c.Redirect(homeward(c.Query("next")), fiber.StatusSeeOther)
	}
	return s.render(c, "sign-in-page", s.door(c, "/sign-in"))
}

// enter signs an agent in and goes on to the page he had asked for.
func (s *Server) enter(c *fiber.Ctx) error {
	agent, err := s.keeper.admit(c.UserContext(), c.FormValue("email"), c.FormValue("password"), s.address(c))
	switch community.KindOf(err) {
	case community.Unauthorised, community.Limited, community.Invalid:
		if err != nil {
			return s.again(c, "sign-in-page", "/sign-in", err)
		}
	}
	if err != nil {
		return err
	}
	if err := s.signIn(c, agent); err != nil {
		return err
	}
	return c.Redirect(homeward(c.FormValue("next")), fiber.StatusSeeOther)
}

// again shows a form once more, with what was wrong.
func (s *Server) again(c *fiber.Ctx, page, action string, err error) error {
	f, status := fault(err)
	v := s.door(c, action)
	v.Error = sayFault(v.Lang, f)
	c.Status(status)
	return s.render(c, page, v)
}

func (s *Server) leave(c *fiber.Ctx) error {
	if err := s.signOut(c); err != nil {
		return err
	}
	return c.Redirect("/sign-in", fiber.StatusSeeOther)
}

// invitePage is where the first agent says who he is.
func (s *Server) invitePage(c *fiber.Ctx) error {
	if err := s.keeper.invited(c.UserContext()); err != nil {
		return err
	}
	return s.render(c, "invite-page", s.door(c, c.Path()))
}

func (s *Server) accept(c *fiber.Ctx) error {
	agent, err := s.keeper.welcome(c.UserContext(), c.Params("secret"), newcomer{
		Name: c.FormValue("name"), Email: c.FormValue("email"), Password: c.FormValue("password"), Lang: speak(c),
	})
	if err != nil && community.KindOf(err) == community.Invalid {
		return s.again(c, "invite-page", c.Path(), err)
	}
	if err != nil {
		return err
	}
	if err := s.signIn(c, agent); err != nil {
		return err
	}
	return c.Redirect("/", fiber.StatusSeeOther)
}

// taste keeps how somebody likes his pages: the language with the agent, light
// or dark with the browser.
func (s *Server) taste(c *fiber.Ctx) error {
	if lang := c.FormValue("lang"); lang != "" && signedIn(c) {
		if spoken().lang(lang) != lang {
			return community.Faultf(community.Invalid, "agent.lang", lang)
		}
		if err := s.Door.SetLang(c.UserContext(), agentOf(c).ID, lang); err != nil {
			return err
		}
	}
	switch theme := c.FormValue("theme"); theme {
	case "light", "dark":
		s.remember(c, themeCookie, theme)
	case "system":
		s.remember(c, themeCookie, "")
	}
	return c.Redirect(homeward(c.FormValue("back")), fiber.StatusSeeOther)
}

// remember keeps a liking in the browser for a year; empty forgets it.
func (s *Server) remember(c *fiber.Ctx, name, value string) {
	expires := s.Now().Add(tasteLife)
	if value == "" {
		expires = time.Unix(0, 0)
	}
	c.Cookie(&fiber.Cookie{
		Name: name, Value: url.QueryEscape(value), Path: "/", Expires: expires,
		Secure: s.options.Secure, HTTPOnly: true, SameSite: fiber.CookieSameSiteLaxMode,
	})
}

func themeOf(c *fiber.Ctx) string {
	switch theme := c.Cookies(themeCookie); theme {
	case "light", "dark":
		return theme
	}
	return ""
}
