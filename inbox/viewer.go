package inbox

import (
	"github.com/gofiber/fiber/v2"

	"github.com/vigie-hq/vigie/community"
)

// visit is who is asking, as the middleware found out: a signed-in agent (with
// session) or a token (viewer only).
type visit struct {
	viewer  community.Viewer
	agent   community.Agent
	session community.Session
	hash    string // of the session's or the token's secret
}

type visitKey struct{}

func visitOf(c *fiber.Ctx) *visit {
	v, _ := c.Locals(visitKey{}).(*visit)
	if v == nil {
		return &visit{}
	}
	return v
}

// viewerOf is who asks, for every read and every verb. Without a session or
// token it is nobody, who may see nothing.
func viewerOf(c *fiber.Ctx) community.Viewer { return visitOf(c).viewer }

// agentOf is the signed-in agent; the zero Agent for nobody and for tokens.
func agentOf(c *fiber.Ctx) community.Agent { return visitOf(c).agent }

// signedIn tells whether an agent is signed in.
func signedIn(c *fiber.Ctx) bool { return visitOf(c).agent.ID != "" }

// csrfOf is what the forms and requests of this session must carry, as field
// "csrf" or as header X-CSRF-Token; empty when nobody is signed in.
func csrfOf(c *fiber.Ctx) string { return visitOf(c).session.CSRF }

// langOf is the reader's language: the signed-in agent's, else what the client
// would rather read, else English.
func langOf(c *fiber.Ctx) string {
	if lang := visitOf(c).agent.Lang; lang != "" {
		return lang
	}
	if c.Get(fiber.HeaderAcceptLanguage) == "" {
		return "en"
	}
	if lang := c.AcceptsLanguages("en", "fr"); lang != "" {
		return lang
	}
	return "en"
}
