package inbox

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
)

// did answers after something was done to a conversation: to htmx, the parts of
// its page as they are now; to a browser without scripts, the page itself.
func (s *Server) did(c *fiber.Ctx, conversation string, err error) error {
	if err != nil {
		return err
	}
	if !isPart(c) {
		return c.Redirect("/c/"+conversation, fiber.StatusSeeOther)
	}
	return s.parts(c, conversation, nil)
}

// doneView is a conversation after something was done to it, with the reply
// that was just held, for the undo bar.
type doneView struct {
	*talkView
	Held *replyView
}

// parts renders what may have changed.
func (s *Server) parts(c *fiber.Ctx, conversation string, held *community.Reply) error {
	sh, err := s.shell(c, "inbox")
	if err != nil {
		return err
	}
	talk, err := s.talkOf(c, sh, conversation)
	if err != nil {
		return err
	}
	view := doneView{talkView: talk}
	if held != nil && held.State == community.ReplyHeld {
		view.Held = s.replyView(langOf(c), viewerOf(c), held, &talk.Conversation, s.Now())
	}
	return s.render(c, "talk-done", view)
}

// version is the version of the conversation that was on the screen; 0 when the
// form does not say.
func version(c *fiber.Ctx) int64 {
	n, err := strconv.ParseInt(c.FormValue("version"), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func (s *Server) assign(c *fiber.Ctx) error {
	id := c.Params("id")
	_, err := s.Desk.Assign(c.UserContext(), viewerOf(c), id, 0, c.FormValue("agent"))
	return s.did(c, id, err)
}

// correct takes one head from a menu, or all of them from the form under "why".
func (s *Server) correct(c *fiber.Ctx) error {
	id := c.Params("id")
	if c.FormValue("head") == "" {
		return s.did(c, id, s.fix(c, id))
	}
	_, err := s.Desk.Correct(c.UserContext(), viewerOf(c), id, 0, c.FormValue("head"), c.FormValue("label"))
	return s.did(c, id, err)
}

// closeTalk closes what the agent saw: if the customer wrote meanwhile it is a
// conflict, and nothing is lost from sight.
func (s *Server) closeTalk(c *fiber.Ctx) error {
	id := c.Params("id")
	_, err := s.Desk.Close(c.UserContext(), viewerOf(c), id, version(c))
	return s.did(c, id, err)
}

func (s *Server) openTalk(c *fiber.Ctx) error {
	id := c.Params("id")
	_, err := s.Desk.Open(c.UserContext(), viewerOf(c), id, 0)
	return s.did(c, id, err)
}

func (s *Server) escalate(c *fiber.Ctx) error {
	id := c.Params("id")
	_, err := s.Desk.Escalate(c.UserContext(), viewerOf(c), desk.Case{
		Conversation: id, Reason: community.Reason(c.FormValue("reason")), Summary: c.FormValue("summary"), Owner: viewerOf(c).Agent,
	})
	return s.did(c, id, err)
}

// answerOf reads what the composer sends.
func answerOf(c *fiber.Ctx) desk.Answer {
	return desk.Answer{
		ID: c.FormValue("id"), Conversation: c.Params("id"), InReplyTo: c.FormValue("in_reply_to"), Account: c.FormValue("account"),
		Visibility: community.Visibility(c.FormValue("mode")), Text: c.FormValue("text"),
		Basis: c.FormValue("basis"), Anyway: c.FormValue("anyway") == "true",
	}
}

// answer takes what was written: a note for the team, a handoff when it leaves
// from an account that may only hand over, else an answer.
func (s *Server) answer(c *fiber.Ctx) error {
	ctx, v, a := c.UserContext(), viewerOf(c), answerOf(c)
	if c.FormValue("mode") == "note" {
		err := s.Desk.Write(ctx, v, community.Note{ID: a.ID, Conversation: a.Conversation, Text: a.Text})
		return s.written(c, a, nil, err)
	}
	var reply community.Reply
	var err error
	if to := c.FormValue("to"); to != "" {
		reply, err = s.Desk.Handoff(ctx, v, a, to)
	} else {
		reply, err = s.Desk.Answer(ctx, v, a)
	}
	return s.written(c, a, &reply, err)
}

// written answers after the composer: the thread with what was written, or,
// when somebody was faster, what he wrote and the choice to go on. What was
// written stays in the composer until it is taken.
func (s *Server) written(c *fiber.Ctx, a desk.Answer, reply *community.Reply, err error) error {
	if err != nil {
		return s.refused(c, a, err)
	}
	if !isPart(c) {
		return c.Redirect("/c/"+a.Conversation, fiber.StatusSeeOther)
	}
	if err := trigger(c, "vigie:written", map[string]string{"id": a.ID, "next": newReplyID()}); err != nil {
		return err
	}
	return s.parts(c, a.Conversation, reply)
}

// refused tells, inside the composer, why it was not taken.
func (s *Server) refused(c *fiber.Ctx, a desk.Answer, err error) error {
	if !isPart(c) {
		return err
	}
	f, status := fault(err)
	if status >= fiber.StatusInternalServerError {
		return err
	}
	view := struct {
		Sentence, Latest, LatestLang string
		Conflict                     bool
	}{Sentence: sayFault(langOf(c), f), Conflict: f.Key == "reply.meanwhile" || f.Key == "reply.colleague"}
	if f.Key == "reply.meanwhile" {
		m, err := s.Reader.Matter(c.UserContext(), viewerOf(c), a.Conversation)
		if err != nil {
			return err
		}
		for i := range m.Entries {
			if e := &m.Entries[i]; !e.Out {
				view.Latest, view.LatestLang = e.Message.Text, e.Verdict.Language.Label
			}
		}
	}
	if f.Key == "reply.colleague" && len(f.Args) > 0 {
		if id, ok := f.Args[0].(string); ok {
			view.Sentence = T(langOf(c), "fault.reply.colleague", s.face.names.agent(id).Name)
		}
	}
	c.Set("HX-Retarget", "#conflict")
	c.Set("HX-Reswap", "innerHTML")
	c.Status(status)
	return s.render(c, "conflict", view)
}

// trigger has htmx tell the page that something happened. A header carries
// ASCII only, so every other character goes as JSON's \u escape.
func trigger(c *fiber.Ctx, event string, detail map[string]string) error {
	told, err := json.Marshal(map[string]any{event: detail})
	if err != nil {
		return err
	}
	var b strings.Builder
	for _, unit := range utf16.Encode([]rune(string(told))) {
		if unit < utf8.RuneSelf {
			b.WriteByte(byte(unit))
		} else {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
	}
	c.Set("HX-Trigger", b.String())
	return nil
}

// draft keeps what is being written, so that it is found on another machine.
// An empty one is dropped.
func (s *Server) draft(c *fiber.Ctx) error {
	a := answerOf(c)
	if a.Visibility != community.Public && a.Visibility != community.Private {
		return c.SendStatus(fiber.StatusNoContent)
	}
	if _, err := s.Desk.Draft(c.UserContext(), viewerOf(c), a); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// count tells how long a text is as its network counts it: the same number the
// sender obeys.
func (s *Server) count(c *fiber.Ctx) error {
	if _, err := s.Reader.Conversation(c.UserContext(), viewerOf(c), c.Params("id")); err != nil {
		return err
	}
	return c.JSON(map[string]int{"n": s.Desk.Count(c.FormValue("network"), community.Visibility(c.FormValue("mode")), c.FormValue("text"))})
}

// undo takes a held reply back; the composer gets its words again.
func (s *Server) undo(c *fiber.Ctx) error {
	r, err := s.Desk.TakeBack(c.UserContext(), viewerOf(c), c.Params("id"))
	if err != nil {
		return err
	}
	return s.returned(c, r)
}

// returned gives a reply's words back to the composer.
func (s *Server) returned(c *fiber.Ctx, r community.Reply) error {
	err := trigger(c, "vigie:returned", map[string]string{
		"conversation": r.Conversation, "id": r.ID, "text": r.Text, "mode": string(r.Visibility), "account": r.Account,
	})
	if err != nil {
		return err
	}
	return s.did(c, r.Conversation, nil)
}

func (s *Server) sendNow(c *fiber.Ctx) error {
	r, err := s.Desk.SendNow(c.UserContext(), viewerOf(c), c.Params("id"))
	return s.did(c, r.Conversation, err)
}

// settle takes a human's word on a reply of unknown fate.
func (s *Server) settle(c *fiber.Ctx) error {
	sent := c.FormValue("sent") == "true"
	r, err := s.Desk.Settle(c.UserContext(), viewerOf(c), c.Params("id"), sent)
	if err == nil && !sent {
		return s.returned(c, r)
	}
	return s.did(c, r.Conversation, err)
}

// retry sends a refused reply again, unchanged.
func (s *Server) retry(c *fiber.Ctx) error {
	r, err := s.Desk.Retry(c.UserContext(), viewerOf(c), c.Params("id"))
	return s.did(c, r.Conversation, err)
}

// discard drops a draft; what was refused becomes a draft to be rewritten.
func (s *Server) discard(c *fiber.Ctx) error {
	if err := s.Desk.Discard(c.UserContext(), viewerOf(c), c.Params("id")); err != nil {
		return err
	}
	return s.did(c, c.FormValue("conversation"), nil)
}
