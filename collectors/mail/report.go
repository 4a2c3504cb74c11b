package mail

import (
	"bufio"
	"bytes"
	"io"
	"strings"

	"github.com/emersion/go-message/textproto"
)

// report is what a delivery status notification (RFC 3464) tells of one letter.
type report struct {
	failed    bool
	recipient string // whom it did not reach
	status    string // the enhanced code, such as 5.1.1
	reason    string // the other server's own words
	original  string // the Message-ID of the letter it is about
}

// A report says so much at most of one letter.
const (
	maxReport = 64 << 10
	maxReason = 500
	maxGroups = 20 // recipients
)

// delivery reads the groups of fields of a report: the first that failed counts.
func (b *body) delivery(content io.Reader) {
	if b.report == nil {
		return
	}
	data, _ := io.ReadAll(io.LimitReader(content, maxReport))
	lines := bufio.NewReader(io.MultiReader(bytes.NewReader(data), strings.NewReader("\r\n\r\n")))
	for range maxGroups {
		h, err := textproto.ReadHeader(lines)
		if err != nil {
			return
		}
		if token(h.Get("Action")) != "failed" || b.report.failed {
			continue
		}
		recipient := h.Get("Final-Recipient")
		if original := h.Get("Original-Recipient"); original != "" {
			recipient = original
		}
		b.report.failed = true
		b.report.recipient = strings.ToLower(cleanLine(typed(recipient), maxName))
		b.report.status = cleanLine(h.Get("Status"), len("5.999.999"))
		b.report.reason = cleanLine(typed(h.Get("Diagnostic-Code")), maxReason)
	}
}

// typed is the value of a field of the form "rfc822; lea@example.org".
func typed(value string) string {
	if _, after, found := strings.Cut(value, ";"); found {
		value = after
	}
	return strings.TrimSpace(value)
}

// returned reads the header of the letter that a report brings back.
func (b *body) returned(content io.Reader) {
	if b.report.original != "" {
		return
	}
	data, _ := io.ReadAll(io.LimitReader(content, maxReport))
	header := split(data).header
	b.report.original = messageID(header.Get("Message-Id"))
}
