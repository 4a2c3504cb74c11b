package inbox

import (
	"github.com/gofiber/fiber/v2"

	"github.com/vigie-hq/vigie/community"
)

// moderate does a deed to a customer's message on its network: {"deed": "hide"}.
func (a api) moderate(c *fiber.Ctx) error {
	var p struct {
		Deed community.Deed `json:"deed"`
	}
	if err := body(c, &p); err != nil {
		return err
	}
	e, err := a.s.Desk.Moderate(c.UserContext(), viewerOf(c), c.Params("id"), p.Deed)
	return changed(c, e, err)
}
