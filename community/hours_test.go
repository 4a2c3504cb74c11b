package community

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
	_ "time/tzdata"
)

// minutes is the oracle: it asks the time package, minute by minute, what the
// wall clock shows, and counts.
type minutes struct {
	from  time.Time
	open  []bool
	day   []Day
	works map[Day]time.Time // working days and the end of their last open minute
}

func layMinutes(t testing.TB, c Calendar, from time.Time, days int) *minutes {
	t.Helper()
	location, err := time.LoadLocation(c.Zone)
	if err != nil {
		t.Fatal(err)
	}
	n := days * minutesADay
	m := &minutes{from: from, open: make([]bool, n), day: make([]Day, n), works: map[Day]time.Time{}}
	var day Day
	var periods []Period
	for i := range n {
		at := from.Add(time.Duration(i) * time.Minute).In(location)
		hour, minute, _ := at.Clock()
		if d := DayOf(at); d != day {
			day, periods = d, c.Week[time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, time.UTC).Weekday()]
			if _, holiday := c.Holidays.On(d); holiday || slices.Contains(c.Closed, d) {
				periods = nil
			}
			if special, ok := c.Special[d]; ok {
				periods = special
			}
		}
		m.day[i] = day
		for _, p := range periods {
			if now := hour*60 + minute; p.From <= now && now < p.To {
				m.open[i] = true
			}
		}
		if m.open[i] {
			m.works[day] = from.Add(time.Duration(i+1) * time.Minute)
		}
	}
	return m
}

func (m *minutes) index(t time.Time) int { return int(t.Sub(m.from) / time.Minute) }

// add gives false when the answer lies outside what was laid out.
func (m *minutes) add(start time.Time, d time.Duration) (time.Time, bool) {
	at := start.Sub(m.from)
	for i := m.index(start); i < len(m.open); i++ {
		end := time.Duration(i+1) * time.Minute
		if m.open[i] {
			if end-at >= d {
				return m.from.Add(at + d), true
			}
			d -= end - at
		}
		at = end
	}
	return time.Time{}, false
}

func (m *minutes) between(a, b time.Time) (total time.Duration) {
	at, until := a.Sub(m.from), b.Sub(m.from)
	for i := m.index(a); at < until; i++ {
		end := min(time.Duration(i+1)*time.Minute, until)
		if m.open[i] {
			total += end - at
		}
		at = end
	}
	return total
}

var oracleZones = []string{
	"Europe/Paris", "Europe/Paris", "America/New_York", "Pacific/Apia", "Asia/Kolkata", "Australia/Lord_Howe",
	"America/St_Johns", "America/Havana", "Africa/Casablanca", "Antarctica/Troll", "Pacific/Kiritimati", "UTC",
}

// restless are moments around which wall clocks did something.
var restless = []string{
	"2024-03-31", "2026-03-29", "2026-10-25", "2027-10-31", "2026-03-08", "2026-11-01", "2011-12-30", "2011-09-24", "2012-04-01",
	"2008-11-02", "2007-03-11", "2005-10-29", "2026-02-14", "2026-05-01", "2026-12-31", "2100-03-28", "1989-09-24", "2059-12-31",
}

func randomPeriods(r *rand.Rand) []Period {
	var out []Period
	at := 0
	for range 1 + r.IntN(3) {
		from := at + r.IntN(600)
		if r.IntN(6) == 0 {
			from = at
		}
		to := from + 1 + r.IntN(500)
		if r.IntN(8) == 0 || to > minutesADay {
			to = minutesADay
		}
		if from >= to {
			break
		}
		out = append(out, Period{from, to})
		at = to + r.IntN(2)*r.IntN(120)
	}
	r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

func randomCalendar(r *rand.Rand, around Day) Calendar {
	c := Calendar{Zone: oracleZones[r.IntN(len(oracleZones))]}
	c.Holidays = []Holidays{HolidaysNone, HolidaysFrance, HolidaysAlsace}[r.IntN(3)]
	for day := range c.Week {
		if r.IntN(7) < 5 {
			c.Week[day] = randomPeriods(r)
		}
	}
	if !slices.ContainsFunc(c.Week[:], func(p []Period) bool { return len(p) > 0 }) {
		c.Week[r.IntN(7)] = []Period{{0, minutesADay}}
	}
	for range r.IntN(4) {
		c.Closed = append(c.Closed, around.Plus(r.IntN(30)))
	}
	for range r.IntN(4) {
		if c.Special == nil {
			c.Special = map[Day][]Period{}
		}
		c.Special[around.Plus(r.IntN(30))] = [][]Period{nil, randomPeriods(r)}[r.IntN(2)]
	}
	return c
}

// TestHoursEqualTheMinuteOracle is the proof of business time: 250 random
// calendars, 400 random questions each, against counting minutes.
func TestHoursEqualTheMinuteOracle(t *testing.T) {
	const calendars, questions, days = 250, 400, 36
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	asked := 0
	for range calendars {
		around, err := time.Parse(time.DateOnly, restless[r.IntN(len(restless))])
		if err != nil {
			t.Fatal(err)
		}
		from := around.AddDate(0, 0, -3-r.IntN(10))
		c := randomCalendar(r, DayOf(from))
		h, err := Compile(c)
		if err != nil {
			t.Fatalf("%+v: %v", c, err)
		}
		m := layMinutes(t, c, from, days)
		for range questions {
			askHours(t, h, m, r, days)
			asked++
			if t.Failed() {
				t.Fatalf("calendar %+v", c)
			}
		}
	}
	t.Logf("%d cases", asked)
}

func askHours(t *testing.T, h *Hours, m *minutes, r *rand.Rand, days int) {
	t.Helper()
	last := m.from.Add(time.Duration(days-2) * 24 * time.Hour)
	moment := func() time.Time {
		at := m.from.Add(24 * time.Hour).Add(time.Duration(r.Int64N(int64(last.Sub(m.from)) - int64(48*time.Hour))))
		return at.Truncate([]time.Duration{1, time.Second, time.Minute, time.Hour}[r.IntN(4)])
	}
	a, b := moment(), moment()
	if r.IntN(10) > 0 { // mostly near, because the oracle counts every minute between
		b = a.Add(b.Sub(a) / 8)
	}
	d := time.Duration(r.Int64N(int64(time.Duration(1+r.IntN(50)) * time.Hour))).Truncate([]time.Duration{1, time.Second, time.Hour}[r.IntN(3)])
	if want, ok := m.add(a, max(d, 1)); ok && d > 0 {
		if got := h.Add(a, d); !got.Equal(want) {
			t.Errorf("Add(%v, %v) = %v, want %v", a, d, got, want)
		}
		if got := h.Between(a, want); got != d {
			t.Errorf("Between(%v, %v) = %v, want %v", a, want, got, d)
		}
	}
	if want, ok := m.add(a, 1); ok {
		if got := h.NextOpening(a); !got.Equal(want.Add(-1)) || !h.Add(a, -d).Equal(got) {
			t.Errorf("NextOpening(%v) = %v, want %v", a, got, want.Add(-1))
		}
	}
	if got, want := h.Open(a), m.open[m.index(a)]; got != want {
		t.Errorf("Open(%v) = %v, want %v", a, got, want)
	}
	if b.Before(a) {
		a, b = b, a
	}
	if got, want := h.Between(a, b), m.between(a, b); got != want || h.Between(b, a) != -want {
		t.Errorf("Between(%v, %v) = %v, want %v", a, b, got, want)
	}
	askWorkingDays(t, h, m, a, b, r.IntN(7))
}

func askWorkingDays(t *testing.T, h *Hours, m *minutes, a, b time.Time, n int) {
	t.Helper()
	today, until := m.day[m.index(a)], m.day[m.index(b)]
	if got := h.Day(a); got != today {
		t.Errorf("Day(%v) = %v, want %v", a, got, today)
	}
	between, left := 0, max(n, 1)
	var closing time.Time
	for d := today; d.Compare(m.day[len(m.day)-1]) < 0; d = d.Plus(1) {
		end, works := m.works[d]
		if !works {
			continue
		}
		if d.Compare(today) > 0 && d.Compare(until) <= 0 {
			between++
		}
		if d.Compare(today) > 0 || n == 0 {
			if left--; left == 0 {
				closing = end
			}
		}
	}
	if got := h.DaysBetween(a, b); got != between || h.DaysBetween(b, a) != -between {
		t.Errorf("DaysBetween(%v, %v) = %d, want %d", a, b, got, between)
	}
	if closing.IsZero() {
		return
	}
	if got := h.AddDays(a, n); !got.Equal(closing) {
		t.Errorf("AddDays(%v, %d) = %v, want %v", a, n, got, closing)
	}
}

func week(periods ...Period) (w [7][]Period) {
	for day := time.Monday; day <= time.Friday; day++ {
		w[day] = periods
	}
	return w
}

func compiled(t testing.TB, c Calendar) *Hours {
	t.Helper()
	h, err := Compile(c)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func at(t testing.TB, s string) time.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestHoursAroundDaylightSaving says in plain cases what the oracle says in
// random ones.
func TestHoursAroundDaylightSaving(t *testing.T) {
	night := Calendar{Zone: "Europe/Paris"}
	for i := range night.Week {
		night.Week[i] = []Period{{60, 240}} // 01:00 to 04:00
	}
	h := compiled(t, night)
	for _, c := range []struct {
		name, start, end string
		open             time.Duration
	}{
		{"an ordinary night", "2026-03-27T00:00:00+01:00", "2026-03-28T00:00:00+01:00", 3 * time.Hour},
		{"the gap takes an hour", "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00", 2 * time.Hour},
		{"the fold gives one", "2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00", 4 * time.Hour},
	} {
		if got := h.Between(at(t, c.start), at(t, c.end)); got != c.open {
			t.Errorf("%s: %v, want %v", c.name, got, c.open)
		}
	}
	if got, want := h.Add(at(t, "2026-03-29T00:30:00+01:00"), 90*time.Minute), at(t, "2026-03-29T03:30:00+02:00"); !got.Equal(want) {
		t.Errorf("across the gap: %v, want %v", got, want)
	}
}

// TestApiaHasNoThirtiethOfDecember: Samoa skipped 2011-12-30 to change sides of
// the date line.
func TestApiaHasNoThirtiethOfDecember(t *testing.T) {
	c := Calendar{Zone: "Pacific/Apia", Week: week(Period{540, 1020})}
	h := compiled(t, c)
	start := at(t, "2011-12-29T16:00:00-10:00") // Thursday, an hour before closing
	if got, want := h.AddDays(start, 1), at(t, "2012-01-02T17:00:00+14:00"); !got.Equal(want) {
		t.Errorf("the next working day ends %v, want Monday %v", got, want)
	}
	if got, want := h.Add(start, 2*time.Hour), at(t, "2012-01-02T10:00:00+14:00"); !got.Equal(want) {
		t.Errorf("two hours end %v, want %v", got, want)
	}
}

func TestHoursAtTheEdges(t *testing.T) {
	h := compiled(t, Calendar{Zone: "Europe/Paris", Week: week(Period{540, 720}, Period{840, 1080}), Holidays: HolidaysFrance})
	friday := at(t, "2026-11-20T17:00:00+01:00")
	if got, want := h.Add(friday, time.Hour), at(t, "2026-11-20T18:00:00+01:00"); !got.Equal(want) {
		t.Errorf("time that runs out at closing ends there: %v, want %v", got, want)
	}
	if got, want := h.Add(friday, time.Hour+1), at(t, "2026-11-23T09:00:00.000000001+01:00"); !got.Equal(want) {
		t.Errorf("a moment more goes on at the next opening: %v, want %v", got, want)
	}
	if got, want := h.Add(at(t, "2026-11-10T17:59:59.5+01:00"), time.Second), at(t, "2026-11-12T09:00:00.5+01:00"); !got.Equal(want) {
		t.Errorf("over Armistice Day: %v, want %v", got, want)
	}
	if got := AlwaysOpen(); got.Validate() != nil {
		t.Error(got.Validate())
	}
	far := h.Add(friday, 1<<62)
	if want := friday.Add(Horizon); !far.Equal(want) {
		t.Errorf("beyond the horizon: %v, want %v", far, want)
	}
	for _, s := range []string{"0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"} {
		if got := h.Add(at(t, s), time.Hour); got.Before(at(t, s)) {
			t.Errorf("from %s: %v", s, got)
		}
	}
}

func ExampleHours_Add() {
	c := Calendar{Zone: "Europe/Paris", Week: week(Period{9 * 60, 18 * 60}), Holidays: HolidaysFrance}
	h, err := Compile(c)
	if err != nil {
		fmt.Println(err)
		return
	}
	start := time.Date(2026, time.November, 10, 16, 0, 0, 0, time.UTC) // 17:00 in Paris, the eve of Armistice Day
	fmt.Println(h.Add(start, 2*time.Hour))
	// Output: 2026-11-12 09:00:00 +0000 UTC
}

func BenchmarkHoursAddFiveDays(b *testing.B) {
	h := compiled(b, Calendar{Zone: "Europe/Paris", Week: week(Period{540, 720}, Period{840, 1080}), Holidays: HolidaysAlsace})
	start := at(b, "2026-11-20T17:00:00+01:00")
	b.ReportAllocs()
	for b.Loop() {
		h.Add(start, 35*time.Hour)
	}
}

func BenchmarkHoursBetweenAMonth(b *testing.B) {
	h := compiled(b, Calendar{Zone: "Europe/Paris", Week: week(Period{540, 720}, Period{840, 1080}), Holidays: HolidaysFrance})
	start := at(b, "2026-10-20T17:00:00+02:00")
	end := start.AddDate(0, 1, 0)
	b.ReportAllocs()
	for b.Loop() {
		h.Between(start, end)
	}
}

func BenchmarkCompile(b *testing.B) {
	c := Calendar{Zone: "Europe/Paris", Week: week(Period{540, 1080}), Holidays: HolidaysFrance}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Compile(c); err != nil {
			b.Fatal(err)
		}
	}
}
