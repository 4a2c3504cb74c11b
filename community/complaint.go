package community

import (
	"fmt"
	"slices"
	"time"
)

// ComplaintState says where a complaint stands.
type ComplaintState string

// The states of a complaint, in order.
const (
	ComplaintReceived     ComplaintState = "received"     // opened; the customer does not know yet
	ComplaintAcknowledged ComplaintState = "acknowledged" // the customer has its number and its date
	ComplaintRegistered   ComplaintState = "registered"   // reason, cause and fault are written down
	ComplaintResolved     ComplaintState = "resolved"     // put right
	ComplaintClosed       ComplaintState = "closed"       // the customer was told and asked
	ComplaintFollowed     ComplaintState = "followed"     // asked again some days later
	ComplaintExploited    ComplaintState = "exploited"    // its cause led to a preventive action
)

// ComplaintStates lists the states in order.
func ComplaintStates() []ComplaintState {
	return []ComplaintState{
		ComplaintReceived, ComplaintAcknowledged, ComplaintRegistered, ComplaintResolved,
		ComplaintClosed, ComplaintFollowed, ComplaintExploited,
	}
}

// ComplaintEvent is what can be done with a complaint.
type ComplaintEvent string

// The events of a complaint.
const (
	ComplaintAcknowledge ComplaintEvent = "acknowledge"
	ComplaintRegister    ComplaintEvent = "register"
	ComplaintResolve     ComplaintEvent = "resolve"
	ComplaintClose       ComplaintEvent = "close"
	ComplaintFollow      ComplaintEvent = "follow"
	ComplaintExploit     ComplaintEvent = "exploit"
	ComplaintReopen      ComplaintEvent = "reopen"
)

// ComplaintEvents lists the events.
func ComplaintEvents() []ComplaintEvent {
	return []ComplaintEvent{
		ComplaintAcknowledge, ComplaintRegister, ComplaintResolve, ComplaintClose,
		ComplaintFollow, ComplaintExploit, ComplaintReopen,
	}
}

// complaintMoves is the whole machine: from, by, to. What is put right at once
// need not be registered first; what is exploited is history.
var complaintMoves = map[ComplaintState]map[ComplaintEvent]ComplaintState{
	ComplaintReceived: {ComplaintAcknowledge: ComplaintAcknowledged},
	ComplaintAcknowledged: {
		ComplaintRegister: ComplaintRegistered, ComplaintResolve: ComplaintResolved,
	},
	ComplaintRegistered: {ComplaintResolve: ComplaintResolved},
	ComplaintResolved:   {ComplaintClose: ComplaintClosed, ComplaintReopen: ComplaintAcknowledged},
	ComplaintClosed:     {ComplaintFollow: ComplaintFollowed, ComplaintReopen: ComplaintAcknowledged},
	ComplaintFollowed:   {ComplaintExploit: ComplaintExploited, ComplaintReopen: ComplaintAcknowledged},
	ComplaintExploited:  {},
}

// ComplaintDays is how many working days a complaint may take.
const ComplaintDays = 5

// Complaint is a registered case. Its five working days end at Due, by the
// brand's calendar; reopening it does not give five new ones.
type Complaint struct {
	ID             string         `json:"id"`
	Number         string         `json:"number"` // R-2026-0418
	Brand          string         `json:"brand"`
	Conversation   string         `json:"conversation"`
	Author         Author         `json:"author"`
	Person         string         `json:"person"` // author key; empty: unknown author
	State          ComplaintState `json:"state"`
	Reason         Reason         `json:"reason"`
	Cause          string         `json:"cause"`
	Summary        string         `json:"summary"`
	Cost           int64          `json:"cost"` // of the gesture, in cents
	Outcome        string         `json:"outcome"`
	Owner          string         `json:"owner"`     // agent
	OpenedBy       string         `json:"opened_by"` // agent
	OpenedAt       time.Time      `json:"opened_at"`
	AcknowledgedAt time.Time      `json:"acknowledged_at,omitzero"`
	RegisteredAt   time.Time      `json:"registered_at,omitzero"`
	ResolvedAt     time.Time      `json:"resolved_at,omitzero"`
	ClosedAt       time.Time      `json:"closed_at,omitzero"`
	Due            time.Time      `json:"due"`
	Trace          []ComplaintAct `json:"trace"`
	Version        int64          `json:"version"`
}

// ComplaintAct is one line of a complaint's trace: nothing that was done to it
// is forgotten when it is reopened.
type ComplaintAct struct {
	Event ComplaintEvent `json:"event"`
	From  ComplaintState `json:"from"`
	To    ComplaintState `json:"to"`
	Agent string         `json:"agent"`
	Note  string         `json:"note,omitempty"`
	At    time.Time      `json:"at"`
}

// OpenComplaint is a new complaint of a conversation, received now: the n-th of
// the year of the brand's calendar, due in five working days of it.
func OpenComplaint(id string, c *Conversation, n int, agent string, h *Hours, now time.Time) Complaint {
	return Complaint{
		ID: id, Number: ComplaintNumber(h.Day(now).Year, n), Brand: c.Brand, Conversation: c.ID,
		Author: c.Author, Person: c.Person, State: ComplaintReceived, Reason: c.Reason, Summary: c.Preview,
		Owner: agent, OpenedBy: agent, OpenedAt: now.UTC(), Due: h.AddDays(now, ComplaintDays), Version: 1,
	}
}

// ComplaintNumber is the number a customer is told: R-2026-0418 for the 418th
// complaint of 2026. Past 9,999 it grows longer.
func ComplaintNumber(year, n int) string { return fmt.Sprintf("R-%04d-%04d", year, n) }

// Next is the complaint after an event, with its times, trace and Version moved
// on; c itself is left as it was. An event its state does not know is a Fault
// Conflict "complaint.state". Reopening clears the times of what is undone.
func (c Complaint) Next(event ComplaintEvent, agent, note string, now time.Time) (Complaint, error) {
	to, ok := complaintMoves[c.State][event]
	if !ok {
		return c, Faultf(Conflict, "complaint.state", string(c.State), string(event))
	}
	now = now.UTC()
	c.Trace = append(slices.Clip(c.Trace), ComplaintAct{event, c.State, to, agent, note, now})
	switch event {
	case ComplaintAcknowledge:
		c.AcknowledgedAt = now
	case ComplaintRegister:
		c.RegisteredAt = now
	case ComplaintResolve:
		c.ResolvedAt = now
	case ComplaintClose:
		c.ClosedAt = now
	case ComplaintReopen:
		c.ResolvedAt, c.ClosedAt = time.Time{}, time.Time{}
	}
	c.State = to
	c.Version++
	return c, nil
}

// May tells whether an event is possible in the complaint's state: which
// buttons its page shows.
func (c Complaint) May(event ComplaintEvent) bool {
	_, ok := complaintMoves[c.State][event]
	return ok
}

// DayOf is which of its five working days a complaint is in: the day it was
// opened and the next working day are day 1, the day it is due is day 5. late
// tells that Due is over. Once resolved it stands still.
func (c Complaint) DayOf(now time.Time, h *Hours) (day int, late bool) {
	if !c.ResolvedAt.IsZero() {
		now = c.ResolvedAt
	}
	return max(1, h.DaysBetween(c.OpenedAt, now)), now.After(c.Due)
}
