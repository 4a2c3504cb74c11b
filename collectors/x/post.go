package x

import (
	"slices"
	"strings"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// post is one post or direct message, whichever interface it came by.
type post struct {
	ID    string // of this version
	First string // the first of its edit history: what it is known by here
	Last  string // the newest of its edit history

	Author   person
	Text     string // as a reader sees it
	Lang     string
	Thread   string
	Parent   string // the post it answers
	ParentBy string // that post's author
	Quotes   string // the post it quotes
	QuotesBy string // that post's author, or his handle
	Mentions []mention
	Media    []community.Media
	Made     time.Time // this version, as X tells it

	Direct bool
	To     string // whom a direct message went to
	Repost bool   // somebody else's words, passed on
}

type person struct {
	ID, Handle, Name string
	Followers        int
	Verified         bool
}

type mention struct{ ID, Handle string }

// made fills in what every version 1 post lacks: a history of one.
func (p *post) made() {
	if p.First == "" {
		p.First = p.ID
	}
	if p.Last == "" {
		p.Last = p.ID
	}
	if p.Thread == "" {
		p.Thread = p.First
	}
}

// summons tells whether a post calls the account: by its @handle, or by quoting
// one of its posts. Since 23 February 2026 X takes a reply through its API only
// then (docs.x.com, changelog); the plan of an enterprise is exempt.
func (s *session) summons(p *post) bool {
	me := s.account
	if p.QuotesBy != "" && (p.QuotesBy == me.NativeID || strings.EqualFold(p.QuotesBy, me.Handle)) || s.mine.has(p.Quotes) {
		return true
	}
	return slices.ContainsFunc(p.Mentions, func(m mention) bool {
		return m.ID != "" && m.ID == me.NativeID || m.ID == "" && me.Handle != "" && strings.EqualFold(m.Handle, me.Handle)
	})
}

// messageOf is a post as a message. The fleet sets what it knows better: brand,
// account, origin, time of receipt.
func (s *session) messageOf(p *post, via string) community.Message {
	own := p.Author.ID == s.account.NativeID
	m := community.Message{
		Network: Name, ID: p.First, Thread: p.Thread, InReplyTo: p.Parent,
		Kind: s.kindOf(p, own),
		Author: community.Author{
			ID: p.Author.ID, Handle: p.Author.Handle, Name: p.Author.Name,
			Followers: p.Author.Followers, Verified: p.Author.Verified, URL: profileURL(p.Author.Handle),
		},
		Text: p.Text, Lang: language(p.Lang), URL: postURL(p),
		CreatedAt: exactly(p.ID, p.Made), Private: p.Direct, Media: p.Media, Via: via,
	}
	if p.First != p.ID {
		m.EditedAt = m.CreatedAt
		m.CreatedAt = exactly(p.First, time.Time{})
		if m.CreatedAt.IsZero() || m.CreatedAt.After(m.EditedAt) {
			m.CreatedAt = m.EditedAt
		}
	}
	if !own {
		s.allow(p, &m)
	} else if !p.Direct {
		m.Can = []community.Ability{{Deed: community.DeedDelete}}
	}
	return m
}

// allow writes down what can be done to somebody else's post, and why not.
func (s *session) allow(p *post, m *community.Message) {
	m.CanReply = true
	if p.Direct {
		return
	}
	enterprise := s.enterprise()
	if !enterprise && !s.summons(p) {
		m.CanReply, m.ReplyWhy = false, "x.not_summoned"
	}
	m.Can = []community.Ability{{Deed: community.DeedPrivate}}
	if p.Parent != "" && (p.ParentBy == s.account.NativeID || s.mine.has(p.Thread)) {
		m.Can = append(m.Can, community.Ability{Deed: community.DeedHide}, community.Ability{Deed: community.DeedUnhide})
	}
	why := ""
	if !enterprise {
		why = "x.likes_gone"
	}
	m.Can = append(m.Can, community.Ability{Deed: community.DeedLike, Why: why}, community.Ability{Deed: community.DeedUnlike, Why: why})
}

// goneMessage is the deletion of a post: X tells its id alone.
func goneMessage(first, thread string) community.Message {
	return community.Message{Network: Name, ID: first, Thread: thread, Deleted: true}
}

func (s *session) kindOf(p *post, own bool) community.Kind {
	switch {
	case p.Direct:
		return community.KindDirect
	case p.Parent != "":
		return community.KindReply
	case !own && s.summons(p):
		return community.KindMention
	}
	return community.KindPost
}

// language is X's code for a language; its codes for "none" and "cannot tell"
// are no language.
func language(code string) string {
	switch code {
	case "und", "zxx", "art", "qam", "qct", "qht", "qme", "qst":
		return ""
	case "in":
		return "id"
	case "iw":
		return "he"
	}
	return code
}

func profileURL(handle string) string {
	if handle == "" {
		return ""
	}
	return "https://x.com/" + handle
}

// postURL is where people see a post; a direct message has no address that is
// the same for both sides.
func postURL(p *post) string {
	if p.Direct {
		return ""
	}
	if p.Author.Handle == "" {
		return "https://x.com/i/web/status/" + p.ID
	}
	return "https://x.com/" + p.Author.Handle + "/status/" + p.ID
}
