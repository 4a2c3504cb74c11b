package mail

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/vigie-hq/vigie/collectors/plain"
	"github.com/vigie-hq/vigie/community"
)

// words is the text of a letter as its author wrote it: in an answer, what it
// repeats of the letters before is left out where that can be told, and so is the
// signature. Where nothing would be left, everything is kept. whole is all of it.
func (b *body) words(answers bool) (words, whole string) {
	var all, own []string
	for _, s := range b.said {
		whole, mine := s.text, s.text
		if s.html {
			whole, mine = plain.Of(pruned(s.text, false)), plain.Of(pruned(s.text, answers))
		}
		all = append(all, clean(whole))
		if answers {
			mine = unquoted(mine)
		}
		own = append(own, clean(unsigned(mine)))
	}
	words, whole = clip(joined(own)), joined(all)
	if words == "" {
		words = clip(whole)
	}
	return words, whole
}

func joined(texts []string) string {
	var kept []string
	for _, t := range texts {
		if t != "" {
			kept = append(kept, t)
		}
	}
	return strings.Join(kept, "\n\n")
}

// clip holds a text to what a message may hold.
func clip(s string) string {
	if len(s) <= community.MaxText || utf8.RuneCountInString(s) <= community.MaxText {
		return s
	}
	return string([]rune(s)[:community.MaxText-1]) + "…"
}

// clean takes out what does not show, and empty lines beyond one.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\r', r == '\v', r == '\f', r == '\u2028', r == '\u2029':
			return '\n'
		case r == '\ufeff', r == '\u200b', unicode.IsControl(r) && r != '\n' && r != '\t':
			return -1
		}
		return r
	}, s)
	var b strings.Builder
	empty := 0
	for line := range strings.Lines(s) {
		line = strings.TrimRightFunc(line, unicode.IsSpace)
		if line == "" {
			empty++
			continue
		}
		if b.Len() > 0 {
			b.WriteString("\n\n"[:1+min(empty, 1)])
		}
		empty = 0
		b.WriteString(line)
	}
	return strings.TrimSpace(b.String())
}

// unflow joins the lines that format=flowed (RFC 3676) broke.
func unflow(s string, params map[string]string) string {
	if !strings.EqualFold(params["format"], "flowed") {
		return s
	}
	deletesSpace := strings.EqualFold(params["delsp"], "yes")
	var b strings.Builder
	flowing, depth := false, 0
	for line := range strings.Lines(s) {
		line = strings.TrimRight(line, "\r\n")
		quoted := len(line) - len(strings.TrimLeft(line, ">"))
		words := strings.TrimPrefix(line[quoted:], " ") // space-stuffed
		signature := words == "-- "
		flows := strings.HasSuffix(words, " ") && !signature
		if flows && deletesSpace {
			words = words[:len(words)-1]
		}
		if flowing && quoted == depth && !signature {
			b.WriteString(words)
		} else {
			if b.Len() > 0 {
				b.WriteByte('\n')
			}
			b.WriteString(strings.Repeat(">", quoted))
			if quoted > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(words)
		}
		flowing, depth = flows, quoted
	}
	return b.String()
}

// pruned is HTML without what its author hid, and, in an answer, without what
// programs mark as repeated.
func pruned(content string, answers bool) *html.Node {
	root := plain.Parse(content)
	prune(root, answers, 0)
	return root
}

func prune(n *html.Node, answers bool, depth int) {
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		switch {
		case depth > maxNesting || c.Type == html.ElementNode && (hidden(c) || answers && repeated(c)):
			n.RemoveChild(c)
		case c.Type == html.ElementNode && answers && startsQuote(c):
			for c != nil { // this and what follows it
				after := c.NextSibling
				n.RemoveChild(c)
				c = after
			}
			return
		default:
			prune(c, answers, depth+1)
		}
		c = next
	}
}

// maxNesting is how deep a letter's HTML is read.
const maxNesting = 512

func hidden(n *html.Node) bool {
	style := strings.ToLower(strings.ReplaceAll(attribute(n, "style"), " ", ""))
	return strings.Contains(style, "display:none") || strings.Contains(style, "mso-hide:all")
}

// repeated recognises the boxes in which programs repeat: Apple Mail and
// Thunderbird cite, Gmail, Yahoo and Proton name a class.
func repeated(n *html.Node) bool {
	if n.DataAtom == atom.Blockquote && strings.EqualFold(attribute(n, "type"), "cite") {
		return true
	}
	for class := range strings.FieldsSeq(attribute(n, "class")) {
		switch class {
		case "gmail_quote", "gmail_quote_container", "yahoo_quoted", "protonmail_quote", "moz-cite-prefix", "gmail_attr":
			return true
		}
	}
	return false
}

// startsQuote recognises what Outlook puts before everything it repeats.
func startsQuote(n *html.Node) bool {
	switch attribute(n, "id") {
	case "divRplyFwdMsg", "appendonsend", "x_divRplyFwdMsg", "OLK_SRC_BODY_SECTION", "mail-editor-reference-message-container":
		return true
	}
	return false
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
