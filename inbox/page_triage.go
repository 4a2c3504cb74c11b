package inbox

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/vigie-hq/vigie/community"
)

// triageView is one doubtful message at a time: what pulls each way, what each
// choice starts, and what was sorted just before.
type triageView struct {
	shell
	Sitting sitting
	One     *doubtView // nil: nothing is left
	Left    int
	Tally   []string // one mark a message of this sitting: d(one), n(ow), or to come
	Rate    int      // sorted in a minute; 0: too early to say
	Was     []sortedView
	Skip    string // address of the message after this one; empty: there is none
	Back    string // address of the one sorted before; empty: there is none
	Notice  string // what came between
	Audit   bool   // the reader may judge the audit sample

	channels []community.Channel
}

// sortedView is a message that was sorted in this sitting, and what that started.
type sortedView struct {
	Category            mark
	Name, Preview, Href string
	Lang                string
	Effect              string
}

// sitting is how far somebody has come: his address keeps it, so that a reload,
// a bookmark or a browser without scripts loses nothing.
type sitting struct {
	After string    // cursor: what was passed over lies before it
	Was   []string  // conversations sorted, the newest first
	Done  int       // how many were sorted
	Since time.Time // when the first was shown
}

// remembered is how many sorted messages an address keeps.
const remembered = 5

// sittingOf reads a sitting; what is not one counts as its beginning.
func sittingOf(get func(string, ...string) string, now time.Time) sitting {
	s := sitting{After: get("after"), Since: now}
	if ids := get("was"); ids != "" {
		s.Was = strings.Split(ids, " ")
		s.Was = s.Was[:min(len(s.Was), remembered)]
	}
	if n, err := strconv.Atoi(get("done")); err == nil && n > 0 {
		s.Done = n
	}
	if at, err := strconv.ParseInt(get("since"), 10, 64); err == nil && at > 0 && at <= now.Unix() {
		s.Since = time.Unix(at, 0)
	}
	return s
}

// Fields are what a form or an address says to keep the sitting.
func (s sitting) Fields() []option {
	out := []option{{Value: "since", Label: strconv.FormatInt(s.Since.Unix(), 10)}}
	if s.After != "" {
		out = append(out, option{Value: "after", Label: s.After})
	}
	if s.Done > 0 {
		out = append(out, option{Value: "done", Label: strconv.Itoa(s.Done)})
	}
	if len(s.Was) > 0 {
		out = append(out, option{Value: "was", Label: strings.Join(s.Was, " ")})
	}
	return out
}

// href is the address of the sitting, at one conversation if at is not empty.
func (s sitting) href(at string) string {
	q := url.Values{}
	for _, f := range s.Fields() {
		q.Set(f.Value, f.Label)
	}
	if at != "" {
		q.Set("at", at)
	}
	return "/triage?" + q.Encode()
}

// sorted counts a conversation; one that was corrected again counts once.
func (s *sitting) sorted(id string) {
	if !slices.Contains(s.Was, id) {
		s.Done++
	}
	s.Was = append([]string{id}, without(s.Was, id)...)
	s.Was = s.Was[:min(len(s.Was), remembered)]
}

// rate is how many messages were sorted in a minute, once that says something.
func (s *sitting) rate(now time.Time) int {
	took := now.Sub(s.Since)
	if s.Done < 3 || took < 10*time.Second {
		return 0
	}
	return int(float64(s.Done)/took.Minutes() + 0.5)
}

// triagePage shows the message that is doubtful and due first, or the one the
// address names.
func (s *Server) triagePage(c *fiber.Ctx) error {
	view, err := s.triage(c, sittingOf(c.Query, s.Now()), c.Query("at"))
	if err != nil {
		return err
	}
	return s.drawTriage(c, view)
}

func (s *Server) drawTriage(c *fiber.Ctx, view *triageView) error {
	if !isPart(c) {
		return s.render(c, "triage-page", view)
	}
	c.Set("HX-Replace-Url", view.Here)
	return s.render(c, "triage-part", view)
}

// triage lays out a sitting, at a conversation or at the next doubtful one.
func (s *Server) triage(c *fiber.Ctx, sit sitting, at string) (*triageView, error) {
	sh, err := s.shell(c, "triage")
	if err != nil {
		return nil, err
	}
	v, lang := viewerOf(c), langOf(c)
	if !maySomewhere(v, community.ActionCorrect, sh.Brand.ID) {
		return nil, community.Faultf(community.Forbidden, "viewer.correct")
	}
	view := &triageView{shell: sh, Sitting: sit, Audit: maySomewhere(v, community.ActionAudit, sh.Brand.ID), Rate: sit.rate(s.Now())}
	view.Title, view.Here, view.Left = T(lang, "triage.title"), sit.href(at), sh.Doubts
	if view.channels, err = s.Reader.Channels(c.UserContext(), v, sh.Brand.ID); err != nil {
		return nil, err
	}
	next, skip, err := s.doubtful(c, sh.Brand, sit.After)
	if err == nil && next == nil && sit.After != "" { // from the top, to what was passed over
		next, skip, err = s.doubtful(c, sh.Brand, "")
	}
	if err != nil {
		return nil, err
	}
	id := at
	if id == "" && next != nil {
		id = next.ID
	}
	if id != "" {
		if view.One, err = s.doubt(c, view, id); err != nil {
			return nil, err
		}
	}
	if err := s.behind(c, view, at); err != nil {
		return nil, err
	}
	if at != "" {
		view.Skip = sit.href("")
	} else if view.Left > 1 {
		further := sit
		further.After = skip
		view.Skip = further.href("")
	}
	view.count(at)
	return view, nil
}

// behind reads what was sorted before, and where the way back leads.
func (s *Server) behind(c *fiber.Ctx, view *triageView, at string) error {
	for i, id := range view.Sitting.Was {
		conv, err := s.Reader.Conversation(c.UserContext(), viewerOf(c), id)
		if community.KindOf(err) == community.NotFound {
			continue // it was given to a channel he does not see
		}
		if err != nil {
			return err
		}
		view.Was = append(view.Was, sortedView{
			Category: categoryMark(langOf(c), conv.Category), Name: authorName(langOf(c), conv.Author), Preview: conv.Preview, Lang: conv.Lang,
			Href: view.Sitting.href(id), Effect: started(langOf(c), conv, view.channels, s.Now().In(zone(view.Brand))),
		})
		if view.Back == "" && (at == "" || slices.Index(view.Sitting.Was, at) < i) && id != at {
			view.Back = view.Sitting.href(id)
		}
	}
	return nil
}

// count fills in the marks above: what was sorted, this one, what is left.
func (v *triageView) count(at string) {
	const most = 24
	left := v.Left
	if at != "" {
		left++ // the one shown again is not among those that wait
	}
	done := min(v.Sitting.Done, most/2)
	for range done {
		v.Tally = append(v.Tally, "d")
	}
	for i := range min(left, most-done) {
		if i == 0 {
			v.Tally = append(v.Tally, "n")
		} else {
			v.Tally = append(v.Tally, "")
		}
	}
}

// doubtful is the first doubtful conversation after a cursor, and the cursor
// behind it: nil when there is none, and an empty cursor when it is the last.
func (s *Server) doubtful(c *fiber.Ctx, b community.Brand, after string) (*community.Conversation, string, error) {
	q, _ := community.ViewQuery(community.ViewTriage)
	q.Brand, q.Sort, q.Limit, q.Cursor = b.ID, community.SortDue, 1, after
	page, err := s.Reader.Conversations(c.UserContext(), viewerOf(c), q)
	if err != nil || len(page.Items) == 0 {
		return nil, "", err
	}
	return &page.Items[0], page.Next, nil
}

// sortOut takes a choice, tells what it started, and shows the next message. A
// conversation that changed meanwhile is shown again as it is now.
func (s *Server) sortOut(c *fiber.Ctx) error {
	ctx, v, id := c.UserContext(), viewerOf(c), c.Params("id")
	sit := sittingOf(func(name string, or ...string) string { return c.FormValue(name, or...) }, s.Now())
	err := s.sorted(ctx, v, id, version(c), community.Category(c.FormValue("label")), community.Urgency(c.FormValue("urgency")))
	if community.KindOf(err) == community.Conflict && isPart(c) {
		view, fresh := s.triage(c, sit, id)
		if fresh != nil {
			return fresh
		}
		view.Notice = T(langOf(c), "triage.meanwhile")
		return s.drawTriage(c, view)
	}
	if err != nil {
		return err
	}
	sit.sorted(id)
	if !isPart(c) {
		return c.Redirect(sit.href(""), fiber.StatusSeeOther)
	}
	view, err := s.triage(c, sit, "")
	if err != nil {
		return err
	}
	return s.drawTriage(c, view)
}

// sorted decides on a conversation: what it is about, how urgent it is where that
// is another, and that nobody needs to answer noise. What was taken for noise,
// and is not, is opened again.
func (s *Server) sorted(ctx context.Context, v community.Viewer, id string, version int64, cat community.Category, u community.Urgency) error {
	conv, err := s.Desk.Correct(ctx, v, id, version, community.HeadCategory, string(cat))
	if err == nil && u != "" && u != conv.Urgency {
		conv, err = s.Desk.Correct(ctx, v, id, conv.Version, community.HeadUrgency, string(u))
	}
	switch {
	case err != nil:
	case cat == community.CategoryNoise:
		_, err = s.Desk.Close(ctx, v, id, conv.Version)
	case conv.Status == community.Closed:
		_, err = s.Desk.Open(ctx, v, id, conv.Version)
	}
	return err
}

// maySomewhere tells whether the viewer may do something anywhere in a brand.
func maySomewhere(v community.Viewer, a community.Action, brand string) bool {
	some, all := v.ChannelsFor(a, brand)
	return all || len(some) > 0
}
