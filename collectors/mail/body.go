package mail

import (
	"io"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/emersion/go-message"
	"golang.org/x/text/encoding/charmap"

	"github.com/vigie-hq/vigie/community"
)

// What of a letter is walked: deeper parts, and more of them, are nobody's words.
const (
	maxDepth = 10
	maxParts = 100
	maxNames = 50 // attachments whose names are kept
)

// What stands before an attachment's name in the address of its Media: it is a
// name, and leads nowhere.
const attachmentScheme = "attachment:"

// segment is one text of a letter.
type segment struct {
	text string
	html bool
}

// body gathers what a letter holds while its parts are walked.
type body struct {
	seen   int
	said   []segment // in order
	media  []community.Media
	report *report
}

// read walks a letter, or a part of one.
func (b *body) read(p parts) {
	// An unknown charset or encoding still gives an entity, undecoded.
	e, _ := message.New(message.Header{Header: p.header}, strings.NewReader(string(p.body)))
	b.walk(e, 0)
}

// empty tells whether no words were found.
func (b *body) empty() bool {
	return !slices.ContainsFunc(b.said, func(s segment) bool { return strings.TrimSpace(s.text) != "" })
}

func (b *body) walk(e *message.Entity, depth int) {
	if b.seen++; depth > maxDepth || b.seen > maxParts {
		return
	}
	kind, params, _ := e.Header.ContentType()
	kind = strings.ToLower(strings.TrimSpace(kind))
	disposition, named, _ := e.Header.ContentDisposition()
	name := named["filename"]
	if name == "" {
		name = params["name"]
	}
	isText := kind == "text/plain" || kind == "text/html" || !strings.Contains(kind, "/")
	switch {
	case strings.HasPrefix(kind, "multipart/"):
		b.multipart(e, kind, params, depth)
	case kind == "message/delivery-status" || kind == "message/global-delivery-status":
		b.delivery(e.Body)
	case b.report != nil && (kind == "message/rfc822" || kind == "message/global" || kind == "text/rfc822-headers" || kind == "message/global-headers"):
		b.returned(e.Body)
	case strings.EqualFold(disposition, "attachment") || !isText:
		b.attach(kind, name)
	case kind == "text/html":
		b.say(segment{text: text(e.Body), html: true})
	default:
		b.say(segment{text: unflow(text(e.Body), params)})
	}
}

// multipart walks the parts of a part. Of alternatives the plain text counts,
// unless it says nothing.
func (b *body) multipart(e *message.Entity, kind string, params map[string]string, depth int) {
	if params["boundary"] == "" {
		b.say(segment{text: text(e.Body)}) // nothing tells the parts apart
		return
	}
	if kind == "multipart/report" && strings.EqualFold(params["report-type"], "delivery-status") && b.report == nil {
		b.report = &report{}
	}
	before := len(b.said)
	for parts := e.MultipartReader(); b.seen < maxParts; {
		part, err := parts.NextPart()
		if err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err) {
			break // the end, or the rest follows no rule
		}
		b.walk(part, depth+1)
	}
	if kind != "multipart/alternative" {
		return
	}
	chosen := b.said[before:]
	saysPlainly := slices.ContainsFunc(chosen, func(s segment) bool { return !s.html && strings.TrimSpace(s.text) != "" })
	b.said = append(b.said[:before:before], slices.DeleteFunc(slices.Clone(chosen), func(s segment) bool { return s.html == saysPlainly })...)
}

func (b *body) say(s segment) {
	if len(b.said) < maxParts {
		b.said = append(b.said, s)
	}
}

// text reads a text's content as UTF-8. What was cut off or is badly encoded
// ends with an error behind what could be read; half a character at the end goes.
func text(content io.Reader) string {
	data, _ := io.ReadAll(io.LimitReader(content, 4*maxRead)) // decoding may widen
	if cut := len(data) - utf8.UTFMax + 1; cut >= 0 && !utf8.Valid(data) {
		for i := len(data) - 1; i >= cut; i-- {
			if utf8.RuneStart(data[i]) {
				if !utf8.FullRune(data[i:]) && utf8.Valid(data[:i]) {
					data = data[:i]
				}
				break
			}
		}
	}
	return strings.ReplaceAll(latin(string(data)), "\r\n", "\n")
}

// latin is s if it is UTF-8; else it was written as Windows writes Latin letters
// and its header does not say so.
func latin(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	if decoded, err := charmap.Windows1252.NewDecoder().String(s); err == nil {
		return decoded
	}
	return strings.ToValidUTF8(s, "�")
}

// attach notes an attachment by kind and name; its bytes stay on the server.
func (b *body) attach(kind, name string) {
	family, _, _ := strings.Cut(kind, "/")
	switch family {
	case "image", "video", "audio":
	default:
		family = "file"
	}
	if len(b.media) < maxNames {
		b.media = append(b.media, community.Media{
			Type: family, URL: attachmentScheme + url.PathEscape(cleanLine(decodeWords(name), maxName)),
		})
	}
}
