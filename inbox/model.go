package inbox

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"github.com/vigie-hq/vigie/community"
)

// Models is which models there are, and which of them runs. The model is one
// for the whole installation: who changes it must be allowed to
// (community.ActionModel) in every brand, and who may in none sees nothing of
// it: a Fault Forbidden "viewer.model". What the models cannot do is a Fault
// Invalid or Conflict of a "model." key.
type Models interface {
	Models(ctx context.Context, v community.Viewer) (community.Lineup, error)
	// ShadowModel puts a model on trial; an empty version ends the trial.
	ShadowModel(ctx context.Context, v community.Viewer, version string) (community.Lineup, error)
	PromoteModel(ctx context.Context, v community.Viewer, version string) (community.Lineup, error)
	// RollBackModel makes the model run that ran before.
	RollBackModel(ctx context.Context, v community.Viewer) (community.Lineup, error)
}

// models lists the models.
func (a api) models(c *fiber.Ctx) error {
	l, err := a.s.Models.Models(c.UserContext(), viewerOf(c))
	if err != nil {
		return err
	}
	return answer(c, fiber.StatusOK, l)
}

// changeModel puts a model on trial, makes one run, or goes back to the one
// before. Messages that come a second later have the new model's verdict.
func (a api) changeModel(c *fiber.Ctx) error {
	var p struct {
		Verb    string `json:"verb"`
		Version string `json:"version"`
	}
	if err := body(c, &p); err != nil {
		return err
	}
	var l community.Lineup
	var err error
	switch ctx, v := c.UserContext(), viewerOf(c); p.Verb {
	case "shadow":
		l, err = a.s.Models.ShadowModel(ctx, v, p.Version)
	case "promote":
		l, err = a.s.Models.PromoteModel(ctx, v, p.Version)
	case "rollback":
		l, err = a.s.Models.RollBackModel(ctx, v)
	default:
		err = community.Faultf(community.Invalid, "body.field", "verb")
	}
	if err != nil {
		return err
	}
	return answer(c, fiber.StatusOK, l)
}
