package plain

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Parse reads HTML as one element that holds it. It takes time and room in
// proportion to content, whatever that holds. The parser of a browser does not:
// it opens <b> and its like anew in every paragraph, and compares the attributes
// of every <body>, so that a letter of 200 KB can cost minutes and gigabytes.
// Here it is only given the elements whose meaning counts for a text; any other
// becomes a <span> with its attributes. What is nested too deeply for the parser
// keeps its words, its lines and no structure.
func Parse(content string) *html.Node {
	content, flat := tame(content)
	root := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	nodes, err := html.ParseFragment(strings.NewReader(content), root)
	if err != nil {
		return flat
	}
	for _, n := range nodes {
		root.AppendChild(n)
	}
	return root
}

// tame is content with no elements but those that the parser treats simply, and
// the same without any structure but its lines.
func tame(content string) (tamed string, flat *html.Node) {
	var b strings.Builder
	flat = &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	z := html.NewTokenizer(strings.NewReader(content))
	templates := 0 // which show nothing
	for unseen := false; ; {
		kind := z.Next()
		if kind == html.ErrorToken {
			return b.String(), flat
		}
		switch kind {
		case html.TextToken:
			if unseen || templates > 0 {
				break
			}
			// Written anew: beside what is left out it could look like a tag.
			text := string(z.Text())
			b.WriteString(html.EscapeString(text))
			flat.AppendChild(&html.Node{Type: html.TextNode, Data: text})
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			raw := string(z.Raw())
			name, _ := z.TagName()
			tag := atom.Lookup(name)
			if tag == atom.Template {
				templates = max(0, templates+map[html.TokenType]int{html.StartTagToken: 1, html.EndTagToken: -1}[kind])
			}
			unseen = kind == html.StartTagToken && unread(tag)
			if templates > 0 {
				continue
			}
			if breaks(tag) {
				flat.AppendChild(&html.Node{Type: html.ElementNode, Data: "br", DataAtom: atom.Br})
			}
			open := len("<")
			if kind == html.EndTagToken {
				open = len("</")
			}
			switch {
			case counts(tag):
				b.WriteString(raw)
			case !leftOut(tag) && kind != html.SelfClosingTagToken:
				// The name is read with what is no UTF-8 replaced: its end is sought.
				if end := strings.IndexAny(raw[open:], " \t\r\n\f/>"); end >= 0 {
					b.WriteString(raw[:open] + "span" + raw[open+end:])
				}
			}
			continue
		}
		unseen = false
	}
}

// counts tells whether an element has a meaning for a text.
func counts(tag atom.Atom) bool {
	switch tag {
	case atom.A, atom.Img, atom.Pre, atom.Ul, atom.Ol, atom.Table, atom.Thead, atom.Tbody, atom.Tfoot, atom.Td, atom.Th, atom.Span:
		return true
	}
	return breaks(tag)
}

// breaks tells whether an element begins or ends a line.
func breaks(tag atom.Atom) bool {
	switch tag {
	case atom.Br, atom.P, atom.Div, atom.Li, atom.Tr, atom.Blockquote, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		return true
	}
	return false
}

// unread tells whether what an element holds is no text: the tokenizer gives all
// of it as one token.
func unread(tag atom.Atom) bool {
	switch tag {
	case atom.Script, atom.Style, atom.Title, atom.Iframe, atom.Noembed, atom.Noframes, atom.Noscript, atom.Plaintext, atom.Textarea, atom.Xmp:
		return true
	}
	return false
}

// leftOut tells whether an element goes without a trace: it holds nothing, or
// nothing that is text, or it holds everything.
func leftOut(tag atom.Atom) bool {
	switch tag {
	case atom.Html, atom.Head, atom.Body, atom.Frameset, atom.Svg, atom.Math,
		atom.Area, atom.Base, atom.Basefont, atom.Bgsound, atom.Col, atom.Embed, atom.Frame, atom.Hr, atom.Input, atom.Keygen,
		atom.Link, atom.Meta, atom.Param, atom.Source, atom.Track, atom.Wbr:
		return true
	}
	return unread(tag)
}
