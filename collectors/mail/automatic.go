package mail

import (
	"strings"

	"github.com/emersion/go-message"
)

// automatic tells whether a program sent a letter: out-of-office notes,
// newsletters, mailing lists, reports. Such a letter is shown and cannot be
// answered, so that two robots never talk to each other (RFC 3834, 2).
func automatic(h *message.Header, answerTo string) bool {
	if v := token(h.Get("Auto-Submitted")); v != "" && v != "no" {
		return true
	}
	switch token(h.Get("Precedence")) {
	case "bulk", "list", "junk", "auto_reply", "auto-reply":
		return true
	}
	if v := token(h.Get("X-Auto-Response-Suppress")); v != "" && v != "none" {
		return true
	}
	for _, name := range []string{"List-Id", "X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Reply", "X-Failed-Recipients"} {
		if h.Has(name) {
			return true
		}
	}
	if h.Has("Return-Path") && strings.Trim(h.Get("Return-Path"), "<> \t") == "" {
		return true
	}
	local, _, _ := strings.Cut(answerTo, "@") // nobody to answer to is another matter
	switch strings.NewReplacer("-", "", "_", "", ".", "").Replace(local) {
	case "noreply", "donotreply", "nepasrepondre", "noresponder", "naoresponda", "nonrispondere", "keineantwort", "mailerdaemon", "postmaster", "bounce", "bounces":
		return true
	}
	return false
}

// token is the first word of a field's value, in lower case.
func token(value string) string {
	value, _, _ = strings.Cut(value, ";")
	value, _, _ = strings.Cut(value, ",")
	return strings.ToLower(strings.TrimSpace(value))
}
