package feedtest

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"time"
)

// document writes the window, newest entry first.
func (s *Server) document() (body []byte, kind string) {
	window := slices.Clone(s.entries[max(0, len(s.entries)-s.o.Window):])
	slices.Reverse(window)
	switch s.o.Format {
	case Atom:
		return s.atom(window), "application/atom+xml; charset=utf-8"
	case JSON:
		return s.json(window), "application/feed+json"
	}
	return s.rss(window), "application/rss+xml; charset=utf-8"
}

func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder takes everything
	return b.String()
}

func element(b *strings.Builder, name, value string) {
	if value != "" {
		fmt.Fprintf(b, "<%s>%s</%s>", name, escape(value), name)
	}
}

func date(t time.Time, layout string) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(layout)
}

func (s *Server) rss(window []Entry) []byte {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:atom="http://www.w3.org/2005/Atom"><channel>`)
	element(&b, "title", "The shop's blog")
	element(&b, "link", s.base)
	element(&b, "description", "News & offers")
	element(&b, "language", "fr-fr")
	if s.o.TTL > 0 {
		element(&b, "ttl", fmt.Sprint(s.o.TTL))
	}
	for _, e := range window {
		b.WriteString("<item>")
		fmt.Fprintf(&b, `<guid isPermaLink="false">%s</guid>`, escape(e.ID))
		element(&b, "title", e.Title)
		element(&b, "link", e.Link)
		element(&b, "dc:creator", e.Author)
		element(&b, "pubDate", date(e.Created, time.RFC1123Z))
		element(&b, "atom:updated", date(e.Updated, time.RFC3339Nano))
		fmt.Fprintf(&b, "<content:encoded><![CDATA[%s]]></content:encoded>", e.HTML)
		b.WriteString("</item>")
	}
	b.WriteString("</channel></rss>")
	return []byte(b.String())
}

func (s *Server) atom(window []Entry) []byte {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr">`)
	element(&b, "id", "tag:feed.example,2026:feed")
	element(&b, "title", "The shop's blog")
	element(&b, "updated", date(s.changed, time.RFC3339))
	for _, e := range window {
		b.WriteString("<entry>")
		element(&b, "id", e.ID)
		element(&b, "title", e.Title)
		if e.Link != "" {
			fmt.Fprintf(&b, `<link rel="alternate" href="%s"/>`, escape(e.Link))
		}
		if e.Author != "" {
			fmt.Fprintf(&b, "<author><name>%s</name></author>", escape(e.Author))
		}
		element(&b, "published", date(e.Created, time.RFC3339Nano))
		element(&b, "updated", date(e.Updated, time.RFC3339Nano))
		fmt.Fprintf(&b, `<content type="html">%s</content>`, escape(e.HTML))
		b.WriteString("</entry>")
	}
	b.WriteString("</feed>")
	return []byte(b.String())
}

func (s *Server) json(window []Entry) []byte {
	items := make([]map[string]any, 0, len(window))
	for _, e := range window {
		item := map[string]any{"id": e.ID, "content_html": e.HTML}
		for name, value := range map[string]string{
			"title": e.Title, "url": e.Link,
			"date_published": date(e.Created, time.RFC3339Nano), "date_modified": date(e.Updated, time.RFC3339Nano),
		} {
			if value != "" {
				item[name] = value
			}
		}
		if e.Author != "" {
			item["authors"] = []map[string]string{{"name": e.Author}}
		}
		items = append(items, item)
	}
	body, err := json.Marshal(map[string]any{
		"version": "https://jsonfeed.org/version/1.1", "title": "The shop's blog", "language": "fr", "items": items,
	})
	if err != nil {
		return nil // strings: it cannot fail
	}
	return body
}
