package community

import (
	"time"
	"unicode/utf8"
)

// What a message may weigh. Longer texts than any network allows, and ids
// longer than any network makes, are mistakes or attacks.
const (
	MaxLine  = 1 << 20 // bytes of one message as JSON
	MaxText  = 100_000 // code points of a text
	MaxID    = 512     // bytes of an id, a name, a handle
	maxURL   = 4096    // bytes of an address
	maxLang  = 64      // bytes of a language tag
	maxMedia = 100     // pictures, films and files of one message

	maxAbilities = 20 // what can be done to one message
	maxExtra     = 64 << 10
	maxRecord    = 800_000 // bytes of a message as Vigie writes it, so that it fits the log with its verdict
	maxNested    = 64      // arrays and objects within one another
)

// ParseMessage reads a message that somebody gives us (import, API), as JSON,
// received now. Every problem is a Fault Invalid with its key:
//
//	message.json         no JSON; the byte offset
//	message.object       JSON, but no object
//	message.nested       arrays or objects more than 64 deep
//	message.field        a field of the wrong type or form: its name, what is wanted
//	message.network      no name in the form [a-z0-9-]{1,32}
//	message.id           none
//	message.text.too_long, message.line.too_long, message.extra.too_long
//
// It is tolerant where nothing is lost by it: unknown fields are kept in Extra
// (those of the author as "author.name", of media as "media.0.name"), null is
// absent, an empty date is no date, an id may be a whole number, can_reply is
// true unless it says otherwise. Invalid UTF-8 becomes U+FFFD and null
// characters go. Of a field given twice the last counts. ReceivedAt is now; Lag
// and Batch are ours alone and are not read.
func ParseMessage(data []byte, now time.Time) (Message, error) {
	return ParseMessageFrom("", data, now)
}

// ParseMessageFrom is ParseMessage where the network is known already: one that
// names none is of that network.
func ParseMessageFrom(network string, data []byte, now time.Time) (Message, error) {
	if len(data) > MaxLine {
		return Message{}, Faultf(Invalid, "message.line.too_long", MaxLine)
	}
	m := Message{V: 1, CanReply: true, Network: network}
	if err := readMessage(data, &m); err != nil {
		return Message{}, err
	}
	m.ReceivedAt, m.Lag, m.Batch = now.UTC(), 0, ""
	if m.Kind == "" {
		m.Kind = KindPost
		if m.Private {
			m.Kind = KindDirect
		}
	}
	if err := m.check(); err != nil {
		return m, err
	}
	// Only what is large as it comes can be too large as the log carries it.
	if len(data) > maxRecord/8 && len(AppendMessage(nil, &m)) > maxRecord {
		return m, Faultf(Invalid, "message.line.too_long", maxRecord)
	}
	return m, nil
}

// check holds a given message to its limits.
func (m *Message) check() error {
	switch {
	case !ValidName(m.Network):
		return Faultf(Invalid, "message.network", clip(m.Network))
	case m.ID == "":
		return Faultf(Invalid, "message.id")
	case m.Brand != "" && !ValidName(m.Brand):
		return Faultf(Invalid, "message.field", "brand", "[a-z0-9-]{1,32}")
	case len(m.Text) > MaxText && utf8.RuneCountInString(m.Text) > MaxText:
		return Faultf(Invalid, "message.text.too_long", MaxText)
	case len(m.Media) > maxMedia:
		return Faultf(Invalid, "message.field", "media", maxMedia)
	}
	switch m.Origin {
	case "", Live, Backfill, Import, Replay:
	default:
		return Faultf(Invalid, "message.field", "origin", "live | backfill | import | replay")
	}
	for _, f := range [...]struct {
		name, value string
		most        int
	}{
		{"id", m.ID, MaxID},
		{"account", m.Account, MaxID},
		{"scope", m.Scope, MaxID},
		{"thread", m.Thread, MaxID},
		{"in_reply_to", m.InReplyTo, MaxID},
		{"author.id", m.Author.ID, MaxID},
		{"author.handle", m.Author.Handle, MaxID},
		{"author.name", m.Author.Name, MaxID},
		{"via", m.Via, MaxID},
		{"kind", string(m.Kind), maxLang},
		{"lang", m.Lang, maxLang},
		{"url", m.URL, maxURL},
		{"author.url", m.Author.URL, maxURL},
		{"reply_why", m.ReplyWhy, maxLang},
	} {
		if len(f.value) > f.most {
			return Faultf(Invalid, "message.field", f.name, f.most)
		}
	}
	for i := range m.Media {
		if len(m.Media[i].URL) > maxURL || len(m.Media[i].Type) > maxLang {
			return Faultf(Invalid, "message.field", "media", maxURL)
		}
	}
	extra := 0
	for name, value := range m.Extra {
		extra += len(name) + len(value)
	}
	if extra > maxExtra {
		return Faultf(Invalid, "message.extra.too_long", maxExtra)
	}
	return nil
}

// clip shortens what a fault quotes.
func clip(s string) string {
	const most = 40
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}

// UnmarshalJSON reads a message as our own log and pages carry it: every field,
// no limits but the depth. Use ParseMessage for what others give us.
func (m *Message) UnmarshalJSON(data []byte) error {
	*m = Message{}
	return readMessage(data, m)
}

// MarshalJSON writes the message with all it holds, Extra included.
func (m Message) MarshalJSON() ([]byte, error) {
	return AppendMessage(make([]byte, 0, 512+len(m.Text)), &m), nil
}
