package inbox

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"github.com/vigie-hq/vigie/community"
)

// fixView is one head of a message that can be corrected, with its labels.
type fixView struct {
	Name, Label string
	Options     []option
}

// shownLessons is how many corrections a message is told to follow at most.
const shownLessons = 3

// overruled tells who spoke after the model: the rules that touched the message,
// the corrections it follows; and what the model on trial would say.
func (s *Server) overruled(ctx context.Context, v community.Viewer, lang string, m *community.Matter, w *whyView) error {
	if w == nil {
		return nil
	}
	brand := m.Conversation.Brand
	if err := s.fired(ctx, v, brand, w); err != nil {
		return err
	}
	for _, key := range w.verdict.Learned {
		if key == w.Key || key == "" || len(w.Learned) == shownLessons {
			continue // of itself it is told who corrected it
		}
		o := option{Label: T(lang, "why.another")}
		conv, err := s.Reader.Conversation(ctx, v, community.ConversationOf(key))
		switch {
		case err == nil:
			o.Label, o.Href = authorName(lang, conv.Author), "/c/"+conv.ID
		case community.KindOf(err) != community.NotFound:
			return err
		}
		w.Learned = append(w.Learned, o)
	}
	if trial := w.verdict.Shadow; trial != nil && v.May(community.ActionReport, brand, "") {
		alone := w.verdict.Alone()
		w.Trial = differing(lang, &alone, trial)
	}
	return nil
}

// fired names the rules that touched the message. One that is gone since has no
// name any more, and is told by its id.
func (s *Server) fired(ctx context.Context, v community.Viewer, brand string, w *whyView) error {
	if len(w.verdict.Fired) == 0 {
		return nil
	}
	list, err := s.Desk.Rules(ctx, v, brand)
	if err != nil {
		return err
	}
	for _, id := range w.verdict.Fired {
		o := option{Value: id, Label: id}
		for i := range list.List {
			if r := &list.List[i]; r.ID == id {
				o.Label = r.Name
				if v.May(community.ActionRule, brand, "") {
					o.Href = "/settings/rules/" + id
				}
			}
		}
		w.Fired = append(w.Fired, o)
	}
	return nil
}

// fixes offers to correct what was said of the conversation's opening message:
// what is said of later ones follows from them.
func (w *whyView) fixes(lang string, m *community.Matter) {
	e := opening(m)
	if w == nil || e.Key == "" || e.Key != w.Key {
		return
	}
	for _, head := range community.HumanHeads() {
		f := fixView{Name: head, Label: T(lang, "audit.head."+head)}
		now := answered(m, e, head)
		for _, label := range community.HeadLabels(head) {
			f.Options = append(f.Options, option{Value: label, Label: headMark(lang, head, label).Word, On: label == now})
		}
		w.Fixes = append(w.Fixes, f)
	}
}

// answered is a head as it stands: of the conversation, or of its message.
func answered(m *community.Matter, e *community.Entry, head string) string {
	switch head {
	case community.HeadCategory:
		return string(m.Conversation.Category)
	case community.HeadUrgency:
		return string(m.Conversation.Urgency)
	}
	return e.Verdict.Head(head).Label
}

// fix corrects the heads that the form says otherwise.
func (s *Server) fix(c *fiber.Ctx, id string) error {
	ctx, v := c.UserContext(), viewerOf(c)
	m, err := s.Reader.Matter(ctx, v, id)
	if err != nil {
		return err
	}
	e := opening(m)
	for _, head := range community.HumanHeads() {
		label := c.FormValue(head)
		if label == "" || label == answered(m, e, head) {
			continue
		}
		if _, err := s.Desk.Correct(ctx, v, id, 0, head, label); err != nil {
			return err
		}
	}
	return nil
}
