package community

import (
	"slices"
	"testing"
	"time"
)

// TestEaster: Sundays as published by the Bureau des longitudes; the earliest
// and latest possible are 1818 and 1943.
func TestEaster(t *testing.T) {
	for _, want := range []Day{
		{1818, time.March, 22},
		{1943, time.April, 25},
		{1954, time.April, 18},
		{1981, time.April, 19},
		{2000, time.April, 23},
		{2008, time.March, 23},
		{2011, time.April, 24},
		{2024, time.March, 31},
		{2025, time.April, 20},
		{2026, time.April, 5},
		{2027, time.March, 28},
		{2028, time.April, 16},
		{2038, time.April, 25},
		{2049, time.April, 18},
		{2076, time.April, 19},
	} {
		if got := easter(want.Year); got != want {
			t.Errorf("Easter %d is %v, want %v", want.Year, got, want)
		}
	}
	for year := 1583; year < 3000; year++ {
		if d := easter(year); d.Weekday() != time.Sunday || d.Compare(Day{year, time.March, 22}) < 0 || d.Compare(Day{year, time.April, 25}) > 0 {
			t.Errorf("Easter %d on %v", year, d)
		}
	}
}

func TestHolidays(t *testing.T) {
	list := func(h Holidays, year int) (out []string) {
		for _, one := range h.Year(year) {
			out = append(out, one.Day.String()[5:]+" "+one.Key)
		}
		return out
	}
	france := []string{
		"01-01 new_year", "04-06 easter_monday", "05-01 labour_day", "05-08 victory_1945", "05-14 ascension", "05-25 whit_monday",
		"07-14 national_day", "08-15 assumption", "11-01 all_saints", "11-11 armistice_1918", "12-25 christmas",
	}
	if got := list(HolidaysFrance, 2026); !slices.Equal(got, france) {
		t.Errorf("France 2026: %v", got)
	}
	alsace := slices.Concat(france, []string{"04-03 good_friday", "12-26 saint_stephen"})
	slices.Sort(alsace)
	if got := list(HolidaysAlsace, 2026); !slices.Equal(got, alsace) {
		t.Errorf("Alsace-Moselle 2026: %v", got)
	}
	if got := list(HolidaysNone, 2026); len(got) != 0 {
		t.Errorf("none: %v", got)
	}
	if got := list(HolidaysFrance, 2008); len(got) != 10 || got[2] != "05-01 labour_day" {
		t.Errorf("Ascension on the first of May 2008: %v", got)
	}
}
