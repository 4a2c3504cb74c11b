package inbox

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/vigie-hq/vigie/community"
)

// messagesView is the list of messages behind a figure.
type messagesView struct {
	shell
	Heading string
	Under   string
	Items   []messageRow
	Next    string
	Back    string
	Never   bool // this brand never had a message
}

type messageRow struct {
	Name, Text, Lang, When string
	Who                    person
	Network                network
	Category, Sentiment    mark
	Href                   string
	Private, Gone          bool
}

// messagesPage lists the messages of a day (day) or of the days up to another
// (until), in the brand's zone, of one category and sentiment.
func (s *Server) messagesPage(c *fiber.Ctx) error {
	sh, err := s.shell(c, "brand")
	if err != nil {
		return err
	}
	lang, in := langOf(c), zone(sh.Brand)
	from, err := dayOf("day", c.Query("day"), in)
	if err != nil {
		return err
	}
	until, err := dayOf("until", c.Query("until", c.Query("day")), in)
	if err != nil {
		return err
	}
	q := community.MessageQuery{
		Brand: sh.Brand.ID, From: from, To: until.AddDate(0, 0, 1), Category: community.Category(c.Query("category")),
		Sentiment: community.Sentiment(c.Query("sentiment")), Limit: community.DefaultLimit, Cursor: c.Query("cursor"),
	}
	page, err := s.Reader.Messages(c.UserContext(), viewerOf(c), q)
	if err != nil {
		return err
	}
	view := &messagesView{shell: sh, Back: "/brand"}
	view.Heading = T(lang, "messages.day", spoken().longDate(lang, from))
	if !until.Equal(from) {
		view.Heading = T(lang, "messages.days", spoken().date(lang, from), spoken().date(lang, until))
	}
	view.Title = view.Heading
	view.Under = under(lang, q)
	now := s.Now().In(in)
	for i := range page.Items {
		view.Items = append(view.Items, messageOf(lang, &page.Items[i], now))
	}
	if view.Never, err = s.never(c, sh.Brand, len(page.Items)); err != nil {
		return err
	}
	if page.Next != "" {
		view.Next = messagesHref(c.Query("day"), c.Query("until"), q.Category, q.Sentiment) + "&cursor=" + page.Next
	}
	return s.render(c, "messages-page", view)
}

// under says which messages are listed.
func under(lang string, q community.MessageQuery) string {
	switch {
	case q.Category != "" && q.Sentiment != "":
		return T(lang, "messages.both", T(lang, "category."+string(q.Category)), T(lang, "sentiment."+string(q.Sentiment)))
	case q.Category != "":
		return T(lang, "category."+string(q.Category))
	case q.Sentiment != "":
		return T(lang, "sentiment."+string(q.Sentiment))
	}
	return T(lang, "messages.all")
}

func messageOf(lang string, e *community.Entry, now time.Time) messageRow {
	m := &e.Message
	name := authorName(lang, m.Author)
	row := messageRow{
		Name: name, Who: personOf(m.Author.ID, name), Text: m.Text, Lang: e.Verdict.Language.Label, Network: networkOf(lang, m.Network),
		When: spoken().moment(lang, m.At().In(now.Location()), now), Private: m.Private, Gone: e.Gone,
		Category: categoryMark(lang, community.Category(e.Verdict.Category.Label)), Sentiment: sentimentMark(lang, community.Sentiment(e.Verdict.Sentiment.Label)),
	}
	if e.Conversation != "" {
		row.Href = "/c/" + e.Conversation + "?view=" + viewAll
	}
	return row
}

// dayOf reads a day of the brand's calendar.
func dayOf(name, s string, in *time.Location) (time.Time, error) {
	t, err := time.ParseInLocation(time.DateOnly, s, in)
	if err != nil {
		return t, community.Faultf(community.Invalid, "query.value", name, s).Because(err)
	}
	return t, nil
}
