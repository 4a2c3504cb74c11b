package inbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/vigie-hq/vigie/community"
)

// api is what programs talk to, under /api/v1: the same readers and verbs as the
// pages, as JSON, for the viewer a bearer token stands for. openapi.yaml
// describes every route of it; a test holds the two together.
type api struct{ s *Server }

// apiRoutes registers the API.
func (s *Server) apiRoutes(app *fiber.App) {
	a := api{s}
	g := app.Group("/api/v1", a.bearer)

	g.Get("/me", a.me)
	g.Get("/brands", a.brands)
	g.Get("/channels", a.channels)
	g.Get("/networks", a.networks)
	g.Get("/accounts", a.accounts)
	g.Post("/accounts", a.connect)
	g.Get("/accounts/:id", a.account)
	g.Patch("/accounts/:id", a.changeAccount)
	g.Post("/accounts/:id/check", a.checkAccount)
	g.Get("/agents", a.agents)

	g.Post("/messages", a.takeMessages)
	g.Get("/messages", a.messages)
	g.Get("/messages/:id/revisions", a.revisions)
	g.Post("/messages/:id/deeds", a.moderate)
	g.Get("/imports/:batch", a.imported)

	g.Get("/conversations", a.conversations)
	g.Get("/conversations/:id", a.conversation)
	g.Patch("/conversations/:id", a.changeConversation)
	g.Get("/conversations/:id/senders", a.senders)
	g.Post("/conversations/:id/replies", a.reply)
	g.Post("/conversations/:id/notes", a.note)
	g.Post("/conversations/:id/handoff", a.handoff)
	g.Post("/conversations/:id/complaint", a.escalate)

	g.Post("/replies/:id/undo", a.takeBack)
	g.Post("/replies/:id/send", a.sendNow)
	g.Post("/replies/:id/settle", a.settle)
	g.Post("/replies/:id/retry", a.retry)
	g.Delete("/replies/:id", a.discard)

	g.Get("/complaints", a.complaints)
	g.Get("/complaints/:id", a.complaint)
	g.Patch("/complaints/:id", a.advance)

	g.Get("/rules", a.rules)
	g.Post("/rules", a.addRule)
	g.Get("/rules/history", a.ruleHistory)
	g.Post("/rules/preview", a.previewRule)
	g.Post("/rules/order", a.orderRules)
	g.Patch("/rules/:id", a.changeRule)
	g.Delete("/rules/:id", a.deleteRule)

	g.Get("/reports/tally", a.tally)
	g.Get("/reports/sentiment", a.sentiment)
	g.Get("/reports/quality", a.quality)
	g.Get("/reports/shadow", a.shadow)
	g.Get("/events", a.events)

	g.Get("/audit/next", a.nextAudit)
	g.Post("/audit/:id", a.judge)

	g.Get("/models", a.models)
	g.Post("/models", a.changeModel)

	app.Use("/api", func(*fiber.Ctx) error {
		return community.Faultf(community.NotFound, "api.unknown")
	})
}

// bearer finds out whom the token stands for. Cookies mean nothing here, so
// there is nothing a foreign page could make a browser do.
func (a api) bearer(c *fiber.Ctx) error {
	scheme, secret, _ := strings.Cut(c.Get(fiber.HeaderAuthorization), " ")
	secret = strings.TrimSpace(secret)
	if secret == "" || !strings.EqualFold(scheme, "Bearer") {
		return community.Faultf(community.Unauthorised, "token.missing")
	}
	hash := HashToken(secret)
	v, err := a.s.Door.Token(c.UserContext(), hash)
	if err != nil {
		if community.KindOf(err) == community.NotFound {
			return community.Faultf(community.Unauthorised, "token.unknown")
		}
		return err
	}
	v.System = false // a token is never Vigie itself
	c.Locals(visitKey{}, &visit{viewer: v, hash: hash})
	return c.Next()
}

// body reads a command: one JSON object with known fields only, so that a
// misspelt one is not silently nothing.
func body(c *fiber.Ctx, into any) error {
	d := json.NewDecoder(bytes.NewReader(c.Body()))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if err == nil {
		if _, err = d.Token(); errors.Is(err, io.EOF) {
			return nil
		}
		err = errors.New("more than one value")
	}
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) && wrong.Field != "" {
		return community.Faultf(community.Invalid, "body.field", wrong.Field)
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return community.Faultf(community.Invalid, "body.field", strings.Trim(name, `"`))
	}
	return community.Faultf(community.Invalid, "body.json").Because(err)
}

// answer writes JSON.
func answer(c *fiber.Ctx, status int, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	return c.Status(status).Send(b)
}

// listed answers with a page of a list, whose items are never null.
func listed[T any](c *fiber.Ctx, page community.Page[T], err error) error {
	if err != nil {
		return err
	}
	if page.Items == nil {
		page.Items = []T{}
	}
	return answer(c, fiber.StatusOK, page)
}

// whole answers with a list that has no further page.
func whole[T any](c *fiber.Ctx, items []T, err error) error {
	return listed(c, community.Page[T]{Items: items}, err)
}

// query is the address's query, as values.
func query(c *fiber.Ctx) (url.Values, error) {
	v, err := url.ParseQuery(string(c.Request().URI().QueryString()))
	if err != nil {
		return nil, community.Faultf(community.Invalid, "query.form").Because(err)
	}
	return v, nil
}

// brandOf is the brand a request is about: the one it names, else the only one
// the viewer has. A brand he may not read does not exist.
func brandOf(c *fiber.Ctx) (string, error) {
	brands := viewerOf(c).Brands()
	switch brand := c.Query("brand"); {
	case brand != "" && slices.Contains(brands, brand):
		return brand, nil
	case brand != "":
		return "", community.Faultf(community.NotFound, "brand.unknown", brand)
	case len(brands) == 1:
		return brands[0], nil
	}
	return "", community.Faultf(community.Invalid, "query.value", "brand", "")
}
