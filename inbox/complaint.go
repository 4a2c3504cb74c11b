package inbox

import (
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
)

// caseBody is what is known of a complaint; absent fields stay as they are.
type caseBody struct {
	Version *int64                   `json:"version"`
	Event   community.ComplaintEvent `json:"event"`
	Reason  community.Reason         `json:"reason"`
	Cause   string                   `json:"cause"`
	Summary string                   `json:"summary"`
	Cost    int64                    `json:"cost"` // cents
	Outcome string                   `json:"outcome"`
	Owner   string                   `json:"owner"` // agent id, or "me"
}

func (p *caseBody) check() error {
	switch {
	case p.Event != "" && !slices.Contains(community.ComplaintEvents(), p.Event):
		return community.Faultf(community.Invalid, "body.field", "event")
	case p.Reason != "" && !slices.Contains(community.Reasons(), p.Reason):
		return community.Faultf(community.Invalid, "body.field", "reason")
	case p.Cost < 0:
		return community.Faultf(community.Invalid, "body.field", "cost")
	}
	return nil
}

// caseOf reads what a program says of a complaint of that brand.
func (a api) caseOf(c *fiber.Ctx, p *caseBody, brand string) (desk.Case, error) {
	owner := ""
	if p.Owner != "" {
		var err error
		if owner, err = a.assignee(c.UserContext(), viewerOf(c), brand, p.Owner); err != nil {
			return desk.Case{}, err
		}
	}
	return desk.Case{
		Reason: p.Reason, Cause: p.Cause, Summary: p.Summary, Cost: p.Cost, Outcome: p.Outcome, Owner: owner,
	}, nil
}

// escalate opens the conversation's complaint, or returns the one it has.
func (a api) escalate(c *fiber.Ctx) error {
	var p caseBody
	if len(c.Body()) > 0 {
		if err := body(c, &p); err != nil {
			return err
		}
	}
	if err := p.check(); err != nil {
		return err
	}
	if p.Event != "" || p.Version != nil {
		return community.Faultf(community.Invalid, "body.field", "event")
	}
	of, err := a.s.Reader.Conversation(c.UserContext(), viewerOf(c), c.Params("id"))
	if err != nil {
		return err
	}
	said, err := a.caseOf(c, &p, of.Brand)
	if err != nil {
		return err
	}
	said.Conversation = of.ID
	out, err := a.s.Desk.Escalate(c.UserContext(), viewerOf(c), said)
	return created(c, out, err)
}

func (a api) complaints(c *fiber.Ctx) error {
	q := community.ComplaintQuery{Brand: c.Query("brand"), State: c.Query("state"), Cursor: c.Query("cursor")}
	if q.State != "" && q.State != "open" && !slices.Contains(community.ComplaintStates(), community.ComplaintState(q.State)) {
		return community.Faultf(community.Invalid, "query.value", "state", q.State)
	}
	var err error
	if q.Limit, err = limitOf(c); err != nil {
		return err
	}
	page, err := a.s.Reader.Complaints(c.UserContext(), viewerOf(c), q)
	return listed(c, page, err)
}

func (a api) complaint(c *fiber.Ctx) error {
	out, err := a.s.Reader.Complaint(c.UserContext(), viewerOf(c), c.Params("id"))
	return changed(c, out, err)
}

// advance moves a complaint on, or without an event writes down what was learnt.
func (a api) advance(c *fiber.Ctx) error {
	var p caseBody
	if err := body(c, &p); err != nil {
		return err
	}
	if p.Version == nil || *p.Version < 1 {
		return community.Faultf(community.Invalid, "body.field", "version")
	}
	if err := p.check(); err != nil {
		return err
	}
	ctx, v, id := c.UserContext(), viewerOf(c), c.Params("id")
	of, err := a.s.Reader.Complaint(ctx, v, id)
	if err != nil {
		return err
	}
	said, err := a.caseOf(c, &p, of.Brand)
	if err != nil {
		return err
	}
	said.Conversation = of.Conversation
	out, err := a.s.Desk.Advance(ctx, v, id, *p.Version, p.Event, said)
	return changed(c, out, err)
}

// limitOf reads how many a page may hold.
func limitOf(c *fiber.Ctx) (int, error) {
	s := c.Query("limit")
	if s == "" {
		return community.DefaultLimit, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return 0, community.Faultf(community.Invalid, "query.value", "limit", s)
	}
	return min(n, community.MaxLimit), nil
}
