package inbox

import (
	"net/url"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"github.com/vigie-hq/vigie/community"
)

// auditView is a message to be judged blind: nothing on it comes from the
// classifier, and nothing leads to where its word stands.
type auditView struct {
	shell
	Task     *taskView // nil: nothing is left
	Done     int       // judged in this sitting
	Sentence string    // why the last judgement was not taken
}

// taskView is the message, and what is asked of it.
type taskView struct {
	ID, Name, Initials, Line, Text string
	Network                        network
	Private                        bool
	Kind                           string
	Media                          []mediaView
	Left                           int
	Heads                          []askView
}

// askView is one question: its labels, each with its key and its definition.
type askView struct {
	Name, Label string
	Wide        bool // its labels need room for their definitions
	Options     []answerView
}

type answerView struct {
	option
	Key, Means string
}

// auditKeys are the keys of a question's labels, in their order.
const auditKeys = "123456789qsd"

// auditPage shows the next message of the audit sample.
func (s *Server) auditPage(c *fiber.Ctx) error {
	done, err := strconv.Atoi(c.Query("done", "0"))
	if err != nil || done < 0 {
		done = 0
	}
	return s.audit(c, done, "")
}

func (s *Server) audit(c *fiber.Ctx, done int, sentence string) error {
	sh, err := s.shell(c, "quality")
	if err != nil {
		return err
	}
	lang := langOf(c)
	sh.Title = T(lang, "audit.title")
	view := &auditView{shell: sh, Done: done, Sentence: sentence}
	view.Here = auditHref(done)
	task, err := s.Desk.NextAudit(c.UserContext(), viewerOf(c), sh.Brand.ID)
	switch {
	case err == nil:
		view.Task = s.taskView(lang, &task, sh.Brand)
	case community.KindOf(err) != community.NotFound:
		return err
	}
	if !isPart(c) {
		return s.render(c, "audit-page", view)
	}
	c.Set("HX-Replace-Url", view.Here)
	return s.render(c, "audit", view)
}

func auditHref(done int) string {
	if done == 0 {
		return "/audit"
	}
	return "/audit?" + url.Values{"done": {strconv.Itoa(done)}}.Encode()
}

func (s *Server) taskView(lang string, task *community.AuditTask, b community.Brand) *taskView {
	now := s.Now().In(zone(b))
	name := authorName(lang, task.Author)
	v := &taskView{
		ID: task.Message, Name: name, Initials: initials(name), Text: task.Text, Network: networkOf(lang, task.Network), Private: task.Private,
		Media: mediaOf(task.Media), Left: task.Left,
	}
	v.Line = T(lang, "audit.line", v.Network.Name, spoken().moment(lang, task.CreatedAt.In(now.Location()), now))
	if task.Kind != "" {
		v.Kind = T(lang, "msgkind."+string(task.Kind))
	}
	for _, head := range community.HumanHeads() {
		ask := askView{Name: head, Label: T(lang, "audit.head."+head), Wide: head != community.HeadSentiment && head != community.HeadComplaint}
		for i, label := range community.HeadLabels(head) {
			mk := headMark(lang, head, label)
			ask.Options = append(ask.Options, answerView{
				option{Value: label, Label: mk.Word, Icon: mk.Icon, Class: mk.Class}, auditKeys[i : i+1], T(lang, "means."+head+"."+label),
			})
		}
		v.Heads = append(v.Heads, ask)
	}
	return v
}

// headMark is a label of any head as a mark.
func headMark(lang, head, label string) mark {
	switch head {
	case community.HeadCategory:
		return categoryMark(lang, community.Category(label))
	case community.HeadUrgency:
		return urgencyMark(lang, community.Urgency(label))
	case community.HeadSentiment:
		return sentimentMark(lang, community.Sentiment(label))
	case community.HeadReason:
		return reasonMark(lang, community.Reason(label))
	case community.HeadComplaint:
		return mark{Word: T(lang, "complaining."+label), Class: "mk"}
	}
	return mark{Word: label, Class: "mk"}
}

// judgePage keeps a judgement and shows the next message.
func (s *Server) judgePage(c *fiber.Ctx) error {
	done, err := strconv.Atoi(c.FormValue("done", "0"))
	if err != nil || done < 0 {
		done = 0
	}
	ctx, v, id := c.UserContext(), viewerOf(c), c.Params("id")
	if c.FormValue("skip") == "true" {
		err = s.Desk.SkipAudit(ctx, v, id)
	} else {
		labels := map[string]string{}
		for _, head := range community.HumanHeads() {
			if label := c.FormValue(head); label != "" {
				labels[head] = label
			}
		}
		err = s.Desk.Judge(ctx, v, id, labels)
	}
	sentence := ""
	switch {
	case community.KindOf(err) == community.Conflict && isPart(c): // a colleague was faster: his word stands
		sentence = spoken().Fault(langOf(c), err)
	case err != nil:
		return err
	default:
		done++
	}
	if !isPart(c) {
		return c.Redirect(auditHref(done), fiber.StatusSeeOther)
	}
	return s.audit(c, done, sentence)
}
