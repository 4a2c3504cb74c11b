package community

import (
	"testing"
	"time"
)

// TestComplaintPairByPair names what every event does in every state; a dash is
// a conflict. The columns are ComplaintStates: received acknowledged registered
// resolved closed followed exploited.
func TestComplaintPairByPair(t *testing.T) {
	const no = "-"
	table := map[ComplaintEvent][7]ComplaintState{
		ComplaintAcknowledge: {ComplaintAcknowledged, no, no, no, no, no, no},
		ComplaintRegister:    {no, ComplaintRegistered, no, no, no, no, no},
		ComplaintResolve:     {no, ComplaintResolved, ComplaintResolved, no, no, no, no},
		ComplaintClose:       {no, no, no, ComplaintClosed, no, no, no},
		ComplaintFollow:      {no, no, no, no, ComplaintFollowed, no, no},
		ComplaintExploit:     {no, no, no, no, no, ComplaintExploited, no},
		ComplaintReopen:      {no, no, no, ComplaintAcknowledged, ComplaintAcknowledged, ComplaintAcknowledged, no},
	}
	if len(table) != len(ComplaintEvents()) {
		t.Fatalf("%d events in the table, %d in the code", len(table), len(ComplaintEvents()))
	}
	now := at(t, "2026-11-17T12:47:00Z")
	for _, event := range ComplaintEvents() {
		for i, state := range ComplaintStates() {
			c := Complaint{State: state, Version: 3}
			got, err := c.Next(event, "nadia", "why", now)
			want := table[event][i]
			if c.May(event) != (want != no) {
				t.Errorf("May(%s) on %s: %v", event, state, c.May(event))
			}
			if want == no {
				if key1(err) != "complaint.state" || KindOf(err) != Conflict || got.State != state || len(got.Trace) != 0 {
					t.Errorf("%s on %s: %s %v, want a conflict", event, state, got.State, err)
				}
				continue
			}
			act := ComplaintAct{event, state, want, "nadia", "why", now}
			if err != nil || got.State != want || got.Version != 4 || len(got.Trace) != 1 || got.Trace[0] != act {
				t.Errorf("%s on %s: %+v %v, want %s", event, state, got, err, want)
			}
		}
	}
}

func TestComplaintLife(t *testing.T) {
	h := compiled(t, Calendar{Zone: "Europe/Paris", Week: week(Period{540, 1080}), Holidays: HolidaysFrance})
	opened := at(t, "2026-11-17T12:47:00Z")
	c := OpenComplaint("c1", &Conversation{ID: "v1", Brand: "b", Reason: "delivery"}, 418, "nadia", h, opened)
	if c.Number != "R-2026-0418" || !c.Due.Equal(at(t, "2026-11-24T18:00:00+01:00")) || c.State != ComplaintReceived {
		t.Fatalf("%+v", c)
	}
	for _, day := range []struct {
		now  string
		day  int
		late bool
	}{
		{"2026-11-17T15:00:00Z", 1, false},
		{"2026-11-18T15:00:00Z", 1, false},
		{"2026-11-19T15:00:00Z", 2, false},
		{"2026-11-22T15:00:00Z", 3, false}, // a Sunday
		{"2026-11-24T17:00:00Z", 5, false},
		{"2026-11-24T17:00:01Z", 5, true},
		{"2026-11-26T09:00:00Z", 7, true},
	} {
		if n, late := c.DayOf(at(t, day.now), h); n != day.day || late != day.late {
			t.Errorf("%s is day %d late %v, want %d %v", day.now, n, late, day.day, day.late)
		}
	}
	events := []ComplaintEvent{ComplaintAcknowledge, ComplaintResolve, ComplaintClose, ComplaintReopen}
	for i, event := range events {
		before := c
		var err error
		if c, err = c.Next(event, "nadia", "", opened.Add(time.Duration(i+1)*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if len(before.Trace) != i || len(c.Trace) != i+1 {
			t.Fatalf("trace %+v after %+v", c.Trace, before.Trace)
		}
	}
	if !c.ResolvedAt.IsZero() || !c.ClosedAt.IsZero() || c.AcknowledgedAt.IsZero() || c.State != ComplaintAcknowledged {
		t.Errorf("reopened: %+v", c)
	}
	c.ResolvedAt = at(t, "2026-11-20T10:00:00Z")
	if n, late := c.DayOf(at(t, "2027-01-01T00:00:00Z"), h); n != 3 || late {
		t.Errorf("a resolved complaint stands still: %d %v", n, late)
	}
	// The evening before New Year in UTC is the new year in Noumea.
	noumea := compiled(t, Calendar{Zone: "Pacific/Noumea", Week: week(Period{540, 1080})})
	if c := OpenComplaint("", &Conversation{}, 12345, "", noumea, at(t, "2026-12-31T20:00:00Z")); c.Number != "R-2027-12345" {
		t.Error(c.Number)
	}
}
