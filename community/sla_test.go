package community

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestPromiseFound(t *testing.T) {
	p := Policy{Promises: []Promise{
		{Target: TargetFirstReply, Urgency: High, Within: 1},
		{Target: TargetFirstReply, Urgency: High, Within: 2},
		{Target: TargetFirstReply, Urgency: High, Category: CategorySupport, Within: 3},
		{Target: TargetFirstReply, Urgency: High, Category: CategoryNoise},
		{Target: TargetFirstReply, Urgency: Normal, Within: 4},
	}}
	for _, c := range []struct {
		t      Target
		u      Urgency
		c      Category
		within time.Duration
	}{
		{TargetFirstReply, High, CategoryBrand, 1},
		{TargetFirstReply, High, CategorySupport, 3},
		{TargetFirstReply, High, CategoryNoise, 0},
		{TargetFirstReply, High, "", 1},
		{TargetFirstReply, "", CategorySupport, 4},
		{TargetFirstReply, Low, CategorySupport, 0},
		{TargetNextReply, High, CategorySupport, 0},
	} {
		got, ok := p.Promise(c.t, c.u, c.c)
		if ok != (c.within > 0) || (ok && got.Within != c.within) {
			t.Errorf("%+v: %+v %v", c, got, ok)
		}
	}
}

func TestDefaultPolicyKeepsTheGuide(t *testing.T) {
	p := DefaultPolicy()
	if err := p.Validate(); err != nil {
		t.Fatal(err)
	}
	for u, within := range map[Urgency]time.Duration{Critical: 15 * time.Minute, High: time.Hour, Normal: 8 * time.Hour, Low: 24 * time.Hour} {
		got, ok := p.Promise(TargetFirstReply, u, CategorySupport)
		if !ok || got.Within != within || got.AroundTheClock != (u == Critical) {
			t.Errorf("%s: %+v", u, got)
		}
	}
	for _, target := range Targets() {
		last := time.Duration(0)
		for _, u := range Urgencies() {
			got, ok := p.Promise(target, u, CategoryBrand)
			if !ok || got.Within <= last {
				t.Errorf("%s %s: %+v", target, u, got)
			}
			last = got.Within
		}
	}
}

func TestPolicyFaults(t *testing.T) {
	good := Promise{Target: TargetFirstReply, Urgency: High, Within: time.Hour}
	for key, change := range map[string]func(*Promise){
		"policy.target":   func(p *Promise) { p.Target = "soon" },
		"policy.urgency":  func(p *Promise) { p.Urgency = "" },
		"policy.category": func(p *Promise) { p.Category = "sav" },
		"policy.within":   func(p *Promise) { p.Within = MaxWithin + 1 },
		"policy.twice":    func(p *Promise) { p.Within = time.Minute },
	} {
		bad := good
		change(&bad)
		if err := (Policy{Promises: []Promise{good, bad}}).Validate(); key1(err) != key || KindOf(err) != Invalid {
			t.Errorf("%s: %v", key, err)
		}
	}
}

// TestDeadlineMoves goes through every state and every thing that can happen
// to it, before, at and after Due.
func TestDeadlineMoves(t *testing.T) {
	start := at(t, "2026-11-17T09:00:00Z")
	fresh := Promise{Target: TargetFirstReply, Within: time.Hour, AroundTheClock: true}.Deadline(start, nil)
	before, due, after := fresh.Due.Add(-time.Minute), fresh.Due, fresh.Due.Add(time.Minute)
	late := fresh.MeetAt(after)
	for _, c := range []struct {
		name string
		got  Deadline
		want DeadlineState
		met  time.Time
	}{
		{"running, met early", fresh.MeetAt(before), DeadlineMet, before},
		{"running, met exactly at due", fresh.MeetAt(due), DeadlineMet, due},
		{"running, met late", late, DeadlineBreached, after},
		{"running, time passes, early", fresh.BreachAt(before), DeadlineRunning, time.Time{}},
		{"running, time passes, at due", fresh.BreachAt(due), DeadlineRunning, time.Time{}},
		{"running, time passes, late", fresh.BreachAt(after), DeadlineBreached, time.Time{}},
		{"running, cancelled", fresh.Cancel(), DeadlineCancelled, time.Time{}},
		{"breached, met late", fresh.BreachAt(after).MeetAt(after), DeadlineBreached, after},
		{"breached, an answer on time is learnt late", fresh.BreachAt(after).MeetAt(due), DeadlineMet, due},
		{"breached, time passes", fresh.BreachAt(after).BreachAt(after), DeadlineBreached, time.Time{}},
		{"breached, cancelled", fresh.BreachAt(after).Cancel(), DeadlineBreached, time.Time{}},
		{"met late, met again earlier", late.MeetAt(before), DeadlineMet, before},
		{"met late, cancelled", late.Cancel(), DeadlineBreached, after},
		{"met, met again later", fresh.MeetAt(before).MeetAt(after), DeadlineMet, before},
		{"met, time passes", fresh.MeetAt(before).BreachAt(after), DeadlineMet, before},
		{"met, cancelled", fresh.MeetAt(before).Cancel(), DeadlineMet, before},
		{"cancelled, met", fresh.Cancel().MeetAt(before), DeadlineCancelled, time.Time{}},
		{"cancelled, time passes", fresh.Cancel().BreachAt(after), DeadlineCancelled, time.Time{}},
		{"cancelled, cancelled", fresh.Cancel().Cancel(), DeadlineCancelled, time.Time{}},
	} {
		if c.got.State != c.want || !c.got.Met.Equal(c.met) {
			t.Errorf("%s: %s at %v, want %s at %v", c.name, c.got.State, c.got.Met, c.want, c.met)
		}
	}
}

func TestDeadlineInBusinessTime(t *testing.T) {
	h := compiled(t, Calendar{Zone: "Europe/Paris", Week: week(Period{540, 1080})})
	p := Promise{Target: TargetFirstReply, Urgency: Normal, Within: 8 * time.Hour}
	night := at(t, "2026-11-20T23:00:00+01:00") // a Friday
	got := p.Deadline(night, h)
	want := Deadline{
		Target: TargetFirstReply, State: DeadlineRunning,
		Start: at(t, "2026-11-23T09:00:00+01:00").UTC(), Warn: at(t, "2026-11-23T15:00:00+01:00").UTC(), Due: at(t, "2026-11-23T17:00:00+01:00").UTC(),
	}
	if got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	p.AroundTheClock = true
	if got := p.Deadline(night, h); !got.Due.Equal(night.Add(8*time.Hour)) || !got.Warn.Equal(night.Add(6*time.Hour)) || !got.Start.Equal(night) {
		t.Errorf("around the clock: %+v", got)
	}
}

func TestWickBurnsInElevenSteps(t *testing.T) {
	start := at(t, "2026-11-17T09:00:00Z")
	d := Promise{Within: 1000 * time.Second, AroundTheClock: true}.Deadline(start, nil)
	for second, want := range map[int]int{-5: 9, 0: 9, 99: 9, 100: 8, 499: 5, 500: 4, 750: 2, 899: 1, 900: 0, 1000: 0} {
		if step, over := d.Wick(start.Add(time.Duration(second) * time.Second)); step != want || over {
			t.Errorf("after %d s of 1000: step %d over %v, want %d", second, step, over, want)
		}
	}
	if _, over := d.Wick(d.Due.Add(1)); !over {
		t.Error("past due and not over")
	}
	if step, over := d.MeetAt(start.Add(300 * time.Second)).Wick(d.Due.Add(time.Hour)); step != 6 || over {
		t.Errorf("an answered wick stands still: %d %v", step, over)
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Int64Range(-100, 2000).Draw(t, "a"), rapid.Int64Range(-100, 2000).Draw(t, "b")
		before, _ := d.Left(start.Add(time.Duration(min(a, b)) * time.Second))
		after, over := d.Left(start.Add(time.Duration(max(a, b)) * time.Second))
		if after > before || after < 0 || before > 1 || (over && after != 0) {
			t.Fatalf("the wick grew from %v to %v", before, after)
		}
	})
}

// TestExplainAddsUp: whatever the calendar, the steps tell the deadline.
func TestExplainAddsUp(t *testing.T) {
	h := compiled(t, Calendar{
		Zone: "Europe/Paris", Week: week(Period{540, 720}, Period{840, 1080}), Holidays: HolidaysFrance,
		Closed: []Day{{2026, time.May, 4}}, Special: map[Day][]Period{{2026, time.May, 2}: {{600, 720}}},
	})
	rapid.Check(t, func(t *rapid.T) {
		start := time.Unix(rapid.Int64Range(1775000000, 1785000000).Draw(t, "start"), rapid.Int64Range(0, 999999999).Draw(t, "nano"))
		p := Promise{Within: time.Duration(rapid.Int64Range(1, int64(100*time.Hour)).Draw(t, "within")), AroundTheClock: rapid.Bool().Draw(t, "clock")}
		d, total := p.Deadline(start, h), time.Duration(0)
		steps := Explain(p, start, h)
		for i, s := range steps {
			total += s.Counted
			if s.Left != p.Within-total || s.Counted != s.To.Sub(s.From) || (i > 0 && s.Day.Compare(steps[i-1].Day) < 0) {
				t.Fatalf("step %d of %+v", i, steps)
			}
		}
		if last := steps[len(steps)-1]; total != p.Within || !last.To.Equal(d.Due) {
			t.Fatalf("%v of %v until %v, due %v", total, p.Within, last.To, d.Due)
		}
	})
	var kinds []StepKind
	for _, s := range Explain(Promise{Within: 10 * time.Hour}, at(t, "2026-04-30T17:00:00+02:00"), h) {
		kinds = append(kinds, s.Kind)
	}
	want := []StepKind{StepOpen, StepHoliday, StepOpen, StepOff, StepClosed, StepOpen, StepOpen}
	if !slices.Equal(kinds, want) {
		t.Errorf("over the first of May: %v, want %v", kinds, want)
	}
}
