package blueskytest

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/bluesky-social/indigo/atproto/syntax"

	"github.com/vigie-hq/vigie/community/text"
)

// invalid says what is wrong with a record, as the lexicon and the network see it.
func (s *Server) invalid(collection string, raw []byte) string {
	var p post
	if err := json.Unmarshal(raw, &p); err != nil {
		return err.Error()
	}
	if p.Type != collection {
		return "$type is " + p.Type
	}
	if _, err := syntax.ParseDatetime(p.CreatedAt); err != nil {
		return "createdAt: " + err.Error()
	}
	if collection != posts {
		return ""
	}
	switch {
	case text.Graphemes(p.Text) > 300:
		return "grapheme too big (maximum 300)"
	case len(p.Text) > 3000:
		return "text too big (maximum 3000)"
	}
	for _, f := range p.Facets {
		if problem := s.facet(p.Text, f.Index.Start, f.Index.End); problem != "" {
			return problem
		}
		for _, x := range f.Features {
			if strings.HasSuffix(x.Type, "#mention") && s.users[x.DID] == nil {
				return "a mention of " + x.DID
			}
		}
	}
	if p.Reply != nil {
		parent := s.records[p.Reply.Parent.URI]
		switch {
		case parent != nil && parent.cid != p.Reply.Parent.CID:
			return "the parent is at another version"
		case parent != nil && parent.post.root(parent.uri) != p.Reply.Root.URI:
			return "the root is not the thread's"
		}
	}
	return ""
}

func (s *Server) facet(words string, from, to int) string {
	if from < 0 || to > len(words) || from >= to {
		return "a facet outside the text"
	}
	if !utf8.RuneStart(words[from]) || to < len(words) && !utf8.RuneStart(words[to]) {
		return "a facet that cuts a letter in two"
	}
	return ""
}
