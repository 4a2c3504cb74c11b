package simulated

import (
	"net/url"
	"strconv"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// Post is one message as the network itself knows it, on the wire and in its
// memory. Times are UTC.
type Post struct {
	ID         string           `json:"id"`
	Thread     string           `json:"thread"`
	InReplyTo  string           `json:"in_reply_to,omitempty"`
	Kind       community.Kind   `json:"kind"`
	Author     community.Author `json:"author"`
	Text       string           `json:"text"`
	Lang       string           `json:"lang"`
	CreatedAt  time.Time        `json:"created_at"`
	EditedAt   time.Time        `json:"edited_at,omitzero"`
	Deleted    bool             `json:"deleted,omitempty"`
	Private    bool             `json:"private,omitempty"`
	ReplyUntil time.Time        `json:"reply_until,omitzero"`
	To         []string         `json:"to"` // native ids of the pages it reaches

	theme string // what the crowd is talking about; for its own later answers
}

// bare is what remains of a deleted post: its name and its place.
func (p *Post) bare() Post {
	return Post{
		ID: p.ID, Thread: p.Thread, Kind: p.Kind, CreatedAt: p.CreatedAt, EditedAt: p.EditedAt,
		Deleted: true, Private: p.Private, To: p.To,
	}
}

// message is the post as Vigie's words tell it, seen by one account.
func (p *Post) message(account community.Account) community.Message {
	return community.Message{
		V: 1, Brand: account.Brand, Network: account.Network, Account: account.Name, Scope: account.Scope,
		ID: p.ID, Thread: p.Thread, InReplyTo: p.InReplyTo, Kind: p.Kind, Author: p.Author,
		Text: p.Text, Lang: p.Lang, URL: p.url(), CreatedAt: p.CreatedAt, EditedAt: p.EditedAt,
		Deleted: p.Deleted, Private: p.Private,
		CanReply: !p.Deleted, ReplyUntil: p.ReplyUntil,
	}
}

// url is where the post would be read; the domain is reserved for examples.
func (p *Post) url() string {
	if p.Private || p.Deleted {
		return ""
	}
	return "https://social.example/@" + url.PathEscape(p.Author.Handle) + "/" + p.ID
}

// notice tells a page that something happened to a post. Notices are never
// changed: an edit or a deletion is a new one, at a higher position. then is the
// post as it stood then, which is what a stream carries; a reader of the feed
// is given the post as it stands.
type notice struct {
	pos     int64 // rises strictly; close to at in microseconds since 1970
	at      time.Time
	post    *Post
	then    Post
	deletes bool
}

// numberOf is a position written in a cursor; 0, the beginning, for what is none.
func numberOf(pos string) int64 {
	n, err := strconv.ParseInt(pos, 10, 64)
	if err != nil {
		return 0
	}
	return n
}
