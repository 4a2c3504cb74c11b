package mailtest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
)

// Write composes a letter from a person to the mailbox and returns its
// Message-ID. inReplyTo is the id it answers, if any; fields are more lines of
// the header.
func (s *Server) Write(from, text, inReplyTo string, at time.Time, fields ...string) string {
	id, content := s.compose(from, Address, text, inReplyTo, fields)
	s.Deliver("INBOX", content, at)
	return id
}

// WriteOwn is Write in the brand's own mail program: the letter lies in Sent.
func (s *Server) WriteOwn(text, inReplyTo string) string {
	id, content := s.compose(Address, Customer, text, inReplyTo, nil)
	s.Deliver("Sent", content, time.Time{})
	return id
}

func (s *Server) compose(from, to, text, inReplyTo string, fields []string) (id, content string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next++
	_, domain, _ := strings.Cut(from, "@")
	id = fmt.Sprintf("letter-%d@%s", s.next, domain)
	var b strings.Builder
	fmt.Fprintf(&b, "Return-Path: <%s>\r\nFrom: <%s>\r\nTo: <%s>\r\nSubject: A question\r\nDate: %s\r\nMessage-ID: <%s>\r\n",
		from, from, to, time.Now().Add(s.skew).Format(time.RFC1123Z), id)
	if inReplyTo != "" {
		references := append(slices.Clone(s.ancestors[inReplyTo]), inReplyTo)
		s.ancestors[id] = references
		fmt.Fprintf(&b, "In-Reply-To: <%s>\r\nReferences: <%s>\r\n", inReplyTo, strings.Join(references, ">\r\n <"))
	}
	for _, f := range fields {
		b.WriteString(f + "\r\n")
	}
	fmt.Fprintf(&b, "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n%s\r\n", text)
	return id, b.String()
}

// Deliver lays a whole letter into a folder, received at a time (zero: now).
func (s *Server) Deliver(folder, content string, at time.Time) {
	if at.IsZero() {
		s.mu.Lock()
		at = time.Now().Add(s.skew)
		s.mu.Unlock()
	}
	if _, err := s.user.Append(folder, literal{strings.NewReader(content)}, &imap.AppendOptions{Time: at}); err != nil {
		s.blame("a letter could not be laid into " + folder)
		return
	}
}

// Spoil has the server hang up on whoever asks for a letter of INBOX by this id,
// or for its structure alone, as servers do that cannot read it themselves.
func (s *Server) Spoil(uid imap.UID, structureAlone bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.spoilt[uid] = structureAlone
}

func (s *Server) spoiled(uids imap.UIDSet, structure bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for uid, structureAlone := range s.spoilt {
		if uids.Contains(uid) && (structure || !structureAlone) {
			return true
		}
	}
	return false
}

type literal struct{ *strings.Reader }

func (l literal) Size() int64 { return l.Reader.Size() }

// Renumber gives a folder new ids and a new validity, as servers do that lost
// their index. Its letters stay.
func (s *Server) Renumber(folder string, letters ...string) error {
	if err := s.user.Delete(folder); err != nil {
		return err
	}
	if err := s.user.Create(folder, nil); err != nil {
		return err
	}
	for _, content := range letters {
		s.Deliver(folder, content, time.Time{})
	}
	s.Cut()
	return nil
}
