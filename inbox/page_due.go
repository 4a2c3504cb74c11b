package inbox

import (
	"time"

	"github.com/vigie-hq/vigie/community"
)

// dueView is a deadline as it is shown: words first, then the wick that burns
// down (Left of eleven steps). Start, Warn and At let a clock in the page go on
// from here, in Unix seconds; zero: nothing runs.
type dueView struct {
	State           string // late, soon, calm; off: stopped; none: nothing was promised
	Left            int
	Text            string
	Before          string // said before Text to those who do not see the colour
	Icon            string
	Start, Warn, At int64
}

// dueOf says what a conversation owes, at now in the brand's zone.
func dueOf(lang string, c *community.Conversation, now time.Time) dueView {
	w := spoken()
	if c.Due.IsZero() || c.Status != community.Open {
		return idle(lang, c, now)
	}
	d := running(lang, community.Deadline{Target: c.Target, Start: c.Start, Warn: c.Warn, Due: c.Due}, now)
	d.Before = w.T(lang, "due.in")
	if d.State == "late" {
		d.Before = w.T(lang, "due.late")
	}
	return d
}

// running draws a deadline that is not met yet. It is soon when a quarter of
// the promise or half an hour is left.
func running(lang string, d community.Deadline, now time.Time) dueView {
	step, over := d.Wick(now)
	v := dueView{
		State: "calm", Left: step, Text: spoken().duration(lang, d.Due.Sub(now)),
		Start: d.Start.Unix(), Warn: d.Warn.Unix(), At: d.Due.Unix(),
	}
	switch {
	case over:
		v.State = "late"
	case !now.Before(d.Warn), d.Due.Sub(now) <= community.SoonWithin:
		v.State, v.Icon = "soon", "clock"
	}
	return v
}

// idle says why no clock runs.
func idle(lang string, c *community.Conversation, now time.Time) dueView {
	w := spoken()
	switch c.Status {
	case community.Waiting:
		return dueView{State: "off", Icon: "pause", Text: w.T(lang, "due.customer"), Before: w.T(lang, "due.stopped")}
	case community.Closed:
		return dueView{State: "none", Icon: "check", Text: w.T(lang, "status.closed")}
	case community.Open:
		return dueView{State: "off", Text: w.moment(lang, c.LastAt.In(now.Location()), now), Before: w.T(lang, "due.none")}
	}
	return dueView{State: "none", Text: w.moment(lang, c.LastAt.In(now.Location()), now), Before: w.T(lang, "due.filed")}
}

// The watches of the list: what is late, what comes within the half hour, today,
// later, and what nothing runs for.
const (
	watchLate  = "late"
	watchSoon  = "soon"
	watchToday = "today"
	watchLater = "later"
	watchOff   = "off"
)

// watchOf is the watch a conversation stands in, at now in the brand's zone. In
// the order of due dates, watches follow one another.
func watchOf(c *community.Conversation, now time.Time) string {
	switch due := c.Due.In(now.Location()); {
	case c.Due.IsZero():
		return watchOff
	case now.After(due):
		return watchLate
	case due.Sub(now) <= community.SoonWithin:
		return watchSoon
	case dayNumber(due) == dayNumber(now):
		return watchToday
	}
	return watchLater
}
