package mail

import (
	"bytes"
	"cmp"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"slices"
	"strings"
	"time"

	"github.com/vigie-hq/vigie/community"
)

// How many of the References an answer repeats: the first, which names the
// thread, and the newest (RFC 5322, 3.6.4, and header lines have an end).
const maxCarried = 20

// How much of the letter that is answered is repeated below the answer.
const maxQuoted = 10_000 // bytes

// answer is a reply as a letter.
type answer struct {
	id, inReplyTo string
	references    []string
	from          mail.Address
	to            string
	subject       string
	date          time.Time
	automatic     bool // it was not written for this letter
	text          string
	seal          string // empty: none
}

// answerTo builds the answer to a target. original is the letter as it lies in
// the mailbox; nil where it is gone from there, then what the target tells must
// do.
func (b *box) answerTo(original *letter, target *community.Message, reply *community.Reply, now time.Time) answer {
	a := answer{
		id: messageIDOf(b, reply), inReplyTo: target.ID, date: now,
		from: mail.Address{Name: b.account.Title, Address: b.address},
		to:   target.Author.ID, subject: subjectOf(target),
		automatic: reply.Kind == community.ReplyAcknowledgement, text: reply.Text,
	}
	chain := []string{target.Thread, target.InReplyTo}
	if original != nil {
		chain = append(chain[:1:1], append(original.references, original.inReplyTo)...)
		a.subject = original.subject
		a.to = original.answerTo(b.address)
		if target.Author.ID == b.address {
			a.to = first(original.to).address // our own letter: we write to the same person again
		}
		if a.to == "" {
			a.to = target.Author.ID
		}
		a.text = strings.TrimSpace(a.text) + quotation(original)
	}
	for _, id := range append(chain, target.ID) {
		if usable(id) && !slices.Contains(a.references, id) {
			a.references = append(a.references, id)
		}
	}
	if extra := len(a.references) - maxCarried; extra > 0 {
		a.references = slices.Delete(a.references, 1, 1+extra)
	}
	a.subject = answering(a.subject)
	return a
}

// answering is a subject as answers carry it: one Re:.
func answering(subject string) string {
	if prefix, _, found := strings.Cut(subject, ":"); found {
		switch strings.ToLower(strings.TrimSpace(prefix)) {
		case "re", "aw", "sv", "antw", "ré", "rif", "odp":
			return subject
		}
	}
	return strings.TrimSpace("Re: " + subject)
}

// quotation is the letter that is answered, below the answer.
func quotation(l *letter) string {
	words := l.words
	if words == "" {
		return ""
	}
	if len(words) > maxQuoted {
		words = strings.ToValidUTF8(words[:maxQuoted], "") + " […]"
	}
	who := cmp.Or(l.from.name, l.from.address)
	when := ""
	if !l.date.IsZero() {
		when = l.date.UTC().Format("2006-01-02 15:04 UTC") + ", "
	}
	return "\n\n" + when + who + " <" + l.from.address + ">:\n> " + strings.ReplaceAll(words, "\n", "\n> ") + "\n"
}

// bytes writes the answer as it is sent.
func (a *answer) bytes() ([]byte, error) {
	var b bytes.Buffer
	field := func(name, value string) {
		if value != "" {
			b.WriteString(name + ": " + value + "\r\n")
		}
	}
	bracketed := func(ids ...string) string { return "<" + strings.Join(ids, ">\r\n <") + ">" }
	field("Date", a.date.Format(time.RFC1123Z))
	field("From", a.from.String())
	field("To", (&mail.Address{Address: a.to}).String())
	field("Subject", folded(mime.QEncoding.Encode("utf-8", a.subject)))
	field("Message-ID", bracketed(a.id))
	field("In-Reply-To", bracketed(a.inReplyTo))
	field("References", bracketed(a.references...))
	if a.automatic {
		field("Auto-Submitted", "auto-replied")
		field("X-Auto-Response-Suppress", "All")
	}
	field(sealHeader, a.seal)
	field("MIME-Version", "1.0")
	field("Content-Type", "text/plain; charset=utf-8")
	field("Content-Transfer-Encoding", "quoted-printable")
	b.WriteString("\r\n")
	w := quotedprintable.NewWriter(&b)
	if _, err := io.WriteString(w, strings.ReplaceAll(strings.ReplaceAll(a.text, "\r\n", "\n"), "\n", "\r\n")); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	b.WriteString("\r\n")
	return b.Bytes(), nil
}

// folded breaks a header between its encoded words.
func folded(s string) string { return strings.ReplaceAll(s, "?= =?", "?=\r\n =?") }
