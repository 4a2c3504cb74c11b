package inbox

import (
	"fmt"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/vigie-hq/vigie/community"
)

// talkView is a conversation as its pane shows it: head, thread, composer, and
// the context beside them.
type talkView struct {
	rowView
	CSRF      string
	Here      string // the page to come back to without scripts
	Back      string // the list it was opened from
	Handle    string
	To        string // the account it reached
	Status    mark
	Urgency   mark
	Reason    mark
	Promise   *promise
	Agents    []option
	Subjects  []option
	Urgencies []option
	Thread    []turn
	Why       *whyView
	Clocks    []clockView
	Case      *caseView
	Composer  *composerView
	Channel   string
	First     string
	May       may
}

// may is what the reader may do here; what he may not is not shown.
type may struct{ Reply, Note, Assign, Correct, Close, Open, Escalate, Moderate bool }

// promise is the deadline under the conversation's head.
type promise struct {
	dueView
	Label, Until string
}

// talkPage is the inbox with a conversation open; to htmx, the pane alone.
func (s *Server) talkPage(c *fiber.Ctx) error {
	if isPart(c) {
		sh, err := s.shell(c, "inbox")
		if err != nil {
			return err
		}
		talk, err := s.talk(c, sh)
		if err != nil {
			return err
		}
		return s.render(c, "talk-part", talk)
	}
	view, err := s.inbox(c)
	if err != nil {
		return err
	}
	if view.Talk, err = s.talk(c, view.shell); err != nil {
		return err
	}
	view.Title = view.Talk.Name
	return s.render(c, "inbox-page", view)
}

// talkParts is what of an open conversation may have changed, to be swapped in
// without touching what the agent is writing.
func (s *Server) talkParts(c *fiber.Ctx) error {
	return s.parts(c, c.Params("id"), nil)
}

// talk is the conversation the address names.
func (s *Server) talk(c *fiber.Ctx, sh shell) (*talkView, error) {
	return s.talkOf(c, sh, c.Params("id"))
}

// talkOf reads a conversation and lays it out.
func (s *Server) talkOf(c *fiber.Ctx, sh shell, id string) (*talkView, error) {
	ctx, v, lang := c.UserContext(), viewerOf(c), langOf(c)
	m, err := s.Reader.Matter(ctx, v, id)
	if err != nil {
		return nil, err
	}
	conv := &m.Conversation
	for _, b := range sh.Brands {
		if b.ID == conv.Brand {
			sh.Brand = b
		}
	}
	if err := s.learn(ctx, v, sh.Brand); err != nil {
		return nil, err
	}
	agents, err := s.Reader.Agents(ctx, v, conv.Brand)
	if err != nil {
		return nil, err
	}
	accounts, err := s.Reader.Accounts(ctx, v, conv.Brand)
	if err != nil {
		return nil, err
	}
	channels, err := s.Reader.Channels(ctx, v, conv.Brand)
	if err != nil {
		return nil, err
	}
	now := s.Now().In(zone(sh.Brand))
	talk := &talkView{
		rowView: s.row(lang, *conv, now), CSRF: sh.CSRF, Here: "/c/" + conv.ID, Back: "/",
		Status: mark{Word: T(lang, "status."+string(conv.Status)), Class: "mk status-" + string(conv.Status)},
		Reason: reasonMark(lang, conv.Reason), Urgency: urgencyMark(lang, conv.Urgency),
		Channel: channelName(channels, conv.Channel),
		May: may{
			Reply: v.May(community.ActionReply, conv.Brand, conv.Channel), Note: v.May(community.ActionNote, conv.Brand, conv.Channel),
			Assign: v.May(community.ActionAssign, conv.Brand, conv.Channel), Correct: v.May(community.ActionCorrect, conv.Brand, conv.Channel),
			Close:    conv.Status != community.Closed && v.May(community.ActionClose, conv.Brand, conv.Channel),
			Open:     conv.Status != community.Open && v.May(community.ActionClose, conv.Brand, conv.Channel),
			Escalate: m.Complaint == nil && v.May(community.ActionEscalate, conv.Brand, conv.Channel),
			Moderate: v.May(community.ActionModerate, conv.Brand, conv.Channel),
		},
	}
	talk.First = firstName(talk.Name)
	if conv.Author.Handle != "" {
		talk.Handle = "@" + conv.Author.Handle
	}
	talk.To = accountOption(lang, accounts, conv.Account).Label
	if l, err := s.backTo(c); err == nil {
		talk.Back = l
	}
	talk.menus(s, lang, v, agents)
	talk.Promise = promised(lang, conv, now)
	if talk.Thread, err = s.thread(ctx, v, lang, m, accounts, talk.May, now); err != nil {
		return nil, err
	}
	talk.Why = s.why(lang, c.Query("m"), m, now)
	talk.Why.mark(talk.Thread)
	if err := s.overruled(ctx, v, lang, m, talk.Why); err != nil {
		return nil, err
	}
	if talk.May.Correct {
		talk.Why.fixes(lang, m)
	}
	for _, d := range m.Deadlines {
		talk.Clocks = append(talk.Clocks, clockOf(lang, d, now))
	}
	talk.Case = s.caseOf(lang, m.Complaint, sh.Brand, now)
	talk.Composer, err = s.composer(ctx, v, lang, talk, m)
	return talk, err
}

// backTo is the address of the list a conversation was opened from.
func (s *Server) backTo(c *fiber.Ctx) (string, error) {
	view, own, _, err := ask(c, "")
	if err != nil {
		return "", err
	}
	l := listing{View: view}
	return l.href(own), nil
}

// menus are what the head can be changed to.
func (t *talkView) menus(s *Server, lang string, v community.Viewer, agents []community.Agent) {
	conv := &t.Conversation
	for i := range agents {
		if !agents[i].Assignable(conv.Brand) && agents[i].ID != conv.Assignee {
			continue
		}
		p := personOf(agents[i].ID, agents[i].Name)
		o := option{Value: p.ID, Label: p.Name, Icon: p.Initials, On: p.ID == conv.Assignee}
		if p.ID == v.Agent {
			o.Class = "me"
		}
		t.Agents = append(t.Agents, o)
	}
	for _, cat := range community.Categories() {
		o := markOption(string(cat), categoryMark(lang, cat))
		o.On = cat == conv.Category
		t.Subjects = append(t.Subjects, o)
	}
	for _, u := range community.Urgencies() {
		o := markOption(string(u), urgencyMark(lang, u))
		o.On = u == conv.Urgency
		t.Urgencies = append(t.Urgencies, o)
	}
}

// Row is the conversation as the list shows it.
func (t *talkView) Row() rowView { return t.rowView }

// menu is one of the head's two menus of corrections.
type menu struct {
	Talk     *talkView
	ID, Head string
	Options  []option
}

// menuOf lets a page fill in a menu; it is given a conversation, alone or with
// a reply that was just held.
func menuOf(of any, id, head string, options []option) (menu, error) {
	switch t := of.(type) {
	case *talkView:
		return menu{t, id, head, options}, nil
	case doneView:
		return menu{t.talkView, id, head, options}, nil
	}
	return menu{}, fmt.Errorf("inbox: a menu of %T", of)
}

// Me is the reader's own entry among those it can be given to.
func (t *talkView) Me() *option {
	for i := range t.Agents {
		if t.Agents[i].Class == "me" {
			return &t.Agents[i]
		}
	}
	return nil
}

// promised is what is owed now and until when.
func promised(lang string, c *community.Conversation, now time.Time) *promise {
	if c.Status != community.Open || c.Due.IsZero() {
		return nil
	}
	d := dueOf(lang, c, now)
	key := "promise.in"
	if d.State == "late" {
		key = "promise.late"
	}
	return &promise{
		dueView: d, Label: T(lang, key, T(lang, "target."+string(c.Target))),
		Until: T(lang, "promise.until", spoken().moment(lang, c.Due.In(now.Location()), now)),
	}
}

// clockView is one deadline of a conversation: what was promised and how it stands.
type clockView struct {
	Label, Icon, Class string
	Due                dueView
	When               string
}

func clockOf(lang string, d community.Deadline, now time.Time) clockView {
	w := spoken()
	v := clockView{Label: w.T(lang, "target."+string(d.Target)), When: w.moment(lang, d.Due.In(now.Location()), now)}
	took := w.duration(lang, d.Met.Sub(d.Start))
	switch d.BreachAt(now).State {
	case community.DeadlineMet:
		v.Icon, v.Class, v.Due = "check", "mk-done", dueView{State: "ok", Text: w.T(lang, "due.took", took)}
	case community.DeadlineBreached:
		v.Icon, v.Class = "warn", "mk-late"
		if d.Met.IsZero() {
			v.Due = running(lang, d, now)
			break
		}
		v.Due = dueView{State: "missed", Text: w.T(lang, "due.took", took)}
	case community.DeadlineCancelled:
		v.Icon, v.Class, v.Due = "pause", "quiet", dueView{State: "off", Text: w.T(lang, "due.cancelled")}
	default:
		v.Icon, v.Class, v.Due = "clock", "quiet", running(lang, d, now)
		if v.Due.State == "soon" {
			v.Class = "mk-soon"
		}
		v.Due.Icon = ""
	}
	return v
}
