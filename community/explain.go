package community

import "time"

// StepKind says what a step of an explanation is.
type StepKind string

// The kinds of step.
const (
	StepOpen    StepKind = "open"    // open time that counts
	StepOff     StepKind = "off"     // a day without hours
	StepHoliday StepKind = "holiday" // a public holiday; Holiday names it
	StepClosed  StepKind = "closed"  // an exceptional closing
	StepClock   StepKind = "clock"   // a promise around the clock
)

// Step is one line of "Explain this deadline": a stretch of open time that was
// counted, or a day that was passed over. From and To are zero for such a day.
type Step struct {
	Day     Day           `json:"day"`
	Kind    StepKind      `json:"kind"`
	Holiday string        `json:"holiday,omitempty"` // key of Holiday
	From    time.Time     `json:"from,omitzero"`
	To      time.Time     `json:"to,omitzero"`
	Counted time.Duration `json:"counted"`
	Left    time.Duration `json:"left"` // of the promise, after this step
}

// Explain shows the arithmetic of p.Deadline(start, h), day by day: the Counted
// of its steps add up to p.Within, and the last To is the deadline's Due.
func Explain(p Promise, start time.Time, h *Hours) []Step {
	if p.AroundTheClock || h == nil {
		s := Step{Day: DayOf(start.UTC()), Kind: StepClock, From: start.UTC(), To: start.Add(p.Within).UTC(), Counted: p.Within}
		if h != nil {
			s.Day = h.Day(start)
		}
		return []Step{s}
	}
	var steps []Step
	left := p.Within
	day := h.Day(start).number()
	h.walk(start.Unix(), func(s stretch) bool {
		for ; day < s.day; day++ {
			if step, passed := h.passed(day); passed {
				step.Left = left
				steps = append(steps, step)
			}
		}
		day = max(day, s.day)
		from := time.Unix(s.from, 0)
		if from.Before(start) {
			from = start
		}
		counted := min(left, time.Unix(s.to, 0).Sub(from))
		left -= counted
		if counted > 0 {
			steps = append(steps, Step{
				Day: dayNumbered(s.day), Kind: StepOpen, From: from.UTC(), To: from.Add(counted).UTC(),
				Counted: counted, Left: left,
			})
		}
		return left > 0
	})
	return steps
}

// passed explains a day nothing was counted on; false if it had hours (which
// were over when the clock started).
func (h *Hours) passed(day int64) (Step, bool) {
	if len(h.periods(day)) > 0 {
		return Step{}, false
	}
	step := Step{Day: dayNumbered(day), Kind: StepOff}
	if _, named := h.special[day]; named {
		step.Kind = StepClosed
	} else if key, ok := h.holidays.On(step.Day); ok && len(h.week[weekday(day)]) > 0 {
		step.Kind, step.Holiday = StepHoliday, key
	}
	return step, true
}
