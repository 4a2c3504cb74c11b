package community

import "strings"

// The smallest steps of reading: they know JSON (RFC 8259) and no message.

func (w *wire) space() {
	for w.i < len(w.data) {
		switch w.data[w.i] {
		case ' ', '\t', '\n', '\r':
			w.i++
		default:
			return
		}
	}
}

// next takes c if it comes next.
func (w *wire) next(c byte) bool {
	if w.space(); w.i < len(w.data) && w.data[w.i] == c {
		w.i++
		return true
	}
	return false
}

func (w *wire) literal(s string) bool {
	if w.space(); len(w.data)-w.i >= len(s) && string(w.data[w.i:w.i+len(s)]) == s {
		w.i += len(s)
		return true
	}
	return false
}

func (w *wire) null() bool { return w.literal("null") }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func (w *wire) digits() bool {
	start := w.i
	for w.i < len(w.data) && isDigit(w.data[w.i]) {
		w.i++
	}
	return w.i > start
}

func (w *wire) number() error {
	at := func(set string) bool { return w.i < len(w.data) && strings.IndexByte(set, w.data[w.i]) >= 0 }
	if at("-") {
		w.i++
	}
	if at("0") {
		w.i++
	} else if !w.digits() {
		return w.broken()
	}
	if at(".") {
		if w.i++; !w.digits() {
			return w.broken()
		}
	}
	if at("eE") {
		if w.i++; at("+-") {
			w.i++
		}
		if !w.digits() {
			return w.broken()
		}
	}
	return nil
}

// skip passes over any value.
func (w *wire) skip(depth int) error {
	if depth > maxNested {
		return Faultf(Invalid, "message.nested", maxNested)
	}
	if w.space(); w.i >= len(w.data) {
		return w.broken()
	}
	switch c := w.data[w.i]; {
	case c == '{':
		return w.object(func([]byte) error { return w.skip(depth + 1) })
	case c == '[':
		w.i++
		for first := true; !w.next(']'); first = false {
			if !first && !w.next(',') {
				return w.broken()
			}
			if err := w.skip(depth + 1); err != nil {
				return err
			}
		}
		return nil
	case c == '"':
		_, err := w.bytes()
		return err
	case c == '-' || isDigit(c):
		return w.number()
	case w.literal("true"), w.literal("false"), w.null():
		return nil
	}
	return w.broken()
}

// broken says that here is no JSON.
func (w *wire) broken() error { return Faultf(Invalid, "message.json", w.i) }

// wrong says that a field is of another type than wanted, or no JSON at all.
func (w *wire) wrong(name, wanted string) error {
	at := *w
	if err := at.skip(0); err != nil {
		return err
	}
	return Faultf(Invalid, "message.field", name, wanted)
}

// clean makes a string fit to be kept: valid UTF-8 without null characters.
func clean(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(s, "\x00", "")
	}
	return s
}
