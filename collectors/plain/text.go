// Package plain turns the HTML that networks write into the plain text that
// people and the classifier read: the words of a status, of an entry of a feed,
// of a mail. What only a browser would show or run is left out, what a reader
// needs (where a link leads, where a paragraph ends) stays.
package plain

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// The parser stops at 512 nodes within each other; see Parse.
const maxDepth = 512

// A text ends at so many bytes, which are more than any message may hold: one
// link around many paragraphs is told behind each of them.
const maxText = 1 << 20

// A link's address beyond this is not told: it says nothing to a reader.
const maxHref = 2048

// Text is HTML as plain text: paragraphs apart by an empty line, <br> as a line's
// end, list items with a dash. A link keeps its words; its address follows in
// brackets unless the words are the address already (Mastodon hides parts of it
// from sight, which are read here). Mentions and hashtags stay words. Scripts,
// styles and forms are left out. It is valid UTF-8 whatever comes in.
func Text(content string) string { return Of(Parse(content)) }

// Of is Text of what Parse gave, for who takes something out of it first.
func Of(root *html.Node) string {
	var w writer
	w.children(root, 0)
	lines := strings.Split(strings.ToValidUTF8(w.b.String(), "�"), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// writer builds text; newlines asked for by blocks are merged.
type writer struct {
	b       strings.Builder
	pending int    // newlines due before the next word
	bullet  string // stands before the next word
	pre     int    // inside so many <pre>
}

func (w *writer) text(s string) {
	if s == "" {
		return
	}
	if w.b.Len() > 0 {
		for range w.pending {
			w.b.WriteByte('\n')
		}
	}
	w.b.WriteString(w.bullet)
	w.pending, w.bullet = 0, ""
	w.b.WriteString(s)
}

// breakLines asks for n newlines; a bullet waits for its words on its own line.
func (w *writer) breakLines(n int) {
	if w.bullet == "" {
		w.pending = max(w.pending, n)
	}
}

func (w *writer) node(n *html.Node, depth int) {
	if depth > maxDepth || w.b.Len() > maxText {
		return
	}
	switch n.Type {
	case html.TextNode:
		w.words(n.Data)
		return
	case html.ElementNode, html.DocumentNode:
	default:
		return
	}
	switch n.DataAtom {
	case atom.Br:
		w.breakLines(min(w.pending+1, 2))
	case atom.A:
		w.link(n, depth)
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Blockquote, atom.Ul, atom.Ol, atom.Table:
		w.block(n, depth, 2, "")
	case atom.Div, atom.Tr:
		w.block(n, depth, 1, "")
	case atom.Td, atom.Th:
		w.children(n, depth)
		w.words(" ") // what stands in two cells is two words
	case atom.Li:
		w.block(n, depth, 1, "- ")
	case atom.Pre:
		w.pre++
		w.block(n, depth, 2, "")
		w.pre--
	case atom.Img:
		// Custom emoji come as :name: in the text; an image has only its words.
		w.words(attribute(n, "alt"))
	default:
		w.children(n, depth)
	}
}

func (w *writer) children(n *html.Node, depth int) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		w.node(c, depth+1)
	}
}

func (w *writer) block(n *html.Node, depth, lines int, bullet string) {
	w.breakLines(lines)
	if bullet != "" {
		w.bullet = bullet
	}
	w.children(n, depth)
	w.breakLines(lines)
}

// words writes text, its white space as a browser shows it.
func (w *writer) words(s string) {
	if w.pre > 0 {
		w.text(strings.ReplaceAll(s, "\r\n", "\n"))
		return
	}
	fields := strings.FieldsFunc(s, isSpace)
	if len(fields) == 0 {
		if s != "" && w.pending == 0 && w.b.Len() > 0 && !w.endsInSpace() {
			w.b.WriteByte(' ')
		}
		return
	}
	first, last := s[0], s[len(s)-1]
	if isSpace(rune(first)) && w.pending == 0 && w.b.Len() > 0 && !w.endsInSpace() {
		w.b.WriteByte(' ')
	}
	w.text(strings.Join(fields, " "))
	if isSpace(rune(last)) {
		w.b.WriteByte(' ')
	}
}

// isSpace is what HTML collapses: a no-break space is none of it.
func isSpace(r rune) bool { return r == ' ' || r == '\n' || r == '\t' || r == '\r' || r == '\f' }

func (w *writer) endsInSpace() bool {
	s := w.b.String()
	return s == "" || isSpace(rune(s[len(s)-1]))
}

func (w *writer) link(n *html.Node, depth int) {
	var inner writer
	inner.children(n, depth)
	label := strings.TrimSpace(inner.b.String())
	// As browsers read an address: line breaks and tabs within it are nothing.
	href := strings.Join(strings.FieldsFunc(attribute(n, "href"), isSpace), "")
	if len(href) > maxHref {
		href = ""
	}
	switch {
	case label == "":
		w.text(href)
	case href == "" || sameAddress(label, href) || isTag(n, label):
		w.text(label)
	case !strings.HasPrefix(href, "http://") && !strings.HasPrefix(href, "https://"):
		w.text(label)
	default:
		w.text(label + " (" + href + ")")
	}
}

// sameAddress tells whether the words of a link show where it leads.
func sameAddress(label, href string) bool {
	bare := func(s string) string {
		s = strings.TrimPrefix(strings.TrimPrefix(s, "https://"), "http://")
		return strings.TrimSuffix(strings.TrimPrefix(s, "www."), "/")
	}
	return bare(label) == bare(href)
}

// isTag recognises mentions and hashtags, whose address adds nothing: their
// class says so, or, where a server strips classes, their first sign.
func isTag(n *html.Node, label string) bool {
	for class := range strings.FieldsSeq(attribute(n, "class")) {
		if class == "mention" || class == "hashtag" {
			return true
		}
	}
	return (label[0] == '@' || label[0] == '#') && len(label) > 1 && !strings.ContainsFunc(label, isSpace)
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
