package inbox

import (
	"github.com/gofiber/fiber/v2"

	"github.com/vigie-hq/vigie/community"
)

// nextAudit gives a message of the audit sample to judge, without anything the
// classifier said of it.
func (a api) nextAudit(c *fiber.Ctx) error {
	brand, err := brandOf(c)
	if err != nil {
		return err
	}
	task, err := a.s.Desk.NextAudit(c.UserContext(), viewerOf(c), brand)
	if err != nil {
		return err
	}
	return answer(c, fiber.StatusOK, task)
}

// judgement is what a person says of a message: a label for each head he can
// tell, or that nobody can.
type judgement struct {
	Category  string `json:"category"`
	Urgency   string `json:"urgency"`
	Sentiment string `json:"sentiment"`
	Reason    string `json:"reason"`
	Complaint string `json:"complaint"`
	Skip      bool   `json:"skip"`
}

// labels are the heads that have one.
func (j *judgement) labels() map[string]string {
	out := map[string]string{}
	for head, label := range map[string]string{
		community.HeadCategory: j.Category, community.HeadUrgency: j.Urgency, community.HeadSentiment: j.Sentiment,
		community.HeadReason: j.Reason, community.HeadComplaint: j.Complaint,
	} {
		if label != "" {
			out[head] = label
		}
	}
	return out
}

// judge keeps a judgement; a message is judged once.
func (a api) judge(c *fiber.Ctx) error {
	var j judgement
	if err := body(c, &j); err != nil {
		return err
	}
	labels := j.labels()
	var err error
	switch {
	case j.Skip && len(labels) > 0:
		err = community.Faultf(community.Invalid, "body.field", "skip")
	case j.Skip:
		err = a.s.Desk.SkipAudit(c.UserContext(), viewerOf(c), c.Params("id"))
	default:
		err = a.s.Desk.Judge(c.UserContext(), viewerOf(c), c.Params("id"), labels)
	}
	if err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// quality is how good the classifier is on the brand's own traffic, by the audit
// sample. from and to are days of the brand's calendar, both included.
func (a api) quality(c *fiber.Ctx) error {
	brand, from, to, err := a.span(c)
	if err != nil {
		return err
	}
	q, err := a.s.Reader.Quality(c.UserContext(), viewerOf(c), brand, from, to)
	return changed(c, q, err)
}

// shadow compares the model on trial with the running one.
func (a api) shadow(c *fiber.Ctx) error {
	brand, from, to, err := a.span(c)
	if err != nil {
		return err
	}
	r, err := a.s.Reader.Shadow(c.UserContext(), viewerOf(c), brand, from, to)
	return changed(c, r, err)
}
