package community

import (
	"math"
	"slices"
	"sort"
	"time"
)

// span is a stretch of time with one offset from UTC: [start, end) in Unix
// seconds.
type span struct{ start, end, offset int64 }

// zone answers which offset holds at an instant. The transitions of a century
// are laid out once, because time.Location works them out anew at each question
// beyond the ones its data lists.
type zone struct {
	location *time.Location
	spans    []span // contiguous
}

// The years laid out; others are asked of the location.
const (
	zoneFrom = 1990
	zoneTo   = 2060
)

func loadZone(name string) (*zone, error) {
	if name == "" || name == "Local" {
		return nil, Faultf(Invalid, "calendar.zone", name)
	}
	location, err := time.LoadLocation(name)
	if err != nil {
		return nil, Faultf(Invalid, "calendar.zone", name).Because(err)
	}
	z := &zone{location: location}
	end := time.Date(zoneTo, time.January, 1, 0, 0, 0, 0, time.UTC).Unix()
	for at := time.Date(zoneFrom, time.January, 1, 0, 0, 0, 0, time.UTC).Unix(); at < end; {
		s := z.ask(at)
		if n := len(z.spans); n > 0 && z.spans[n-1].offset == s.offset {
			z.spans[n-1].end = s.end
		} else {
			z.spans = append(z.spans, s)
		}
		at = s.end
	}
	z.spans = slices.Clip(z.spans)
	return z, nil
}

// at returns the span that holds at an instant.
func (z *zone) at(sec int64) span {
	if sec < z.spans[0].start || sec >= z.spans[len(z.spans)-1].end {
		return z.ask(sec)
	}
	i := sort.Search(len(z.spans), func(i int) bool { return z.spans[i].end > sec })
	return z.spans[i]
}

// ask puts the question to the location. Beyond its listed transitions,
// ZoneBounds cuts at the turn of the year as if every year had 365 days; on
// 31 December of a leap year, where no rule changes the clock, its end is
// already over, and the next midnight is taken.
func (z *zone) ask(sec int64) span {
	t := time.Unix(sec, 0).In(z.location)
	_, offset := t.Zone()
	s := span{math.MinInt64, math.MaxInt64, int64(offset)}
	start, end := t.ZoneBounds()
	if !start.IsZero() {
		s.start = start.Unix()
	}
	if !end.IsZero() {
		s.end = end.Unix()
	}
	if s.end <= sec {
		s.end = (floorDiv(sec, daySeconds) + 1) * daySeconds
	}
	return s
}
