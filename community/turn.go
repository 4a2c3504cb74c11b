package community

import (
	"slices"
	"time"
)

// Turn is one wait of a customer: from the first message that asks to the
// answer that ends it. A conversation is a row of turns.
type Turn struct {
	Start    time.Time // when the wait began (the earliest clock of its messages)
	Urgency  Urgency   // the highest of its messages
	Echoed   time.Time // first acknowledgement, handoff or answer; zero: none yet
	Answered time.Time // zero: still waiting
	Closed   bool      // an agent closed it without an answer
	Key      string    // of the message that opened it

	late bool // some of its messages came after the conversation was closed
}

// Turns cuts sorted facts into turns. Messages that ask for nothing (history,
// noise, what was deleted) open no turn; an answer ends the turn whose messages
// were written before it; a closing (zero: none) ends, unanswered, the turn
// whose messages had all been received by then.
func Turns(facts []Fact, closed time.Time) []Turn {
	var turns []Turn
	var current *Turn
	for i := range facts {
		f := &facts[i]
		switch {
		case f.Gone:
		case f.Out && current != nil && current.Answered.IsZero():
			if current.Echoed.IsZero() {
				current.Echoed = f.At
			}
			if f.Answers {
				current.Answered = f.At
			}
		case !f.Out && f.Asks:
			late := !closed.IsZero() && f.Received.After(closed)
			if current != nil && current.Answered.IsZero() && late && !current.late {
				current.Closed = true
			}
			if current == nil || !current.Answered.IsZero() || current.Closed {
				turns = append(turns, Turn{Start: f.Clock, Urgency: f.Urgency, Key: f.Key, late: late})
				current = &turns[len(turns)-1]
				continue
			}
			current.late = current.late || late
			if f.Clock.Before(current.Start) {
				current.Start = f.Clock
			}
			if f.Urgency.Rank() > current.Urgency.Rank() {
				current.Urgency = f.Urgency
			}
		}
	}
	return turns
}

// Deadlines derives every deadline of the conversation from its sorted facts:
// acknowledgement and first reply of the first turn, next reply of the later
// ones, resolution of the whole and, once it was reopened, of what came after.
// Call it after Recount. What runs is promised for the conversation's urgency
// and category as they are now, from the moment the wait began; a conversation
// closed without an answer cancels what runs. Opening it by hand is a wait too,
// from that moment.
func (c *Conversation) Deadlines(facts []Fact, policy Policy, hours *Hours) []Deadline {
	turns := Turns(c.opened(facts), c.ClosedAt)
	var out []Deadline
	add := func(target Target, urgency Urgency, start, met time.Time, cancelled bool) {
		promise, ok := policy.Promise(target, urgency, c.Category)
		if !ok {
			return
		}
		d := promise.Deadline(start, hours)
		switch {
		case !met.IsZero():
			d = d.MeetAt(met)
		case cancelled:
			d = d.Cancel()
		}
		out = append(out, d)
	}
	reopened := -1 // the first turn after the closing
	for i, t := range turns {
		urgency := t.Urgency
		last := i == len(turns)-1
		if last && t.Answered.IsZero() {
			urgency = c.Urgency
		}
		if t.late && reopened < 0 {
			reopened = i
		}
		cancelled := t.Closed || (last && c.Status == Closed)
		if i == 0 {
			add(TargetAcknowledgement, urgency, t.Start, t.Echoed, cancelled)
			add(TargetFirstReply, urgency, t.Start, t.Answered, cancelled)
			continue
		}
		add(TargetNextReply, urgency, t.Start, t.Answered, cancelled)
	}
	switch {
	case len(turns) == 0:
	case reopened > 0:
		add(TargetResolution, turns[0].Urgency, turns[0].Start, c.ClosedAt, false)
		add(TargetResolution, c.Urgency, turns[reopened].Start, time.Time{}, false)
	case c.Status == Closed:
		add(TargetResolution, c.Urgency, turns[0].Start, c.ClosedAt, false)
	default:
		add(TargetResolution, c.Urgency, turns[0].Start, time.Time{}, false)
	}
	return out
}

// opened adds to the facts the wait that began when an agent opened the
// conversation by hand.
func (c *Conversation) opened(facts []Fact) []Fact {
	if c.OpenedBy == "" {
		return facts
	}
	hand := Fact{At: c.OpenedAt, Clock: c.OpenedAt, Received: c.OpenedAt, Asks: true, Urgency: c.Urgency}
	out := append(slices.Clone(facts), hand)
	SortFacts(out)
	return out
}

// Settled merges freshly derived deadlines with those already on record. What
// was running or breached when it was answered is answered as it was promised
// then; what was answered keeps its record, so that changing a promise today
// rewrites nothing of yesterday; a breach stays a breach unless its due time
// moved into the future.
func Settled(record, derived []Deadline, now time.Time) []Deadline {
	type id struct {
		target Target
		start  int64
	}
	held := make(map[id]Deadline, len(record))
	for _, d := range record {
		held[id{d.Target, d.Start.UnixMilli()}] = d
	}
	out := make([]Deadline, 0, len(derived))
	for _, d := range derived {
		was, known := held[id{d.Target, d.Start.UnixMilli()}]
		open := known && was.Met.IsZero() && (was.State == DeadlineRunning || was.State == DeadlineBreached)
		switch {
		case open && !d.Met.IsZero():
			d = was.MeetAt(d.Met)
		case known && !was.Met.IsZero() && was.Met.Equal(d.Met):
			d = was
		case open && was.State == DeadlineBreached && (d.State == DeadlineCancelled || !now.Before(d.Due)):
			d = was
		}
		out = append(out, d)
	}
	return out
}

// Watched sets what the inbox sorts by: the earliest reply deadline that still
// runs or was breached without an answer. An acknowledgement can be automatic,
// and a resolution is no reply: neither decides who must be answered next.
func (c *Conversation) Watched(deadlines []Deadline) {
	c.Target, c.Start, c.Warn, c.Due = "", time.Time{}, time.Time{}, time.Time{}
	for _, d := range deadlines {
		open := d.State == DeadlineRunning || (d.State == DeadlineBreached && d.Met.IsZero())
		if !open || (d.Target != TargetFirstReply && d.Target != TargetNextReply) || c.Status != Open {
			continue
		}
		if c.Due.IsZero() || d.Due.Before(c.Due) {
			c.Target, c.Start, c.Warn, c.Due = d.Target, d.Start, d.Warn, d.Due
		}
	}
}
