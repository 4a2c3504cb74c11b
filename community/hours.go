package community

import (
	"math"
	"slices"
	"time"
)

// Hours is a compiled calendar: the arithmetic of business time. It is never
// changed after Compile and may be shared by goroutines. Instants it returns
// are UTC.
type Hours struct {
	zone     *zone
	week     [7][]Period
	holidays Holidays
	special  map[int64][]Period // by day number; closed days have none
}

// Horizon is how far Hours looks: an instant farther than a century from where
// the counting began is answered with that limit.
const Horizon = 36525 * 24 * time.Hour

// Compile resolves the zone and prepares the exceptions. The faults are those
// of Calendar.Validate.
func Compile(c Calendar) (*Hours, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	z, err := loadZone(c.Zone)
	if err != nil {
		return nil, err
	}
	h := &Hours{zone: z, holidays: c.Holidays}
	for i := range c.Week {
		h.week[i] = sorted(c.Week[i])
	}
	if len(c.Closed)+len(c.Special) > 0 {
		h.special = make(map[int64][]Period, len(c.Closed)+len(c.Special))
	}
	for _, d := range c.Closed {
		h.special[d.number()] = nil
	}
	for d, periods := range c.Special {
		h.special[d.number()] = sorted(periods)
	}
	if h.closedTooLong() {
		return nil, Faultf(Invalid, "calendar.never_opens")
	}
	return h, nil
}

// closedTooLong looks for two closed years. The week opens at least once and
// holidays never close the same weekday twice running, so such a run is made of
// exceptions, and each leaves at most a fortnight to the next.
func (h *Hours) closedTooLong() bool {
	days := make([]int64, 0, len(h.special))
	for n, periods := range h.special {
		if len(periods) == 0 {
			days = append(days, n)
		}
	}
	slices.Sort(days)
	open := int64(math.MinInt64) // the last day known to open
	for i, n := range days {
		if i == 0 || n > days[i-1]+maxClosedRun/2 {
			open = n - 1
			for len(h.periods(open)) == 0 {
				open--
			}
		}
		next := n + maxClosedRun
		if i+1 < len(days) {
			next = min(next, days[i+1])
		}
		for d := n + 1; d < next; d++ {
			if len(h.periods(d)) > 0 {
				open = d
			}
		}
		if next-open > maxClosedRun {
			return true
		}
	}
	return false
}

// periods are the day's, in order of time.
func (h *Hours) periods(day int64) []Period {
	if h.special != nil {
		if p, ok := h.special[day]; ok {
			return p
		}
	}
	p := h.week[weekday(day)]
	if len(p) > 0 && h.holidays != HolidaysNone {
		if _, ok := h.holidays.On(dayNumbered(day)); ok {
			return nil
		}
	}
	return p
}

// stretch is open time without interruption within one day: [from, to) in Unix
// seconds.
type stretch struct {
	day      int64
	from, to int64
}

// walk yields the open stretches that end after the instant from, in order of
// time, the first one cut at from, until yield returns false or the horizon is
// reached.
func (h *Hours) walk(from int64, yield func(stretch) bool) {
	limit := from + int64(Horizon/time.Second)
	for at := from; at < limit; {
		s := h.zone.at(at)
		for day := floorDiv(at+s.offset, daySeconds); ; day++ {
			midnight := day*daySeconds - s.offset
			if midnight >= s.end || midnight >= limit {
				break
			}
			for _, p := range h.periods(day) {
				lo := max(midnight+int64(p.From)*60, at)
				hi := min(midnight+int64(p.To)*60, s.end)
				if lo < hi && !yield(stretch{day, lo, hi}) {
					return
				}
			}
		}
		at = s.end
	}
}

// Add returns the first instant at which d of open time has passed since start.
// A start outside the hours begins at the next opening, so Add(start, 0) is
// NextOpening(start); a negative d counts as none. Open time that runs out
// exactly at a closing ends there, not at the next opening.
func (h *Hours) Add(start time.Time, d time.Duration) time.Time {
	if d <= 0 {
		return h.NextOpening(start)
	}
	sec, nano := start.Unix(), time.Duration(start.Nanosecond())
	end := start.Add(Horizon)
	h.walk(sec, func(s stretch) bool {
		if s.from > sec {
			nano = 0 // only the first stretch begins within a second
		}
		open := time.Duration(s.to-s.from)*time.Second - nano
		if d <= open {
			end = time.Unix(s.from, int64(nano+d))
			return false
		}
		d -= open
		return true
	})
	return end.UTC()
}

// Between is the open time from a to b; negative if b is before a.
func (h *Hours) Between(a, b time.Time) time.Duration {
	if b.Before(a) {
		return -h.Between(b, a)
	}
	var total time.Duration
	h.walk(a.Unix(), func(s stretch) bool {
		from, to := time.Unix(s.from, 0), time.Unix(s.to, 0)
		if from.Before(a) {
			from = a
		}
		if to.After(b) {
			to = b
		}
		if !from.Before(to) {
			return s.from <= b.Unix()
		}
		total += to.Sub(from)
		return to.Before(b)
	})
	return total
}

// Open tells whether t is within the hours. A closing time is not.
func (h *Hours) Open(t time.Time) bool {
	sec := t.Unix()
	s := h.zone.at(sec)
	day := floorDiv(sec+s.offset, daySeconds)
	second := sec + s.offset - day*daySeconds
	for _, p := range h.periods(day) {
		if second >= int64(p.From)*60 && second < int64(p.To)*60 {
			return true
		}
	}
	return false
}

// NextOpening is t itself if it is within the hours, else the next instant that is.
func (h *Hours) NextOpening(t time.Time) time.Time {
	sec := t.Unix()
	next := t.Add(Horizon)
	h.walk(sec, func(s stretch) bool {
		next = time.Unix(s.from, 0)
		if s.from == sec {
			next = t
		}
		return false
	})
	return next.UTC()
}

// Day is the date t has in the calendar's zone.
func (h *Hours) Day(t time.Time) Day {
	sec := t.Unix()
	return dayNumbered(floorDiv(sec+h.zone.at(sec).offset, daySeconds))
}
