package inbox

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/desk"
)

// registerView is the register of complaints, with one file open or none.
type registerView struct {
	shell
	State   string
	Tabs    []option
	Rows    []caseRow
	Next    string
	Figures []figure
	Whole   bool // the figures count every complaint, not the newest only
	Open    *caseView
	Agents  []option
	Reasons []option
}

// figure is a number that answers a question, with what it is of.
type figure struct{ Label, Big, Of string }

// caseView is a complaint: its number, its day, its phases.
type caseView struct {
	community.Complaint
	State   string
	Name    string
	Who     person
	Days    []string // a class for each of its working days
	Day     string   // "day 2 of 5"
	DueText string
	DueAs   string // late, soon, or empty
	Phases  []phase
	Moves   []option
	Reason  mark
	Owner   person
	CostEur string
	Done    bool
}

type caseRow struct {
	caseView
	Current bool
	Href    string
}

// phase is one of the seven steps of a complaint.
type phase struct {
	N     int
	Label string
	State string // done, now or next
	When  string
	Notes []string
}

// registerLimit is how many complaints the figures look at.
const registerLimit = community.MaxLimit

func (s *Server) registerPage(c *fiber.Ctx) error {
	sh, err := s.shell(c, "complaints")
	if err != nil {
		return err
	}
	lang, ctx, v := langOf(c), c.UserContext(), viewerOf(c)
	sh.Title = T(lang, "complaints.title")
	view := &registerView{shell: sh, State: c.Query("state", "open")}
	if view.State != "open" && view.State != "all" {
		return community.Faultf(community.Invalid, "query.value", "state", view.State)
	}
	page, err := s.Reader.Complaints(ctx, v, community.ComplaintQuery{Brand: sh.Brand.ID, Limit: registerLimit, Cursor: c.Query("cursor")})
	if err != nil {
		return err
	}
	now := s.Now().In(zone(sh.Brand))
	view.figures(lang, page.Items, page.Next == "" && c.Query("cursor") == "", sh.Brand, now)
	open := 0
	for i := range page.Items {
		p := &page.Items[i]
		if running := p.ClosedAt.IsZero(); running {
			open++
		} else if view.State == "open" {
			continue
		}
		view.Rows = append(view.Rows, caseRow{*s.caseOf(lang, p, sh.Brand, now), p.ID == c.Params("id"), "/complaints/" + p.ID + "?state=" + view.State})
	}
	slices.SortStableFunc(view.Rows, byDue)
	if page.Next != "" {
		view.Next = "/complaints?state=" + view.State + "&cursor=" + page.Next
	}
	view.Tabs = []option{
		{Value: "open", Label: T(lang, "complaints.open"), Count: open, On: view.State == "open", Href: "/complaints"},
		{Value: "all", Label: T(lang, "complaints.all"), Count: len(page.Items), On: view.State == "all", Href: "/complaints?state=all"},
	}
	if id := c.Params("id"); id != "" {
		if err := s.openCase(c, view, id, now); err != nil {
			return err
		}
	}
	return s.render(c, "register-page", view)
}

// byDue puts what is still owed first, the most pressing on top.
func byDue(a, b caseRow) int {
	if a.Done != b.Done {
		if a.Done {
			return 1
		}
		return -1
	}
	if a.Done {
		return b.Due.Compare(a.Due)
	}
	return a.Due.Compare(b.Due)
}

// openCase puts one file beside the register.
func (s *Server) openCase(c *fiber.Ctx, view *registerView, id string, now time.Time) error {
	lang, ctx, v := langOf(c), c.UserContext(), viewerOf(c)
	p, err := s.Reader.Complaint(ctx, v, id)
	if err != nil {
		return err
	}
	view.Open = s.caseOf(lang, p, view.Brand, now)
	view.Open.lay(s, lang, now)
	view.Title = p.Number
	if !mayEscalate(v, p.Brand) {
		view.Open.Moves = nil
		return nil
	}
	agents, err := s.Reader.Agents(ctx, v, p.Brand)
	if err != nil {
		return err
	}
	view.Agents = s.owners(lang, p, agents)
	for _, r := range community.Reasons() {
		view.Reasons = append(view.Reasons, option{Value: string(r), Label: T(lang, "reason."+string(r)), On: r == p.Reason})
	}
	return nil
}

// owners are those a complaint can be given to: who may work on it, and first
// whoever has it now, so that saving the form never changes him unasked.
func (s *Server) owners(lang string, p *community.Complaint, agents []community.Agent) []option {
	var out []option
	held := false
	for i := range agents {
		a := &agents[i]
		if on := a.ID == p.Owner; on || mayEscalate(a.Viewer(), p.Brand) {
			out = append(out, option{Value: a.ID, Label: a.Name, On: on})
			held = held || on
		}
	}
	switch {
	case p.Owner == "":
		out = slices.Insert(out, 0, option{Label: T(lang, "case.nobody"), On: true})
	case !held:
		out = slices.Insert(out, 0, option{Value: p.Owner, Label: s.face.names.agent(p.Owner).Name, On: true})
	}
	return out
}

func mayEscalate(v community.Viewer, brand string) bool {
	some, all := v.ChannelsFor(community.ActionEscalate, brand)
	return all || len(some) > 0
}

// caseOf lays out a complaint; nil for none.
func (s *Server) caseOf(lang string, p *community.Complaint, b community.Brand, now time.Time) *caseView {
	if p == nil {
		return nil
	}
	name := authorName(lang, p.Author)
	v := &caseView{
		Complaint: *p, State: T(lang, "complaint."+string(p.State)), Name: name, Who: personOf(p.Person, name),
		Reason: reasonMark(lang, p.Reason), Owner: s.face.names.agent(p.Owner), Done: !p.ResolvedAt.IsZero() || !p.ClosedAt.IsZero(),
	}
	if p.Cost > 0 {
		v.CostEur = strings.Replace(strconv.FormatFloat(float64(p.Cost)/100, 'f', 2, 64), ".00", "", 1)
	}
	day, late := 1, now.After(p.Due)
	if hours, err := community.Compile(b.Calendar); err == nil {
		day, late = p.DayOf(now, hours)
	}
	v.Days = days(day, late, v.Done)
	switch {
	case v.Done:
		v.Day, v.DueText = T(lang, "case.resolved", day), T(lang, "case.resolved", day)
	case late:
		v.Day, v.DueAs = T(lang, "case.late", spoken().duration(lang, p.Due.Sub(now))), "late"
		v.DueText = spoken().duration(lang, p.Due.Sub(now))
	default:
		v.Day, v.DueText = T(lang, "case.day", day, community.ComplaintDays), spoken().moment(lang, p.Due.In(now.Location()), now)
		if day >= community.ComplaintDays-1 {
			v.DueAs = "soon"
		}
	}
	return v
}

// days are the classes of the five marks of a complaint's working days.
func days(day int, late, done bool) []string {
	out := make([]string, community.ComplaintDays)
	for i := range out {
		switch {
		case late:
			out[i] = "red"
		case i+1 < day || done && i+1 == day:
			out[i] = "past"
		case i+1 == day:
			out[i] = "today"
		}
		if done && !late && i+1 <= day {
			out[i] = "kept"
		}
	}
	return out
}

// lay puts a file's phases in order, with what was written at each.
func (v *caseView) lay(s *Server, lang string, now time.Time) {
	states := community.ComplaintStates()
	at := slices.Index(states, v.Complaint.State)
	for i, state := range states {
		p := phase{N: i + 1, Label: T(lang, "complaint."+string(state)), State: "next"}
		switch {
		case i < at:
			p.State = "done"
		case i == at:
			p.State = "now"
		}
		if state == community.ComplaintReceived {
			p.When = spoken().moment(lang, v.OpenedAt.In(now.Location()), now)
			p.Notes = append(p.Notes, T(lang, "case.openedby", s.face.names.agent(v.OpenedBy).Name))
		}
		for _, act := range v.Trace {
			if act.To != state {
				continue
			}
			p.When = spoken().moment(lang, act.At.In(now.Location()), now)
			note := T(lang, "case.by", T(lang, "move."+string(act.Event)), s.face.names.agent(act.Agent).Name)
			if act.Note != "" {
				note += ": " + act.Note
			}
			p.Notes = append(p.Notes, note)
		}
		v.Phases = append(v.Phases, p)
	}
	for _, event := range community.ComplaintEvents() {
		if v.May(event) {
			v.Moves = append(v.Moves, option{Value: string(event), Label: T(lang, "move."+string(event)), On: event != community.ComplaintReopen && len(v.Moves) == 0})
		}
	}
}

// figures answer for the register as a whole. What still runs past its date
// counts as missed: a share that leaves it out would flatter.
func (v *registerView) figures(lang string, all []community.Complaint, whole bool, b community.Brand, now time.Time) {
	v.Whole = whole
	hours, err := community.Compile(b.Calendar)
	if err != nil || len(all) == 0 {
		return
	}
	var decided, kept, open, late int
	var took []int
	for i := range all {
		p := &all[i]
		day, over := p.DayOf(now, hours)
		switch {
		case !p.ResolvedAt.IsZero():
			decided++
			took = append(took, day)
			if !over {
				kept++
			}
		case over:
			decided, late = decided+1, late+1
		}
		if p.ClosedAt.IsZero() {
			open++
		}
	}
	v.Figures = append(v.Figures, figure{T(lang, "figure.open"), number(lang, open), T(lang, "figure.open.of", late)})
	if decided > 0 {
		v.Figures = append(v.Figures, figure{T(lang, "figure.kept"), percent(lang, float64(kept)/float64(decided)), T(lang, "figure.kept.of", kept, decided)})
	}
	if len(took) > 0 {
		slices.Sort(took)
		median := float64(took[(len(took)-1)/2]+took[len(took)/2]) / 2
		ninth := took[int(math.Ceil(0.9*float64(len(took))))-1]
		v.Figures = append(v.Figures, figure{T(lang, "figure.took"), T(lang, "figure.days", trim(lang, median)), T(lang, "figure.took.of", len(took), ninth)})
	}
	if cause, n := commonest(all); n > 1 {
		v.Figures = append(v.Figures, figure{T(lang, "figure.reason"), T(lang, "reason."+string(cause)), T(lang, "figure.reason.of", n, len(all))})
	}
}

// commonest is the reason most complaints have.
func commonest(all []community.Complaint) (community.Reason, int) {
	counts := make(map[community.Reason]int)
	for i := range all {
		counts[all[i].Reason]++
	}
	var best community.Reason
	for _, r := range community.Reasons() {
		if cmp.Compare(counts[r], counts[best]) > 0 || best == "" {
			best = r
		}
	}
	return best, counts[best]
}

// trim writes a number with one decimal, none where it is whole.
func trim(lang string, f float64) string {
	s := strings.TrimSuffix(fmt.Sprintf("%.1f", f), ".0")
	if lang == "fr" {
		s = strings.Replace(s, ".", ",", 1)
	}
	return s
}

// advance moves a complaint on, or only writes down what was learnt.
func (s *Server) advance(c *fiber.Ctx) error {
	version, err := strconv.ParseInt(c.FormValue("version"), 10, 64)
	if err != nil {
		return community.Faultf(community.Invalid, "query.value", "version", c.FormValue("version")).Because(err)
	}
	cost := 0.0
	if raw := strings.ReplaceAll(strings.TrimSpace(c.FormValue("cost")), ",", "."); raw != "" {
		if cost, err = strconv.ParseFloat(raw, 64); err != nil || cost < 0 || cost > 1e9 {
			return community.Faultf(community.Invalid, "complaint.cost", c.FormValue("cost"))
		}
	}
	_, err = s.Desk.Advance(c.UserContext(), viewerOf(c), c.Params("id"), version, community.ComplaintEvent(c.FormValue("event")), desk.Case{
		Reason: community.Reason(c.FormValue("reason")), Cause: c.FormValue("cause"), Summary: c.FormValue("summary"),
		Outcome: c.FormValue("outcome"), Owner: c.FormValue("owner"), Cost: int64(math.Round(cost * 100)),
	})
	if err != nil {
		return err
	}
	return c.Redirect("/complaints/"+c.Params("id"), fiber.StatusSeeOther)
}
