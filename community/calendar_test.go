package community

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func key1(err error) string {
	var f *Fault
	if errors.As(err, &f) {
		return f.Key
	}
	return ""
}

func TestCalendarFaults(t *testing.T) {
	good := Calendar{Zone: "Europe/Paris", Week: week(Period{540, 1080})}
	closedFor := func(days int) (out []Day) {
		for i := range days {
			out = append(out, Day{2026, time.January, 1}.Plus(i))
		}
		return out
	}
	for name, c := range map[string]struct {
		change func(*Calendar)
		key    string
	}{
		"as it is":              {func(*Calendar) {}, ""},
		"no zone":               {func(c *Calendar) { c.Zone = "" }, "calendar.zone"},
		"this machine's zone":   {func(c *Calendar) { c.Zone = "Local" }, "calendar.zone"},
		"unknown zone":          {func(c *Calendar) { c.Zone = "Europe/Lyon" }, "calendar.zone"},
		"a path for a zone":     {func(c *Calendar) { c.Zone = "../../etc/passwd" }, "calendar.zone"},
		"unknown holidays":      {func(c *Calendar) { c.Holidays = "de" }, "calendar.holidays"},
		"a week without hours":  {func(c *Calendar) { c.Week = [7][]Period{} }, "calendar.never_opens"},
		"only special openings": {func(c *Calendar) { c.Week = [7][]Period{}; c.Special = map[Day][]Period{{2026, 5, 4}: {{0, 60}}} }, "calendar.never_opens"},
		"empty period":          {func(c *Calendar) { c.Week[2] = []Period{{600, 600}} }, "calendar.period"},
		"before midnight":       {func(c *Calendar) { c.Week[2] = []Period{{-1, 600}} }, "calendar.period"},
		"after midnight":        {func(c *Calendar) { c.Week[2] = []Period{{600, 1441}} }, "calendar.period"},
		"periods that overlap":  {func(c *Calendar) { c.Week[2] = []Period{{700, 800}, {600, 701}} }, "calendar.overlap"},
		"periods that touch":    {func(c *Calendar) { c.Week[2] = []Period{{700, 800}, {600, 700}} }, ""},
		"too many periods":      {func(c *Calendar) { c.Week[2] = make([]Period, MaxPeriods+1) }, "calendar.too_many"},
		"a day that is not":     {func(c *Calendar) { c.Closed = []Day{{2026, time.February, 29}} }, "calendar.day"},
		"a special day neither": {func(c *Calendar) { c.Special = map[Day][]Period{{0, 1, 1}: nil} }, "calendar.day"},
		"closed for a year":     {func(c *Calendar) { c.Closed = closedFor(366) }, ""},
		"closed for two years":  {func(c *Calendar) { c.Closed = closedFor(725) }, ""},
		"closed for longer":     {func(c *Calendar) { c.Closed = closedFor(735) }, "calendar.never_opens"},
		"closed two years, with a day between": {func(c *Calendar) {
			c.Closed = closedFor(1000)
			c.Special = map[Day][]Period{Day{2026, time.January, 1}.Plus(500): {{0, 1}}}
		}, ""},
		"too many exceptions": {func(c *Calendar) { c.Closed = closedFor(MaxExceptions + 1) }, "calendar.too_many"},
	} {
		calendar := good
		c.change(&calendar)
		err := calendar.Validate()
		if key1(err) != c.key || (err != nil && KindOf(err) != Invalid) {
			t.Errorf("%s: %v, want %q", name, err, c.key)
		}
	}
}

func TestCalendarSurvivesJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Calendar{
			Zone: "Europe/Paris", Week: week(Period{540, 720}, Period{780, 1080}), Holidays: HolidaysAlsace,
			Closed:  rapid.SliceOfN(days, 1, 5).Draw(t, "closed"),
			Special: rapid.MapOfN(days, rapid.Just([]Period{{600, 700}}), 1, 5).Draw(t, "special"),
		}
		b, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		var back Calendar
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(c, back) {
			t.Fatalf("%s became %+v", b, back)
		}
	})
}

func FuzzCalendar(f *testing.F) {
	f.Add([]byte(`{"zone":"Europe/Paris","week":[[],[{"from":540,"to":1080}],[],[],[],[],[]],"holidays":"fr","closed":["2026-05-04"],"special":{"2026-05-05":[]}}`))
	start := time.Date(2026, time.May, 1, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, b []byte) {
		var c Calendar
		if json.Unmarshal(b, &c) != nil {
			return
		}
		h, err := Compile(c)
		if err != nil {
			return
		}
		end := h.Add(start, time.Minute)
		if limit := start.Add(Horizon); !end.Before(limit) && h.Between(start, limit) >= time.Minute {
			t.Fatalf("a minute of %s ends at %v", b, end)
		}
	})
}
