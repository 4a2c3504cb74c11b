package inbox

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"github.com/vigie-hq/vigie/community"
)

// ruleBody is what is said of a rule; of one that exists, absent fields stay as
// they are.
type ruleBody struct {
	ID        string               `json:"id"` // of a preview: the rule it would replace
	Version   int64                `json:"version"`
	Name      *string              `json:"name"`
	Enabled   *bool                `json:"enabled"`
	Position  int                  `json:"position"`
	Condition *community.Condition `json:"condition"`
	Effect    *community.Effect    `json:"effect"`
}

// over puts what was said over a rule.
func (p *ruleBody) over(r community.Rule) community.Rule {
	if p.Name != nil {
		r.Name = *p.Name
	}
	if p.Enabled != nil {
		r.Enabled = *p.Enabled
	}
	if p.Condition != nil {
		r.Condition = *p.Condition
	}
	if p.Effect != nil {
		r.Effect = *p.Effect
	}
	r.Position, r.Version = p.Position, p.Version
	return r
}

// onlySwitch tells whether nothing but Enabled was said.
func (p *ruleBody) onlySwitch() bool {
	return p.Enabled != nil && p.Name == nil && p.Condition == nil && p.Effect == nil && p.Position == 0
}

func readRule(c *fiber.Ctx) (p ruleBody, brand string, err error) {
	if brand, err = brandOf(c); err == nil {
		err = body(c, &p)
	}
	if err == nil && p.Position < 0 {
		err = community.Faultf(community.Invalid, "body.field", "position")
	}
	return p, brand, err
}

// rules is the brand's list in its order.
func (a api) rules(c *fiber.Ctx) error {
	brand, err := brandOf(c)
	if err != nil {
		return err
	}
	out, err := a.s.Desk.Rules(c.UserContext(), viewerOf(c), brand)
	if out.List == nil {
		out.List = []community.Rule{}
	}
	return changed(c, out, err)
}

// ruleHistory tells who changed the list.
func (a api) ruleHistory(c *fiber.Ctx) error {
	brand, err := brandOf(c)
	if err != nil {
		return err
	}
	out, err := a.s.Desk.RuleHistory(c.UserContext(), viewerOf(c), brand)
	return whole(c, out, err)
}

func (a api) addRule(c *fiber.Ctx) error {
	p, brand, err := readRule(c)
	if err != nil {
		return err
	}
	if p.ID != "" || p.Version != 0 {
		return community.Faultf(community.Invalid, "body.field", "id")
	}
	out, err := a.s.Desk.SaveRule(c.UserContext(), viewerOf(c), p.over(community.Rule{Brand: brand, Enabled: true}))
	return created(c, out, err)
}

// changeRule changes what was said of a rule and leaves the rest.
func (a api) changeRule(c *fiber.Ctx) error {
	p, brand, err := readRule(c)
	if err != nil {
		return err
	}
	id := c.Params("id")
	switch {
	case p.ID != "" && p.ID != id:
		return community.Faultf(community.Invalid, "body.field", "id")
	case p.Version < 1:
		return community.Faultf(community.Invalid, "body.field", "version")
	}
	ctx, v := c.UserContext(), viewerOf(c)
	if p.onlySwitch() {
		out, err := a.s.Desk.EnableRule(ctx, v, brand, id, p.Version, *p.Enabled)
		return changed(c, out, err)
	}
	list, err := a.s.Desk.Rules(ctx, v, brand)
	if err != nil {
		return err
	}
	for i := range list.List {
		if list.List[i].ID == id {
			out, err := a.s.Desk.SaveRule(ctx, v, p.over(list.List[i]))
			return changed(c, out, err)
		}
	}
	return community.Faultf(community.NotFound, "rule.unknown", id)
}

// deleteRule takes a rule away; ?version= is the one that was read.
func (a api) deleteRule(c *fiber.Ctx) error {
	brand, err := brandOf(c)
	if err != nil {
		return err
	}
	version := int64(0)
	if s := c.Query("version"); s != "" {
		if version, err = strconv.ParseInt(s, 10, 64); err != nil || version < 1 {
			return community.Faultf(community.Invalid, "query.value", "version", s)
		}
	}
	if err := a.s.Desk.DeleteRule(c.UserContext(), viewerOf(c), brand, c.Params("id"), version); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// orderRules puts the list in the order of the ids, which are all of them.
func (a api) orderRules(c *fiber.Ctx) error {
	brand, err := brandOf(c)
	if err != nil {
		return err
	}
	var p struct {
		IDs []string `json:"ids"`
	}
	if err := body(c, &p); err != nil {
		return err
	}
	out, err := a.s.Desk.OrderRules(c.UserContext(), viewerOf(c), brand, p.IDs)
	return changed(c, out, err)
}

// previewRule tries a rule on the last days' messages, and saves nothing.
func (a api) previewRule(c *fiber.Ctx) error {
	p, brand, err := readRule(c)
	if err != nil {
		return err
	}
	out, err := a.s.Desk.PreviewRule(c.UserContext(), viewerOf(c), p.over(community.Rule{ID: p.ID, Brand: brand}))
	if out.Overlap == nil {
		out.Overlap = []community.RuleOverlap{}
	}
	tried := rulePreview{RulePreview: out, Samples: make([]ruleSample, len(out.Samples))}
	for i := range out.Samples {
		tried.Samples[i] = sampleOf(&out.Samples[i])
	}
	return changed(c, tried, err)
}

// rulePreview is a preview as the API gives it.
type rulePreview struct {
	community.RulePreview
	Samples []ruleSample `json:"samples"` // in the place of the entries
}

// ruleSample is a message a rule touches. What is read of a month of messages
// are the labels of a verdict, not how sure it was: so it gives those alone, and
// none where a head abstained.
type ruleSample struct {
	Key          string            `json:"key"`
	Conversation string            `json:"conversation"`
	Message      community.Message `json:"message"`
	Category     string            `json:"category,omitempty"`
	Urgency      string            `json:"urgency,omitempty"`
	Sentiment    string            `json:"sentiment,omitempty"`
}

func sampleOf(e *community.Entry) ruleSample {
	label := func(h *community.Head) string {
		if h.Abstain {
			return ""
		}
		return h.Label
	}
	v := &e.Verdict
	return ruleSample{
		Key: e.Key, Conversation: e.Conversation, Message: e.Message,
		Category: label(&v.Category), Urgency: label(&v.Urgency.Head), Sentiment: label(&v.Sentiment),
	}
}
