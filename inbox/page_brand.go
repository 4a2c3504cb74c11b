package inbox

import (
	"net/url"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/vigie-hq/vigie/community"
)

// brandView is what is said of the brand: a finding, the days it rests on, and
// every number with the messages behind it.
type brandView struct {
	shell
	Days    int
	Ranges  []option
	Topics  []option // one category at a time, or all
	Topic   community.Category
	From    string
	To      string
	Finding string
	Under   string
	Figures []figure
	Total   int
	Charts  []chart
	Table   []dayRow
	Split   []splitRow
	Asof    string
	Never   bool // this brand never had a message
}

// dayRow is one day of the chart as a table.
type dayRow struct {
	Label                  string
	Neg, Neu, Pos          int
	NegHref, NeuHref, Href string
	PosHref, AllHref       string
}

// splitRow is one category with its moods.
type splitRow struct {
	mark
	N, Neg, Pos       int
	Share             string
	Vol               int // of 100
	NegX, NegW, PosW  int // of 100, around a middle at 50
	Href              string
	NegHref, PosHref  string
	NegShare, PosText string
}

// ranges are the periods that can be chosen, in days.
var ranges = [...]int{7, 28, 90}

func (s *Server) brandPage(c *fiber.Ctx) error {
	sh, err := s.shell(c, "brand")
	if err != nil {
		return err
	}
	lang, v := langOf(c), viewerOf(c)
	sh.Title = T(lang, "brand.title", sh.Brand.Name)
	span, err := strconv.Atoi(c.Query("days", "28"))
	if err != nil || span != ranges[0] && span != ranges[1] && span != ranges[2] {
		return community.Faultf(community.Invalid, "query.value", "days", c.Query("days"))
	}
	now := s.Now().In(zone(sh.Brand))
	y, m, d := now.Date()
	to := time.Date(y, m, d+1, 0, 0, 0, 0, now.Location())
	from := to.AddDate(0, 0, -span)
	before := from.AddDate(0, 0, -span)
	moods, err := s.Reader.Mood(c.UserContext(), v, sh.Brand.ID, before, to)
	if err != nil {
		return err
	}
	view := &brandView{
		shell: sh, Days: span, Topic: community.Category(c.Query("category")), Asof: clock(now),
		From: spoken().date(lang, from), To: spoken().date(lang, to.AddDate(0, 0, -1)),
	}
	for _, n := range ranges {
		view.Ranges = append(view.Ranges, option{Label: T(lang, "brand.days", n), On: n == span, Href: view.at(n, view.Topic)})
	}
	view.Topics = append(view.Topics, option{Label: T(lang, "brand.all"), On: view.Topic == "", Href: view.at(span, "")})
	for _, cat := range community.Categories() {
		view.Topics = append(view.Topics, option{Value: string(cat), Label: T(lang, "category."+string(cat)), Icon: string(cat), On: view.Topic == cat, Href: view.at(span, cat)})
	}
	view.read(lang, moods, from, to)
	if view.Never, err = s.never(c, sh.Brand, view.Total); err != nil {
		return err
	}
	return s.render(c, "brand-page", view)
}

// never tells whether a page that found nothing to show found it because the
// brand never had a message.
func (s *Server) never(c *fiber.Ctx, b community.Brand, found int) (bool, error) {
	if found > 0 {
		return false, nil
	}
	tally, err := s.Reader.Tally(c.UserContext(), viewerOf(c), b.ID)
	return err == nil && never(tally), err
}

func (v *brandView) at(days int, topic community.Category) string {
	q := url.Values{}
	if days != 28 {
		q.Set("days", strconv.Itoa(days))
	}
	if topic != "" {
		q.Set("category", string(topic))
	}
	if len(q) == 0 {
		return "/brand"
	}
	return "/brand?" + q.Encode()
}

// read turns counts into days, figures, charts and a finding.
func (v *brandView) read(lang string, moods []community.Mood, from, to time.Time) {
	first := from.Format(time.DateOnly)
	byDay := make(map[string]*moodDay)
	byCategory := make(map[community.Category]*moodDay)
	var now, before moodDay
	for _, m := range moods {
		if m.Day < first {
			if v.Topic == "" || m.Category == v.Topic {
				before.add(m)
			}
			continue
		}
		at(byCategory, m.Category).add(m)
		if v.Topic == "" || m.Category == v.Topic {
			at(byDay, m.Day).add(m)
			now.add(m)
		}
	}
	var series []moodDay
	for d := from; d.Before(to); d = d.AddDate(0, 0, 1) {
		day := moodDay{Date: d}
		if found := byDay[d.Format(time.DateOnly)]; found != nil {
			day.Neg, day.Neu, day.Pos = found.Neg, found.Neu, found.Pos
		}
		series = append(series, day)
	}
	v.Total = now.sum()
	v.Finding, v.Under = finding(lang, series, now, before)
	v.Figures = moodFigures(lang, now, before, v.Days)
	for _, width := range []int{1240, 860, 560, 340} {
		v.Charts = append(v.Charts, drawMood(lang, series, width, v.link))
	}
	for i := len(series) - 1; i >= 0; i-- {
		d := &series[i]
		v.Table = append(v.Table, dayRow{
			Label: spoken().longDate(lang, d.Date), Neg: d.Neg, Neu: d.Neu, Pos: d.Pos,
			NegHref: v.link(d.Date, community.Negative), NeuHref: v.link(d.Date, community.Neutral),
			PosHref: v.link(d.Date, community.Positive), AllHref: v.link(d.Date, ""),
		})
	}
	v.split(lang, byCategory, from, to)
}

// link is the address of the messages behind a number of one day.
func (v *brandView) link(day time.Time, s community.Sentiment) string {
	return messagesHref(day.Format(time.DateOnly), "", v.Topic, s)
}

func messagesHref(day, until string, c community.Category, s community.Sentiment) string {
	q := url.Values{"day": {day}}
	if until != "" && until != day {
		q.Set("until", until)
	}
	if c != "" {
		q.Set("category", string(c))
	}
	if s != "" {
		q.Set("sentiment", string(s))
	}
	return "/messages?" + q.Encode()
}

// split compares the categories, over the whole period.
func (v *brandView) split(lang string, by map[community.Category]*moodDay, from, to time.Time) {
	largest, total := 1, 0
	for _, d := range by {
		largest = max(largest, d.sum())
		total += d.sum()
	}
	day, until := from.Format(time.DateOnly), to.AddDate(0, 0, -1).Format(time.DateOnly)
	for _, cat := range community.Categories() {
		d := by[cat]
		if d == nil {
			continue
		}
		n := d.sum()
		row := splitRow{
			mark: categoryMark(lang, cat), N: n, Neg: d.Neg, Pos: d.Pos, Vol: n * 100 / largest, Share: percent(lang, share(n, total)),
			NegW: d.Neg * 50 / n, PosW: d.Pos * 50 / n, Href: messagesHref(day, until, cat, ""),
			NegHref: messagesHref(day, until, cat, community.Negative), PosHref: messagesHref(day, until, cat, community.Positive),
			NegShare: percent(lang, share(d.Neg, n)), PosText: percent(lang, share(d.Pos, n)),
		}
		row.NegX = 50 - row.NegW
		v.Split = append(v.Split, row)
	}
}
