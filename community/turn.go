package community

import "time"

// Turn is one wait of a customer: from the first message that asks to the
// answer that ends it. A conversation is a row of turns.
type Turn struct {
	Start    time.Time // when the wait began (the earliest clock of its messages)
	Urgency  Urgency   // the highest of its messages
	Category Category
	Echoed   time.Time // first acknowledgement, handoff or answer; zero: none yet
	Answered time.Time // zero: still waiting
	Key      string    // of the message that opened it
}

// Turns cuts sorted facts into turns. Messages that ask for nothing (history,
// noise, what was deleted) open no turn; an answer ends the turn whose messages
// were written before it.
func Turns(facts []Fact) []Turn {
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
			if current == nil || !current.Answered.IsZero() {
				turns = append(turns, Turn{Start: f.Clock, Urgency: f.Urgency, Category: f.Category, Key: f.Key})
				current = &turns[len(turns)-1]
				continue
			}
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
// ones, resolution of the whole. Call it after Recount. What runs is promised
// for the conversation's urgency and category as they are now, from the moment
// the wait began; a conversation closed without an answer cancels what runs. One
// that was opened by hand waits from that moment.
func (c *Conversation) Deadlines(facts []Fact, policy Policy, hours *Hours) []Deadline {
	turns := Turns(facts)
	var out []Deadline
	add := func(target Target, urgency Urgency, start, met time.Time) {
		promise, ok := policy.Promise(target, urgency, c.Category)
		if !ok {
			return
		}
		d := promise.Deadline(start, hours)
		switch {
		case !met.IsZero():
			d = d.MeetAt(met)
		case c.Status == Closed && target != TargetResolution:
			d = d.Cancel()
		}
		out = append(out, d)
	}
	for i, t := range turns {
		urgency := t.Urgency
		if i == len(turns)-1 && t.Answered.IsZero() {
			urgency = c.Urgency
		}
		if i == 0 {
			add(TargetAcknowledgement, urgency, t.Start, t.Echoed)
			add(TargetFirstReply, urgency, t.Start, t.Answered)
			continue
		}
		add(TargetNextReply, urgency, t.Start, t.Answered)
	}
	waits := len(turns) > 0 && turns[len(turns)-1].Answered.IsZero()
	if c.ByHand() && !waits && c.Status == Open {
		target := TargetFirstReply
		if !c.AnsweredAt.IsZero() {
			target = TargetNextReply
		}
		add(target, c.Urgency, c.OpenedAt, time.Time{})
	}
	if len(turns) > 0 {
		var met time.Time
		if c.Status == Closed {
			met = c.ClosedAt
		}
		add(TargetResolution, c.Urgency, turns[0].Start, met)
	}
	return out
}

// Settled merges freshly derived deadlines with those already on record: what
// was decided (met, breached, cancelled) keeps its record, so that changing a
// promise today rewrites nothing of yesterday; what runs follows the new one,
// and a breach stays a breach unless its due time moved into the future.
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
		switch {
		case known && was.State == DeadlineMet && d.State == DeadlineMet:
			d = was
		case known && was.State == DeadlineBreached && d.State == DeadlineRunning && !now.Before(d.Due):
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
