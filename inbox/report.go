package inbox

import (
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/vigie-hq/vigie/community"
)

// tally is the numbers beside the views.
func (a api) tally(c *fiber.Ctx) error {
	brand, err := brandOf(c)
	if err != nil {
		return err
	}
	t, err := a.s.Reader.Tally(c.UserContext(), viewerOf(c), brand)
	return changed(c, t, err)
}

// reportDays is how far a report looks back unasked.
const reportDays = 28

// sentiment is how many customers' messages of each day and category had which
// sentiment. from and to are days of the brand's calendar, both included.
func (a api) sentiment(c *fiber.Ctx) error {
	brand, from, to, err := a.span(c)
	if err != nil {
		return err
	}
	rows, err := a.s.Reader.Mood(c.UserContext(), viewerOf(c), brand, from, to)
	return whole(c, rows, err)
}

// messages lists the customers' messages behind a figure.
func (a api) messages(c *fiber.Ctx) error {
	brand, err := brandOf(c)
	if err != nil {
		return err
	}
	q := community.MessageQuery{
		Brand: brand, Category: community.Category(c.Query("category")), Sentiment: community.Sentiment(c.Query("sentiment")),
		Network: c.Query("network"), Cursor: c.Query("cursor"),
	}
	switch {
	case q.Category != "" && !slices.Contains(community.Categories(), q.Category):
		return community.Faultf(community.Invalid, "query.value", "category", string(q.Category))
	case q.Sentiment != "" && !slices.Contains(community.Sentiments(), q.Sentiment):
		return community.Faultf(community.Invalid, "query.value", "sentiment", string(q.Sentiment))
	}
	if q.From, q.To, err = a.period(c, brand); err != nil {
		return err
	}
	if q.Limit, err = limitOf(c); err != nil {
		return err
	}
	page, err := a.s.Reader.Messages(c.UserContext(), viewerOf(c), q)
	return listed(c, page, err)
}

// span is what a report is over: a brand and its period.
func (a api) span(c *fiber.Ctx) (brand string, from, to time.Time, err error) {
	if brand, err = brandOf(c); err == nil {
		from, to, err = a.period(c, brand)
	}
	return brand, from, to, err
}

// period is the time a report is about, [from, to): whole days in the brand's
// zone, or moments when the address gives moments (RFC 3339). Unasked it is the
// last 28 days.
func (a api) period(c *fiber.Ctx, brand string) (from, to time.Time, err error) {
	brands, err := a.s.Reader.Brands(c.UserContext(), viewerOf(c))
	if err != nil {
		return from, to, err
	}
	in := time.UTC
	for i := range brands {
		if brands[i].ID == brand {
			in = zone(brands[i])
		}
	}
	y, m, d := a.s.Now().In(in).Date()
	from, to = time.Date(y, m, d-reportDays+1, 0, 0, 0, 0, in), time.Date(y, m, d+1, 0, 0, 0, 0, in)
	if s := c.Query("to"); s != "" {
		if to, err = moment("to", s, in, 1); err != nil {
			return from, to, err
		}
		from = to.AddDate(0, 0, -reportDays)
	}
	if s := c.Query("from"); s != "" {
		if from, err = moment("from", s, in, 0); err != nil {
			return from, to, err
		}
	}
	if !from.Before(to) {
		return from, to, community.Faultf(community.Invalid, "query.value", "from", c.Query("from"))
	}
	return from, to, nil
}

// moment reads YYYY-MM-DD, as the first moment of that day or of one after it,
// or an RFC 3339 moment as it is.
func moment(name, s string, in *time.Location, after int) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, s, in)
	t = t.AddDate(0, 0, after)
	if err != nil || t.Year() > 9999 { // which no answer could say
		return t, community.Faultf(community.Invalid, "query.value", name, s)
	}
	return t, nil
}
