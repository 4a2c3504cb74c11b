package inbox

import (
	"time"

	"github.com/vigie-hq/vigie/community"
)

// rowView is a conversation as one row of the list.
type rowView struct {
	community.Conversation
	Name     string
	Initials string
	Network  network
	Due      dueView
	Assignee person
	Marks    []mark
	Category mark
	Foreign  bool // written in another language than the reader's
}

// mark is a glyph, a word and the class that colours both. Quiet ones show the
// glyph only and say the word to those who cannot see it.
type mark struct {
	Icon, Word, Class string
	Quiet             bool
}

// renderRow draws one row of the list, for the page and for the live stream.
func (s *Server) renderRow(lang string, c community.Conversation, now time.Time) (string, error) {
	row := s.row(lang, c, now)
	return s.face.drawRow(spoken().lang(lang), &row), nil
}

func (f *face) drawRow(lang string, r *rowView) string {
	p := pen{assets: f.assets}
	p.Grow(3 << 10)
	p.row(lang, r)
	return p.String()
}

func (s *Server) row(lang string, c community.Conversation, now time.Time) rowView {
	name := authorName(lang, c.Author)
	return rowView{
		Conversation: c, Name: name, Initials: initials(name),
		Network: networkOf(lang, c.Network), Due: dueOf(lang, &c, now.In(s.face.names.zone(c.Brand))),
		Assignee: s.face.names.agent(c.Assignee), Marks: marks(lang, &c), Category: categoryMark(lang, c.Category),
		Foreign: c.Lang != "" && c.Lang != lang && c.Lang != "und",
	}
}

func categoryMark(lang string, c community.Category) mark {
	return mark{Icon: string(c), Word: T(lang, "category."+string(c)), Class: "cat cat-" + string(c)}
}

func urgencyMark(lang string, u community.Urgency) mark {
	return mark{Icon: string(u), Word: T(lang, "urgency."+string(u)), Class: "mk mk-" + string(u)}
}

// sentimentGlyphs are the faces of icons.svg.
var sentimentGlyphs = map[community.Sentiment]string{
	community.Negative: "neg", community.Neutral: "neu", community.Positive: "pos",
}

func sentimentMark(lang string, s community.Sentiment) mark {
	glyph := sentimentGlyphs[s]
	return mark{Icon: glyph, Word: T(lang, "sentiment."+string(s)), Class: "mk mk-" + glyph}
}

func reasonMark(lang string, r community.Reason) mark {
	return mark{Word: T(lang, "reason."+string(r)), Class: "mk"}
}

// marks are what a row says beside its category, in the order of what matters:
// what went wrong with our answer, how urgent, about what, in which mood.
func marks(lang string, c *community.Conversation) []mark {
	out := make([]mark, 0, 5)
	switch community.ReplyState(c.ReplyState) {
	case community.ReplyRefused:
		out = append(out, mark{Icon: "warn", Word: T(lang, "reply.refused"), Class: "mk mk-late"})
	case community.ReplyUnknown:
		out = append(out, mark{Icon: "repeat", Word: T(lang, "reply.unknown"), Class: "mk mk-soon"})
	case community.ReplyHeld, community.ReplySending:
		out = append(out, mark{Icon: "send", Word: T(lang, "reply.sending"), Class: "mk"})
	case community.ReplyReturned:
		out = append(out, mark{Icon: "warn", Word: T(lang, "reply.back"), Class: "mk mk-soon"})
	case community.ReplyDraft:
		out = append(out, mark{Icon: "pen", Word: T(lang, "reply.draft"), Class: "mk draft"})
	}
	if c.Triage {
		out = append(out, mark{Icon: "triage", Word: T(lang, "view.triage"), Class: "mk mk-triage"})
	}
	if c.Urgency == community.Critical || c.Urgency == community.High {
		out = append(out, urgencyMark(lang, c.Urgency))
	}
	if c.Reason != "" && c.Reason != "none" && c.Reason != "other" {
		out = append(out, reasonMark(lang, c.Reason))
	}
	if c.Private {
		out = append(out, mark{Icon: "lock", Word: T(lang, "mode.private"), Class: "mk mk-private"})
	}
	if c.Sentiment == community.Negative || c.Sentiment == community.Positive {
		m := sentimentMark(lang, c.Sentiment)
		m.Quiet = true
		out = append(out, m)
	}
	return out
}

// network is how a network is called and drawn.
type network struct{ Name, Icon string }

// networks are those whose name or glyph cannot be made from their word.
var networks = map[string]network{
	"x": {"X", "n-x"}, "facebook": {"Facebook", "n-fb"}, "instagram": {"Instagram", "n-ig"},
	"mastodon": {"Mastodon", "n-ma"}, "bluesky": {"Bluesky", "n-bs"},
	"mail": {"network.mail", "n-mail"}, "email": {"network.mail", "n-mail"},
	"reviews": {"network.reviews", "n-star"}, "google": {"Google", "n-star"}, "trustpilot": {"Trustpilot", "n-star"},
	"appstore": {"App Store", "n-star"}, "playstore": {"Google Play", "n-star"},
	"simulated": {"network.simulated", "n-chat"},
	"chat":      {"network.chat", "n-chat"}, "hub": {"network.hub", "n-chat"}, "feed": {"network.feed", "press"}, "web": {"Web", "globe"},
	"youtube": {"YouTube", "globe"}, "tiktok": {"TikTok", "globe"}, "reddit": {"Reddit", "globe"},
}

func networkOf(lang, name string) network {
	if n, ok := networks[name]; ok {
		n.Name = T(lang, n.Name)
		return n
	}
	return network{Name: name, Icon: "globe"}
}
