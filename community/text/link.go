package text

import (
	"strings"
	"unicode/utf8"
)

// A domain is at most maxDomain bytes long, so that finding one stays cheap
// whatever the text is made of; its last part at most maxTLD.
const (
	maxDomain = 253
	maxTLD    = 24
	maxShort  = 40 // of the word behind https://t.co/
)

// span is a part of a text, in bytes.
type span struct{ from, to int }

// links lists the parts of s of which X makes links, in order. It reads as the
// expressions of twitter-text 3.1.0 do (extractUrlsWithIndices), by hand: perhaps
// a scheme, a domain under a known top-level domain, perhaps a port, a path and a
// query. What they do oddly is done here too.
func links(s string) []span {
	if !strings.Contains(s, ".") {
		return nil
	}
	l := linker{s: s, tops: make([]int32, len(s)+1)}
	l.run()
	return l.found
}

// linker reads the links of one text.
type linker struct {
	s     string
	tops  []int32 // where the top-level domain at each place ends; 0: not looked at, -1: there is none
	found []span
}

func (l *linker) run() {
	s, floor := l.s, 0 // what stands before a link must not be part of the last one
	for i := 0; i < len(s); {
		_, size := decode(s, i)
		// What follows the first sign is tried before that sign itself.
		if i == 0 && opens(s, size, 0) {
			if end := l.match(size); end > 0 {
				i, floor = end, end
				continue
			}
		}
		if i == 0 || opens(s, i, floor) {
			if end := l.match(i); end > 0 {
				i, floor = end, end
				continue
			}
		}
		i += size
	}
}

// opens tells whether a link may begin at i, behind what stands there.
func opens(s string, i, floor int) bool {
	if i <= floor || i > len(s) {
		return false
	}
	r, _ := utf8.DecodeLastRuneInString(s[floor:i])
	return !(r < utf8.RuneSelf && asciiWord(byte(r))) && !strings.ContainsRune("@＠$#＃\uFFFE\uFEFF\uFFFF", r)
}

// match adds the links of the match at i and gives its end; 0: none. Without a
// scheme only the parts of a domain in Latin letters are links.
func (l *linker) match(i int) int {
	s, domain := l.s, i
	for _, scheme := range [...]string{"https://", "http://"} {
		if hasPrefixFold(s[i:], scheme) {
			domain = i + len(scheme)
			break
		}
	}
	if domain > i {
		if end := l.domainAt(domain); end > 0 {
			whole := tailAt(s, end)
			switch short := shortened(s[domain:whole]); {
			case short > 0:
				l.found = append(l.found, span{i, domain + short})
			case short == 0:
				l.found = append(l.found, span{i, whole})
			}
			return whole
		}
	}
	end := l.domainAt(i)
	if end == 0 {
		return 0
	}
	whole := tailAt(s, end)
	if i > 0 && strings.IndexByte("-_./", s[i-1]) >= 0 {
		return whole
	}
	last := -1
	for at := i; at < end; {
		from, to := l.latinDomain(at, end)
		if to == 0 {
			break
		}
		l.found = append(l.found, span{from, to})
		last, at = len(l.found)-1, to
	}
	if path := strings.IndexByte(s[end:whole], '/'); last >= 0 && path >= 0 && (path == 0 || s[end] == ':') {
		l.found[last].to = whole // a port or a query alone is left outside
	}
	return whole
}

// domainAt gives the end of the longest domain at i that has a known top-level
// domain, or 0.
func (l *linker) domainAt(i int) (found int) {
	s := l.s
	for start := i; ; {
		label, low := i, false
		for i < len(s) && i-start < maxDomain {
			r, size := decode(s, i)
			if r != '-' && r != '_' && !domainSign(r) {
				break
			}
			low = low || r == '_'
			i += size
		}
		if i == label || i >= len(s) || s[i] != '.' || joint(s[label]) || joint(s[i-1]) {
			return found
		}
		i++
		if end := l.topLevel(i); end > 0 && !low {
			found = end
		}
	}
}

// latinDomain gives the first domain in Latin letters between i and end; to is 0
// if there is none.
func (l *linker) latinDomain(i, end int) (from, to int) {
	s := l.s
	for ; i < end; i++ {
		for at := i; at < end; {
			label := at
			for at < end {
				r, size := decode(s, at)
				if r != '-' && !latin(r) {
					break
				}
				at += size
			}
			if at == label || at >= end || s[at] != '.' {
				break
			}
			at++
			if top := l.topLevel(at); top > 0 && top <= end {
				to = top
			}
		}
		if to > 0 {
			return i, to
		}
	}
	return 0, 0
}

func joint(c byte) bool { return c == '-' || c == '_' }

// domainSign tells whether r may stand in a domain: whatever is no punctuation,
// space or mark of direction.
func domainSign(r rune) bool {
	if r < utf8.RuneSelf {
		return r > ' ' && strings.IndexByte("!'#%&()*+,\\-./:;<=>?@[]^_{|}~$", byte(r)) < 0 || r < '\t' || r > '\r' && r < ' '
	}
	switch {
	case r == 0x85, r == 0xA0, r == 0x1680, r == 0x180E, r >= 0x2000 && r <= 0x200A, r == 0x2028, r == 0x2029, r == 0x202F, r == 0x205F, r == 0x3000,
		r == 0xFFFE, r == 0xFEFF, r == 0xFFFF,
		r >= 0x202A && r <= 0x202E, r == 0x61C, r == 0x200E, r == 0x200F, r >= 0x2066 && r <= 0x2069:
		return false
	}
	return true
}

// latin tells whether r is an ASCII letter or digit, or a Latin letter with an
// accent.
func latin(r rune) bool {
	switch {
	case r < utf8.RuneSelf:
		return asciiWord(byte(r))
	case r >= 0xC0 && r <= 0x24F:
		return r != 0xD7 && r != 0xF7
	case r >= 0x300 && r <= 0x36F, r >= 0x1E00 && r <= 0x1EFF:
		return true
	}
	return strings.ContainsRune("\u0253\u0254\u0256\u0257\u0259\u025B\u0263\u0268\u026F\u0272\u0289\u028B\u02BB", r)
}

// topLevel gives the end of the known top-level domain at i, or 0. Each place is
// looked at once, however many domains might end there.
func (l *linker) topLevel(i int) int {
	if l.tops[i] == 0 {
		l.tops[i] = -1
		if end := topLevelAt(l.s, i); end > 0 {
			l.tops[i] = int32(end)
		}
	}
	return int(max(0, l.tops[i]))
}

// topLevelAt gives the end of the known top-level domain at i, or 0.
func topLevelAt(s string, i int) int {
	end := i
	for end < len(s) && asciiWord(s[end]) {
		end++
	}
	if hasPrefixFold(s[i:], "xn--") {
		for end < len(s) && (asciiWord(s[end]) || s[end] == '-') {
			end++
		}
		if end > i+len("xn--") {
			return end
		}
	}
	if ends := end == len(s) || strings.IndexByte("@+-", s[end]) < 0; ends && end > i && end-i <= maxTLD {
		var b [maxTLD + 2]byte
		if name := append(appendLowered(append(b[:0], ' '), s[i:end]), ' '); strings.Contains(latinDomains, string(name)) {
			return end
		}
	}
	if end == len(s) || s[end] < utf8.RuneSelf {
		return 0 // nothing but ASCII
	}
	longest := 0
	for name := range strings.SplitSeq(otherDomains, " ") {
		if after := i + len(name); after > longest && strings.HasPrefix(s[i:], name) &&
			(after == len(s) || !asciiWord(s[after]) && strings.IndexByte("@+-", s[after]) < 0) {
			longest = after
		}
	}
	return longest
}

// tailAt gives the end of port, path and query behind a domain that ends at i.
func tailAt(s string, i int) int {
	if i < len(s) && s[i] == ':' {
		port := i + 1
		for port < len(s) && '0' <= s[port] && s[port] <= '9' {
			port++
		}
		if port > i+1 {
			i = port
		}
	}
	return queryAt(s, pathAt(s, i))
}

// shortened gives the length of an address of t.co, which ends with its word and
// query; 0 for another address, less for one X does not know as its own.
func shortened(s string) int {
	if !hasPrefixFold(s, "t.co/") {
		return 0
	}
	i := len("t.co/")
	for i < len(s) && asciiWord(s[i]) {
		i++
	}
	switch word := i - len("t.co/"); {
	case word == 0:
		return 0
	case word > maxShort:
		return -1
	}
	return queryAt(s, i)
}

// pathAt gives the end of the path at i: it ends with a letter, a figure, one of
// +-=_#/ or what stands in parentheses, of which two may be nested.
func pathAt(s string, i int) int {
	if i >= len(s) || s[i] != '/' {
		return i
	}
	i++
	end := i
	for i < len(s) {
		if s[i] == '(' {
			closed := parensAt(s, i)
			if closed == 0 {
				return end
			}
			i, end = closed, closed
			continue
		}
		r, size := decode(s, i)
		switch {
		case latin(r), r >= 0x400 && r <= 0x4FF, r < utf8.RuneSelf && strings.IndexByte("+-=_#/", byte(r)) >= 0:
			end = i + size
		case !pathSign(r):
			return end
		}
		i += size
	}
	return end
}

func pathSign(r rune) bool {
	return latin(r) || r >= 0x400 && r <= 0x4FF || r == 0x2013 || r < utf8.RuneSelf && strings.IndexByte("!*';:=+,.$/%#[]-_~@|&", byte(r)) >= 0
}

// parensAt gives the end of the parentheses that open at i, or 0.
func parensAt(s string, i int) int {
	signs := func(i int) int {
		for i < len(s) {
			r, size := decode(s, i)
			if !pathSign(r) {
				break
			}
			i += size
		}
		return i
	}
	at := signs(i + 1)
	filled := at > i+1
	if at < len(s) && s[at] == '(' {
		inner := signs(at + 1)
		if inner == at+1 || inner >= len(s) || s[inner] != ')' {
			return 0
		}
		at, filled = signs(inner+1), true
	}
	if !filled || at >= len(s) || s[at] != ')' {
		return 0
	}
	return at + 1
}

func queryAt(s string, i int) int {
	if i >= len(s) || s[i] != '?' {
		return i
	}
	end := i
	for i++; i < len(s); i++ {
		switch c := s[i]; {
		case asciiWord(c), strings.IndexByte("-_&=#/", c) >= 0:
			end = i + 1
		case strings.IndexByte("!?*'@();:+$%[].,~|", c) < 0:
			return end
		}
	}
	return end
}

// HasLink tells whether X would make a link of some part of s. What has a scheme
// is believed to be one: X may know more top-level domains than we do.
func HasLink(s string) bool { return strings.Contains(s, "://") || len(links(s)) > 0 }
