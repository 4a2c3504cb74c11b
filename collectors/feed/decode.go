package feed

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"mime"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"

	"github.com/vigie-hq/vigie/community"
)

// An XML declaration, with the encoding it names.
var prolog = regexp.MustCompile(`^\s*<\?xml\b[^>]*?(?:encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["'][^>]*?)?\?>`)

// toUTF8 is a document in UTF-8 without mark or XML declaration. Its encoding is
// what its byte order mark says, else its declaration, else its Content-Type;
// what claims to be UTF-8 and is not is read as Windows-1252, as browsers do.
func toUTF8(body []byte, contentType string) []byte {
	label := ""
	switch {
	case bytes.HasPrefix(body, []byte("\xEF\xBB\xBF")):
		body, label = body[3:], "utf-8"
	case bytes.HasPrefix(body, []byte("\xFE\xFF")):
		label = "utf-16be"
	case bytes.HasPrefix(body, []byte("\xFF\xFE")):
		label = "utf-16le"
	}
	if m := prolog.FindSubmatch(body[:min(len(body), 1024)]); label == "" && m != nil {
		label = string(m[1])
	}
	if _, params, err := mime.ParseMediaType(contentType); err == nil && label == "" {
		label = params["charset"]
	}
	text := decodeAs(body, label)
	if !utf8.Valid(text) {
		text = decodeAs(body, "windows-1252")
	}
	text = bytes.TrimPrefix(text, []byte("\uFEFF"))
	if m := prolog.FindIndex(text[:min(len(text), 1024)]); m != nil {
		text = text[m[1]:]
	}
	return text
}

// decodeAs decodes by an encoding's name; one that nobody knows changes nothing.
func decodeAs(body []byte, label string) []byte {
	if label == "" || strings.EqualFold(label, "utf-8") {
		return body
	}
	r, err := charset.NewReaderLabel(label, bytes.NewReader(body))
	if err != nil {
		return body
	}
	text, err := io.ReadAll(r)
	if err != nil {
		return body
	}
	return text
}

// Elements within one another, and elements with their attributes (objects and
// arrays of JSON) in all: no feed comes near. Readers of feeds call themselves for
// each level, and make a kilobyte and more of each "<item/>".
const (
	maxDepth = 100
	maxParts = 100_000
)

// sound tells whether a document is whole: every element closed, nothing nested
// without end, no entity declared (none is ever expanded, but only an attack
// declares one). Nil, or a Fault Unavailable "feed.unreadable".
func sound(text []byte) error {
	bad := func(why error) error { return community.Faultf(community.Unavailable, unreadable).Because(why) }
	if trimmed := bytes.TrimSpace(text); len(trimmed) > 0 && trimmed[0] == '{' {
		if partsOf(trimmed) > maxParts {
			return bad(errors.New("too many parts"))
		}
		return nil // encoding/json bounds the depth by itself, and takes no half
	}
	d := xml.NewDecoder(bytes.NewReader(text))
	d.Strict = false
	depth, roots, parts := 0, 0, 0
	for {
		token, err := d.Token()
		switch {
		case errors.Is(err, io.EOF) && roots > 0:
			return nil
		case err != nil:
			return bad(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if depth++; depth > maxDepth {
				return bad(errors.New("nested too deeply"))
			}
			roots++
			if parts += 1 + len(t.Attr); parts > maxParts {
				return bad(errors.New("too many parts"))
			}
		case xml.EndElement:
			depth--
		case xml.Directive:
			if bytes.Contains(t, []byte("<!ENTITY")) {
				return bad(errors.New("declares entities"))
			}
		}
	}
}

// partsOf counts the objects and arrays of a JSON document, as far as it can be
// read and little further than maxParts.
func partsOf(document []byte) int {
	d := json.NewDecoder(bytes.NewReader(document))
	parts := 0
	for parts <= maxParts {
		token, err := d.Token()
		if err != nil {
			break
		}
		if token == json.Delim('{') || token == json.Delim('[') {
			parts++
		}
	}
	return parts
}
