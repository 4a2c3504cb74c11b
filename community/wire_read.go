package community

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// wire reads JSON once, from left to right, straight into the message. It
// stands where encoding/json would because messages are the one thing read by
// the million: it is several times as fast, names the field that is wrong, and
// keeps the unknown ones.
type wire struct {
	data []byte
	i    int
}

func readMessage(data []byte, m *Message) error {
	w := wire{data: data}
	w.space()
	if w.i < len(data) && data[w.i] != '{' {
		if json.Valid(data) {
			return Faultf(Invalid, "message.object")
		}
		return w.broken()
	}
	if err := w.object(func(name []byte) error { return w.message(m, name) }); err != nil {
		return err
	}
	if w.space(); w.i < len(data) {
		return w.broken()
	}
	return nil
}

// message reads the value of the field called name.
func (w *wire) message(m *Message, name []byte) (err error) {
	switch string(name) {
	case "v":
		m.V, err = w.integer("v")
	case "brand":
		m.Brand, err = w.text("brand")
	case "network":
		m.Network, err = w.text("network")
	case "account":
		m.Account, err = w.id("account")
	case "scope":
		m.Scope, err = w.id("scope")
	case "id":
		m.ID, err = w.id("id")
	case "thread":
		m.Thread, err = w.id("thread")
	case "in_reply_to":
		m.InReplyTo, err = w.id("in_reply_to")
	case "kind":
		var s string
		s, err = w.text("kind")
		m.Kind = Kind(s)
	case "author":
		m.Author = Author{}
		err = w.nested("author", func(name []byte) error { return w.author(m, name) })
	case "text":
		m.Text, err = w.text("text")
	case "lang":
		m.Lang, err = w.text("lang")
	case "url":
		m.URL, err = w.text("url")
	case "created_at":
		m.CreatedAt, err = w.time("created_at")
	case "edited_at":
		m.EditedAt, err = w.time("edited_at")
	case "deleted":
		m.Deleted, err = w.boolean("deleted", false)
	case "private":
		m.Private, err = w.boolean("private", false)
	case "media":
		err = w.media(m)
	case "can_reply":
		m.CanReply, err = w.boolean("can_reply", true)
	case "reply_until":
		m.ReplyUntil, err = w.time("reply_until")
	case "origin":
		var s string
		s, err = w.text("origin")
		m.Origin = Origin(s)
	case "received_at":
		m.ReceivedAt, err = w.time("received_at")
	case "lag":
		var n int
		n, err = w.integer("lag")
		m.Lag = time.Duration(n)
	case "batch":
		m.Batch, err = w.text("batch")
	case "via":
		m.Via, err = w.text("via")
	default:
		err = w.extra(m, string(name))
	}
	return err
}

func (w *wire) author(m *Message, name []byte) (err error) {
	a := &m.Author
	switch string(name) {
	case "id":
		a.ID, err = w.id("author.id")
	case "handle":
		a.Handle, err = w.text("author.handle")
	case "name":
		a.Name, err = w.text("author.name")
	case "followers":
		a.Followers, err = w.integer("author.followers")
	case "verified":
		a.Verified, err = w.boolean("author.verified", false)
	default:
		err = w.extra(m, "author."+string(name))
	}
	return err
}

func (w *wire) media(m *Message) error {
	m.Media = nil
	if w.null() {
		return nil
	}
	if !w.next('[') {
		return w.wrong("media", "array")
	}
	for first := true; !w.next(']'); first = false {
		if !first && !w.next(',') {
			return w.broken()
		}
		i := len(m.Media)
		if i == maxMedia {
			return Faultf(Invalid, "message.field", "media", maxMedia)
		}
		m.Media = append(m.Media, Media{})
		err := w.nested("media", func(name []byte) (err error) {
			switch string(name) {
			case "type":
				m.Media[i].Type, err = w.text("media.type")
			case "url":
				m.Media[i].URL, err = w.text("media.url")
			default:
				err = w.extra(m, "media."+strconv.Itoa(i)+"."+string(name))
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// extra keeps a value we do not know, on one line. A name that only cleaning
// makes one of ours is nobody's field and is passed over.
func (w *wire) extra(m *Message, name string) error {
	w.space()
	name = clean(name)
	start := w.i
	if err := w.skip(0); err != nil {
		return err
	}
	if isField(name) {
		return nil
	}
	raw := w.data[start:w.i]
	if !utf8.Valid(raw) {
		raw = bytes.ToValidUTF8(raw, []byte("\uFFFD"))
	}
	var line bytes.Buffer
	line.Grow(len(raw))
	if err := json.Compact(&line, raw); err != nil {
		return w.broken()
	}
	if m.Extra == nil {
		m.Extra = make(map[string]json.RawMessage)
	}
	m.Extra[name] = line.Bytes()
	return nil
}

// object reads an object; field reads the value of each name.
func (w *wire) object(field func(name []byte) error) error {
	if !w.next('{') {
		return w.broken()
	}
	for first := true; !w.next('}'); first = false {
		if !first && !w.next(',') {
			return w.broken()
		}
		w.space()
		name, err := w.bytes()
		if err != nil {
			return err
		}
		if !w.next(':') {
			return w.broken()
		}
		if err := field(name); err != nil {
			return err
		}
	}
	return nil
}

// nested reads an object that is a field's value; null is an empty one.
func (w *wire) nested(name string, field func([]byte) error) error {
	if w.null() {
		return nil
	}
	if w.space(); w.i >= len(w.data) || w.data[w.i] != '{' {
		return w.wrong(name, "object")
	}
	return w.object(field)
}

func (w *wire) text(name string) (string, error) {
	if w.null() {
		return "", nil
	}
	if w.i >= len(w.data) || w.data[w.i] != '"' {
		return "", w.wrong(name, "string")
	}
	b, err := w.bytes()
	if err != nil {
		return "", err
	}
	return clean(string(b)), nil
}

// id reads a string, or a whole number as it is written.
func (w *wire) id(name string) (string, error) {
	if w.space(); w.i < len(w.data) && (w.data[w.i] == '-' || isDigit(w.data[w.i])) {
		start := w.i
		if err := w.number(); err != nil {
			return "", err
		}
		s := string(w.data[start:w.i])
		if strings.ContainsAny(s, ".eE") {
			return "", Faultf(Invalid, "message.field", name, "string")
		}
		return s, nil
	}
	return w.text(name)
}

func (w *wire) integer(name string) (int, error) {
	if w.null() {
		return 0, nil
	}
	start := w.i
	if w.i >= len(w.data) || (w.data[w.i] != '-' && !isDigit(w.data[w.i])) {
		return 0, w.wrong(name, "integer")
	}
	if err := w.number(); err != nil {
		return 0, err
	}
	n, err := strconv.Atoi(string(w.data[start:w.i]))
	if err != nil {
		return 0, Faultf(Invalid, "message.field", name, "integer")
	}
	return n, nil
}

func (w *wire) boolean(name string, absent bool) (bool, error) {
	switch {
	case w.null():
		return absent, nil
	case w.literal("true"):
		return true, nil
	case w.literal("false"):
		return false, nil
	}
	return false, w.wrong(name, "boolean")
}

// time reads an RFC 3339 moment of the years 1 to 9999 (UTC).
func (w *wire) time(name string) (time.Time, error) {
	s, err := w.text(name)
	if err != nil || s == "" {
		return time.Time{}, err
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}, Faultf(Invalid, "message.field", name, "RFC 3339")
	}
	if t = t.UTC(); t.Year() < 1 || t.Year() > 9999 {
		return time.Time{}, Faultf(Invalid, "message.field", name, "0001..9999")
	}
	return t, nil
}

// bytes reads a string; the result may share the input's memory.
func (w *wire) bytes() ([]byte, error) {
	if w.i >= len(w.data) || w.data[w.i] != '"' {
		return nil, w.broken()
	}
	start := w.i + 1
	for i := start; i < len(w.data); i++ {
		switch c := w.data[i]; {
		case c == '"':
			w.i = i + 1
			return w.data[start:i], nil
		case c == '\\':
			return w.escaped(start, i)
		case c < ' ':
			w.i = i
			return nil, w.broken()
		}
	}
	w.i = len(w.data)
	return nil, w.broken()
}

// escaped reads on from the first backslash of a string.
func (w *wire) escaped(start, i int) ([]byte, error) {
	out := make([]byte, i-start, i-start+64)
	copy(out, w.data[start:i])
	for i < len(w.data) {
		c := w.data[i]
		i++
		if c == '"' {
			w.i = i
			return out, nil
		}
		if w.i = i; c < ' ' {
			return nil, w.broken()
		}
		if c != '\\' {
			out = append(out, c)
			continue
		}
		if i == len(w.data) {
			break
		}
		c = w.data[i]
		i++
		if at := strings.IndexByte(`"\/bfnrt`, c); at >= 0 {
			out = append(out, "\"\\/\b\f\n\r\t"[at])
			continue
		}
		r, ok := hex4(w.data, i)
		if c != 'u' || !ok {
			return nil, w.broken()
		}
		i += 4
		if utf16.IsSurrogate(r) {
			low, ok := rune(-1), false
			if i+1 < len(w.data) && w.data[i] == '\\' && w.data[i+1] == 'u' {
				low, ok = hex4(w.data, i+2)
			}
			if r = utf16.DecodeRune(r, low); ok && r != utf8.RuneError {
				i += 6
			}
		}
		out = utf8.AppendRune(out, r)
	}
	w.i = len(w.data)
	return nil, w.broken()
}

func hex4(data []byte, i int) (rune, bool) {
	if i+4 > len(data) {
		return 0, false
	}
	var r rune
	for _, c := range data[i : i+4] {
		switch {
		case isDigit(c):
			r = r<<4 | rune(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return r, true
}
