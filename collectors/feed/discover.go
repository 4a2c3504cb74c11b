package feed

import (
	"bytes"
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// discover finds the feed that a web page names in its head, by
// <link rel="alternate" type="application/rss+xml" href="…">; nil if it names none.
func discover(page []byte, at *url.URL) *url.URL {
	z := html.NewTokenizer(bytes.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return nil
		case html.StartTagToken, html.SelfClosingTagToken:
			token := z.Token()
			if token.DataAtom == atom.Body {
				return nil
			}
			if token.DataAtom == atom.Link {
				if u := alternate(token.Attr, at); u != nil {
					return u
				}
			}
		}
	}
}

// alternate is where a <link> says the page's feed is; nil if it is another link.
func alternate(attributes []html.Attribute, at *url.URL) *url.URL {
	var rel, kind, href string
	for _, a := range attributes {
		switch a.Key {
		case "rel":
			rel = strings.ToLower(a.Val)
		case "type":
			kind, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(a.Val)), ";")
		case "href":
			href = a.Val
		}
	}
	isFeed := kind == "application/rss+xml" || kind == "application/atom+xml" || kind == "application/feed+json"
	if !isFeed || !strings.Contains(" "+rel+" ", " alternate ") || href == "" {
		return nil
	}
	to, err := at.Parse(strings.TrimSpace(href))
	if err != nil {
		return nil
	}
	if to, err = parseAddress(to.String()); err != nil {
		return nil
	}
	return to
}
