package mail

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// How long the line before a quotation may be ("On Tuesday, Léa wrote:"), and
// over how many lines programs break it.
const (
	maxIntroduction      = 300
	maxIntroductionLines = 4
)

// unquoted is a text without what it repeats of the letters before: a block of
// lines that begin with > at its end or its beginning, and everything below the
// header that Outlook repeats. Quotations between an author's own lines stay:
// without them his answers say nothing.
func unquoted(s string) string {
	lines := strings.Split(s, "\n")
	lines = beforeHeader(lines)
	end := len(lines)
	for end > 0 && (isQuoted(lines[end-1]) || isBlank(lines[end-1])) {
		end--
	}
	if hasQuoted(lines[end:]) {
		lines = lines[:introduction(lines[:end])]
	}
	begin := 0
	for begin < len(lines) && (isQuoted(lines[begin]) || isBlank(lines[begin])) {
		begin++
	}
	if !hasQuoted(lines[:begin]) {
		// An introduction may stand before the first block.
		if from := leading(lines); from > 0 {
			begin = from
		}
	}
	return strings.Join(lines[min(begin, len(lines)):], "\n")
}

// leading is where the author's words begin behind an introduction and a block
// of quoted lines; 0 if the text does not begin that way.
func leading(lines []string) int {
	quote := 0
	for quote < len(lines) && quote <= maxIntroductionLines && !isQuoted(lines[quote]) {
		quote++
	}
	if quote == 0 || quote >= len(lines) || !isQuoted(lines[quote]) || introduction(lines[:quote]) != 0 {
		return 0
	}
	for quote < len(lines) && (isQuoted(lines[quote]) || isBlank(lines[quote])) {
		quote++
	}
	return quote
}

// introduction is where the line that introduces a quotation begins, len(lines)
// if there is none: the last paragraph, when it is short, ends with a colon and
// tells a date or an address.
func introduction(lines []string) int {
	end := len(lines)
	for end > 0 && isBlank(lines[end-1]) {
		end--
	}
	start := end
	for start > 0 && end-start < maxIntroductionLines && !isBlank(lines[start-1]) {
		start--
		paragraph := strings.TrimSpace(strings.Join(lines[start:end], " "))
		tells := strings.ContainsFunc(paragraph, unicode.IsDigit) || strings.Contains(paragraph, "@")
		ends := strings.HasSuffix(paragraph, ":") || strings.HasSuffix(paragraph, "：")
		if ends && tells && utf8.RuneCountInString(paragraph) <= maxIntroduction && (start == 0 || isBlank(lines[start-1]) || looksFirst(lines[start])) {
			return start
		}
	}
	return len(lines)
}

// looksFirst tells whether a line begins as introductions do: with a capital
// letter or a figure, as no broken line's second half does.
func looksFirst(line string) bool {
	r, _ := utf8.DecodeRuneInString(strings.TrimSpace(line))
	return unicode.IsUpper(r)
}

// beforeHeader cuts where a header is repeated: at least three of its fields in
// lines that follow one another, under a rule or a paragraph of the author's own.
func beforeHeader(lines []string) []string {
	for i := range lines {
		fields := 0
		for _, line := range lines[i:min(i+6, len(lines))] {
			if isField(line) {
				fields++
			}
		}
		if fields < 3 || !isField(lines[i]) {
			continue
		}
		cut := i
		for cut > 0 && (isBlank(lines[cut-1]) || isRule(lines[cut-1])) {
			cut--
		}
		return lines[:cut]
	}
	return lines
}

// isField tells whether a line is a field of a repeated header, in the languages
// that programs write it in.
func isField(line string) bool {
	name, value, found := strings.Cut(strings.Trim(strings.TrimSpace(line), "*"), ":")
	if !found || strings.TrimSpace(strings.Trim(value, "*")) == "" {
		return false
	}
	switch strings.ToLower(strings.Trim(name, "* \u00a0")) {
	case "from", "sent", "to", "cc", "subject", "date", "reply-to",
		"de", "envoyé", "à", "objet", "date d'envoi",
		"von", "gesendet", "an", "betreff", "datum",
		"enviado", "para", "asunto", "assunto", "fecha", "data",
		"da", "inviato", "a", "oggetto",
		"van", "verzonden", "aan", "onderwerp":
		return true
	}
	return false
}

// isRule tells whether a line only separates: underscores, dashes, with or
// without words between them.
func isRule(line string) bool {
	line = strings.TrimSpace(line)
	return len(line) >= 5 && (strings.HasPrefix(line, "-----") || strings.HasPrefix(line, "_____"))
}

func isQuoted(line string) bool { return strings.HasPrefix(strings.TrimLeft(line, " \t"), ">") }
func isBlank(line string) bool  { return strings.TrimSpace(line) == "" }

func hasQuoted(lines []string) bool {
	for _, line := range lines {
		if isQuoted(line) {
			return true
		}
	}
	return false
}

// unsigned cuts the signature: what follows a line of two dashes and a space
// (RFC 3676, 4.3). Dashes that lost their space count in the last lines only.
func unsigned(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		line = strings.TrimSuffix(line, "\r")
		if i > 0 && (line == "-- " || line == "--" && len(lines)-i <= maxSignature) {
			return strings.Join(lines[:i], "\n")
		}
	}
	return s
}

const maxSignature = 12 // lines
