package instagram

import (
	"encoding/json"
	"time"

	"github.com/vigie-hq/vigie/collectors/graph"
	"github.com/vigie-hq/vigie/community"
)

// comment is a comment as Graph lists it.
type comment struct {
	ID       string       `json:"id"`
	Text     string       `json:"text"`
	At       graph.Time   `json:"timestamp"`
	Username string       `json:"username"`
	From     graph.Person `json:"from"`
	Hidden   bool         `json:"hidden"`
	Likes    int          `json:"like_count"`
	Parent   string       `json:"parent_id"`
	Replies  graph.List   `json:"replies"`
}

// media is somebody else's media as Graph lists it.
type media struct {
	ID       string     `json:"id"`
	Caption  string     `json:"caption"`
	At       graph.Time `json:"timestamp"`
	Username string     `json:"username"`
	Link     string     `json:"permalink"`
}

// blank is a message of this account's. Ids of persons differ from account to
// account, so everything stands in the account's own scope.
func (s *session) blank(id, thread string, kind community.Kind, at time.Time) community.Message {
	return community.Message{
		Network: Name, Scope: s.account.NativeID, ID: id, Thread: thread, Kind: kind, CreatedAt: at, CanReply: true,
	}
}

// author is a person as far as Graph names them. Without an id nobody is known:
// user names change hands.
func author(p graph.Person, username string) community.Author {
	a := community.Author{ID: p.ID, Handle: p.Username, Name: p.Name}
	if a.Handle == "" {
		a.Handle = username
	}
	if a.Handle != "" {
		a.URL = "https://www.instagram.com/" + a.Handle + "/"
	}
	return a
}

// ours tells whether the account itself wrote it. Graph leaves the id out for
// who gave no permission, never for us; the name alone proves enough then.
func (s *session) ours(a *community.Author) bool {
	return a.ID == s.account.NativeID || a.ID == "" && a.Handle != "" && a.Handle == s.account.Handle
}

// comment is a comment under one of our media; above is the comment it answers,
// empty for the first level. All comments of a media are one thread: an answer to
// an answer stands, on Instagram, below the first.
func (s *session) comment(c *comment, media, above string, now time.Time) community.Message {
	kind := community.KindComment
	answers := media
	if above == "" {
		above = c.Parent
	}
	if above != "" && above != media {
		kind, answers = community.KindReply, above
	}
	m := s.blank(c.ID, media, kind, c.At.Time)
	m.InReplyTo, m.Author, m.Text = answers, author(c.From, c.Username), c.Text
	m.URL = s.address(media, c.ID)
	s.date(&m)
	if s.ours(&m.Author) {
		m.Author.ID = s.account.NativeID
		m.Can = []community.Ability{{Deed: community.DeedDelete}}
		return m
	}
	private := community.Ability{Deed: community.DeedPrivate, Until: c.At.Add(graph.PrivateReplyWindow)}
	switch {
	case m.Author.ID == "":
		private = community.Ability{Deed: community.DeedPrivate, Why: "instagram.nobody"}
	case c.At.IsZero():
		private.Until = time.Time{}
	case !now.Before(private.Until):
		private.Why = "deed.late"
	}
	m.Can = []community.Ability{
		private,
		{Deed: community.DeedHide},
		{Deed: community.DeedUnhide},
		{Deed: community.DeedDelete},
		{Deed: community.DeedLike, Why: "instagram.no_likes"},
	}
	return m
}

// media is somebody's media that names or shows the account.
func (s *session) media(m *media) community.Message {
	out := s.blank(m.ID, m.ID, community.KindMention, m.At.Time)
	out.Author, out.Text, out.URL, out.Can = author(graph.Person{}, m.Username), m.Caption, m.Link, elsewhere()
	return out
}

// mention is a comment of somebody's, under somebody else's media, that names the
// account.
func (s *session) mention(c *comment, on *media) community.Message {
	out := s.blank(c.ID, on.ID, community.KindMention, c.At.Time)
	out.InReplyTo, out.Author, out.Text, out.URL, out.Can = on.ID, author(c.From, c.Username), c.Text, on.Link, elsewhere()
	return out
}

// elsewhere is what can be done to words that stand on somebody else's page.
func elsewhere() []community.Ability {
	const why = "instagram.elsewhere"
	return []community.Ability{
		{Deed: community.DeedPrivate, Why: why},
		{Deed: community.DeedHide, Why: why},
		{Deed: community.DeedDelete, Why: why},
		{Deed: community.DeedLike, Why: "instagram.no_likes"},
	}
}

// direct is a private message with who, as a conversation lists it.
func (s *session) direct(m *graph.DirectMessage, who graph.Person) community.Message {
	var files []community.Media
	for i := range m.Attachments.Data {
		files = append(files, m.Attachments.Data[i].Media())
	}
	for _, link := range []string{m.Story.Mention.Link, m.Story.ReplyTo.Link} {
		if link != "" {
			files = append(files, community.Media{Type: "story", URL: link})
		}
	}
	return s.letter(m.ID, m.Text, m.From, who, m.Created.Time, files)
}

// letter is a private message by from; who is the customer, whoever wrote. The
// webhook gives milliseconds and the list seconds: seconds it is, or one message
// would have two dates.
func (s *session) letter(id, text string, from, who graph.Person, at time.Time, files []community.Media) community.Message {
	at = at.UTC().Truncate(time.Second)
	out := s.blank(id, who.ID, community.KindDirect, at)
	out.Private, out.Text, out.Media = true, text, files
	if from.ID == s.account.NativeID {
		out.Author = community.Author{ID: from.ID, Handle: s.account.Handle, Name: s.account.Title}
		return out
	}
	out.Author = author(from, "")
	if s.client == nil { // its token is dead: what was pushed is heard, and answered later
		out.ReplyUntil = at.Add(graph.Window)
		return out
	}
	if out.ReplyUntil = s.client.Until(at); !s.client.Clock().Before(out.ReplyUntil) {
		out.CanReply, out.ReplyWhy = false, "graph.window"
	}
	return out
}

// gone is a message of which only its deletion is known.
func (s *session) gone(id string) community.Message {
	return community.Message{Network: Name, Scope: s.account.NativeID, ID: id, Deleted: true}
}

// reworded is a private message as it is now, if its words are others than those
// that were seen.
func (s *session) reworded(raw json.RawMessage, seen *watched) (community.Message, graph.Wording, bool) {
	var m graph.DirectMessage
	if !seen.Private || json.Unmarshal(raw, &m) != nil || m.ID != seen.ID {
		return community.Message{}, graph.Wording{}, false
	}
	who := m.From
	if who.ID == s.account.NativeID && len(m.To.Data) > 0 {
		who = m.To.Data[0]
	}
	now := s.direct(&m, who)
	if graph.Brief(&now) == seen.Hash {
		return now, graph.Wording{}, false
	}
	return now, s.meet(&now, time.Time{}, false, s.client.Clock()), true
}
