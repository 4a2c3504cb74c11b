package inbox

import (
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/vigie-hq/vigie/community"
)

// deedView is something that can be done to a message on its network.
type deedView struct {
	Deed  community.Deed
	Icon  string
	Label string
	Until string // how long it can still be done; empty: no end is known
	Soon  bool   // that end is near
}

// cannotView is a deed that the network knows and does not allow here, with why.
type cannotView struct{ Label, Why string }

// windowSoon is how long before its end a window of the network is shown as
// closing.
const windowSoon = 2 * time.Hour

// shownDeeds are the deeds in the order a message offers them, each with its
// glyph and what takes it back.
var shownDeeds = [...]struct {
	deed, back community.Deed
	icon       string
	done       func(*community.Entry) bool
}{
	{community.DeedPrivate, "", "lock", func(*community.Entry) bool { return false }},
	{community.DeedLike, community.DeedUnlike, "heart", func(e *community.Entry) bool { return e.Liked }},
	{community.DeedHide, community.DeedUnhide, "hide", func(e *community.Entry) bool { return e.Hidden }},
	{community.DeedDelete, "", "trash", func(*community.Entry) bool { return false }},
}

// deedsOf lays out what the network lets us do to a customer's message, and what
// it does not, with why. What it says nothing of is not spoken of.
func deedsOf(lang string, e *community.Entry, may may, now time.Time) (can []deedView, cannot []cannotView) {
	if e.Out || e.Gone {
		return nil, nil
	}
	for _, one := range shownDeeds {
		deed, icon := one.deed, one.icon
		if one.done(e) {
			deed = one.back
			if deed == community.DeedUnhide {
				icon = "eye"
			}
		}
		spoken := slices.ContainsFunc(e.Message.Can, func(a community.Ability) bool { return a.Deed == deed || a.Deed == one.deed })
		if !spoken || (deed == community.DeedPrivate && !may.Reply) || (deed != community.DeedPrivate && !may.Moderate) {
			continue
		}
		label := T(lang, "deed."+string(deed))
		if err := e.Able(deed, now); err != nil {
			f, _ := fault(err)
			cannot = append(cannot, cannotView{label, sayFault(lang, f)})
			continue
		}
		view := deedView{Deed: deed, Icon: icon, Label: label}
		for _, a := range e.Message.Can {
			if a.Deed == deed && !a.Until.IsZero() {
				view.Until, view.Soon = until(lang, a.Until, now), a.Until.Sub(now) <= windowSoon
			}
		}
		can = append(can, view)
	}
	return can, cannot
}

// until says how long something can still be done: what is left on its last day,
// the day before that.
func until(lang string, end, now time.Time) string {
	if left := end.Sub(now); left <= 24*time.Hour {
		return T(lang, "deed.left", spoken().duration(lang, left))
	}
	return T(lang, "deed.until", spoken().moment(lang, end.In(now.Location()), now))
}

// doDeed does a deed to a message of a conversation. Everything is checked by
// the desk: what the page offered may have ended meanwhile.
func (s *Server) doDeed(c *fiber.Ctx) error {
	_, err := s.Desk.Moderate(c.UserContext(), viewerOf(c), c.FormValue("message"), community.Deed(c.FormValue("deed")))
	return s.did(c, c.Params("id"), err)
}
