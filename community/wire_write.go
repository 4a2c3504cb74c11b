package community

import (
	"maps"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// AppendMessage appends the message as JSON, on one line, and returns the
// longer slice. Reading it back (UnmarshalJSON) gives the same message; the
// same message always gives the same bytes.
func AppendMessage(b []byte, m *Message) []byte {
	b = append(b, `{"v":`...)
	b = strconv.AppendInt(b, int64(m.V), 10)
	b = appendField(b, `,"brand":`, m.Brand)
	b = appendField(b, `,"network":`, m.Network)
	b = appendField(b, `,"account":`, m.Account)
	b = appendField(b, `,"scope":`, m.Scope)
	b = appendField(b, `,"id":`, m.ID)
	b = appendField(b, `,"thread":`, m.Thread)
	b = appendField(b, `,"in_reply_to":`, m.InReplyTo)
	b = appendField(b, `,"kind":`, string(m.Kind))
	b = appendField(b, `,"author":{"id":`, m.Author.ID)
	b = appendField(b, `,"handle":`, m.Author.Handle)
	b = appendField(b, `,"name":`, m.Author.Name)
	b = append(b, `,"followers":`...)
	b = strconv.AppendInt(b, int64(m.Author.Followers), 10)
	b = append(b, `,"verified":`...)
	b = strconv.AppendBool(b, m.Author.Verified)
	if m.Author.URL != "" {
		b = appendField(b, `,"url":`, m.Author.URL)
	}
	b = appendField(b, `},"text":`, m.Text)
	b = appendField(b, `,"lang":`, m.Lang)
	b = appendField(b, `,"url":`, m.URL)
	b = appendTime(b, `,"created_at":"`, m.CreatedAt)
	b = appendTime(b, `,"edited_at":"`, m.EditedAt)
	b = append(b, `,"deleted":`...)
	b = strconv.AppendBool(b, m.Deleted)
	b = append(b, `,"private":`...)
	b = strconv.AppendBool(b, m.Private)
	for i := range m.Media {
		open := `,{"type":`
		if i == 0 {
			open = `,"media":[{"type":`
		}
		b = appendField(b, open, m.Media[i].Type)
		b = appendField(b, `,"url":`, m.Media[i].URL)
		b = append(b, '}')
	}
	if len(m.Media) > 0 {
		b = append(b, ']')
	}
	b = append(b, `,"can_reply":`...)
	b = strconv.AppendBool(b, m.CanReply)
	b = appendTime(b, `,"reply_until":"`, m.ReplyUntil)
	if m.ReplyWhy != "" {
		b = appendField(b, `,"reply_why":`, m.ReplyWhy)
	}
	b = appendAbilities(b, m.Can)
	b = appendField(b, `,"origin":`, string(m.Origin))
	b = appendTime(b, `,"received_at":"`, m.ReceivedAt)
	if m.Lag != 0 {
		b = append(b, `,"lag":`...)
		b = strconv.AppendInt(b, int64(m.Lag), 10)
	}
	if m.Batch != "" {
		b = appendField(b, `,"batch":`, m.Batch)
	}
	if m.Via != "" {
		b = appendField(b, `,"via":`, m.Via)
	}
	return append(appendExtra(b, m), '}')
}

// appendAbilities writes what can be done to the message.
func appendAbilities(b []byte, can []Ability) []byte {
	for i := range can {
		open := `,{"deed":`
		if i == 0 {
			open = `,"can":[{"deed":`
		}
		b = appendField(b, open, string(can[i].Deed))
		b = appendTime(b, `,"until":"`, can[i].Until)
		if can[i].Why != "" {
			b = appendField(b, `,"why":`, can[i].Why)
		}
		b = append(b, '}')
	}
	if len(can) > 0 {
		b = append(b, ']')
	}
	return b
}

// appendExtra writes the unknown fields in the order of their names. A name
// this version knows is not extra and is left out.
func appendExtra(b []byte, m *Message) []byte {
	if len(m.Extra) == 0 {
		return b
	}
	for _, name := range slices.Sorted(maps.Keys(m.Extra)) {
		if value := m.Extra[name]; len(value) > 0 && !isField(name) {
			b = append(b, ',')
			b = append(appendString(b, name), ':')
			b = append(b, value...)
		}
	}
	return b
}

func isField(name string) bool {
	switch name {
	case "v", "brand", "network", "account", "scope", "id", "thread", "in_reply_to", "kind", "author", "text", "lang", "url",
		"created_at", "edited_at", "deleted", "private", "media", "can_reply", "reply_until", "reply_why", "can", "origin", "received_at",
		"lag", "batch", "via":
		return true
	}
	return false
}

func appendField(b []byte, open, value string) []byte {
	return appendString(append(b, open...), value)
}

// appendTime writes a moment in UTC; none is left out.
func appendTime(b []byte, open string, t time.Time) []byte {
	if t.IsZero() {
		return b
	}
	b = append(b, open...)
	b = t.UTC().AppendFormat(b, time.RFC3339Nano)
	return append(b, '"')
}

// appendString writes a JSON string; invalid UTF-8 becomes U+FFFD.
func appendString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				b = append(append(b, s[start:i]...), "\uFFFD"...)
				start = i + 1
			}
			i += size
			continue
		}
		if c >= ' ' && c != '"' && c != '\\' {
			i++
			continue
		}
		b = append(b, s[start:i]...)
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\r':
			b = append(b, '\\', 'r')
		case '\t':
			b = append(b, '\\', 't')
		default:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
		i++
		start = i
	}
	return append(append(b, s[start:]...), '"')
}
