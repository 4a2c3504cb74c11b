package inbox

import (
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/vigie-hq/vigie/community"
)

// settingsView shows how things are set: channels, what they promise and when. It is to be read; changing it is the command line's.
type settingsView struct {
	shell
	Tabs     tabsView
	Channels []channelRow
	Email    string
}

// tabsView is where one is in the settings, and what else there is.
type tabsView struct {
	Tab      string
	Rules    bool
	Accounts bool // how they stand, and what came from them
}

type channelRow struct {
	ID, Name string
	Takes    []mark
	Triage   bool
	Senders  []string
	Zone     string
	Holidays string
	Week     []weekday
	Undo     int
	Targets  []string
	Promises []promiseRow
	Now      mark
}

type weekday struct {
	Name    string
	Periods []bar
	Said    string
}

// bar is an opening as a drawing, of a day of 1440 minutes.
type bar struct{ X, W int }

type promiseRow struct {
	mark
	Cells []string
}

func (s *Server) settingsPage(c *fiber.Ctx) error {
	sh, err := s.shell(c, "settings")
	if err != nil {
		return err
	}
	ctx, v, lang := c.UserContext(), viewerOf(c), langOf(c)
	sh.Title = T(lang, "settings.title")
	accounts, err := s.Reader.Accounts(ctx, v, sh.Brand.ID)
	if err != nil {
		return err
	}
	channels, err := s.Reader.Channels(ctx, v, sh.Brand.ID)
	if err != nil {
		return err
	}
	view := &settingsView{shell: sh, Email: agentOf(c).Email, Tabs: settingsTabs("channels", v, sh.Brand.ID)}
	now := s.Now()
	for i := range channels {
		view.Channels = append(view.Channels, channelRowOf(lang, &channels[i], accounts, now))
	}
	return s.render(c, "settings-page", view)
}

func channelRowOf(lang string, c *community.Channel, accounts []community.Account, now time.Time) channelRow {
	row := channelRow{
		ID: c.ID, Name: c.Name, Triage: c.Triage, Zone: c.Hours.Zone, Undo: int(c.Undo / time.Second),
		Holidays: T(lang, "holidays."+holidays(c.Hours.Holidays)),
	}
	for _, cat := range c.Takes {
		row.Takes = append(row.Takes, categoryMark(lang, cat))
	}
	for _, key := range c.Senders {
		row.Senders = append(row.Senders, accountOption(lang, accounts, key).Label)
	}
	for i := range 7 {
		day := time.Weekday((i + 1) % 7) // the week begins on Monday
		row.Week = append(row.Week, weekdayOf(lang, day, c.Hours.Week[day]))
	}
	for _, t := range community.Targets() {
		row.Targets = append(row.Targets, T(lang, "target."+string(t)))
	}
	for _, u := range community.Urgencies() {
		p := promiseRow{mark: urgencyMark(lang, u)}
		for _, t := range community.Targets() {
			p.Cells = append(p.Cells, promiseText(lang, c, t, u))
		}
		row.Promises = append(row.Promises, p)
	}
	if hours, err := community.Compile(c.Hours); err == nil {
		row.Now = mark{Icon: "pause", Word: T(lang, "hours.closed", spoken().moment(lang, hours.NextOpening(now).In(zoneNamed(c.Hours.Zone)), now.In(zoneNamed(c.Hours.Zone)))), Class: "mk"}
		if hours.Open(now) {
			row.Now = mark{Icon: "check", Word: T(lang, "hours.open"), Class: "mk mk-done"}
		}
	}
	return row
}

func promiseText(lang string, c *community.Channel, t community.Target, u community.Urgency) string {
	p, ok := c.Policy.Promise(t, u, community.CategorySupport)
	if !ok {
		return "—"
	}
	s := spoken().within(lang, p.Within)
	if p.AroundTheClock {
		s += " " + T(lang, "hours.always")
	}
	return s
}

func holidays(h community.Holidays) string {
	if h == "" {
		return "none"
	}
	return string(h)
}

func weekdayOf(lang string, day time.Weekday, periods []community.Period) weekday {
	w := weekday{Name: T(lang, "weekday.short."+weekdayKey(day)), Said: T(lang, "hours.none")}
	for i, p := range periods {
		w.Periods = append(w.Periods, bar{p.From, p.To - p.From})
		if i == 0 {
			w.Said = ""
		} else {
			w.Said += ", "
		}
		w.Said += minutes(p.From) + "–" + minutes(p.To)
	}
	return w
}

// minutes writes a time of day.
func minutes(n int) string {
	two := func(n int) string { return strconv.Itoa(n/10) + strconv.Itoa(n%10) }
	return two(n/60) + ":" + two(n%60)
}
