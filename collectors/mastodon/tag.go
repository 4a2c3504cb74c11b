package mastodon

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/vigie-hq/vigie/community"
)

// How many hashtags an account listens to: each costs a call a poll, and a server
// allows 300 in five minutes for everything.
const maxTags = 20

// parseTags reads the hashtags that an account listens to, one a line, with or
// without #. Anything else is a Fault Invalid "mastodon.query" with the line:
// Mastodon offers no search of what strangers say, but by the tags they chose.
func parseTags(queries string) ([]string, error) {
	var tags []string
	seen := map[string]bool{}
	for line := range strings.Lines(queries) {
		line = strings.TrimSpace(line)
		tag := strings.TrimPrefix(line, "#")
		switch key := strings.ToLower(tag); {
		case line == "" || seen[key]:
			continue
		case !validTag(tag) || len(tags) == maxTags:
			return nil, community.Faultf(community.Invalid, "mastodon.query", line, maxTags)
		default:
			seen[key] = true
			tags = append(tags, tag)
		}
	}
	return tags, nil
}

// validTag tells whether a server would make a hashtag of it: letters, marks,
// figures and underscores, not figures alone.
func validTag(tag string) bool {
	letters := false
	for _, r := range tag {
		switch {
		case r == '_', unicode.IsLetter(r), unicode.IsMark(r):
			letters = true
		case !unicode.IsDigit(r):
			return false
		}
	}
	return letters && utf8.ValidString(tag) && len(tag) <= 200
}

// via is how a tag is named in Message.Via.
func via(tag string) string { return "#" + tag }
