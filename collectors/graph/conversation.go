package graph

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// The platforms whose private conversations a page holds.
const (
	Messenger = "messenger"
	Instagram = "instagram"
)

// Conversation is a private one, as a page's list shows it, newest first.
type Conversation struct {
	ID           string `json:"id"`
	Updated      Time   `json:"updated_time"`
	CanReply     *bool  `json:"can_reply"`
	Participants struct {
		Data []Person `json:"data"`
	} `json:"participants"`
	Messages List `json:"messages"` // the newest ones: DirectMessage
}

// With is the first participant who is not us.
func (c *Conversation) With(us string) Person {
	for _, p := range c.Participants.Data {
		if p.ID != us {
			return p
		}
	}
	return Person{}
}

// DirectMessage is a private message, as a conversation's list shows it, newest
// first.
type DirectMessage struct {
	ID      string `json:"id"`
	Text    string `json:"message"`
	Created Time   `json:"created_time"`
	From    Person `json:"from"`
	To      struct {
		Data []Person `json:"data"`
	} `json:"to"`
	Attachments struct {
		Data []StoredFile `json:"data"`
	} `json:"attachments"`
	Story struct {
		Mention struct {
			ID   string `json:"id"`
			Link string `json:"link"`
		} `json:"mention"`
		ReplyTo struct {
			ID   string `json:"id"`
			Link string `json:"link"`
		} `json:"reply_to"`
	} `json:"story"` // Instagram
}

// StoredFile is an attachment as a conversation's list shows it.
type StoredFile struct {
	Type  string `json:"mime_type"`
	URL   string `json:"file_url"`
	Image struct {
		URL string `json:"url"`
	} `json:"image_data"`
	Video struct {
		URL string `json:"url"`
	} `json:"video_data"`
}

// Media is the file in our words.
func (f *StoredFile) Media() community.Media {
	switch {
	case f.Image.URL != "":
		return community.Media{Type: "image", URL: f.Image.URL}
	case f.Video.URL != "":
		return community.Media{Type: "video", URL: f.Video.URL}
	case strings.HasPrefix(f.Type, "audio/"): // as the webhook calls it
		return community.Media{Type: "audio", URL: f.URL}
	}
	return community.Media{Type: "file", URL: f.URL}
}

// Media is the attachment in our words; a share or a template is a link.
func (a *Attachment) Media() community.Media {
	switch a.Type {
	case "image", "video", "audio", "file":
		return community.Media{Type: a.Type, URL: a.Payload.URL}
	}
	return community.Media{Type: "link", URL: a.Payload.URL}
}

// The fields asked of a message, and how many messages come with a conversation.
const (
	MessengerFields = "id,message,created_time,from,to,attachments{mime_type,file_url,image_data,video_data}"
	InstagramFields = MessengerFields + ",story"
	threadPage      = "25"
	ThreadsAPage    = 50
)

// ThreadFields are the fields asked of a conversation, its newest messages
// with these fields among them.
func ThreadFields(message string) string {
	return "id,updated_time,can_reply,participants,messages.limit(" + threadPage + "){" + message + "}"
}

// Threads reads one page of a page's conversations, the last changed first. owner
// is the page's id, or "me".
func (c *Client) Threads(ctx context.Context, owner, platform, message, next string) ([]Conversation, string, error) {
	p, err := c.List(ctx, Path(owner, "conversations"), Params{
		"platform": platform, "fields": ThreadFields(message), "limit": ThreadsAPage,
	}, next)
	if err != nil {
		return nil, "", err
	}
	threads := make([]Conversation, 0, len(p.Items))
	for _, item := range p.Items {
		var one Conversation
		if json.Unmarshal(item, &one) == nil && ValidID(one.ID) {
			threads = append(threads, one)
		}
	}
	return threads, p.Next, nil
}

// Thread is the conversation with one person, found by their scoped id; ok is
// false when there is none.
func (c *Client) Thread(ctx context.Context, owner, platform, message, person string) (thread Conversation, ok bool, err error) {
	params := Params{"platform": platform, "user_id": person, "fields": ThreadFields(message)}
	err = c.Each(ctx, Path(owner, "conversations"), params, func(item json.RawMessage) (bool, error) {
		thread = Conversation{}
		ok = json.Unmarshal(item, &thread) == nil && ValidID(thread.ID)
		return !ok, nil
	})
	return thread, ok, err
}

// Letters reads the conversation with one person, newest message first, until
// with says that it has seen enough.
func (c *Client) Letters(ctx context.Context, owner, platform, message, person string, with func(*DirectMessage) (more bool)) error {
	thread, ok, err := c.Thread(ctx, owner, platform, message, person)
	if err != nil || !ok {
		return err
	}
	return c.LettersOf(ctx, thread.ID, message, with)
}

// LettersOf is Letters of a conversation that is known by its id.
func (c *Client) LettersOf(ctx context.Context, thread, message string, with func(*DirectMessage) (more bool)) error {
	params := Params{"fields": message, "limit": ThreadsAPage}
	return c.Each(ctx, Path(thread, "messages"), params, func(item json.RawMessage) (bool, error) {
		var m DirectMessage
		return json.Unmarshal(item, &m) != nil || with(&m), nil
	})
}

// Heard is when one person last wrote within the longest of Meta's windows; zero:
// not since.
func (c *Client) Heard(ctx context.Context, owner, platform, message, person string) (at time.Time, err error) {
	earliest := c.Clock().Add(-HumanWindow)
	err = c.Letters(ctx, owner, platform, message, person, func(m *DirectMessage) bool {
		if m.From.ID == person {
			at = m.Created.Time
		}
		return at.IsZero() && !m.Created.Older(earliest)
	})
	return at, err
}
