package inbox

import (
	"html/template"
	"math"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/vigie-hq/vigie/community"
)

// doubtView is the message somebody has to decide about.
type doubtView struct {
	ID, Name, Initials string
	Version            int64
	Line               string // how it reached us
	Network            network
	Private            bool
	Due                dueView
	Text               template.HTML
	Lang               string
	URL                string
	More               int // messages of the same conversation
	Sentence           string
	Readings           []headView
	Known              []factView
	Choices            []choiceView
	Urgencies          []option
	Decided            string // who decided already, when it is shown again
}

// factView is something known of the message, as its label and its value.
type factView struct{ Label, Value string }

// choiceView is one category with its key, and what choosing it would start, by
// urgency.
type choiceView struct {
	mark
	Value, Key string
	On         bool
	Effects    []option // Value: the urgency, Label: what is started
}

// doubt lays out one conversation for a decision.
func (s *Server) doubt(c *fiber.Ctx, view *triageView, id string) (*doubtView, error) {
	ctx, v, lang := c.UserContext(), viewerOf(c), langOf(c)
	m, err := s.Reader.Matter(ctx, v, id)
	if err != nil {
		return nil, err
	}
	accounts, err := s.Reader.Accounts(ctx, v, m.Conversation.Brand)
	if err != nil {
		return nil, err
	}
	conv, now := &m.Conversation, s.Now().In(zone(view.Brand))
	e := opening(m)
	name := authorName(lang, e.Message.Author)
	d := &doubtView{
		ID: conv.ID, Version: conv.Version, Name: name, Initials: initials(name), Network: networkOf(lang, e.Message.Network),
		Private: e.Message.Private, Due: dueOf(lang, conv, now), Lang: e.Verdict.Language.Label, URL: webAddress(e.Message.URL),
		More: conv.Messages - 1,
	}
	key := "triage.line"
	if e.Message.Private {
		key = "triage.line.private"
	}
	handle := e.Message.Author.Handle
	if handle != "" && handle != name {
		handle = "@" + handle
	}
	d.Line = T(lang, key, handle, d.Network.Name, accountOption(lang, accounts, conv.Account).Label, spoken().moment(lang, e.Message.At().In(now.Location()), now))
	if conv.CategoryBy != "" {
		d.Decided = s.face.names.agent(conv.CategoryBy).Name
	}
	d.read(lang, s.Explainer.Readings(e.Message), e.Message.Text)
	d.know(lang, conv, e, s.face.names.agent(conv.Assignee).Name)
	d.choices(lang, m, view.channels, v.Agent, now)
	return d, nil
}

// opening is the customer's first message: what the decision is about.
func opening(m *community.Matter) *community.Entry {
	for i := range m.Entries {
		if e := &m.Entries[i]; !e.Out && !e.Bare {
			return e
		}
	}
	return &community.Entry{}
}

// A reading that is hardly likely explains nothing, and two that are this close
// are as good as one another.
const (
	leastLikely = 0.04
	likelyAlike = 0.15
)

// read shows the likeliest readings, three at most, with the words that speak
// for the first two in their colours.
func (d *doubtView) read(lang string, readings []community.Reading, text string) {
	hues := map[string]string{}
	var spans []community.Evidence
	for i, r := range readings {
		if i == 3 || i > 1 && r.P < leastLikely {
			break
		}
		mk := categoryMark(lang, community.Category(r.Label))
		d.Readings = append(d.Readings, headView{mk, percent(lang, r.P), int(math.Round(min(1, max(0, r.P)) * 100)), "b-" + r.Label})
		if i < 2 {
			hues[r.Label] = "h-" + r.Label
			for _, e := range r.Evidence {
				e.Head = r.Label
				spans = append(spans, e)
			}
		}
	}
	d.Text = highlight(text, spans, hues)
	if len(readings) < 2 {
		return
	}
	one, two := T(lang, "category."+readings[0].Label), T(lang, "category."+readings[1].Label)
	if readings[0].P-readings[1].P < likelyAlike {
		d.Sentence = T(lang, "triage.alike", one, two)
	} else {
		d.Sentence = T(lang, "triage.likely", one)
	}
}

// know gathers what helps to decide.
func (d *doubtView) know(lang string, conv *community.Conversation, e *community.Entry, assignee string) {
	add := func(label, value string) {
		if value != "" {
			d.Known = append(d.Known, factView{label, value})
		}
	}
	add(T(lang, "filter.sentiment"), T(lang, "sentiment."+string(conv.Sentiment)))
	if conv.Reason != "" && conv.Reason != "none" {
		add(T(lang, "filter.reason"), T(lang, "reason."+string(conv.Reason)))
	}
	if n := e.Message.Author.Followers; n > 0 {
		add(T(lang, "triage.author"), T(lang, "context.followers", n))
	}
	if conv.Case != "" {
		add(T(lang, "case.title"), conv.Case)
	}
	add(T(lang, "filter.assignee"), assignee)
}

// choices are the four categories and the four urgencies, with what each pair of
// them would start.
func (d *doubtView) choices(lang string, m *community.Matter, channels []community.Channel, agent string, now time.Time) {
	conv := &m.Conversation
	for i, cat := range community.Categories() {
		choice := choiceView{mark: categoryMark(lang, cat), Value: string(cat), Key: string(rune('1' + i)), On: conv.CategoryBy != "" && conv.Category == cat}
		for _, u := range community.Urgencies() {
			would := decided(m, channels, agent, cat, u, now)
			choice.Effects = append(choice.Effects, option{Value: string(u), Label: started(lang, &would, channels, now)})
		}
		d.Choices = append(d.Choices, choice)
	}
	keys := []string{"q", "s", "d", "f"}
	for i, u := range community.Urgencies() {
		o := markOption(string(u), urgencyMark(lang, u))
		o.On, o.Href = u == conv.Urgency, keys[i]
		d.Urgencies = append(d.Urgencies, o)
	}
}

// decided is what the conversation would be if an agent decided so now: the
// rules of the ground say it, as they will when he does (see sorted).
func decided(m *community.Matter, channels []community.Channel, agent string, cat community.Category, u community.Urgency, now time.Time) community.Conversation {
	c := m.Conversation
	c.Category, c.CategoryBy = cat, agent
	switch {
	case cat == community.CategoryNoise:
		c.ClosedBy, c.ClosedAt = agent, now
	case c.Status == community.Closed:
		c.OpenedBy, c.OpenedAt = agent, now
	}
	if u != c.Urgency {
		c.HumanUrgent, c.UrgencyBy, c.UrgencyAt = u, agent, now
	}
	var facts []community.Fact
	for i := range m.Entries {
		e := &m.Entries[i]
		facts = append(facts, e.Fact(community.AccountKey(e.Message.Brand, e.Message.Network, e.Message.Account)))
	}
	for i := range m.Replies {
		if r := &m.Replies[i]; r.State == community.ReplySent {
			facts = append(facts, r.Fact())
		}
	}
	c.Recount(facts)
	channel := c.Route(channels)
	if channel == nil {
		return c
	}
	c.Channel = channel.ID
	hours, err := community.Compile(channel.Hours)
	if err != nil {
		return c // what cannot be counted is not promised
	}
	c.Watched(community.Settled(m.Deadlines, c.Deadlines(facts, channel.Policy, hours), now))
	return c
}

// started says by when a conversation owes an answer, and which line has it
// where that is not the line of its category alone.
func started(lang string, c *community.Conversation, channels []community.Channel, now time.Time) string {
	said := T(lang, "triage.started.free")
	switch {
	case c.Status == community.Closed:
		return T(lang, "triage.started.closed")
	case c.Status != community.Open:
		said = T(lang, "triage.started.none")
	case !c.Due.IsZero() && now.After(c.Due):
		said = T(lang, "triage.started.late", spoken().duration(lang, c.Due.Sub(now)))
	case !c.Due.IsZero():
		said = T(lang, "triage.started", spoken().moment(lang, c.Due.In(now.Location()), now))
	}
	if i := slices.IndexFunc(channels, func(ch community.Channel) bool { return ch.ID == c.Channel }); i >= 0 && !slices.Equal(channels[i].Takes, []community.Category{c.Category}) {
		return channels[i].Name + ", " + said
	}
	return said
}
