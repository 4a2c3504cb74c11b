package community

import "time"

// EventType says what changed.
type EventType string

// The events. Receive writes one only if the store changed.
const (
	EventMessageReceived     EventType = "message.received"
	EventMessageEdited       EventType = "message.edited"
	EventMessageDeleted      EventType = "message.deleted"
	EventConversationChanged EventType = "conversation.changed"
	EventConversationMerged  EventType = "conversation.merged"
	EventDeadlineWarning     EventType = "deadline.warning"
	EventDeadlineBreached    EventType = "deadline.breached"
	EventComplaintChanged    EventType = "complaint.changed"
	EventAccountChanged      EventType = "account.changed"
	EventRulesChanged        EventType = "rules.changed" // Version is the list's
)

// Event tells consumers that something changed and where to read it. It
// carries no personal text. Version is the conversation's: a consumer drops an
// event older than what it holds.
type Event struct {
	V            int       `json:"v"`
	ID           int64     `json:"id"`
	Type         EventType `json:"type"`
	Brand        string    `json:"brand"`
	Conversation string    `json:"conversation"`
	Version      int64     `json:"version"`
	Message      string    `json:"message,omitempty"`
	At           time.Time `json:"at"`
	Origin       Origin    `json:"origin,omitempty"`
}
