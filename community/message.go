package community

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"time"
)

// Kind is what sort of message the network calls it.
type Kind string

// The kinds of message.
const (
	KindPost    Kind = "post"
	KindComment Kind = "comment"
	KindMention Kind = "mention"
	KindReply   Kind = "reply"
	KindReview  Kind = "review"
	KindDirect  Kind = "dm"
)

// Kinds lists the kinds.
func Kinds() []Kind {
	return []Kind{KindPost, KindComment, KindMention, KindReply, KindReview, KindDirect}
}

// Origin says how a message came to us. Only Live starts clocks, alerts and
// webhooks; the rest is history and is filed.
type Origin string

// The origins of a message.
const (
	Live     Origin = "live"
	Backfill Origin = "backfill"
	Import   Origin = "import"
	Replay   Origin = "replay"
)

// Author is who wrote a message on that network. An author without id is
// unknown and joins nobody.
type Author struct {
	ID        string `json:"id"`
	Handle    string `json:"handle"`
	Name      string `json:"name"`
	Followers int    `json:"followers"`
	Verified  bool   `json:"verified"`
	URL       string `json:"url,omitempty"` // of the author's profile
}

// Media is a picture, film or file that a message shows.
type Media struct {
	Type string `json:"type"`
	URL  string `json:"url"`
}

// Message is one post, comment, mention, reply, review or private message, as
// the import, the API and the log carry it. Times are UTC; a zero time is
// "not given". ReceivedAt, Brand and Via are set by Vigie.
type Message struct {
	V          int       `json:"v"`
	Brand      string    `json:"brand"`
	Network    string    `json:"network"`
	Account    string    `json:"account"`
	Scope      string    `json:"scope"`
	ID         string    `json:"id"`
	Thread     string    `json:"thread"`
	InReplyTo  string    `json:"in_reply_to"`
	Kind       Kind      `json:"kind"`
	Author     Author    `json:"author"`
	Text       string    `json:"text"`
	Lang       string    `json:"lang"`
	URL        string    `json:"url"`
	CreatedAt  time.Time `json:"created_at,omitzero"`
	EditedAt   time.Time `json:"edited_at,omitzero"`
	Deleted    bool      `json:"deleted"`
	Private    bool      `json:"private"`
	Media      []Media   `json:"media,omitempty"`
	CanReply   bool      `json:"can_reply"`
	ReplyUntil time.Time `json:"reply_until,omitzero"`
	// ReplyWhy is the fault key of why it cannot be answered, when CanReply is
	// false; Can is what else can be done to it.
	ReplyWhy   string    `json:"reply_why,omitempty"`
	Can        []Ability `json:"can,omitempty"`
	Origin     Origin    `json:"origin"`
	ReceivedAt time.Time `json:"received_at,omitzero"`

	// Lag is the account's known delay when the message was received; it bounds
	// how far back a clock may start (ClockStart).
	Lag time.Duration `json:"lag,omitempty"`
	// Batch names the import it came with, so that the import can be told what
	// became of it.
	Batch string `json:"batch,omitempty"`
	// Via is the query or subscription that saw it; empty for the account itself.
	Via string `json:"via,omitempty"`
	// Extra keeps fields this version does not know, by name.
	Extra map[string]json.RawMessage `json:"-"`
}

// Identity is what makes two sightings the same message. Scope is empty where
// the network's ids are global; an edit keeps the first id of its history.
type Identity struct{ Brand, Network, Scope, ID string }

// Identity returns the message's identity.
func (m *Message) Identity() Identity {
	return Identity{m.Brand, m.Network, m.Scope, m.ID}
}

// Key is the identity as one short name ("m" and 26 letters and figures, 128
// bits of SHA-256): the id that follows the message through logs, events and
// pages, the same on every machine and after every replay.
func (i Identity) Key() string {
	return key("m", i.Brand, i.Network, i.Scope, i.ID)
}

// AuthorKey names the author within the brand; empty for an unknown author.
func (m *Message) AuthorKey() string {
	if m.Author.ID == "" {
		return ""
	}
	return key("a", m.Brand, m.Network, m.Scope, m.Author.ID)
}

var base32Lower = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

func key(prefix string, parts ...string) string {
	var buf [256]byte
	b := buf[:0]
	for _, p := range parts {
		b = append(b, p...)
		b = append(b, 0)
	}
	sum := sha256.Sum256(b)
	var out [27]byte
	out[0] = prefix[0]
	base32Lower.Encode(out[1:], sum[:16])
	return string(out[:])
}

// At is when the message was written, as far as it can be believed: the
// network's time, never later than our receipt (Bluesky lets authors choose).
func (m *Message) At() time.Time {
	if m.CreatedAt.IsZero() || (!m.ReceivedAt.IsZero() && m.CreatedAt.After(m.ReceivedAt)) {
		return m.ReceivedAt
	}
	return m.CreatedAt
}

// ClockStart is when the customer's wait begins:
// clamp(created_at, received_at − the account's known lag, received_at).
// A post from last year that a first connection brings waits from now.
func (m *Message) ClockStart() time.Time {
	at := m.At()
	if earliest := m.ReceivedAt.Add(-m.Lag); at.Before(earliest) {
		return earliest
	}
	return at
}

// Hash is the content hash of a revision: text, media, language of nothing
// else, so that a repeated delivery is a duplicate and an edit is not.
func (m *Message) Hash() string {
	parts := make([]string, 0, 2+2*len(m.Media))
	parts = append(parts, m.Text)
	for _, media := range m.Media {
		parts = append(parts, media.Type, media.URL)
	}
	return key("h", parts...)
}
