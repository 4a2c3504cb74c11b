package mail

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"mime"
	"net/mail"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/emersion/go-message"
	"github.com/emersion/go-message/charset"
	"github.com/emersion/go-message/textproto"

	"github.com/vigie-hq/vigie/community"
)

// What of a header is kept at most.
const (
	maxSubject    = 500 // characters
	maxName       = 200
	maxReferences = 100     // the oldest, which name the thread
	maxHeader     = 1 << 20 // bytes; more is read as if the header ended there
)

// letter is one mail, decoded.
type letter struct {
	id         string // its Message-ID without brackets; "" where it has none that can be used
	inReplyTo  string
	references []string // oldest first
	from       person
	replyTo    []person
	to, cc     []person
	subject    string
	date       time.Time // as its author claims; else when the server received it
	automatic  bool      // nobody wrote it by hand
	words      string
	whole      string // with what it repeats and its signature
	media      []community.Media
	report     *report // it tells of another letter's delivery
}

// decode reads a letter. It never fails: of a letter that follows no rule what
// can be read is shown, so that nothing a customer sent is lost.
func decode(l *raw) letter {
	p := split(l.head)
	h := message.Header{Header: p.header}
	out := letter{
		id: messageID(h.Get("Message-Id")), inReplyTo: firstID(h.Get("In-Reply-To")),
		references: allIDs(h.Get("References")),
		from:       first(people(h.Get("From"))), replyTo: people(h.Get("Reply-To")),
		to: people(h.Get("To")), cc: people(h.Get("Cc")),
		subject: cleanLine(decodeWords(h.Get("Subject")), maxSubject),
	}
	if out.from.address == "" {
		out.from = first(people(h.Get("Sender")))
	}
	if out.date, _ = mail.ParseDate(h.Get("Date")); out.date.IsZero() {
		out.date = l.date
	}
	out.automatic = automatic(&h, out.answerTo(""))
	var b body
	b.read(p)
	if b.empty() && l.words != nil {
		b.read(split(l.words))
	}
	out.media, out.report = b.media, b.report
	out.words, out.whole = b.words(out.inReplyTo != "" || len(out.references) > 0)
	return out
}

// wordless tells whether a letter's words lie behind what was read of it.
func wordless(l *raw) bool {
	var b body
	if !l.whole() {
		b.read(split(l.head))
	}
	return !l.whole() && b.empty()
}

// answerTo is who an answer goes to: whoever the letter asks to answer to, unless
// that is ourselves, else its author.
func (l *letter) answerTo(ours string) string {
	for _, p := range l.replyTo {
		if p.address != "" && p.address != ours {
			return p.address
		}
	}
	return l.from.address
}

// parts is a letter or a part of one, cut at the end of its header.
type parts struct {
	header textproto.Header
	body   []byte
}

// split cuts a letter at the end of its header. Where the header follows no
// rule, the lines that do are taken.
func split(b []byte) parts {
	head, rest := b, []byte(nil)
	if len(b) > 0 && (b[0] == '\n' || b[0] == '\r') {
		return parts{body: b} // no header at all
	}
	for _, end := range []string{"\r\n\r\n", "\n\n"} {
		if i := bytes.Index(b, []byte(end)); i >= 0 && i < len(head) {
			head, rest = b[:i], b[i+len(end):]
		}
	}
	if len(head) > maxHeader {
		head = head[:maxHeader]
	}
	lines := func(b []byte) *bufio.Reader {
		return bufio.NewReader(strings.NewReader(string(b) + "\r\n\r\n"))
	}
	h, err := textproto.ReadHeader(lines(head))
	if err == nil {
		return parts{h, rest}
	}
	var kept [][]byte
	for line := range bytes.Lines(head) {
		line = bytes.TrimRight(line, "\r\n")
		name, _, found := bytes.Cut(line, []byte(":"))
		goesOn := len(line) > 0 && (line[0] == ' ' || line[0] == '\t') && len(kept) > 0
		if goesOn || found && len(name) > 0 && !bytes.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
			kept = append(kept, line)
		}
	}
	h, err = textproto.ReadHeader(lines(bytes.Join(kept, []byte("\r\n"))))
	if err != nil {
		return parts{body: rest}
	}
	return parts{h, rest}
}

// people reads the addresses of a header field. What is no list of addresses is
// searched for what looks like one.
func people(field string) []person {
	if strings.TrimSpace(field) == "" {
		return nil
	}
	parser := mail.AddressParser{WordDecoder: &mime.WordDecoder{CharsetReader: charset.Reader}}
	list, err := parser.ParseList(field)
	if err != nil {
		text := decodeWords(field)
		for _, word := range strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("<>,;:\"()", r) }) {
			if address := strings.ToLower(word); isAddress(address) {
				name, _, _ := strings.Cut(text, "<")
				return []person{{cleanLine(strings.Trim(name, `"' `), maxName), address}}
			}
		}
		return nil
	}
	found := make([]person, 0, min(len(list), maxReferences))
	for _, a := range list[:min(len(list), maxReferences)] {
		found = append(found, personOf(a))
	}
	return found
}

func first(list []person) person {
	if len(list) == 0 {
		return person{}
	}
	return list[0]
}

// decodeWords decodes RFC 2047; what cannot be decoded stays as it is.
func decodeWords(s string) string {
	decoder := mime.WordDecoder{CharsetReader: charset.Reader}
	if decoded, err := decoder.DecodeHeader(s); err == nil {
		return decoded
	}
	return s
}

// cleanLine is s as one line of at most so many characters.
func cleanLine(s string, most int) string {
	s = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && !unicode.IsSpace(r) {
			return -1
		}
		return r
	}, latin(s))), " ")
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most-1]) + "…"
}

// messageID is an id without its brackets; "" if it cannot name a message.
func messageID(field string) string {
	id := firstID(field)
	if id == "" {
		id = strings.Trim(strings.TrimSpace(field), "<>")
	}
	if !usable(id) {
		return ""
	}
	return id
}

// usable tells whether an id can stand in a header of ours and in a search, for
// which servers need not know more than ASCII.
func usable(id string) bool {
	return id != "" && len(id) <= maxIDLength &&
		!strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r == '<' || r == '>' || r == '"' || r >= 0x7f })
}

// What an id may measure: it must fit a command of IMAP and Vigie's own ids.
const maxIDLength = community.MaxID - len("own:") - hashLength

func firstID(field string) string {
	if ids := allIDs(field); len(ids) > 0 {
		return ids[0]
	}
	return ""
}

// allIDs are the ids in brackets of a field, the first of them where there are
// too many.
func allIDs(field string) (ids []string) {
	for len(ids) < maxReferences {
		_, after, found := strings.Cut(field, "<")
		if !found {
			return ids
		}
		id, rest, closed := strings.Cut(after, ">")
		if !closed {
			return ids
		}
		if id = strings.TrimSpace(id); usable(id) {
			ids = append(ids, id)
		}
		field = rest
	}
	return ids
}

const hashLength = 32

// hashOf names content that has no name of its own.
func hashOf(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:])[:hashLength]
}
