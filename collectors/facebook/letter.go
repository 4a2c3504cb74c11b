package facebook

import (
	"time"

	"github.com/vigie-hq/vigie/collectors/graph"
	"github.com/vigie-hq/vigie/community"
)

// letter is a private message, by whichever way it came.
type letter struct {
	id, text, person string // person: the customer's id for this page
	answers          string // the message it answers, where that is told
	ours             bool
	created          time.Time
	media            []community.Media
}

// letterMessage is a private message as a message. The webhook gives
// milliseconds and the list seconds: seconds it is, or one message would have two
// dates.
func (p *page) letterMessage(l letter, now time.Time) community.Message {
	m := community.Message{
		Scope: p.account.NativeID, ID: l.id, Thread: l.person, InReplyTo: l.answers, Kind: community.KindDirect,
		Author: community.Author{ID: l.person, Name: p.name(l.person)}, Text: l.text, Private: true,
		CreatedAt: l.created.UTC().Truncate(time.Second), Media: l.media,
	}
	if l.ours {
		m.Author = community.Author{ID: p.account.NativeID, Name: p.account.Title}
		return m
	}
	window := graph.Window
	if p.human {
		window = graph.HumanWindow
	}
	m.ReplyUntil = m.CreatedAt.Add(window)
	m.CanReply = now.Before(m.ReplyUntil)
	if !m.CanReply {
		m.ReplyWhy = "graph.window"
	}
	return m
}

// letterOf reads a message of a conversation's list.
func (p *page) letterOf(it *graph.DirectMessage, person string) letter {
	l := letter{id: it.ID, text: it.Text, person: person, ours: it.From.ID == p.account.NativeID, created: it.Created.Time}
	for i := range it.Attachments.Data {
		l.media = append(l.media, it.Attachments.Data[i].Media())
	}
	return l
}
