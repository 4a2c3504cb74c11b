package feed

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"github.com/mmcdole/gofeed"
	"github.com/mmcdole/gofeed/rss"

	"github.com/vigie-hq/vigie/community"
)

// entry is one entry of a feed, whatever its format.
type entry struct {
	*gofeed.Item
}

// parse reads the body into entries, the first most of them. A Fault Unavailable
// "feed.unreadable" when it is no feed, or only a part of one.
func (d *document) parse(most int) error {
	text := toUTF8(d.body, d.kind)
	d.body = nil
	if err := sound(text); err != nil {
		return err
	}
	parser := gofeed.NewParser()
	parser.KeepOriginalFeed = true // ttl and the hours to spare are RSS's alone
	feed, err := parser.Parse(bytes.NewReader(text))
	if err != nil {
		return community.Faultf(community.Unavailable, unreadable).Because(err)
	}
	d.title, d.lang = oneLine(feed.Title), feed.Language
	d.rhythm = rhythmOf(feed)
	for _, item := range feed.Items {
		switch {
		case item == nil || item.GUID == "" && item.Link == "" && item.Title == "" && item.Description == "" && item.Content == "":
			d.unreadable++
		case len(d.entries) < most:
			d.entries = append(d.entries, entry{item})
		}
	}
	return nil
}

// rhythmOf reads how often a feed changes by its own word: RSS's ttl in minutes,
// else the syndication module's so many times a period.
func rhythmOf(feed *gofeed.Feed) rhythm {
	var r rhythm
	if original, ok := feed.OriginalFeed().(*rss.Feed); ok {
		r.TTL = 60 * number(original.TTL)
		for _, h := range original.SkipHours {
			if n, err := strconv.ParseUint(strings.TrimSpace(h), 10, 8); err == nil && n <= 24 {
				r.Hours |= 1 << (n % 24) // some call midnight 24
			}
		}
		for day := range 7 {
			for _, d := range original.SkipDays {
				if strings.EqualFold(strings.TrimSpace(d), time.Weekday(day).String()) {
					r.Days |= 1 << day
				}
			}
		}
	}
	if r.TTL > 0 {
		return r
	}
	said := func(name string) string {
		for _, e := range feed.Extensions["sy"][name] {
			return strings.TrimSpace(e.Value)
		}
		return ""
	}
	period := map[string]int64{"hourly": 3600, "daily": 86400, "weekly": 7 * 86400, "monthly": 30 * 86400, "yearly": 365 * 86400}
	r.TTL = period[strings.ToLower(said("updatePeriod"))] / max(1, number(said("updateFrequency")))
	return r
}

// number reads a small whole number; anything else is 0.
func number(s string) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 32)
	if err != nil || n < 0 {
		return 0
	}
	return n
}
