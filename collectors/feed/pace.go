package feed

import "time"

// rhythm is how often a feed says that it is worth asking.
type rhythm struct {
	TTL   int64  `json:"t,omitempty"` // seconds between two fetches (RSS ttl, or the syndication module)
	Hours uint32 `json:"h,omitempty"` // RSS skipHours: bit 0 is the hour from midnight, UTC
	Days  uint8  `json:"d,omitempty"` // RSS skipDays: bit 0 is Sunday
}

// pace is when to fetch again after a document that was read at now: as often
// as the feed asks for (its ttl, or until its server's caches are stale, the later),
// else every Poll, within Floor and Most; not in an hour or on a day that it asks
// to be spared. After a torn window it is as soon as Floor allows, whatever was
// asked: entries were perhaps missed.
func (o *Options) pace(r rhythm, fresh time.Time, torn bool, now time.Time) time.Time {
	if torn {
		return now.Add(o.Floor)
	}
	wait := time.Duration(r.TTL) * time.Second
	if !fresh.IsZero() {
		wait = max(wait, fresh.Sub(now))
	}
	if wait <= 0 {
		wait = o.Poll
	}
	return r.spare(now.Add(min(max(wait, o.Floor), o.Most)))
}

// spare moves a moment out of the hours and days that the feed asks to be spared,
// to the beginning of the next hour that is free. Nobody can ask for silence for
// ever: if no hour of a week is free the moment stays.
func (r rhythm) spare(at time.Time) time.Time {
	free := at
	for range 7 * 24 {
		utc := free.UTC()
		if r.Hours&(1<<utc.Hour()) == 0 && r.Days&(1<<utc.Weekday()) == 0 {
			return free
		}
		free = utc.Truncate(time.Hour).Add(time.Hour)
	}
	return at
}
