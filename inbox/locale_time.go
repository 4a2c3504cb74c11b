package inbox

import (
	"fmt"
	"strings"
	"time"
)

// duration says a length of time as a countdown does, in two units at most and
// in the same few characters: "9 min", "1 h 04", "2 j 4 h". What is left is
// rounded up, what has passed (negative) down; never to zero: a promise is not
// over before it is.
func (w words) duration(lang string, d time.Duration) string {
	minutes := int((d + time.Minute - 1) / time.Minute)
	if d < 0 {
		minutes = int(-d / time.Minute)
	}
	switch {
	case minutes < 60:
		return fmt.Sprintf("%d\u00a0min", max(1, minutes))
	case minutes < 24*60:
		return fmt.Sprintf("%d\u00a0h\u00a0%02d", minutes/60, minutes%60)
	}
	days, hours := minutes/(24*60), minutes/60%24
	day := w.T(lang, "unit.day")
	if hours == 0 {
		return fmt.Sprintf("%d\u00a0%s", days, day)
	}
	return fmt.Sprintf("%d\u00a0%s\u00a0%d\u00a0h", days, day, hours)
}

// within says a promised length of time, exactly: "45 min", "8 h", "1 h 30".
func (w words) within(lang string, d time.Duration) string {
	if d%time.Hour == 0 && d < 100*time.Hour {
		return fmt.Sprintf("%d\u00a0h", d/time.Hour)
	}
	return w.duration(lang, d)
}

// date is a day without its year: "12 nov.", "12 Nov".
func (w words) date(lang string, t time.Time) string {
	return w.T(lang, "date.day", w.dayOfMonth(lang, t), w.T(lang, "month."+monthKey(t)))
}

// longDate is a day said in full: "mercredi 11 novembre", "Wednesday 11 November".
func (w words) longDate(lang string, t time.Time) string {
	return w.T(lang, "date.long", w.weekday(lang, t), w.dayOfMonth(lang, t), w.T(lang, "month.long."+monthKey(t)))
}

func (w words) weekday(lang string, t time.Time) string {
	return w.T(lang, "weekday."+weekdayKey(t.Weekday()))
}

func weekdayKey(d time.Weekday) string { return strings.ToLower(d.String()[:3]) }

// dayOfMonth writes the first as French does: 1er.
func (w words) dayOfMonth(lang string, t time.Time) string {
	if lang == "fr" && t.Day() == 1 {
		return "1er"
	}
	return fmt.Sprint(t.Day())
}

func monthKey(t time.Time) string { return strings.ToLower(t.Month().String()[:3]) }

// clock is the time of day, on 24 hours.
func clock(t time.Time) string { return t.Format("15:04") }

// moment says when something is or was, as short as it stays clear: the time
// today, "demain 09:30", "hier 18:12", the weekday within six days, else the
// date, with its year when that is another one. Both times are in one zone.
func (w words) moment(lang string, t, now time.Time) string {
	switch days := dayNumber(t) - dayNumber(now); {
	case days == 0:
		return clock(t)
	case days == 1:
		return w.T(lang, "date.tomorrow", clock(t))
	case days == -1:
		return w.T(lang, "date.yesterday", clock(t))
	case days > 1 && days < 7:
		return w.T(lang, "date.weekday", w.T(lang, "weekday.short."+weekdayKey(t.Weekday())), clock(t))
	case t.Year() != now.Year():
		return w.T(lang, "date.year", w.date(lang, t), fmt.Sprint(t.Year()))
	}
	return w.date(lang, t)
}

// day says which day it is, for a heading: today, yesterday, or the date.
func (w words) day(lang string, t, now time.Time) string {
	switch dayNumber(t) - dayNumber(now) {
	case 0:
		return w.T(lang, "date.today")
	case -1:
		return w.T(lang, "date.was.yesterday")
	}
	if t.Year() != now.Year() {
		return w.T(lang, "date.year", w.longDate(lang, t), fmt.Sprint(t.Year()))
	}
	return w.longDate(lang, t)
}

// dayNumber counts the days of t's own wall calendar.
func dayNumber(t time.Time) int {
	y, m, d := t.Date()
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / (24 * 60 * 60))
}
