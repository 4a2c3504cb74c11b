package mastodon

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	client "github.com/mattn/go-mastodon"
)

// event is one thing the user stream told. Exactly one of its fields is set; an
// event that is nothing to us has none.
type event struct {
	status  *client.Status // a status that was posted, edited or notified of
	edited  bool           // status is known to be an edit
	quotes  bool           // status is known to quote one of ours
	deleted client.ID      // the id of a status that is gone
}

var errNoStatus = errors.New("event carries no status")

// decodeEvent reads one text frame of /api/v1/streaming. The payload is JSON
// inside a JSON string, as Mastodon sends it; an object is taken too, and for a
// deletion a number (servers before 2.0).
func decodeEvent(frame []byte) (event, error) {
	var envelope struct {
		Event   string          `json:"event"`
		Payload json.RawMessage `json:"payload"`
	}
	if err := json.Unmarshal(frame, &envelope); err != nil {
		return event{}, fmt.Errorf("reading a stream event: %w", err)
	}
	payload := []byte(envelope.Payload)
	var inner string
	if json.Unmarshal(payload, &inner) == nil {
		payload = []byte(inner)
	}
	switch envelope.Event {
	case "update", "status.update":
		var status client.Status
		return withStatus(&status, envelope.Event == "status.update", json.Unmarshal(payload, &status))
	case "notification":
		var n client.Notification
		err := json.Unmarshal(payload, &n)
		if err == nil && !wanted(&n) {
			return event{}, nil
		}
		e, err := withStatus(n.Status, n.Type == "update", err)
		e.quotes = e.status != nil && n.Type == "quote"
		return e, err
	case "conversation":
		var c client.Conversation
		err := json.Unmarshal(payload, &c)
		if err == nil && c.LastStatus == nil {
			return event{}, nil // its last status was deleted
		}
		return withStatus(c.LastStatus, false, err)
	case "delete":
		id := client.ID(strings.Trim(strings.TrimSpace(string(payload)), `"`))
		if !validID(string(id)) {
			return event{}, fmt.Errorf("deletion of %.80q: not an id", id)
		}
		return event{deleted: id}, nil
	}
	return event{}, nil
}

func withStatus(s *client.Status, edited bool, err error) (event, error) {
	switch {
	case err != nil:
		return event{}, fmt.Errorf("reading a stream payload: %w", err)
	case s == nil || !validID(string(s.ID)):
		return event{}, errNoStatus
	}
	return event{status: s, edited: edited}, nil
}

// wanted tells whether a notification is about words to us: a mention, a post that
// quotes one of ours (Mastodon 4.5), or the edit of a status we were told of.
// Likes, boosts and follows are not.
func wanted(n *client.Notification) bool {
	return n.Type == "mention" || n.Type == "quote" || n.Type == "update"
}

// validID tells whether s can be an id of a status: numbers on Mastodon, ULIDs
// or flake ids elsewhere. Ids stand in paths, so nothing else may pass.
func validID(s string) bool {
	if s == "" || len(s) > 64 {
		return false
	}
	for i := range len(s) {
		b := s[i]
		if !isWordByte(b) && b != '-' || b == '/' {
			return false
		}
	}
	return true
}
