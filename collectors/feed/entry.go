package feed

import (
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/mmcdole/gofeed"

	"github.com/vigie-hq/vigie/collectors/plain"
	"github.com/vigie-hq/vigie/community"
	"github.com/vigie-hq/vigie/community/text"
)

// What an entry may weigh beside its text: longer is a mistake or an attack, and
// the import's own limits.
const (
	maxName  = 200
	maxURL   = 4096
	maxMedia = 20
)

// messageOf is an entry as a message, its times as far as the feed tells them.
func (s *source) messageOf(e *entry, d *document) community.Message {
	m := community.Message{
		Network: Name, Kind: community.KindPost,
		Text: wordsOf(e), Lang: d.lang, URL: webAddress(e.Link),
		ReplyWhy: readOnly,
	}
	m.Scope, m.ID = s.identity(e, &m)
	m.Thread = m.ID
	if len(m.Lang) > 64 {
		m.Lang = ""
	}
	m.Author = s.authorOf(e, d)
	m.Media = mediaOf(e)
	m.CreatedAt, m.EditedAt = moment(e.PublishedParsed), moment(e.UpdatedParsed)
	if m.CreatedAt.IsZero() {
		m.CreatedAt, m.EditedAt = m.EditedAt, time.Time{}
	}
	return m
}

// identity names an entry: its guid or id, else its link, else a hash of its
// words. An address, a tag: or urn: is as good as unique among the feeds of a
// site, so that an entry that stands in two of them is one message; anything else
// ("1", a hash) is unique within its feed alone.
func (s *source) identity(e *entry, m *community.Message) (scope, id string) {
	id = strings.TrimSpace(text.Clean(e.GUID))
	if id == "" {
		id = webAddress(e.Link)
	}
	if id == "" {
		id = m.Hash()
	}
	scope = s.address.Host
	if !strings.Contains(id, ":") {
		scope += s.address.Path
		if s.address.RawQuery != "" {
			scope += "?" + shortHash(s.address.RawQuery) // it may hold a secret
		}
	}
	return bounded(scope), bounded(id)
}

// bounded keeps a name within what an id may have: a longer one by its hash.
func bounded(s string) string {
	if len(s) > community.MaxID {
		return shortHash(s)
	}
	return s
}

// authorOf is who wrote an entry. Feeds give names, not ids: two entries of one
// name on one site are by one author. Where nobody is named the author is
// unknown, shown as the feed, and joins no conversation of another entry.
func (s *source) authorOf(e *entry, d *document) community.Author {
	names := make([]string, 0, 1)
	for _, p := range append([]*gofeed.Person{e.Author}, e.Authors...) {
		if p == nil {
			continue
		}
		name := oneLine(p.Name)
		if name == "" {
			name, _, _ = strings.Cut(oneLine(p.Email), "@")
		}
		if name != "" {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return community.Author{Name: clip(d.title, maxName)}
	}
	name := clip(names[0], maxName)
	return community.Author{ID: text.Fold(name), Name: name}
}

// wordsOf is all there is to read: the title, then the whole content, or the
// summary where a feed gives no more. A title that the text begins with is said
// once.
func wordsOf(e *entry) string {
	title := oneLine(plain.Text(e.Title))
	body := e.Content
	if strings.TrimSpace(body) == "" {
		body = e.Description
	}
	words := text.Clean(plain.Text(body))
	switch {
	case title == "" || strings.HasPrefix(words, title):
	case words == "" || strings.HasPrefix(title, strings.TrimSuffix(words, "…")):
		words = title
	default:
		words = title + "\n\n" + words
	}
	return clip(words, community.MaxText)
}

func mediaOf(e *entry) []community.Media {
	var media []community.Media
	add := func(kind, address string) {
		address = webAddress(address)
		for _, m := range media {
			if m.URL == address {
				return
			}
		}
		if address != "" && len(media) < maxMedia {
			media = append(media, community.Media{Type: kind, URL: address})
		}
	}
	if e.Image != nil {
		add("image", e.Image.URL)
	}
	for _, enclosure := range e.Enclosures {
		if enclosure == nil {
			continue
		}
		kind, _, _ := strings.Cut(enclosure.Type, "/")
		switch kind {
		case "image", "video", "audio":
		default:
			kind = "file"
		}
		add(kind, enclosure.URL)
	}
	return media
}

// webAddress is an address that a page may link to, else nothing.
func webAddress(s string) string {
	s = strings.TrimSpace(s)
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || len(s) > maxURL {
		return ""
	}
	return text.Clean(s)
}

// moment is a date that a person can have meant; anything else is none.
func moment(t *time.Time) time.Time {
	if t == nil || t.Year() < 1980 || t.Year() > 2200 {
		return time.Time{}
	}
	return t.UTC()
}

func oneLine(s string) string { return strings.Join(strings.Fields(text.Clean(s)), " ") }

// clip cuts a text at most characters.
func clip(s string, most int) string {
	if len(s) <= most || utf8.RuneCountInString(s) <= most {
		return s
	}
	n := 0
	for i := range s {
		if n == most {
			return s[:i]
		}
		n++
	}
	return s
}
