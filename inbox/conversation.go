package inbox

import (
	"context"
	"slices"

	"github.com/gofiber/fiber/v2"

	"github.com/vigie-hq/vigie/community"
)

func (a api) conversations(c *fiber.Ctx) error {
	values, err := query(c)
	if err != nil {
		return err
	}
	q, err := community.ParseQuery(values)
	if err != nil {
		return err
	}
	page, err := a.s.Reader.Conversations(c.UserContext(), viewerOf(c), q)
	return listed(c, page, err)
}

// conversation reads a whole matter; with ?evidence=true every verdict says
// which words it comes from.
func (a api) conversation(c *fiber.Ctx) error {
	m, err := a.s.Reader.Matter(c.UserContext(), viewerOf(c), c.Params("id"))
	if err != nil {
		return err
	}
	if c.Query("evidence") == "true" {
		for i := range m.Entries {
			if e := &m.Entries[i]; !e.Out && !e.Bare {
				e.Verdict.Evidence = judged(e, a.s.Explainer.Explain(e.Message)).Evidence
			}
		}
	}
	return answer(c, fiber.StatusOK, filled(*m))
}

// filled is a matter whose lists are never null.
func filled(m community.Matter) community.Matter {
	if m.Entries == nil {
		m.Entries = []community.Entry{}
	}
	if m.Replies == nil {
		m.Replies = []community.Reply{}
	}
	if m.Notes == nil {
		m.Notes = []community.Note{}
	}
	if m.Acts == nil {
		m.Acts = []community.Act{}
	}
	if m.Deadlines == nil {
		m.Deadlines = []community.Deadline{}
	}
	return m
}

// conversationPatch is what can be changed of a conversation; absent fields stay.
type conversationPatch struct {
	Version  *int64              `json:"version"`
	Assignee *string             `json:"assignee"` // agent id, "me", or "" (also "none") for nobody
	Category *community.Category `json:"category"`
	Urgency  *community.Urgency  `json:"urgency"`
	Status   *community.Status   `json:"status"` // open or closed

	// What the opening message says, corrected.
	Sentiment *string `json:"sentiment"`
	Reason    *string `json:"reason"`
	Complaint *string `json:"complaint"` // yes or no
}

// corrections are the heads the patch corrects, in the order they are applied.
func (p *conversationPatch) corrections() []correction {
	var out []correction
	for _, c := range []struct {
		head  string
		label *string
	}{
		{community.HeadCategory, (*string)(p.Category)},
		{community.HeadUrgency, (*string)(p.Urgency)},
		{community.HeadSentiment, p.Sentiment},
		{community.HeadReason, p.Reason},
		{community.HeadComplaint, p.Complaint},
	} {
		if c.label != nil {
			out = append(out, correction{c.head, *c.label})
		}
	}
	return out
}

// correction is a person's label for a head.
type correction struct{ head, label string }

// check refuses what is wrong before anything is changed.
func (p *conversationPatch) check() error {
	switch {
	case p.Version == nil || *p.Version < 1:
		return community.Faultf(community.Invalid, "body.field", "version")
	case p.Status != nil && *p.Status != community.Open && *p.Status != community.Closed:
		return community.Faultf(community.Invalid, "body.field", "status")
	}
	for _, c := range p.corrections() {
		if community.CheckLabel(c.head, c.label) != nil {
			return community.Faultf(community.Invalid, "body.field", c.head)
		}
	}
	return nil
}

// changeConversation applies assignee, corrections and status, in this order, each as its own verb with its own line in the history. The first that
// is refused ends it; what was done before stays and is seen in the version.
func (a api) changeConversation(c *fiber.Ctx) error {
	var p conversationPatch
	if err := body(c, &p); err != nil {
		return err
	}
	if err := p.check(); err != nil {
		return err
	}
	ctx, v, id := c.UserContext(), viewerOf(c), c.Params("id")
	now, err := a.s.Reader.Conversation(ctx, v, id)
	if err != nil {
		return err
	}
	if *p.Version != now.Version {
		return community.Faultf(community.Conflict, "conversation.version", now.Version)
	}
	out := *now
	step := func(wanted bool, verb func() (community.Conversation, error)) {
		if wanted && err == nil {
			out, err = verb()
		}
	}
	step(p.Assignee != nil, func() (community.Conversation, error) {
		agent, err := a.assignee(ctx, v, now.Brand, *p.Assignee)
		if err != nil {
			return out, err
		}
		return a.s.Desk.Assign(ctx, v, id, out.Version, agent)
	})
	for _, correct := range p.corrections() {
		step(true, func() (community.Conversation, error) {
			return a.s.Desk.Correct(ctx, v, id, out.Version, correct.head, correct.label)
		})
	}
	step(p.Status != nil, func() (community.Conversation, error) {
		if *p.Status == community.Closed {
			return a.s.Desk.Close(ctx, v, id, out.Version)
		}
		return a.s.Desk.Open(ctx, v, id, out.Version)
	})
	if err != nil {
		return err
	}
	return answer(c, fiber.StatusOK, out)
}

// assignee is the agent a patch names: "me", nobody, or a colleague who works
// for the brand.
func (a api) assignee(ctx context.Context, v community.Viewer, brand, name string) (string, error) {
	switch name {
	case "", community.Unassigned:
		return "", nil
	case community.Mine:
		return v.Agent, nil
	case v.Agent:
		return name, nil
	}
	agents, err := a.s.Reader.Agents(ctx, v, brand)
	if err != nil {
		return "", err
	}
	if !slices.ContainsFunc(agents, func(c community.Agent) bool { return c.ID == name }) {
		return "", community.Faultf(community.Invalid, "agent.unknown", name)
	}
	return name, nil
}

// note keeps a line for the team. Without an id of its own it is a new one each
// time it is sent.
func (a api) note(c *fiber.Ctx) error {
	var p struct {
		ID   string `json:"id"`
		Text string `json:"text"`
	}
	if err := body(c, &p); err != nil {
		return err
	}
	if p.ID == "" {
		p.ID = newID("n")
	}
	v := viewerOf(c)
	n := community.Note{ID: p.ID, Conversation: c.Params("id"), Agent: v.Agent, Text: p.Text, At: a.s.Now()}
	if err := a.s.Desk.Write(c.UserContext(), v, n); err != nil {
		return err
	}
	return answer(c, fiber.StatusCreated, n)
}
