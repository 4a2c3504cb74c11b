package x

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// What version 2 sends. The published description of August 2026 renames much
// ("tweet" became "post") while the servers' own examples keep the old names;
// both are read.

type wirePost struct {
	ID           string          `json:"id"`
	Text         string          `json:"text"`
	AuthorID     string          `json:"author_id"`
	Conversation string          `json:"conversation_id"`
	CreatedAt    time.Time       `json:"created_at"`
	Lang         string          `json:"lang"`
	InReplyToID  string          `json:"in_reply_to_user_id"`
	History      []string        `json:"edit_history_tweet_ids"`
	HistoryNew   []string        `json:"edit_history_post_ids"`
	Refers       []wireReference `json:"referenced_tweets"`
	RefersNew    []wireReference `json:"referenced_posts"`
	Note         *wireNote       `json:"note_tweet"`
	NoteNew      *wireNote       `json:"note_post"`
	Entities     wireEntities    `json:"entities"`
	Attachments  struct {
		Keys []string `json:"media_keys"`
	} `json:"attachments"`
}

type wireReference struct {
	Type string `json:"type"` // replied_to, quoted, retweeted (or reposted)
	ID   string `json:"id"`
}

// wireNote is the whole text of a post of more than 280 characters.
type wireNote struct {
	Text     string       `json:"text"`
	Entities wireEntities `json:"entities"`
}

type wireEntities struct {
	URLs []struct {
		URL      string `json:"url"`
		Expanded string `json:"expanded_url"`
		MediaKey string `json:"media_key"`
	} `json:"urls"`
	Mentions []struct {
		ID       string `json:"id"`
		Username string `json:"username"`
	} `json:"mentions"`
}

type wireUser struct {
	ID       string `json:"id"`
	Username string `json:"username"`
	Name     string `json:"name"`
	Verified bool   `json:"verified"`
	Metrics  struct {
		Followers int `json:"followers_count"`
	} `json:"public_metrics"`
	// Activity events put some users into an envelope of their own.
	Data *wireUser `json:"data"`
}

func (u *wireUser) person() person {
	if u.Data != nil {
		u = u.Data
	}
	return person{u.ID, u.Username, u.Name, u.Metrics.Followers, u.Verified}
}

type wireMedia struct {
	Key     string `json:"media_key"`
	Type    string `json:"type"`
	URL     string `json:"url"`
	Preview string `json:"preview_image_url"`
}

type wireIncludes struct {
	Users    []wireUser  `json:"users"`
	Media    []wireMedia `json:"media"`
	Posts    []wirePost  `json:"tweets"`
	PostsNew []wirePost  `json:"posts"`
}

type wireDirect struct {
	ID           string       `json:"id"`
	Type         string       `json:"event_type"`
	Text         string       `json:"text"`
	Sender       string       `json:"sender_id"`
	Conversation string       `json:"dm_conversation_id"`
	Participants []string     `json:"participant_ids"`
	CreatedAt    time.Time    `json:"created_at"`
	Entities     wireEntities `json:"entities"`
	Attachments  struct {
		Keys []string `json:"media_keys"`
	} `json:"attachments"`
}

// wireError is a part of an answer that X could not give: it stands beside data.
type wireError struct {
	Type       string `json:"type"`
	Title      string `json:"title"`
	ResourceID string `json:"resource_id"`
	Value      string `json:"value"`
	ID         string `json:"id"`
}

// gone tells whether the error says that a post can be read no more: deleted, or
// hidden from us by its author.
func (e *wireError) gone() bool {
	return strings.HasSuffix(e.Type, "/resource-not-found") || strings.HasSuffix(e.Type, "/not-authorized-for-resource")
}

// wireList is a list of posts, messages or users. Items are read one by one: a
// single one that is not as X says must not hide the others for ever.
type wireList struct {
	Data     json.RawMessage `json:"data"`
	Includes wireIncludes    `json:"includes"`
	Errors   []wireError     `json:"errors"`
	Meta     struct {
		Next string `json:"next_token"`
	} `json:"meta"`
}

func (l *wireList) items() []json.RawMessage {
	var items []json.RawMessage
	if json.Unmarshal(l.Data, &items) != nil && len(l.Data) > 0 {
		items = []json.RawMessage{l.Data}
	}
	return items
}

// posts reads a page of posts.
func (l *wireList) posts() page {
	p := page{next: l.Meta.Next}
	for _, raw := range l.items() {
		var w wirePost
		if json.Unmarshal(raw, &w) == nil && validID(w.ID) && validID(w.AuthorID) {
			p.add(w.post(&l.Includes))
			continue
		}
		p.unreadable++
		p.stretch(idOf(raw))
	}
	return p
}

// directs reads a page of direct messages; events that are no words (somebody
// joined) are passed over.
func (l *wireList) directs(me string) page {
	p := page{next: l.Meta.Next}
	for _, raw := range l.items() {
		var w wireDirect
		switch {
		case json.Unmarshal(raw, &w) != nil || !validID(w.ID) || (w.Type == "" || w.Type == "MessageCreate") && !validID(w.Sender):
			p.unreadable++
			p.stretch(idOf(raw))
		case w.Type != "" && w.Type != "MessageCreate":
			p.stretch(w.ID)
		default:
			p.add(w.post(&l.Includes, me))
		}
	}
	return p
}

// idOf is the id of an item nothing else of which can be read.
func idOf(raw json.RawMessage) string {
	var named struct {
		ID string `json:"id"`
	}
	if json.Unmarshal(raw, &named) != nil {
		return ""
	}
	return named.ID
}

func (w *wirePost) post(in *wireIncludes) post {
	history, refers, note := append(w.History, w.HistoryNew...), append(w.Refers, w.RefersNew...), w.Note
	if note == nil {
		note = w.NoteNew
	}
	p := post{
		ID: w.ID, Author: in.person(w.AuthorID), Lang: w.Lang, Thread: w.Conversation,
		ParentBy: w.InReplyToID, Made: w.CreatedAt.UTC(), Media: in.media(w.Attachments.Keys),
	}
	for _, id := range history {
		if !validID(id) {
			continue
		}
		if p.First == "" || later(p.First, id) {
			p.First = id
		}
		p.Last = latest(id, p.Last)
	}
	for _, r := range refers {
		switch r.Type {
		case "replied_to":
			p.Parent = r.ID
		case "quoted":
			p.Quotes, p.QuotesBy = r.ID, in.author(r.ID)
		case "retweeted", "reposted":
			p.Repost = true
		}
	}
	words, entities := w.Text, w.Entities
	if note != nil && note.Text != "" {
		words = note.Text
		entities.URLs = append(entities.URLs, note.Entities.URLs...)
		entities.Mentions = append(entities.Mentions, note.Entities.Mentions...)
	}
	for _, m := range entities.Mentions {
		p.Mentions = append(p.Mentions, mention{m.ID, m.Username})
	}
	if p.Quotes != "" && p.QuotesBy == "" {
		p.QuotesBy = entities.handleOf(p.Quotes)
	}
	p.Text = readable(words, entities.links())
	p.made()
	return p
}

func (w *wireDirect) post(in *wireIncludes, me string) post {
	p := post{
		ID: w.ID, Author: in.person(w.Sender), Text: readable(w.Text, w.Entities.links()), Thread: w.Conversation,
		Made: w.CreatedAt.UTC(), Direct: true, Media: in.media(w.Attachments.Keys), To: me,
	}
	if w.Sender == me {
		p.To = otherThan(me, append(strings.Split(w.Conversation, "-"), w.Participants...))
	}
	p.made()
	return p
}

func otherThan(me string, ids []string) string {
	for _, id := range ids {
		if id != me && validID(id) {
			return id
		}
	}
	return ""
}

// conversationOf names the conversation of two people as X does: the lower id
// first.
func conversationOf(a, b string) string {
	if later(a, b) {
		a, b = b, a
	}
	return a + "-" + b
}

func (e *wireEntities) links() []link {
	links := make([]link, 0, len(e.URLs))
	for _, u := range e.URLs {
		links = append(links, link{u.URL, u.Expanded, u.MediaKey != ""})
	}
	return links
}

// handleOf finds whose post id is in the address by which it is quoted.
func (e *wireEntities) handleOf(id string) string {
	for _, u := range e.URLs {
		rest, ok := strings.CutSuffix(u.Expanded, "/status/"+id)
		if ok {
			return rest[strings.LastIndexByte(rest, '/')+1:]
		}
	}
	return ""
}

func (in *wireIncludes) person(id string) person {
	for i := range in.Users {
		if p := in.Users[i].person(); p.ID == id {
			return p
		}
	}
	return person{ID: id}
}

func (in *wireIncludes) author(id string) string {
	for _, posts := range [][]wirePost{in.Posts, in.PostsNew} {
		for i := range posts {
			if posts[i].ID == id {
				return posts[i].AuthorID
			}
		}
	}
	return ""
}

func (in *wireIncludes) media(keys []string) (media []community.Media) {
	for _, key := range keys {
		for _, m := range in.Media {
			if m.Key != key {
				continue
			}
			address := m.URL
			if address == "" {
				address = m.Preview
			}
			media = append(media, community.Media{Type: mediaType(m.Type), URL: address})
		}
	}
	return media
}

// mediaType names a kind of attachment in our words; animated_gif is a film
// without sound.
func mediaType(t string) string {
	switch t {
	case "photo":
		return "image"
	case "video", "animated_gif":
		return "video"
	}
	return "file"
}
