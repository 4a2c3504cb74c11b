package community

import (
	"math"
	"slices"
	"time"
)

// Target is what is promised.
type Target string

// The targets.
const (
	TargetAcknowledgement Target = "acknowledgement" // the customer knows we saw it; an automatic answer or a handoff is enough
	TargetFirstReply      Target = "first_reply"     // the first answer of a human
	TargetNextReply       Target = "next_reply"      // each answer after that
	TargetResolution      Target = "resolution"      // the matter is closed
)

// Targets lists the targets in the order of a conversation.
func Targets() []Target {
	return []Target{TargetAcknowledgement, TargetFirstReply, TargetNextReply, TargetResolution}
}

// Promise is one line of a policy: how long one target may take. Within is
// business time, or any time if AroundTheClock; zero says that nothing is
// promised here. Category empty stands for any.
type Promise struct {
	Target         Target        `json:"target"`
	Urgency        Urgency       `json:"urgency"`
	Category       Category      `json:"category,omitempty"`
	Within         time.Duration `json:"within"` // nanoseconds in JSON
	AroundTheClock bool          `json:"around_the_clock,omitempty"`
}

// Policy is what a channel promises.
type Policy struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Promises []Promise `json:"promises"`
}

// MaxWithin is the longest promise, in business time.
const MaxWithin = 366 * 24 * time.Hour

// Promise finds what is promised. A promise for exactly this category goes
// before one for any; among equals the first listed wins. An unknown urgency
// waits like Normal (Urgency.Rank). False: nothing is promised.
func (p Policy) Promise(t Target, u Urgency, c Category) (Promise, bool) {
	u = UrgencyOf(u.Rank())
	var found *Promise
	for i := range p.Promises {
		q := &p.Promises[i]
		if q.Target != t || q.Urgency != u {
			continue
		}
		if q.Category == c {
			return *q, q.Within > 0
		}
		if q.Category == "" && found == nil {
			found = q
		}
	}
	if found == nil {
		return Promise{}, false
	}
	return *found, found.Within > 0
}

// Validate returns a Fault Invalid for the first line that is wrong:
// "policy.target", "policy.urgency", "policy.category", "policy.within"
// (negative or over MaxWithin) or "policy.twice", each with its position.
func (p Policy) Validate() error {
	type place struct {
		t Target
		u Urgency
		c Category
	}
	seen := make(map[place]bool, len(p.Promises))
	for i, q := range p.Promises {
		here := place{q.Target, q.Urgency, q.Category}
		switch {
		case !slices.Contains(Targets(), q.Target):
			return Faultf(Invalid, "policy.target", i, string(q.Target))
		case !slices.Contains(Urgencies(), q.Urgency):
			return Faultf(Invalid, "policy.urgency", i, string(q.Urgency))
		case q.Category != "" && !slices.Contains(Categories(), q.Category):
			return Faultf(Invalid, "policy.category", i, string(q.Category))
		case q.Within < 0 || q.Within > MaxWithin:
			return Faultf(Invalid, "policy.within", i, q.Within)
		case seen[here]:
			return Faultf(Invalid, "policy.twice", i)
		}
		seen[here] = true
	}
	return nil
}

// DefaultPolicy is what a new channel promises. First replies are the targets
// of the labelling guide; critical matters do not wait for the morning.
func DefaultPolicy() Policy {
	within := func(t Target, critical, high, normal, low time.Duration) []Promise {
		return []Promise{
			{Target: t, Urgency: Critical, Within: critical, AroundTheClock: true},
			{Target: t, Urgency: High, Within: high},
			{Target: t, Urgency: Normal, Within: normal},
			{Target: t, Urgency: Low, Within: low},
		}
	}
	const h = time.Hour
	return Policy{ID: "default", Name: "default", Promises: slices.Concat(
		within(TargetAcknowledgement, 5*time.Minute, 15*time.Minute, h, 8*h),
		within(TargetFirstReply, 15*time.Minute, h, 8*h, 24*h),
		within(TargetNextReply, 30*time.Minute, 2*h, 8*h, 24*h),
		within(TargetResolution, 4*h, 8*h, 24*h, 40*h),
	)}
}

// DeadlineState says where a deadline stands.
type DeadlineState string

// The states of a deadline.
const (
	DeadlineRunning   DeadlineState = "running"
	DeadlineMet       DeadlineState = "met"
	DeadlineBreached  DeadlineState = "breached"  // stays so when it is met late; Met says when
	DeadlineCancelled DeadlineState = "cancelled" // nothing is owed any more
)

// Deadline is a promise applied to one conversation. Start is when the clock
// began to run: the customer's message, or the next opening after it. Warn is
// when a quarter of the promised time is left. Times are UTC.
type Deadline struct {
	Target Target        `json:"target"`
	Start  time.Time     `json:"start"`
	Warn   time.Time     `json:"warn"`
	Due    time.Time     `json:"due"`
	Met    time.Time     `json:"met,omitzero"`
	State  DeadlineState `json:"state"`
}

// Deadline applies the promise to a wait that began at start. h may be nil for
// a promise around the clock.
func (p Promise) Deadline(start time.Time, h *Hours) Deadline {
	d := Deadline{Target: p.Target, State: DeadlineRunning}
	early := p.Within - p.Within/4
	if p.AroundTheClock || h == nil {
		d.Start, d.Warn, d.Due = start.UTC(), start.Add(early).UTC(), start.Add(p.Within).UTC()
		return d
	}
	d.Start, d.Warn, d.Due = h.NextOpening(start), h.Add(start, early), h.Add(start, p.Within)
	return d
}

// MeetAt is the deadline once answered at t, the network's receipt time. It is
// met up to and including Due; later it stays or becomes breached. Told several
// times, the earliest answer counts, whatever the order: an answer on time that
// is learnt late turns a breach into met. A cancelled deadline stays cancelled.
func (d Deadline) MeetAt(t time.Time) Deadline {
	if d.State == DeadlineCancelled {
		return d
	}
	if d.Met.IsZero() || t.Before(d.Met) {
		d.Met = t.UTC()
	}
	d.State = DeadlineMet
	if d.Met.After(d.Due) {
		d.State = DeadlineBreached
	}
	return d
}

// BreachAt is the deadline as it stands at now: breached if it still ran after Due.
func (d Deadline) BreachAt(now time.Time) Deadline {
	if d.State == DeadlineRunning && now.After(d.Due) {
		d.State = DeadlineBreached
	}
	return d
}

// Cancel is the deadline when nothing is owed any more. What is met or breached
// stays in the record.
func (d Deadline) Cancel() Deadline {
	if d.State == DeadlineRunning {
		d.State = DeadlineCancelled
	}
	return d
}

// Left is the share of the promise that is left, from 1 to 0, and whether it is
// over. It falls evenly from Start to Warn, where a quarter is left, and from
// there to Due, so that the quarter of business time shows at the right moment
// without the calendar. Once answered it stands still.
func (d Deadline) Left(now time.Time) (share float64, over bool) {
	if !d.Met.IsZero() {
		now = d.Met
	}
	switch {
	case now.After(d.Due):
		return 0, true
	case !now.After(d.Start):
		return 1, false
	case now.Before(d.Warn):
		return 1 - 0.75*ratio(now.Sub(d.Start), d.Warn.Sub(d.Start)), false
	}
	return 0.25 - 0.25*ratio(now.Sub(d.Warn), d.Due.Sub(d.Warn)), false
}

// Wick is Left in the eleven steps of the burning line: 9 (whole) to 0, and over.
func (d Deadline) Wick(now time.Time) (step int, over bool) {
	share, over := d.Left(now)
	return max(0, int(math.Ceil(share*10))-1), over
}

func ratio(part, whole time.Duration) float64 {
	if whole <= 0 {
		return 1
	}
	return float64(part) / float64(whole)
}
