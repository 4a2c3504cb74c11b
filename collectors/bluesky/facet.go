package bluesky

import (
	"context"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/bluesky-social/indigo/atproto/syntax"

	"github.com/vigie-hq/vigie/community"
)

// mostTag is how long a tag may be, in runes (app.bsky.richtext.facet#tag allows
// 64 graphemes and 640 bytes; a tag of as many runes fits both).
const mostTag = 64

// spans finds what a reader expects to be a link, a mention or a tag in a text
// that an agent wrote: on Bluesky they are none unless a facet says so. Offsets
// count UTF-8 bytes. A mention holds its handle where the DID must come.
func spans(s string) (found []facet) {
	start := true // at the start of a word
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if !start {
			start = unicode.IsSpace(r) || strings.ContainsRune("([{«“\"'’", r)
			i += size
			continue
		}
		end, x := span(s[i:])
		if end == 0 {
			start = unicode.IsSpace(r) || strings.ContainsRune("([{«“\"'’", r)
			i += size
			continue
		}
		found = append(found, facet{byteSlice{i, i + end}, []feature{x}})
		i, start = i+end, false
	}
	return found
}

// span is the length and meaning of what s begins with; 0 for plain text.
func span(s string) (int, feature) {
	end := strings.IndexFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune("<>\"“”«»{}|\\^`", r)
	})
	if end < 0 {
		end = len(s)
	}
	word := s[:end]
	switch {
	case word == "":
	case word[0] == '@':
		name := trimEnd(word[1:])
		if h, err := syntax.ParseHandle(name); err == nil {
			return 1 + len(name), feature{Type: mentionFeature, DID: h.Normalize().String()}
		}
	case word[0] == '#':
		tag := trimEnd(word[1:])
		if n := utf8.RuneCountInString(tag); n > 0 && n <= mostTag && strings.TrimFunc(tag, unicode.IsDigit) != "" && !strings.ContainsRune(tag, '#') {
			return 1 + len(tag), feature{Type: tagFeature, Tag: tag}
		}
	case hasScheme(word):
		address := trimEnd(word)
		if u, err := url.Parse(address); err == nil && u.User == nil && strings.Trim(u.Hostname(), ".") != "" {
			return len(address), feature{Type: linkFeature, URI: address}
		}
	}
	return 0, feature{}
}

func hasScheme(s string) bool {
	for _, scheme := range []string{"https://", "http://"} {
		if len(s) > len(scheme) && strings.EqualFold(s[:len(scheme)], scheme) {
			return true
		}
	}
	return false
}

// trimEnd takes off the punctuation of the sentence around a word.
func trimEnd(s string) string {
	for s != "" {
		r, size := utf8.DecodeLastRuneInString(s)
		closing := r == ')' && strings.Count(s, "(") < strings.Count(s, ")")
		if !closing && !strings.ContainsRune(".,:;!?'’…]", r) {
			return s
		}
		s = s[:len(s)-size]
	}
	return s
}

// facets are a text's spans with the DIDs of those it mentions. A name that
// belongs to nobody stays plain text.
func (s *session) facets(ctx context.Context, text string) ([]facet, error) {
	found := spans(text)
	kept := found[:0]
	for _, f := range found {
		if x := &f.Features[0]; x.Type == mentionFeature {
			did, err := s.resolve(ctx, x.DID)
			switch community.KindOf(err) {
			case community.Invalid, community.NotFound, community.Forbidden:
				continue
			}
			if err != nil {
				return nil, err
			}
			x.DID = did
		}
		kept = append(kept, f)
	}
	return kept, nil
}

// resolve asks whose a handle is.
func (s *session) resolve(ctx context.Context, handle string) (string, error) {
	var out struct {
		DID string `json:"did"`
	}
	if err := s.query(ctx, "com.atproto.identity.resolveHandle", url.Values{"handle": {handle}}, &out); err != nil {
		return "", err
	}
	if _, err := syntax.ParseDID(out.DID); err != nil {
		return "", community.Faultf(community.NotFound, "network.not_found")
	}
	return out.DID, nil
}
