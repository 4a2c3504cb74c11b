package community

import (
	"slices"
	"time"
)

// Period is a stretch of a day, from From to To in minutes after midnight on
// the wall clock: 0 ≤ From < To ≤ 1440.
type Period struct {
	From int `json:"from"`
	To   int `json:"to"`
}

// Calendar says when a team works. A moment is open when the wall clock of
// Zone shows a time inside a period of that day: a period that crosses the
// spring gap or the autumn fold lasts as long as it really lasts.
//
// The periods of a day are those of Special if it names the day, none if the
// day is Closed or a holiday, else those of its weekday.
type Calendar struct {
	Zone     string           `json:"zone"`             // IANA name, e.g. Europe/Paris
	Week     [7][]Period      `json:"week"`             // by time.Weekday, Sunday first
	Holidays Holidays         `json:"holidays"`         // public holidays kept
	Closed   []Day            `json:"closed,omitempty"` // exceptional closing
	Special  map[Day][]Period `json:"special,omitempty"`
}

// What a calendar may hold, so that any of them is cheap to follow.
const (
	MaxPeriods    = 48   // a day
	MaxExceptions = 4000 // closed and special days together
	minutesADay   = 24 * 60
	maxClosedRun  = 731 // days: two years with a leap day between
)

// AlwaysOpen never closes.
func AlwaysOpen() Calendar {
	c := Calendar{Zone: "UTC"}
	for i := range c.Week {
		c.Week[i] = []Period{{0, minutesADay}}
	}
	return c
}

// Validate returns a Fault Invalid for the first thing that is wrong:
// "calendar.zone" (unknown), "calendar.holidays" (unknown set),
// "calendar.period" (outside the day, or empty), "calendar.overlap" (two
// periods of a day share a minute), "calendar.day" (no such date),
// "calendar.too_many", "calendar.never_opens" (nothing in the week is open, or
// exceptions close more than two years in a row; exceptional openings do not
// make a calendar, because they end).
func (c Calendar) Validate() error {
	_, err := Compile(c)
	return err
}

// check validates what needs no zone.
func (c Calendar) check() error {
	if !c.Holidays.Known() {
		return Faultf(Invalid, "calendar.holidays", string(c.Holidays))
	}
	if n := len(c.Closed) + len(c.Special); n > MaxExceptions {
		return Faultf(Invalid, "calendar.too_many", n, MaxExceptions)
	}
	for _, d := range c.Closed {
		if !d.Valid() {
			return Faultf(Invalid, "calendar.day", d.String())
		}
	}
	for d, periods := range c.Special {
		if !d.Valid() {
			return Faultf(Invalid, "calendar.day", d.String())
		}
		if err := checkPeriods(periods, d.String()); err != nil {
			return err
		}
	}
	opens := false
	for day, periods := range c.Week {
		if err := checkPeriods(periods, time.Weekday(day).String()); err != nil {
			return err
		}
		opens = opens || len(periods) > 0
	}
	if !opens {
		return Faultf(Invalid, "calendar.never_opens")
	}
	return nil
}

func checkPeriods(periods []Period, day string) error {
	if len(periods) > MaxPeriods {
		return Faultf(Invalid, "calendar.too_many", len(periods), MaxPeriods)
	}
	last := 0
	for _, p := range sorted(periods) {
		if p.From < 0 || p.To > minutesADay || p.From >= p.To {
			return Faultf(Invalid, "calendar.period", day, p.From, p.To)
		}
		if p.From < last {
			return Faultf(Invalid, "calendar.overlap", day, p.From, p.To)
		}
		last = p.To
	}
	return nil
}

func sorted(periods []Period) []Period {
	return slices.SortedFunc(slices.Values(periods), func(a, b Period) int { return a.From - b.From })
}
