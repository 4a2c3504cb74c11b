package community

import "time"

// A working day is a date of the calendar's zone with some open time in it.

// AddDays is the end of the n-th working day after start's day, the promise
// "within n working days": the day of start never counts, whatever its hour,
// and the last minute of that day's hours is still in time. With n ≤ 0 it is
// the end of the first working day from start's day on.
func (h *Hours) AddDays(start time.Time, n int) time.Time {
	day := h.Day(start).number()
	if n > 0 {
		day++
	}
	for limit := day + int64(Horizon/(24*time.Hour)); day < limit; day++ {
		end, works := h.closing(day)
		if n--; works && n <= 0 {
			return time.Unix(end, 0).UTC()
		} else if !works {
			n++
		}
	}
	return start.Add(Horizon).UTC()
}

// DaysBetween counts the working days after a's day up to and including b's
// day; negative if b's day is before a's.
func (h *Hours) DaysBetween(a, b time.Time) int {
	from, to := h.Day(a).number(), h.Day(b).number()
	sign := 1
	if to < from {
		from, to, sign = to, from, -1
	}
	n := 0
	for day := from + 1; day <= min(to, from+int64(Horizon/(24*time.Hour))); day++ {
		if _, works := h.closing(day); works {
			n++
		}
	}
	return sign * n
}

// closing is the instant, in Unix seconds, at which a day's hours are over, and
// whether it has any. A date may be met in two spans when the clock is put back
// at midnight, or in none where a country skipped it.
func (h *Hours) closing(day int64) (end int64, works bool) {
	periods := h.periods(day)
	if len(periods) == 0 {
		return 0, false
	}
	const farthest = 15 * 60 * 60 // no zone was ever farther from UTC
	for at := day*daySeconds - farthest; at < (day+1)*daySeconds+farthest; {
		s := h.zone.at(at)
		for _, p := range periods {
			lo := max(day*daySeconds+int64(p.From)*60-s.offset, s.start)
			hi := min(day*daySeconds+int64(p.To)*60-s.offset, s.end)
			if lo < hi && (!works || hi > end) {
				end, works = hi, true
			}
		}
		at = s.end
	}
	return end, works
}
