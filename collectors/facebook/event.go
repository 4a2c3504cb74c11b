package facebook

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/vigie-hq/vigie/collectors/graph"
	"github.com/vigie-hq/vigie/community"
)

// change is the value of a change of the fields feed, mention and ratings.
type change struct {
	Item      string        `json:"item"` // post, status, photo, video, share, comment, reaction, rating ...
	Verb      string        `json:"verb"` // add, edit, edited, remove, hide, unhide ...
	Post      string        `json:"post_id"`
	Comment   string        `json:"comment_id"`
	Parent    string        `json:"parent_id"`
	Story     string        `json:"open_graph_story_id"`
	From      *graph.Person `json:"from"`
	Sender    string        `json:"sender_id"` // mention
	SenderAs  string        `json:"sender_name"`
	Reviewer  string        `json:"reviewer_id"` // ratings
	ReviewBy  string        `json:"reviewer_name"`
	Text      string        `json:"message"`
	Review    string        `json:"review_text"`
	Recommend string        `json:"recommendation_type"`
	Rating    int           `json:"rating"`
	Created   graph.Time    `json:"created_time"`
	Link      string        `json:"link"`
	Photo     string        `json:"photo"`
	Video     string        `json:"video"`
	Published *int          `json:"published"` // 0: not shown to anybody yet
}

// What feed calls words of somebody's. Reactions and likes are not.
var words = [...]string{"post", "status", "photo", "video", "share", "album", "link", "note", "comment", "event", "milestone", "offer", "story"}

// events are the messages that an entry of a webhook tells of.
func (p *page) events(ctx context.Context, e *graph.Entry) []community.Message {
	var all []community.Message
	for _, c := range e.Changes {
		var v change
		if json.Unmarshal(c.Value, &v) != nil {
			p.o.Graph.Logger().Warn("a webhook change cannot be read; polling will find it", "account", p.account.Key(), "field", c.Field)
			continue
		}
		if m, ok := p.changed(c.Field, &v, e.Time.Time); ok {
			all = append(all, m)
		}
	}
	for _, list := range [][]graph.Messaging{e.Messaging, e.Standby} {
		for i := range list {
			if m, ok := p.delivered(ctx, &list[i]); ok {
				all = append(all, m)
			}
		}
	}
	return all
}

// changed is the message behind a change, if it is about words. at is when the
// webhook was made: what dates an edit.
func (p *page) changed(field string, v *change, at time.Time) (community.Message, bool) {
	if v.Published != nil && *v.Published == 0 {
		return community.Message{}, false
	}
	var m community.Message
	s := aPost
	switch {
	case field == "ratings" && v.Item == "rating" && graph.ValidID(v.Story):
		m = p.reviewMessage(&review{
			Created: v.Created, Rating: v.Rating, Recommend: v.Recommend, Text: cmp.Or(v.Review, v.Text),
			Reviewer: &graph.Person{ID: v.Reviewer, Name: v.ReviewBy}, Story: graph.Person{ID: v.Story},
		})
		s = aReview
	case field == "mention" && p.onOurs(v.Post): // feed tells it, and what can be done to it
		return m, false
	case field == "mention" && graph.ValidID(cmp.Or(v.Comment, v.Post)):
		from := &graph.Person{ID: v.Sender, Name: v.SenderAs}
		m = p.postMessage(&post{ID: cmp.Or(v.Comment, v.Post), Text: v.Text, Created: v.Created, From: from}, community.KindMention, at)
		if v.Comment != "" {
			s, m.Thread, m.InReplyTo = aComment, cmp.Or(v.Post, v.Comment), v.Post
		}
	case field == "feed" && v.Item == "comment" && graph.ValidID(v.Comment) && graph.ValidID(v.Post):
		one := comment{ID: v.Comment, Text: v.Text, Created: v.Created, From: v.From}
		if v.Parent != v.Post { // first-level comments name their post
			one.Parent.ID = v.Parent
		}
		m, s = p.commentMessage(&one, v.Post, at), aComment
		m.Media = v.media()
	case field == "feed" && slices.Contains(words[:], v.Item) && graph.ValidID(v.Post):
		m = p.postMessage(&post{ID: v.Post, Text: v.Text, Created: v.Created, From: v.From}, community.KindPost, at)
		m.Media = v.media()
	default:
		return m, false
	}
	return p.verb(v, m, s, at)
}

// verb is what happened to the message. Edits go by two names; to be hidden or
// shown again changes nobody's words.
func (p *page) verb(v *change, m community.Message, s sort, at time.Time) (community.Message, bool) {
	switch v.Verb {
	case "add":
		p.known.meet(&m, s, time.Time{}, true, at)
	case "edit", "edited":
		p.known.meet(&m, s, at, false, at)
	case "remove":
		p.known.drop(m.ID)
		return p.deletion(m.ID, m.Thread, s), true
	default:
		return m, false
	}
	return m, true
}

func (v *change) media() []community.Media {
	switch {
	case v.Video != "":
		return []community.Media{{Type: "video", URL: v.Video}}
	case v.Photo != "":
		return []community.Media{{Type: "image", URL: v.Photo}}
	case v.Link != "" && v.Item == "photo": // a photo's own address
		return []community.Media{{Type: "image", URL: v.Link}}
	case v.Link != "" && v.Item == "video":
		return []community.Media{{Type: "video", URL: v.Link}}
	case v.Link != "" && v.Item != "status":
		return []community.Media{{Type: "link", URL: v.Link}}
	}
	return nil
}

// delivered is the message behind an event of Messenger, if it is about words:
// a message, ours or theirs, its edit, a button somebody pressed.
func (p *page) delivered(ctx context.Context, e *graph.Messaging) (community.Message, bool) {
	person, ours := e.Sender.ID, e.Sender.ID == p.account.NativeID
	if ours {
		person = e.Recipient.ID
	}
	l := letter{person: person, ours: ours, created: e.Timestamp.Time}
	switch {
	case !graph.ValidID(person):
		return community.Message{}, false
	case e.Message != nil:
		l.id, l.text, l.answers = e.Message.ID, e.Message.Text, e.Message.ReplyTo.ID
		for i := range e.Message.Attachments {
			l.media = append(l.media, e.Message.Attachments[i].Media())
		}
	case e.Edit != nil:
		l.id, l.text = e.Edit.ID, e.Edit.Text
	case e.Postback != nil:
		l.id, l.text = e.Postback.ID, e.Postback.Title
	}
	if !graph.ValidID(l.id) {
		return community.Message{}, false
	}
	if e.Message != nil && e.Message.Deleted {
		p.known.drop(l.id)
		return p.deletion(l.id, person, aLetter), true
	}
	if !ours {
		p.learn(ctx, person)
	}
	if e.Edit != nil {
		return p.editedLetter(ctx, l)
	}
	m := p.letterMessage(l, e.Timestamp.Time)
	p.known.meet(&m, aLetter, time.Time{}, true, e.Timestamp.Time)
	return m, true
}

// editedLetter is a private message with its new words. The event does not say
// when the message was written: what is known of it does, or Graph, or, later,
// looking again.
func (p *page) editedLetter(ctx context.Context, l letter) (community.Message, bool) {
	at := l.created
	if made, ok := p.known.made(l.id); ok {
		l.created = made
	} else {
		var one graph.DirectMessage
		if p.client == nil || p.client.Get(ctx, graph.Path(l.id), graph.Params{"fields": graph.MessengerFields}, &one) != nil {
			return community.Message{}, false
		}
		l.created = one.Created.Time
	}
	m := p.letterMessage(l, at)
	p.known.meet(&m, aLetter, at, false, at)
	return m, true
}
