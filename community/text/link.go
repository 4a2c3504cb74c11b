package text

import (
	"strings"
	"unicode/utf8"
)

// countryDomains are the two-letter top-level domains; genericDomains the
// others people write without http:// before them.
const (
	countryDomains = " ac ad ae af ag ai al am an ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bl bm bn bo bq br bs bt bv " +
		"bw by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg eh er es et eu fi fj fk fm fo " +
		"fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke " +
		"kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mf mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw " +
		"mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se " +
		"sg sh si sj sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tp tr tt tv tw tz ua ug uk um us uy uz " +
		"va vc ve vg vi vn vu wf ws ye yt za zm zw "
	genericDomains = " com net org edu gov int mil biz info name pro mobi museum aero coop jobs travel tel asia cat xxx app dev " +
		"page blog shop store boutique online site website web tech cloud digital agency media news live tv radio video photo photos photography " +
		"design art studio fashion style club community social chat email help support care health paris alsace bzh corsica london berlin brussels " +
		"nyc tokyo world global group company business services solutions consulting network systems software tools academy school education " +
		"events party game games fun cool life love best top vip plus one xyz link click space zone today guide review reviews " +
		"city immo eco bio green energy bike auto cars taxi hotel restaurant cafe bar pizza beer wine food farm garden house home " +
		"market deals sale discount gift gifts toys shoes clothing jewelry diamonds beauty salon fit fitness yoga run golf football " +
		"bank money finance credit insurance legal law tax audio music band film movie theater show tickets press report wiki ninja rocks "
	maxDomain = 253
	maxTLD    = 24
)

// linkAt gives the end of the link X would shorten at i, or 0: perhaps a
// scheme, a domain, perhaps a port, a path and a query (the expressions of
// twitter-text, read by hand).
func linkAt(s string, i int) int {
	if c := s[i]; c < utf8.RuneSelf && !asciiWord(c) {
		return 0
	}
	if i > 0 && (asciiWord(s[i-1]) || strings.IndexByte("@$#", s[i-1]) >= 0) {
		return 0
	}
	scheme := true
	switch rest := s[i:]; {
	case hasPrefixFold(rest, "https://"):
		i += len("https://")
	case hasPrefixFold(rest, "http://"):
		i += len("http://")
	default:
		scheme = false
	}
	end := domainAt(s, i, scheme)
	if end == 0 {
		return 0
	}
	if end < len(s) && s[end] == ':' {
		port := end + 1
		for port < len(s) && '0' <= s[port] && s[port] <= '9' {
			port++
		}
		if port > end+1 {
			end = port
		}
	}
	end = pathAt(s, end)
	return queryAt(s, end)
}

// domainAt gives the end of the longest domain at i that has a known top-level
// domain, or 0.
func domainAt(s string, i int, scheme bool) int {
	start, label, found, dots := i, i, 0, 0
	for {
		r, size := decode(s, i)
		inside := size > 0 && i-start < maxDomain && (r == '-' || r == '_' || isLetter(r) || isDigit(r))
		if inside {
			i += size
			continue
		}
		if i == label || joint(s[label]) || joint(s[i-1]) {
			return found
		}
		if dots > 0 && r != '@' && r != '+' && topLevel(s[label:i], scheme) {
			found = i
		}
		if r != '.' || i-start >= maxDomain {
			return found
		}
		dots++
		i++
		label = i
	}
}

func joint(c byte) bool { return c == '-' || c == '_' }

func topLevel(label string, scheme bool) bool {
	if len(label) < 2 || len(label) > maxTLD {
		return false
	}
	var b [maxTLD + 2]byte
	name := appendLowered(append(b[:0], ' '), label)
	for _, c := range name[1:] {
		if c < 'a' || c > 'z' {
			return false
		}
	}
	name = append(name, ' ')
	return scheme && len(label) > 2 || strings.Contains(countryDomains, string(name)) || strings.Contains(genericDomains, string(name))
}

func pathAt(s string, i int) int {
	if i >= len(s) || s[i] != '/' {
		return i
	}
	end, depth := i+1, 0
	for i++; i < len(s); {
		r, size := decode(s, i)
		switch {
		case r == '(':
			depth++
		case r == ')':
			if depth--; depth < 0 {
				return end
			}
			if depth == 0 {
				end = i + size
			}
		case isLetter(r) && r < 0x530, isDigit(r), r < utf8.RuneSelf && strings.IndexByte("+-=_#/", byte(r)) >= 0:
			if depth == 0 {
				end = i + size
			}
		case r < utf8.RuneSelf && strings.IndexByte("!*';:,.$%[]~@|&", byte(r)) >= 0, r == 0x2013:
		default:
			return end
		}
		i += size
	}
	return end
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

// HasLink tells whether X would make a link of some part of s.
func HasLink(s string) bool {
	for i := 0; i < len(s); {
		if linkAt(s, i) > 0 {
			return true
		}
		i += Grapheme(s[i:])
	}
	return false
}
