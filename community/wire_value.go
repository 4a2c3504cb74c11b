package community

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

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
