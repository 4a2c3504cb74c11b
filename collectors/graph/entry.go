package graph

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// Envelope is the body of a webhook call: what happened to several of the app's
// pages or accounts, each entry with several changes.
type Envelope struct {
	Object  string  `json:"object"`
	Entries []Entry `json:"entry"`
}

// Entry is what happened to one page or account: ID is its native id.
type Entry struct {
	ID      string   `json:"id"`
	Time    Time     `json:"time"` // of the delivery's making: seconds, for messages milliseconds
	Changes []Change `json:"changes"`
	// Messaging is for this app, Standby for whoever holds the thread: it is read
	// the same way.
	Messaging []Messaging `json:"messaging"`
	Standby   []Messaging `json:"standby"`
	// Unreadable counts what could not be decoded and was left out.
	Unreadable int `json:"-"`
}

// Change is one change of a subscribed field; its value is the field's own.
type Change struct {
	Field string          `json:"field"`
	Value json.RawMessage `json:"value"`
}

// Person, reply and attachments of a message that a webhook brings.
type (
	// Messaging is one event of a private conversation. Exactly one of its parts
	// is set; an event that is about no words (read, delivered) has none.
	Messaging struct {
		Sender    Person       `json:"sender"`
		Recipient Person       `json:"recipient"`
		Timestamp Time         `json:"timestamp"`
		Message   *Delivered   `json:"message"`
		Edit      *MessageEdit `json:"message_edit"`
		Postback  *Postback    `json:"postback"`
	}
	// Delivered is a private message as a webhook writes it.
	Delivered struct {
		ID          string       `json:"mid"`
		Text        string       `json:"text"`
		Echo        bool         `json:"is_echo"` // ours, by whatever application
		Deleted     bool         `json:"is_deleted"`
		Unsupported bool         `json:"is_unsupported"`
		AppID       json.Number  `json:"app_id"`
		ReplyTo     ReplyTo      `json:"reply_to"`
		Attachments []Attachment `json:"attachments"`
	}
	// ReplyTo is what a message answers: another message, or a story.
	ReplyTo struct {
		ID    string `json:"mid"`
		Story struct {
			ID  string `json:"id"`
			URL string `json:"url"`
		} `json:"story"`
	}
	// Attachment is a picture, film, sound or file of a message.
	Attachment struct {
		Type    string `json:"type"` // image, video, audio, file, story_mention, share ...
		Payload struct {
			URL string `json:"url"`
		} `json:"payload"`
	}
	// MessageEdit is a private message's new text; Count is how often it was edited.
	MessageEdit struct {
		ID    string      `json:"mid"`
		Text  string      `json:"text"`
		Count json.Number `json:"num_edit"`
	}
	// Postback is a button somebody pressed instead of writing.
	Postback struct {
		ID    string `json:"mid"`
		Title string `json:"title"`
	}
)

var errEnvelope = errors.New("a webhook's body without object or entries")

// DecodeEnvelope reads a webhook's body. Events that are not as they should be
// are left out and counted, so that one of them does not hide the others.
func DecodeEnvelope(body []byte) (Envelope, error) {
	var raw struct {
		Object  string            `json:"object"`
		Entries []json.RawMessage `json:"entry"`
	}
	if err := json.Unmarshal(body, &raw); err != nil {
		return Envelope{}, fmt.Errorf("reading a webhook: %w", err)
	}
	if raw.Object == "" || len(raw.Entries) == 0 {
		return Envelope{}, errEnvelope
	}
	envelope := Envelope{Object: raw.Object}
	for _, one := range raw.Entries {
		entry, err := decodeEntry(one)
		if err != nil {
			return Envelope{}, err
		}
		envelope.Entries = append(envelope.Entries, entry)
	}
	return envelope, nil
}

func decodeEntry(raw json.RawMessage) (Entry, error) {
	var parts struct {
		ID        json.RawMessage   `json:"id"`
		Time      Time              `json:"time"`
		Changes   []json.RawMessage `json:"changes"`
		Messaging []json.RawMessage `json:"messaging"`
		Standby   []json.RawMessage `json:"standby"`
	}
	if err := json.Unmarshal(raw, &parts); err != nil {
		return Entry{}, fmt.Errorf("reading a webhook's entry: %w", err)
	}
	e := Entry{ID: idOf(parts.ID), Time: parts.Time}
	if !ValidID(e.ID) {
		return Entry{}, errEnvelope
	}
	e.Changes = readAll[Change](parts.Changes, &e.Unreadable)
	e.Changes = slices.DeleteFunc(e.Changes, func(c Change) bool { return c.Field == "" })
	e.Messaging = readAll[Messaging](parts.Messaging, &e.Unreadable)
	e.Standby = readAll[Messaging](parts.Standby, &e.Unreadable)
	return e, nil
}

func readAll[T any](raw []json.RawMessage, unreadable *int) []T {
	var all []T
	for _, one := range raw {
		var v T
		if json.Unmarshal(one, &v) != nil {
			*unreadable++
			continue
		}
		all = append(all, v)
	}
	return all
}

// idOf reads an id that is a string or, in some old hooks, a number.
func idOf(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}
