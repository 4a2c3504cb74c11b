package community

import "time"

// Holidays names a set of public holidays; empty is none.
type Holidays string

// The sets of public holidays.
const (
	HolidaysNone   Holidays = ""
	HolidaysFrance Holidays = "fr"                // Code du travail, L3133-1
	HolidaysAlsace Holidays = "fr-alsace-moselle" // and the two more of L3134-13: Bas-Rhin, Haut-Rhin, Moselle
)

// Holiday is one public holiday: its date and a key to translate.
type Holiday struct {
	Day Day    `json:"day"`
	Key string `json:"key"`
}

// fixedHolidays fall on the same date each year.
var fixedHolidays = [...]struct {
	month time.Month
	day   int
	key   string
	local bool // Alsace-Moselle only
}{
	{time.January, 1, "new_year", false},
	{time.May, 1, "labour_day", false},
	{time.May, 8, "victory_1945", false},
	{time.July, 14, "national_day", false},
	{time.August, 15, "assumption", false},
	{time.November, 1, "all_saints", false},
	{time.November, 11, "armistice_1918", false},
	{time.December, 25, "christmas", false},
	{time.December, 26, "saint_stephen", true},
}

// movableHolidays fall a number of days after Easter Sunday.
var movableHolidays = [...]struct {
	after int64
	key   string
	local bool
}{
	{-2, "good_friday", true},
	{1, "easter_monday", false},
	{39, "ascension", false},
	{50, "whit_monday", false},
}

// Known tells whether there is such a set.
func (h Holidays) Known() bool {
	return h == HolidaysNone || h == HolidaysFrance || h == HolidaysAlsace
}

// On gives the key of the holiday on that day, if it is one. The law as it
// stands is applied to every year. Where two fall on one day (Ascension on the
// 1st or 8th of May), the fixed one is named.
func (h Holidays) On(d Day) (key string, ok bool) {
	if h == HolidaysNone {
		return "", false
	}
	for i := range fixedHolidays {
		f := &fixedHolidays[i]
		if f.month == d.Month && f.day == d.Day && (!f.local || h == HolidaysAlsace) {
			return f.key, true
		}
	}
	// Good Friday is never before 20 March, Whit Monday never after 14 June.
	if d.Month < time.March || d.Month > time.June {
		return "", false
	}
	after := d.number() - easter(d.Year).number()
	for i := range movableHolidays {
		m := &movableHolidays[i]
		if m.after == after && (!m.local || h == HolidaysAlsace) {
			return m.key, true
		}
	}
	return "", false
}

// Year lists the holidays of a year by date, for the settings page.
func (h Holidays) Year(year int) []Holiday {
	var out []Holiday
	for d := (Day{year, time.January, 1}); d.Year == year; d = d.Plus(1) {
		if key, ok := h.On(d); ok {
			out = append(out, Holiday{d, key})
		}
	}
	return out
}

// easter is Easter Sunday of a Gregorian year (the anonymous algorithm of
// Nature, 1876, as given by Meeus, Jones and Butcher).
func easter(year int) Day {
	a, b, c := year%19, year/100, year%100
	d, e := b/4, b%4
	g := (8*b + 13) / 25
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	return Day{year, time.Month(n / 31), n%31 + 1}
}
