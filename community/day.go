package community

import (
	"cmp"
	"time"
)

// Day is a date on a wall calendar, without a zone. Its text is "2006-01-02",
// as a value and as the key of a JSON object.
type Day struct {
	Year  int
	Month time.Month
	Day   int
}

// DayOf is the date a clock in t's own location shows.
func DayOf(t time.Time) Day {
	y, m, d := t.Date()
	return Day{y, m, d}
}

// String is the day as 2006-01-02.
func (d Day) String() string { return string(d.append(nil)) }

// MarshalText writes the day as 2006-01-02.
func (d Day) MarshalText() ([]byte, error) { return d.append(nil), nil }

// UnmarshalText reads 2006-01-02; a day that does not exist is a Fault Invalid
// "day.text".
func (d *Day) UnmarshalText(text []byte) error {
	t, err := time.Parse(time.DateOnly, string(text))
	if err != nil {
		return Faultf(Invalid, "day.text", string(text)).Because(err)
	}
	*d = DayOf(t)
	return nil
}

// Weekday of the day.
func (d Day) Weekday() time.Weekday { return weekday(d.number()) }

// Plus is the day n days later.
func (d Day) Plus(n int) Day { return dayNumbered(d.number() + int64(n)) }

// Compare orders days by time: -1, 0 or +1.
func (d Day) Compare(o Day) int {
	return cmp.Or(cmp.Compare(d.Year, o.Year), cmp.Compare(d.Month, o.Month), cmp.Compare(d.Day, o.Day))
}

// Valid tells whether the calendar has such a day, in the years 1 to 9999.
func (d Day) Valid() bool {
	return d.Year >= 1 && d.Year <= 9999 && dayNumbered(d.number()) == d
}

func (d Day) append(b []byte) []byte {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).AppendFormat(b, time.DateOnly)
}

const (
	daySeconds  = 24 * 60 * 60
	eraDays     = 146097 // 400 Gregorian years
	eraYears    = 400
	epochOffset = 719468 // days from 0000-03-01 to 1970-01-01
)

// number counts days from 1970-01-01. Years are cut into eras of 400 and begin
// in March, so that a leap day is the last of its year (H. Hinnant,
// "chrono-compatible low-level date algorithms", days_from_civil).
func (d Day) number() int64 {
	y, m := int64(d.Year), int64(d.Month)
	if m <= 2 {
		y--
	}
	era := floorDiv(y, eraYears)
	yearOfEra := y - era*eraYears
	dayOfYear := (153*((m+9)%12)+2)/5 + int64(d.Day) - 1
	return era*eraDays + yearOfEra*365 + yearOfEra/4 - yearOfEra/100 + dayOfYear - epochOffset
}

// dayNumbered is the inverse of number (civil_from_days of the same paper).
func dayNumbered(n int64) Day {
	n += epochOffset
	era := floorDiv(n, eraDays)
	dayOfEra := n - era*eraDays
	yearOfEra := (dayOfEra - dayOfEra/1460 + dayOfEra/36524 - dayOfEra/146096) / 365
	dayOfYear := dayOfEra - (365*yearOfEra + yearOfEra/4 - yearOfEra/100)
	m := (5*dayOfYear + 2) / 153
	d := Day{Year: int(yearOfEra + era*eraYears), Month: time.Month(m + 3), Day: int(dayOfYear - (153*m+2)/5 + 1)}
	if m >= 10 {
		d.Month -= 12
		d.Year++
	}
	return d
}

// weekday of a day number: 1970-01-01 was a Thursday.
func weekday(n int64) time.Weekday {
	return time.Weekday((n%7 + 7 + int64(time.Thursday)) % 7)
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
