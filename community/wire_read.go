package community

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"
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
	case "reply_why":
		m.ReplyWhy, err = w.text("reply_why")
	case "can":
		err = w.abilities(m)
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
	case "url":
		a.URL, err = w.text("author.url")
	default:
		err = w.extra(m, "author."+string(name))
	}
	return err
}

// abilities reads what can be done to the message. What a later version knows
// of an ability is left out, not kept: it is the collector's word of that day.
func (w *wire) abilities(m *Message) error {
	m.Can = nil
	return w.list("can", maxAbilities, func(i int) error {
		m.Can = append(m.Can, Ability{})
		return w.nested("can", func(name []byte) (err error) {
			switch string(name) {
			case "deed":
				var s string
				s, err = w.text("can.deed")
				m.Can[i].Deed = Deed(s)
			case "until":
				m.Can[i].Until, err = w.time("can.until")
			case "why":
				m.Can[i].Why, err = w.text("can.why")
			default:
				w.space()
				err = w.skip(0)
			}
			return err
		})
	})
}

func (w *wire) media(m *Message) error {
	m.Media = nil
	return w.list("media", maxMedia, func(i int) error {
		m.Media = append(m.Media, Media{})
		return w.nested("media", func(name []byte) (err error) {
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
	})
}

// list reads an array of at most most items; item reads the i-th. null is none.
func (w *wire) list(name string, most int, item func(i int) error) error {
	if w.null() {
		return nil
	}
	if !w.next('[') {
		return w.wrong(name, "array")
	}
	for i := 0; !w.next(']'); i++ {
		if i > 0 && !w.next(',') {
			return w.broken()
		}
		if i == most {
			return Faultf(Invalid, "message.field", name, most)
		}
		if err := item(i); err != nil {
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
