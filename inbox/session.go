package inbox

import (
	"crypto/subtle"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/vigie-hq/vigie/community"
)

// sessionLife is how long a sign-in lasts: a working week, so that nobody signs
// in twice a day and a forgotten browser does not stay in for ever.
const sessionLife = 7 * 24 * time.Hour

// cookieName is the session cookie's. The __Host- prefix makes browsers insist
// on https, on the whole site and on no other host.
func (s *Server) cookieName() string {
	if s.options.Secure {
		return "__Host-vigie"
	}
	return "vigie"
}

func (s *Server) setCookie(c *fiber.Ctx, value string, expires time.Time) {
	c.Cookie(&fiber.Cookie{
		Name: s.cookieName(), Value: value, Path: "/", Expires: expires,
		Secure: s.options.Secure, HTTPOnly: true, SameSite: fiber.CookieSameSiteLaxMode,
	})
}

// signIn opens a session for the agent and gives the browser its cookie. A
// session the browser had before ends: a secret from before the sign-in is
// worth nothing after it.
func (s *Server) signIn(c *fiber.Ctx, agent community.Agent) error {
	ctx := c.UserContext()
	if before := visitOf(c).hash; before != "" {
		if err := s.Door.EndSession(ctx, before); err != nil {
			return err
		}
	}
	secret, hash := NewToken()
	csrf, _ := NewToken()
	now := s.Now()
	session := community.Session{
		Hash: hash, Agent: agent.ID, CSRF: csrf, Lang: agent.Lang,
		Created: now, Expires: now.Add(sessionLife),
	}
	if err := s.Door.PutSession(ctx, session); err != nil {
		return err
	}
	s.setCookie(c, secret, session.Expires)
	c.Locals(visitKey{}, &visit{viewer: agent.Viewer(), agent: agent, session: session, hash: hash})
	return nil
}

// signOut ends the session, its live streams included, and takes the cookie back.
func (s *Server) signOut(c *fiber.Ctx) error {
	v := visitOf(c)
	if v.hash != "" {
		if err := s.Door.EndSession(c.UserContext(), v.hash); err != nil {
			return err
		}
		s.Hub.drop(v.hash)
	}
	s.setCookie(c, "", time.Unix(0, 0))
	c.Locals(visitKey{}, &visit{})
	return nil
}

// visitor finds out who asks, from the session cookie, and refuses requests
// that change something unless they come from our own pages.
func (s *Server) visitor(c *fiber.Ctx) error {
	if strings.HasPrefix(c.Path(), "/asset/") {
		return c.Next()
	}
	if secret := c.Cookies(s.cookieName()); secret != "" {
		v, err := s.visitBySession(c, HashToken(secret))
		if err != nil && community.KindOf(err) != community.NotFound {
			return err
		}
		c.Locals(visitKey{}, v)
	}
	switch c.Method() {
	case fiber.MethodGet, fiber.MethodHead, fiber.MethodOptions:
		return c.Next()
	}
	if !s.sameOrigin(c) {
		return community.Faultf(community.Forbidden, "csrf.origin")
	}
	if want := csrfOf(c); want != "" {
		got := c.Get("X-CSRF-Token")
		if got == "" {
			got = string(c.Request().PostArgs().Peek("csrf")) // of the body: addresses are logged and passed on
		}
		if subtle.ConstantTimeCompare([]byte(got), []byte(want)) != 1 {
			return community.Faultf(community.Forbidden, "csrf.token")
		}
	}
	return c.Next()
}

func (s *Server) visitBySession(c *fiber.Ctx, hash string) (*visit, error) {
	session, agent, err := s.Door.Session(c.UserContext(), hash, s.Now())
	if err != nil {
		return nil, err
	}
	if agent.Lang == "" {
		agent.Lang = session.Lang
	}
	return &visit{viewer: agent.Viewer(), agent: agent, session: session, hash: hash}, nil
}

// sameOrigin tells whether our own page sent the request, by what browsers say
// of it and scripts cannot forge: Sec-Fetch-Site, else Origin (Fetch Metadata;
// Go's http.CrossOriginProtection decides the same way). A request with neither
// is no browser's, and carries no browser's cookie by accident.
func (s *Server) sameOrigin(c *fiber.Ctx) bool {
	switch c.Get("Sec-Fetch-Site") {
	case "same-origin", "none":
		return true
	case "":
	default:
		return false
	}
	origin := c.Get(fiber.HeaderOrigin)
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	// A proxy may have put another Host; people know us by BaseURL.
	return err == nil && (u.Host == c.Get(fiber.HeaderHost) || origin == s.options.BaseURL)
}

// members lets signed-in agents through and sends everybody else to sign in,
// to come back to the page they asked for.
func (s *Server) members(c *fiber.Ctx) error {
	if signedIn(c) {
		return c.Next()
	}
	to := "/sign-in"
	if c.Method() == fiber.MethodGet && c.Path() != "/" && c.Get("HX-Request") == "" {
		to += "?next=" + url.QueryEscape(c.OriginalURL())
	}
	if c.Get("HX-Request") != "" {
		c.Set("HX-Redirect", to)
		return c.SendStatus(fiber.StatusUnauthorized)
	}
	return c.Redirect(to, fiber.StatusSeeOther)
}

// homeward is where to go after the sign-in: next if it is a page of ours,
// else the inbox. Browsers read a backslash as a slash and skip control
// characters; what could lead to another host is not followed.
func homeward(next string) string {
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsFunc(next, func(r rune) bool { return r == '\\' || r < ' ' }) {
		return "/"
	}
	return next
}
